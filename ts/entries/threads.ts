// Threads on pages and in their workers, and in bundles for Node.

/**
 * Pools on several threads, with the same bits: in Node, Deno, Bun, and on pages with cross-origin isolation. One call of
 * {@link threads} is enough, for the pools of any other entry.
 *
 * @example
 * ```js
 * import { AvgPool2d, Tensor } from 'avgpool';
 * import { threads } from 'avgpool/threads';
 *
 * console.log(await threads(2)); // 2
 * const y = new AvgPool2d(3, 1, 1).forward(Tensor.ones([64, 112, 112]));
 * console.log(y.data[113]); // 1
 * ```
 *
 * @module avgpool/threads
 */

import type { ThreadsOptions } from '../threads/arguments.js';
import { spawnNode, type WorkerThreads } from '../threads/spawn-node.js';
import { spawnWeb } from '../threads/spawn-web.js';
import type { Spawn } from '../threads/team.js';
import { setThreads } from '../threads/threads.js';

export type { ThreadsOptions };

/**
 * Uses `count` threads for all calls of `forward` and `backward` in the program, which stay synchronous and give the same
 * bits. Calls that move less than 1 MB use one thread.
 *
 * Tensors, plans and pools made before stay valid. The first call with more than one thread detaches all views, as growth
 * of the memory does. Views made afterwards are of a SharedArrayBuffer and never detach.
 *
 * @param count the number of threads, from 1 to 60. 1 ends the workers.
 * @param options whether to reject if the threads cannot be had, and what some programs have to provide.
 * @returns the number of threads in use. It is the number of before, usually 1, where the threads cannot be had: without
 *   SharedArrayBuffer, on a page without cross-origin isolation, without workers, or without address space.
 * @throws RangeError or TypeError, as rejections, for a wrong argument.
 * @throws Error, as a rejection, if the threads cannot be had and `require` is true. It says what is missing.
 *
 * @example
 * ```js
 * import { memoryUsage } from 'avgpool';
 * import { threads } from 'avgpool/threads';
 *
 * console.log(await threads(2), memoryUsage().threads); // 2 2
 * console.log(await threads(1), memoryUsage().threads); // 1 1
 * ```
 */
export function threads(count: number, options?: ThreadsOptions): Promise<number> {
  return setThreads(count, options, platform);
}

function platform(workerUrl: ThreadsOptions['workerUrl'] | undefined): Spawn {
  // A web worker of Deno or Bun would keep the program alive.
  const { document, process } = globalThis as { document?: object; process?: Process };
  const builtin = document ? undefined : process?.getBuiltinModule?.('node:worker_threads');
  if (builtin) {
    return spawnNode.bind(null, builtin);
  }
  if (typeof Worker === 'undefined') {
    throw new Error('there are no workers here');
  }
  return spawnWeb.bind(null, workerUrl);
}

/** What Node, Deno and Bun have in common. Node 18 lacks the function. */
interface Process {
  getBuiltinModule?(name: string): WorkerThreads | undefined;
}
