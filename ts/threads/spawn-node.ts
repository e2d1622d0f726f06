// Starts a worker of Node, Deno or Bun. It does not keep the program alive.

import type { Member, Start } from './team.js';
import text from './worker.ts?text';

/** What this file uses of `node:worker_threads`. */
export interface WorkerThreads {
  readonly Worker: new (text: string, options: object) => NodeWorker;
}

interface NodeWorker {
  once(event: 'message' | 'exit', listener: () => void): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** Starts a worker from its text. */
export async function spawnNode({ Worker }: WorkerThreads, start: Start, died: () => void): Promise<Member> {
  // The program's own flags could run files in the worker, as --require does.
  const worker = new Worker(text, { eval: true, workerData: start, execArgv: [] });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', resolve);
    worker.on('error', reject);
    worker.once('exit', () => {
      died();
      reject(new Error('it ended at once'));
    });
  });
  worker.unref();
  return { end: () => worker.terminate() };
}
