// The page's side of the worker. It numbers requests, and drops the replies to those that are cancelled.

import type { Answer, Reply, Work } from './messages.js';

type Listener = (reply: Reply | { readonly kind: 'end' }) => void;

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const listeners = new Map<number, Listener>();
let requests = 0;

worker.onmessage = ({ data: { id, reply } }: MessageEvent<Answer>) => {
  listeners.get(id)?.(reply);
};

worker.onerror = ({ message }) => {
  for (const listener of listeners.values()) {
    listener({ kind: 'failure', message: `The worker failed: ${message || 'it could not be loaded'}` });
    listener({ kind: 'end' });
  }
};

/** Sends work. The listener gets each reply, and an end. Returns a function that cancels the work. */
export function send(work: Work, listener: Listener): () => void {
  const id = ++requests;
  listeners.set(id, (reply) => {
    if (reply.kind === 'end') {
      listeners.delete(id);
    }
    listener(reply);
  });
  worker.postMessage({ id, ...work });
  return () => {
    if (listeners.delete(id)) {
      worker.postMessage({ id, kind: 'cancel' });
    }
  };
}
