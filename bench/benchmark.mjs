// The benchmark: checks every contestant's results, times them in turn, and reports. `npm run bench` sets it up.

import { writeFileSync } from 'node:fs';
import { AvgPool2d } from 'avgpool';
import { Command } from 'commander';
import { fastPaths } from './algorithms.mjs';
import { families, numbers, sample, sizeOf } from './cases.mjs';
import * as own from './engines/avgpool.mjs';
import * as onnxruntimeNode from './engines/onnxruntime-node.mjs';
import * as onnxruntimeWeb from './engines/onnxruntime-web.mjs';
import * as plain from './engines/plain.mjs';
import * as pytorch from './engines/pytorch.mjs';
import * as tfjs from './engines/tfjs.mjs';
import { extras } from './extras.mjs';
import { multipleOfLimit } from './limit.mjs';
import { median, ratio, rounds } from './measure.mjs';
import { print, publish } from './report.mjs';
import { streaming } from './streaming.mjs';

const program = new Command('npm run bench --')
  .description(
    'Measures avgpool against the streaming limit and against other implementations, one thread each. ' +
      'A full run, without --quick or --case, takes some six minutes and writes its tables to README.md.',
  )
  .option('--quick', 'fewer and shorter rounds, for a first look')
  .option('--case <pattern>', 'only cases whose name matches this regular expression')
  .option('--json <file>', 'writes every figure to this file')
  .option('--fast-paths', 'only what each fast path is worth')
  .parse();
const options = program.opts();
const pattern = toPattern(options.case ?? '');
const timing = options.quick ? { count: 9, least: 0.5, warm: 60 } : { count: 31, least: 1, warm: 120 };

if (options.fastPaths) {
  await fastPaths(timing);
  process.exit();
}

const directions = ['forward', 'backward'];

const chosen = families
  .filter(({ name }) => pattern.test(name))
  .flatMap((each) => directions.map((way) => [each, way]));
if (chosen.length === 0) {
  program.error(`no case matches ${pattern}; there are:\n${families.map(({ name }) => `  ${name}`).join('\n')}`);
}

const contestants = [];
for (const contestant of [own, tfjs, onnxruntimeWeb, onnxruntimeNode, plain]) {
  contestants.push({ name: contestant.name, ...(await contestant.load()) });
}

function toPattern(text) {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    return program.error(`--case: ${error.message}`);
  }
}

/** One direction of one case, by everyone who has it: checked first, and then timed in turn. */
async function measure(each, direction) {
  const outputShape = new AvgPool2d(each.options).outputShape(each.shape);
  const data = { x: numbers(sizeOf(each.shape)), g: numbers(sizeOf(outputShape)) };
  const [read, written] = [sizeOf(each.shape) * 4, sizeOf(outputShape) * 4];
  const { stream, copy, copied } = direction === 'forward' ? streaming(read, written) : streaming(written, read);
  const prepared = [];
  for (const { name, prepare } of contestants) {
    const call = await prepare(each, direction, data, 'float32', outputShape);
    if (call) {
      await check(name, each, direction, data, call);
      prepared.push({ name, ...call });
    }
  }
  const times = await rounds([stream, copy, ...prepared.map(({ call }) => call)], timing);
  const [limit, copying, ...contested] = times;
  for (const { dispose } of prepared) {
    dispose?.();
  }
  const ownTimes = contested[0];
  return {
    name: each.name,
    family: each.family,
    direction,
    options: each.options,
    shape: each.shape,
    outputShape,
    limit: median(limit),
    gigabytes: (read + written) / median(limit) / 1000,
    copyGigabytes: (2 * copied) / median(copying) / 1000,
    multiple: ratio(ownTimes, limit),
    float64: await multipleOfLimit(each, direction, data, timing, 'float64'),
    times: Object.fromEntries(prepared.map(({ name }, i) => [name, median(contested[i])])),
    slower: Object.fromEntries(prepared.map(({ name }, i) => [name, ratio(contested[i], ownTimes)])),
  };
}

/** Refuses a contestant whose result differs from avgpool's by more than rounding; avgpool's own tests check avgpool. */
async function check(name, each, direction, data, { call, read, countIncludePad }) {
  await call();
  compare(name, each, direction, data, read(), countIncludePad);
}

function compare(name, each, direction, data, got, countIncludePad) {
  const poolOptions = countIncludePad === undefined ? each.options : { ...each.options, countIncludePad };
  const reference = own.prepare({ ...each, options: poolOptions }, direction, data, 'float64');
  reference.call();
  const expected = reference.read();
  reference.dispose();
  const wrong = expected.findIndex((value, i) => !(Math.abs(value - got[i]) <= 1e-5));
  if (wrong >= 0 || got.length !== expected.length) {
    const what = `${direction} of ${each.name}: [${wrong}] is ${got[wrong]}, not ${expected[wrong]}`;
    throw new Error(`${name} computes something else, ${what}`);
  }
}

/** Adds PyTorch's times, which come from a process of its own, to what has been measured here. */
async function addPyTorch(results) {
  const { version, results: found } = await pytorch.measure(results, timing, (done) =>
    progress('PyTorch', done, results),
  );
  for (const [i, { times, computed }] of found.entries()) {
    const { shape, outputShape, direction, options } = results[i];
    const data = { x: numbers(sizeOf(shape)), g: numbers(sizeOf(outputShape)) };
    for (const result of computed) {
      compare('PyTorch', { name: results[i].name, options, shape }, direction, data, result);
    }
    for (const [format, name] of Object.entries(pytorch.formats)) {
      results[i].times[name] = times[format];
      results[i].slower[name] = times[format] / results[i].times.avgpool;
    }
  }
  return version;
}

function progress(what, done, all) {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${what}: ${done} of ${all.length}` : done % 10 ? '' : '.');
}

const results = [];
for (const [each, direction] of chosen) {
  progress(`${each.name}, ${direction}`, results.length, chosen);
  results.push(await measure(each, direction));
}
const versions = Object.fromEntries(contestants.map(({ name, version }) => [name, version]));
if (pytorch.isThere()) {
  versions.PyTorch = await addPyTorch(results.filter(({ options: { layout } }) => layout !== 'NHWC'));
} else {
  console.error("\nPyTorch is not measured: `python3 -c 'import torch'` does not work here.");
}

const sampled = sample(options.quick ? 20 : 50).filter(() => options.case === undefined);
const multiples = { forward: [], backward: [] };
for (const each of sampled) {
  progress('a sample of other geometries', multiples.forward.length, sampled);
  const outputs = sizeOf(new AvgPool2d(each.options).outputShape(each.shape));
  const data = { x: numbers(sizeOf(each.shape)), g: numbers(outputs) };
  for (const direction of directions) {
    multiples[direction].push({ name: each.name, multiple: await multipleOfLimit(each, direction, data, timing) });
  }
}
process.stderr.write('\n');

const report = {
  versions,
  results,
  sample: multiples,
  extras: options.case === undefined ? await extras(timing) : [],
};
print(report);
if (options.json) {
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}
if (!options.quick && options.case === undefined) {
  publish(report);
}
