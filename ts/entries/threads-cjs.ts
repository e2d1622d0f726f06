// Threads in Node, Deno and Bun.

import * as workerThreads from 'node:worker_threads';
import type { ThreadsOptions } from '../threads/arguments.js';
import { spawnNode, type WorkerThreads } from '../threads/spawn-node.js';
import { setThreads } from '../threads/threads.js';

/** As in threads.ts. */
export function threads(count: number, options?: ThreadsOptions): Promise<number> {
  const spawn = spawnNode.bind(null, workerThreads as unknown as WorkerThreads);
  return setThreads(count, options, () => spawn);
}
