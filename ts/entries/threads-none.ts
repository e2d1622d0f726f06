// Threads on edge platforms, which have none.

import { checkArguments, type ThreadsOptions } from '../threads/arguments.js';

/** As in threads.ts. */
export async function threads(count: number, options?: ThreadsOptions): Promise<number> {
  if (checkArguments(count, options).isRequired && count > 1) {
    throw new Error(`avgpool cannot use ${count} threads: this platform has none`);
  }
  return 1;
}
