// The measuring flow: checks the result of every engine, then times the engines in turn. It does not know report formats.

import { cpus } from 'node:os';
import { directions, isAdaptive, passesOf } from './cases.mjs';
import { check } from './check.mjs';
import { dataFor } from './data.mjs';
import { alone, isOwn } from './engines/avgpool.mjs';
import { loadEngines } from './engines/index.mjs';
import * as pytorch from './engines/pytorch.mjs';
import { measureExtras } from './extras.mjs';
import { multipleOfLimit, streamingFor } from './limit.mjs';
import { median, medianRatio, timeInTurn } from './measure.mjs';
import { networkTimes } from './networks.mjs';

/**
 * All figures of a run.
 *
 * @param cases the poolings on which all engines are timed.
 * @param sampled the poolings on which only avgpool is timed, against the streaming limit.
 * @param extras whether to measure the figures of extras.mjs too.
 */
export async function benchmark(cases, { timing, sampled, extras }) {
  const engines = await loadEngines();

  const results = [];
  const passes = cases.flatMap(passesOf);
  for (const pass of passes) {
    showProgress(`${pass.pooling.name}, ${pass.dtype}, ${pass.direction}`, results.length, passes.length);
    results.push(await measureSurely(() => measurePass(engines, pass, timing)));
  }
  const versions = { ...versionsOf(engines), ...(await addPyTorch(results, timing)) };

  const multiples = { forward: [], backward: [] };
  for (const [i, pooling] of sampled.entries()) {
    showProgress('the sample of geometries', i, sampled.length);
    for (const direction of directions) {
      const multiple = await multipleOfLimit(pooling, direction, dataFor(pooling), timing);
      multiples[direction].push({ name: pooling.name, multiple });
    }
  }
  process.stderr.write('\n');

  return {
    conditions: conditions(),
    versions,
    results,
    networks: networkTimes(results),
    sample: multiples,
    extras: extras ? await measureExtras(timing) : [],
  };
}

/** A lead below this is within the noise of some runs. */
const sureLead = 1.1;

/** The versions of engines by their names, without those of avgpool on one thread and of its other forms. */
export function versionsOf(engines) {
  const named = engines.filter(({ name, version }) => version && name !== alone);
  return Object.fromEntries(named.map(({ name, version }) => [name, version]));
}

/** Measures a pass. If an engine is ahead of avgpool, or nearly so, measures it twice more and takes the median run. */
export async function measureSurely(measured, leadOf = leastLead) {
  const first = await measured();
  if (leadOf(first) >= sureLead) {
    return first;
  }
  const runs = [first, await measured(), await measured()];
  return runs.sort((a, b) => leadOf(a) - leadOf(b))[1];
}

/** The time of the fastest other engine, relative to avgpool's. */
export function leastLead({ relativeToAvgpool }) {
  const others = Object.entries(relativeToAvgpool).filter(([name]) => !isOwn(name));
  return Math.min(...others.map(([, ratio]) => ratio));
}

/** Checks and times one direction of one case and element type in all engines that support it. */
async function measurePass(engines, pass, timing) {
  const { pooling, dtype, direction } = pass;
  const data = dataFor(pooling, dtype);
  const prepared = await prepareAll(engines, pass, data);

  const { stream, copy, streamedBytes, copiedBytes } = streamingFor(direction, data, dtype);
  const times = await timeInTurn([stream, copy, ...prepared.map(({ run }) => run)], timing);
  const [limitTimes, copyTimes, ...engineTimes] = times;
  for (const { dispose } of prepared) {
    dispose?.();
  }
  return {
    ...summarise(pass, data, prepared, engineTimes),
    limitMicroseconds: median(limitTimes),
    limitGBs: streamedBytes / median(limitTimes) / 1000,
    copyGBs: (2 * copiedBytes) / median(copyTimes) / 1000,
    multipleOfLimit: medianRatio(engineTimes[0], limitTimes),
  };
}

/** Prepares a pass in all engines that support it, calls each once and checks the result. `data` is of `dataFor`. */
export async function prepareAll(engines, { pooling, dtype, direction }, data) {
  const prepared = [];
  for (const { name, prepare } of engines.filter((engine) => supports(engine, pooling, dtype))) {
    const call = await prepare(pooling, direction, data, dtype);
    if (call) {
      await call.run();
      const actual = { ...pooling, dtype, ...call.actual };
      check(name, actual, direction, dataFor(actual, dtype), call.read(), actual);
      prepared.push({ name, ...call });
    }
  }
  return prepared;
}

/** What a pass is, and its times in all prepared engines, of which avgpool is the first. */
export function summarise({ pooling, dtype, direction }, { outputShape }, prepared, engineTimes) {
  const [ownTimes] = engineTimes;
  const byEngine = (figure) => Object.fromEntries(prepared.map(({ name }, i) => [name, figure(engineTimes[i])]));
  return {
    name: pooling.name,
    dtype,
    direction,
    options: pooling.options,
    shape: pooling.shape,
    outputShape,
    microseconds: byEngine(median),
    relativeToAvgpool: byEngine((own) => medianRatio(own, ownTimes)),
  };
}

function supports({ dtypes = ['float32'], adaptive = false }, { options }, dtype) {
  return dtypes.includes(dtype) && (adaptive || !isAdaptive(options));
}

/**
 * Adds PyTorch's figures to the NCHW results and returns its version, as `versionsOf` does. Its own process times them, so not
 * in turn.
 */
export async function addPyTorch(results, timing, threads = 1) {
  if (!pytorch.isAvailable()) {
    console.error("\nPyTorch is skipped: `python3 -c 'import torch'` fails on this machine.");
    return {};
  }
  const supported = results.filter(({ options, dtype }) => options.layout !== 'NHWC' && dtype !== 'uint8');
  const { version, measured } = await pytorch.measure(supported, timing, threads, (done) =>
    showProgress('PyTorch', done, supported.length),
  );
  for (const [i, { microseconds, outputs }] of measured.entries()) {
    const result = supported[i];
    for (const name of pytorch.names) {
      check(name, result, result.direction, dataFor(result), outputs[name], result);
      result.microseconds[name] = microseconds[name];
      result.relativeToAvgpool[name] = microseconds[name] / result.microseconds.avgpool;
    }
  }
  return { PyTorch: version };
}

export function conditions() {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: processors[0].model.trim(),
    cores: processors.length,
    node: process.versions.node,
  };
}

export function showProgress(what, done, all) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001b[K${what}: ${done} of ${all}`);
  } else if (done % 10 === 0) {
    process.stderr.write('.');
  }
}
