// The worker: the only code that calls avgpool. It runs a request in steps, and drops it once it is cancelled.

import { gradientOf } from './gradient.js';
import { windowsOf } from './grid-windows.js';
import type { Reply, Request, Work } from './messages.js';
import { poolPicture } from './pool-picture.js';

const active = new Set<number>();

self.onmessage = async ({ data: request }: MessageEvent<Request>) => {
  const { id } = request;
  if (request.kind === 'cancel') {
    active.delete(id);
    return;
  }
  active.add(id);
  const post = (reply: Reply | { kind: 'end' }) => postMessage({ id, reply });
  try {
    // Other messages arrive between the steps.
    await turn();
    for (const reply of active.has(id) ? steps(request) : []) {
      post(reply);
      await turn();
      if (!active.has(id)) {
        break;
      }
    }
  } catch (error) {
    post({ kind: 'failure', message: error instanceof Error ? error.message : String(error) });
  }
  active.delete(id);
  post({ kind: 'end' });
};

/** The replies to a request. Between two of them lies the work of one step. */
function steps(work: Work): Iterable<Reply> {
  switch (work.kind) {
    case 'picture':
      return poolPicture(work.picture, work.settings);
    case 'gradient':
      return [gradientOf(work.size, work.settings, work.at)];
    case 'grid':
      return [windowsOf(work.settings)];
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
