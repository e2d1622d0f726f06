// Times calls in turn, round by round, in one process: what disturbs one of them disturbs the others as well.

import { median } from 'simple-statistics';

/**
 * The time of every call in every round, in microseconds.
 *
 * A call that takes less than `least` ms is repeated within a round until it takes as long, and every call is first run
 * for `warm` ms, so that the engine has compiled it in full.
 */
export async function rounds(calls, { count, least, warm }) {
  const repeats = [];
  for (const call of calls) {
    repeats.push(await repeatsFor(call, least, warm));
  }
  const times = calls.map(() => []);
  for (let round = 0; round < count; round++) {
    for (const [i, call] of calls.entries()) {
      times[i].push((await time(call, repeats[i])) / repeats[i]);
    }
  }
  return times;
}

async function repeatsFor(call, least, warm) {
  const start = performance.now();
  let done = 0;
  do {
    await time(call, 1);
    done += 1;
  } while (performance.now() - start < warm);
  const each = (performance.now() - start) / done;
  return Math.max(1, Math.ceil(least / each));
}

/** Microseconds of so many calls. A call that gives a promise is waited for. */
async function time(call, repeats) {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const result = call();
    if (result instanceof Promise) {
      await result;
    }
  }
  return (performance.now() - start) * 1000;
}

/** The median of the ratios of two series of times, round by round. */
export function ratio(times, others) {
  return median(times.map((value, round) => value / others[round]));
}

export { median };
