// Times calls in turn, round by round, in one process: a disturbance hits all calls alike.

import { setTimeout as sleep } from 'node:timers/promises';
import { median } from 'simple-statistics';

/** A process is quiet if it uses less than this share of one processor for this long; waiting ends after a while. In ms. */
const [QUIET_SHARE, QUIET_MS, LONGEST_WAIT_MS] = [0.25, 2, 200];

/** Waking threads takes a negligible part of a call of at least this many milliseconds. */
const LONG_MS = 20;

/**
 * The time of every call in every round, in microseconds.
 *
 * Each call first runs for `warmUpMs`, so that the best compiler of the JavaScript engine compiles it. Within a round, a
 * call repeats until it has taken about `minimumMs`.
 *
 * If calls have threads, some keep looking for work after a call, which would disturb the next one. With `quiet`, each call
 * in a round waits until they sleep. Then it runs as often as it is timed, to wake its own, unless it is long.
 */
export async function timeInTurn(calls, { rounds, minimumMs, warmUpMs, quiet = false }) {
  const durations = [];
  for (const call of calls) {
    durations.push(await callMs(call, warmUpMs));
  }
  const repeats = durations.map((duration) => Math.max(1, Math.ceil(minimumMs / duration)));
  const times = calls.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, call] of calls.entries()) {
      if (quiet) {
        await waitForQuiet();
        if (durations[i] < LONG_MS) {
          await time(call, repeats[i]);
        }
      }
      times[i].push((await time(call, repeats[i])) / repeats[i]);
    }
  }
  return times;
}

/** Warms a call up. Returns its time in milliseconds. */
async function callMs(call, warmUpMs) {
  const start = performance.now();
  let done = 0;
  do {
    await time(call, 1);
    done += 1;
  } while (performance.now() - start < warmUpMs);
  return (performance.now() - start) / done;
}

/** Waits until no thread of this process runs. */
async function waitForQuiet() {
  const end = performance.now() + LONGEST_WAIT_MS;
  let share;
  do {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await sleep(QUIET_MS);
    const { user, system } = process.cpuUsage(before);
    share = (user + system) / 1000 / (performance.now() - start);
  } while (share > QUIET_SHARE && performance.now() < end);
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
