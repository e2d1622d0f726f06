// Threads: avgpool on several threads against itself on one, and against other engines on as many.
//
// Calls that move less than 1 MiB stay on one thread, so most poolings here move more.

import { availableParallelism } from 'node:os';
import * as avgpool from 'avgpool';
import { addPyTorch, leastLead, measureSurely, prepareAll, showProgress, summarise, versionsOf } from './benchmark.mjs';
import { cases, padded, passesOf } from './cases.mjs';
import { prepareChecked } from './check.mjs';
import { dataFor } from './data.mjs';
import { alone, startThreads } from './engines/avgpool.mjs';
import { loadThreadedEngines } from './engines/index.mjs';
import { bytesOf, streamingFor } from './limit.mjs';
import { median, medianRatio, timeInTurn } from './measure.mjs';
import { startStreaming } from './streaming-threads.mjs';

/** Calls that move fewer bytes stay on one thread. */
const FEWEST_BYTES = 2 ** 20;

/** In how many pairs of calls results are compared, and how many wrong elements are written between the two. */
const [CHECKED_CALLS, MARKS] = [20, 256];

/** The numbers of threads to measure: 2, and one for each core. More than 60 threads cannot be had. */
const counts = [...new Set([2, Math.min(60, availableParallelism())])].filter((count) => count > 1);

/**
 * All figures of threads, and the versions of the engines.
 *
 * float64 is left out where there is float32: its calls are split in the same way.
 */
export async function measureThreads(chosen, timing) {
  const quietly = { ...timing, quiet: true };
  const passes = chosen.flatMap(passesOf).filter((pass) => pass.dtype !== 'float64' && isLarge(pass));
  const parts = [];
  const versions = {};
  for (const threads of counts) {
    const engines = await loadThreadedEngines(threads);
    const stream = await startStreaming(threads);
    const results = [];
    for (const [i, pass] of passes.entries()) {
      showProgress(`${threads} threads: ${pass.pooling.name}, ${pass.dtype}, ${pass.direction}`, i, passes.length);
      results.push(await measureSurely(() => measurePass(engines, stream, pass, quietly), leadOf));
    }
    Object.assign(versions, versionsOf(engines), await addPyTorch(results, timing, threads));
    parts.push({ threads, results, figures: await measureLatency(threads, quietly) });
  }
  process.stderr.write('\n');
  return { parts, versions };
}

/** A gain below 1.6 is as doubtful as a lead below 1.1. */
const leadOf = (result) => Math.min(leastLead(result), result.relativeToAvgpool[alone] - 0.5);

function isLarge({ pooling, dtype }) {
  const [inputBytes, outputBytes] = bytesOf(dataFor(pooling, dtype), dtype);
  return inputBytes + outputBytes >= FEWEST_BYTES;
}

/** Checks and times one pass in all engines that support it, and the streaming limit on one thread and on several. */
async function measurePass(engines, makeStreaming, pass, timing) {
  const { pooling, dtype, direction } = pass;
  const data = dataFor(pooling, dtype);
  const prepared = await prepareAll(engines, pass, data);
  checkSame(prepared, pass);
  const limits = [undefined, makeStreaming].map((make) => streamingFor(direction, data, dtype, make).stream);
  const times = await timeInTurn([...limits, ...prepared.map(({ run }) => run)], timing);
  const [limitAloneTimes, limitTimes, ...engineTimes] = times;
  for (const { dispose } of prepared) {
    dispose?.();
  }
  return {
    ...summarise(pass, data, prepared, engineTimes),
    limitAloneMicroseconds: median(limitAloneTimes),
    limitMicroseconds: median(limitTimes),
    multipleOfLimit: medianRatio(engineTimes[0], limitTimes),
  };
}

/** Throws if the results of avgpool on several threads differ from those on one. */
function checkSame([{ run, result }, onOneThread], { pooling, direction }) {
  const { data } = result;
  const expected = onOneThread.result.data;
  const step = Math.ceil(data.length / MARKS);
  for (let i = 0; i < CHECKED_CALLS; i++) {
    run();
    // Every part has wrong elements until a thread computes it. They are few, since only calls in quick succession wake workers.
    for (let at = 0; at < data.length; at += step) {
      data[at] = expected[at] + 1;
    }
    run();
    const wrong = data.findIndex((value, at) => value !== expected[at]);
    if (wrong >= 0) {
      const place = `element ${wrong} of the ${direction} pass of ${pooling.name}`;
      throw new Error(`threads change a result: ${place} is ${data[wrong]}, expected ${expected[wrong]}`);
    }
  }
}

const halve = (channels, size) => cases('2×2', { kernelSize: 2 }, [[1, channels, size, size]])[0];
const smooth = (channels, size) => cases('3×3 stride 1', padded(3), [[1, channels, size, size]])[0];

/** The first is small. The second moves little more than 1 MiB, and the last takes long enough to wake workers for it. */
const [small, medium, large] = [halve(64, 28), halve(67, 56), smooth(64, 112)];

/** How long a program does something else between two calls, in milliseconds. Workers look for work for 0.06 ms. */
const pauses = [0.2, 3];

/** What threads cost a call that does not use them, and calls whose workers sleep. */
async function measureLatency(threads, timing) {
  const copies = [await startThreads(threads), avgpool];
  const figures = [await oneAfterAnother(copies, small, timing)];
  for (const pooling of [medium, large]) {
    figures.push(await afterPauses(copies, pooling, timing));
  }
  return figures;
}

async function oneAfterAnother(copies, pooling, timing) {
  const calls = prepareCopies(copies, pooling);
  const runs = calls.map(({ run }) => run);
  const [times, aloneTimes] = await timeInTurn(runs, timing);
  disposeAll(calls);
  return { label: labelOf(pooling), figures: [medianRatio(times, aloneTimes)], unit: '×' };
}

async function afterPauses(copies, pooling, timing) {
  const calls = prepareCopies(copies, pooling);
  const runs = calls.map(({ run }) => run);
  await timeInTurn(runs, timing);
  const figures = pauses.map((pause) => {
    const [times, aloneTimes] = timeAfterPauses(runs, pause, 10 * timing.rounds);
    return medianRatio(times, aloneTimes);
  });
  disposeAll(calls);
  return { label: `${labelOf(pooling)}, after pauses of ${pauses.join(' and ')} ms`, figures, unit: '×' };
}

const labelOf = ({ name }) => `Time of forward with threads, relative to one thread: ${name}`;

function prepareCopies(copies, pooling) {
  const data = dataFor(pooling);
  return copies.map((copy) => prepareChecked(copy, pooling, 'forward', data));
}

function disposeAll(calls) {
  for (const { dispose } of calls) {
    dispose();
  }
}

/** The time of every call in every round, each after a pause in which the caller is busy. */
function timeAfterPauses(runs, pauseMs, rounds) {
  const times = runs.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of runs.entries()) {
      const end = performance.now() + pauseMs;
      while (performance.now() < end) {}
      const start = performance.now();
      run();
      times[i].push(performance.now() - start);
    }
  }
  return times;
}
