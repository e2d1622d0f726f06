// A team: the caller and its workers, and how a call runs on them.
//
// It knows the workers as handles. It does not know what kind of workers they are, or how the memory became shared.

import type { Exports } from '../wasm/bindings.js';
import {
  BUSY,
  clearDone,
  DONE,
  markOf,
  PARTS,
  runParts,
  SLEEPERS,
  TICKET,
  ticketOf,
  unclaimedIn,
  WORDS,
} from './parts.js';

/** What a worker needs to start. */
export interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  /** The number of its thread. The caller is thread 0. */
  readonly thread: number;
}

/** A worker that has started. */
export interface Member {
  /** Ends the worker at once. Resolves when it has ended, where that can be known. */
  end(): unknown;
}

/**
 * Starts a worker. Rejects if it does not start.
 *
 * @param died is called if the worker ends by itself, as soon as that can be known.
 */
export type Spawn = (start: Start, died: () => void) => Promise<Member>;

/**
 * How long the caller waits for a part before it takes its thread for dead, in milliseconds and in times of its own parts. A
 * thread that lives is never interrupted for so long while the caller runs.
 */
const PATIENCE = 1000;
const PATIENCE_IN_PARTS = 50;

/** The most of this time that passes between two looks at the clock, which can be coarse, in milliseconds. */
const LONGEST_STEP = 100;

/**
 * Waking a worker takes up to 70 µs. It is worth it for calls that take longer than this on one thread, and for those that
 * follow the one before within this time. In milliseconds.
 */
const WORTH_WAKING = 0.1;
const BURST = 0.05;

/** A call with workers that takes longer than on one thread by this much, in times and in milliseconds, is a loss. */
const LOSS = 1.1;
const SMALLEST_LOSS = 0.02;

/** The most calls in a row that run on one thread after losses. */
const MOST_SKIPPED = 63;

/** The threads of a program. The caller is thread 0. */
export class Team {
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  /** The workers by the numbers of their threads, without those that have died. */
  readonly #members = new Map<number, Member>();
  #call = 0;
  /** When the last call ended, and how long the last call of each plan takes on one thread. */
  #end = 0;
  readonly #usual: number[] = [];
  /** After losses: the number of calls to run on one thread, and how many of them are left. */
  #skipped = 0;
  #toSkip = 0;
  /** Whether workers took part in the last call that was shared. */
  #took = false;

  /** Starts a team of `threads` threads. If a worker does not start, all end, and this rejects. */
  static async start(
    threads: number,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    spawn: Spawn,
  ): Promise<Team> {
    const team = new Team();
    const control = team.#control;
    const starts = Array.from({ length: threads - 1 }, async (_, i) => {
      const thread = i + 1;
      team.#members.set(thread, await spawn({ module, memory, control, thread }, () => team.#members.delete(thread)));
    });
    const failed = (await Promise.allSettled(starts)).find((result) => 'reason' in result);
    if (failed) {
      await team.end();
      throw failed.reason;
    }
    return team;
  }

  /** The number of threads that live. */
  get size(): number {
    return 1 + this.#members.size;
  }

  /** Ends all workers. */
  async end(): Promise<void> {
    const members = [...this.#members.values()];
    this.#members.clear();
    await Promise.all(members.map((member) => member.end()));
  }

  /** Runs the call of plan `plan` that has begun, on this many threads: those with a smaller number. */
  run(runPart: Exports['runPart'], threads: number, plan: number): void {
    const start = performance.now();
    // Nothing is known of a plan's first call, and undefined is not greater.
    const isWorthWaking = start - this.#end < BURST || (this.#usual[plan] as number) > WORTH_WAKING;
    // A worker that has died in its sleep is still counted among the sleepers.
    const areAsleep = Atomics.load(this.#control, SLEEPERS) >= this.#members.size;
    if (this.#toSkip > 0 || this.#members.size === 0 || (!isWorthWaking && areAsleep)) {
      this.#toSkip--;
      runPart(0, 1, 0);
      this.#end = performance.now();
      this.#usual[plan] = this.#end - start;
      return;
    }
    const alone = this.#share(runPart, threads, isWorthWaking);
    this.#end = performance.now();
    this.#usual[plan] = alone;
    // Workers that are still waking up take no part. They will in the next call.
    if (this.#took) {
      const isLoss = this.#end - start > LOSS * alone + SMALLEST_LOSS;
      this.#skipped = isLoss ? Math.min(2 * this.#skipped + 1, MOST_SKIPPED) : 0;
      this.#toSkip = this.#skipped;
    }
  }

  /** Shares the parts of the call with the workers. Returns the time that the caller would have taken alone. */
  #share(runPart: Exports['runPart'], threads: number, wakes: boolean): number {
    const control = this.#control;
    const parts = threads * PARTS;
    let busy = 0;
    let running = -1;
    const runOwn = (part: number) => {
      const start = performance.now();
      running = part;
      runPart(part, parts, 0);
      running = -1;
      busy += performance.now() - start;
    };
    clearDone(control, parts);
    // The caller has the last part at once: it tells how long a part takes.
    const ticket = ticketOf(++this.#call, threads, parts - 1);
    Atomics.store(control, TICKET, ticket);
    if (wakes && Atomics.load(control, SLEEPERS) > 0) {
      Atomics.notify(control, TICKET);
    }
    let own = 1;
    try {
      runOwn(parts - 1);
      own += runParts(control, 0, runOwn);
    } finally {
      // If a stack overflow has interrupted the caller, nobody shall claim what is left.
      const left = unclaimedIn(Atomics.exchange(control, TICKET, ticket - unclaimedIn(ticket)));
      const mark = markOf(ticket);
      for (let part = left; part < parts - 1; part++) {
        if (part !== running && !this.#isSoon(DONE + part, mark, busy / own)) {
          this.#dropBusy();
          runPart(part, parts, 0);
        }
      }
    }
    this.#took = own < parts;
    return (busy / own) * parts;
  }

  /**
   * Ends a call that was interrupted where it could not wait for its workers: by a stack overflow in the wait itself, or by an
   * engine that ends the program's code, as a timeout of `node:vm` does. Nothing may change that the workers still use.
   */
  settle(): void {
    const control = this.#control;
    const ticket = Atomics.load(control, TICKET);
    Atomics.store(control, TICKET, ticket - unclaimedIn(ticket));
    for (const thread of this.#members.keys()) {
      if (!this.#isSoon(BUSY + thread, 0, 0)) {
        this.#dropBusy();
      }
    }
  }

  /** Waits until a word has a value. False if the thread that sets it has died. It never sleeps, since a page must not. */
  #isSoon(word: number, value: number, usual: number): boolean {
    const control = this.#control;
    const patience = PATIENCE + PATIENCE_IN_PARTS * usual;
    let waited = 0;
    let last = 0;
    for (let i = 1; Atomics.load(control, word) !== value; i++) {
      if (i % 64 === 0) {
        const now = performance.now();
        // What interrupts the caller, such as a stop of the process, can interrupt all threads. So it counts little.
        waited += Math.min(now - (last || now), LONGEST_STEP);
        last = now;
        if (waited > patience) {
          return false;
        }
      }
    }
    return true;
  }

  /** Drops the workers that are still busy with a part. */
  #dropBusy(): void {
    for (const [thread, member] of this.#members) {
      if (Atomics.load(this.#control, BUSY + thread) > 0) {
        this.#members.delete(thread);
        member.end();
      }
    }
  }
}
