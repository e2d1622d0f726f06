// The parts of a call, and how threads claim them: the protocol that the caller and its workers share.
//
// It knows the words of the control block. It does not know what a part computes, or who else takes part.
//
// The ticket says how many parts nobody has claimed. A thread claims a part when it lowers the ticket by one, by
// compare-and-exchange. The part is its own until it is marked as done. The caller waits until all claimed parts are done, and a new call begins only then.
// So whatever a thread reads after a claim belongs to its call. A thread that wakes up late finds nothing left, and nobody
// waits for it.

/** The parts for each thread. With several, a thread that is interrupted has less to do. */
export const PARTS = 2;

/** The most threads. They and their parts fit into the ticket. */
export const MAX_THREADS = 60;

/** The word of the control block that holds the ticket. */
export const TICKET = 0;
/** The word with the number of workers that sleep. */
export const SLEEPERS = 1;
/** The first of the words that say, for each thread, whether it claims or runs a part. */
export const BUSY = 2;
/** The first of the words that hold, for each part, the mark of the call that it is done for. */
export const DONE = BUSY + MAX_THREADS;
/** The number of words. */
export const WORDS = DONE + MAX_THREADS * PARTS;

// A ticket holds the number of a call, the number of its threads, and the number of parts that nobody has claimed.
const CALL_SHIFT = 16;
const THREADS_SHIFT = 10;
const THREADS_MASK = 63;
const PARTS_MASK = 1023;

/** The ticket of a call. */
export const ticketOf = (call: number, threads: number, unclaimed: number): number =>
  (call << CALL_SHIFT) | (threads << THREADS_SHIFT) | unclaimed;

/** The number of parts in a ticket that nobody has claimed. */
export const unclaimedIn = (ticket: number): number => ticket & PARTS_MASK;

/** Claims parts of the present call, and runs them, until all are claimed. Returns the number of parts. */
export function runParts(control: Int32Array, thread: number, run: (part: number, parts: number) => void): number {
  let count = 0;
  for (;;) {
    const ticket = Atomics.load(control, TICKET);
    const threads = (ticket >> THREADS_SHIFT) & THREADS_MASK;
    if (unclaimedIn(ticket) === 0 || thread >= threads) {
      return count;
    }
    Atomics.store(control, BUSY + thread, 1);
    if (Atomics.compareExchange(control, TICKET, ticket, ticket - 1) === ticket) {
      const part = unclaimedIn(ticket) - 1;
      run(part, threads * PARTS);
      Atomics.store(control, DONE + part, markOf(ticket));
      count++;
    }
    Atomics.store(control, BUSY + thread, 0);
  }
}

/** What marks a part of the call of a ticket as done. It is not 0, and differs from the marks of other calls. */
export const markOf = (ticket: number): number => (ticket >>> CALL_SHIFT) + 1;

/** Marks parts as not done, before their call begins. */
export function clearDone(control: Int32Array, parts: number): void {
  for (let part = 0; part < parts; part++) {
    Atomics.store(control, DONE + part, 0);
  }
}
