// Starts and ends the threads of a program. It decides whether threads can be had, and in which order things happen.
//
// It does not know what kinds of workers there are.

import { memory, moduleBytes, moveTo, setTeam, threadCount } from '../wasm/bindings.js';
import { reasonOf } from '../wasm/diagnose.js';
import { type Arguments, checkArguments, type ThreadsOptions } from './arguments.js';
import { sharedModule } from './shared-module.js';
import { type Spawn, Team } from './team.js';

/** What starts the workers of a platform, for their address. Throws an error if it has none. */
export type Platform = (workerUrl: ThreadsOptions['workerUrl'] | undefined) => Spawn;

/** The largest memory in pages of 64 KiB. */
const MOST_PAGES = 2 ** 16;

const headers = 'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';

/** The module over a shared memory, once calls use it. */
let shared: { readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory } | undefined;
let team: Team | undefined;
/** The change of before. Changes take turns. */
let before: Promise<unknown> = Promise.resolve();

/** `threads` of a platform. */
export function setThreads(count: unknown, options: ThreadsOptions | undefined, platform: Platform): Promise<number> {
  const turn = before.then(() => change(checkArguments(count, options), platform));
  before = turn.catch(() => {});
  return turn;
}

async function change({ count, isRequired, workerUrl, bytes }: Arguments, platform: Platform): Promise<number> {
  if (count === threadCount()) {
    return count;
  }
  const old = team;
  if (count === 1) {
    team = undefined;
    setTeam(1);
  } else {
    try {
      team = await startTeam(count, platform(workerUrl), bytes);
    } catch (cause) {
      if (isRequired) {
        throw new Error(`avgpool cannot use ${count} threads: ${reasonOf(cause)}`, { cause });
      }
      return threadCount();
    }
  }
  await old?.end();
  return threadCount();
}

/** Starts workers over a shared memory, moves to that memory, and uses them. If anything fails, nothing has changed. */
async function startTeam(threads: number, spawn: Spawn, bytes: Uint8Array | undefined): Promise<Team> {
  if (globalThis.crossOriginIsolated === false) {
    throw new Error(`the page is not cross-origin isolated: serve it with the headers ${headers}`);
  }
  // WebKitGTK has none, even on isolated pages.
  if (typeof SharedArrayBuffer === 'undefined') {
    throw new Error('there is no SharedArrayBuffer here');
  }
  const next = shared ?? (await share(bytes));
  const started = await Team.start(threads, next.module, next.memory, spawn).catch((cause) => {
    throw new Error(`a worker did not start (${reasonOf(cause)})`, { cause });
  });
  try {
    if (!shared) {
      moveTo(next.module, next.memory);
      shared = next;
    }
    setTeam(threads, started);
  } catch (error) {
    await started.end();
    throw error;
  }
  return started;
}

/** The module over a shared memory as large as can be reserved. */
async function share(
  given: Uint8Array | undefined,
): Promise<{ module: WebAssembly.Module; memory: WebAssembly.Memory }> {
  const bytes = moduleBytes() ?? given;
  if (!bytes) {
    throw new Error('avgpool/slim keeps no bytes of its module: give the option bytes');
  }
  const [reserved, maximum] = reserveShared(memory().byteLength / 2 ** 16);
  const module = await WebAssembly.compile(sharedModule(bytes, maximum)).catch((cause) => {
    throw new Error(`the module cannot be compiled (${reasonOf(cause)})`, { cause });
  });
  return { module, memory: reserved };
}

/** A shared memory of `pages` pages, and its maximum in pages. The maximum is the largest that can be reserved. */
function reserveShared(pages: number): [memory: WebAssembly.Memory, maximum: number] {
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return [new WebAssembly.Memory({ initial: pages, maximum, shared: true }), maximum];
    } catch (cause) {
      if (maximum / 2 < pages) {
        throw new Error(`there is no address space for a shared memory (${reasonOf(cause)})`, { cause });
      }
    }
  }
}
