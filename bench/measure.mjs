// Times calls in turn, round by round, in one process: a disturbance hits all calls alike.

import { median } from 'simple-statistics';

/**
 * The time of every call in every round, in microseconds.
 *
 * Each call first runs for `warmUpMs`, so that the best compiler of the JavaScript engine compiles it. Within a round, a
 * call repeats until it has taken about `minimumMs`.
 */
export async function timeInTurn(calls, { rounds, minimumMs, warmUpMs }) {
  const repeats = [];
  for (const call of calls) {
    repeats.push(await repeatsFor(call, minimumMs, warmUpMs));
  }
  const times = calls.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, call] of calls.entries()) {
      times[i].push((await time(call, repeats[i])) / repeats[i]);
    }
  }
  return times;
}

async function repeatsFor(call, minimumMs, warmUpMs) {
  const start = performance.now();
  let done = 0;
  do {
    await time(call, 1);
    done += 1;
  } while (performance.now() - start < warmUpMs);
  const callMs = (performance.now() - start) / done;
  return Math.max(1, Math.ceil(minimumMs / callMs));
}

/** The time of `repeats` calls in microseconds. Promises are awaited. */
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

/** The median over the rounds of `times` divided by `others`. */
export function medianRatio(times, others) {
  return median(times.map((value, round) => value / others[round]));
}

export { median };
