// Starts a worker of the web: on pages, and in their workers.

import type { ThreadsOptions } from './arguments.js';
import type { Member, Start } from './team.js';
import text from './worker.ts?text';

/** Starts a worker from its text, or from a file of the same text where a policy forbids that. */
export async function spawnWeb(url: ThreadsOptions['workerUrl'] | undefined, start: Start): Promise<Member> {
  const own = url === undefined ? URL.createObjectURL(new Blob([text], { type: 'text/javascript' })) : undefined;
  const worker = new Worker(own ?? (url as string), { name: 'avgpool' });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = ({ message }) => reject(new Error(message || 'it was not loaded'));
      worker.postMessage(start);
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    if (own) {
      URL.revokeObjectURL(own);
    }
  }
  return { end: () => worker.terminate() };
}
