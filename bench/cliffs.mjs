// Cliffs: small changes of a pooling after which avgpool takes longer for each element that it reads or writes.

import * as avgpool from 'avgpool';
import { directions, heightAxisOf, pairsOf, toPair } from './cases.mjs';
import { prepareChecked } from './check.mjs';
import { dataFor } from './data.mjs';
import { medianRatio, timeInTurn } from './measure.mjs';

/** A ratio above this is listed at the end. */
const steep = 1.5;

/** Neighbours are many, and most run kernels that the JavaScript engine has compiled for the case before. */
const briefly = { minimumMs: 0.3, warmUpMs: 15 };

/**
 * Prints the worst neighbour of each case and direction, then all steep neighbours of the ten worst.
 *
 * A ratio is the neighbour's time per element over that of the case. A ratio of 1 is no cliff.
 */
export async function findCliffs(chosen, timing) {
  const passes = [];
  for (const pooling of chosen) {
    const near = neighbours(pooling);
    const family = [pooling, ...near].map((one) => ({ ...one, data: dataFor(one) }));
    for (const direction of directions) {
      const [, ...ratios] = await timesPerElement(family, direction, timing);
      const steps = ratios.map((ratio, i) => ({ ratio, text: `${ratio.toFixed(2)}× ${near[i].change}` }));
      steps.sort((a, b) => b.ratio - a.ratio);
      passes.push({ name: `${pooling.name}, ${direction}`, steps });
      console.log(`${pooling.name}, ${direction}: ${steps[0].text}`);
    }
  }
  const worst = passes
    .filter(({ steps }) => steps[0].ratio > steep)
    .sort((a, b) => b.steps[0].ratio - a.steps[0].ratio);
  console.log(`\nThe worst, with all neighbours above ${steep}×:\n`);
  for (const { name, steps } of worst.slice(0, 10)) {
    const texts = steps.filter(({ ratio }) => ratio > steep).map(({ text }) => text);
    console.log(`${name}: ${texts.join(', ')}`);
  }
}

/** The time of each pooling per element of input and output, relative to that of the first. */
async function timesPerElement(family, direction, timing) {
  const calls = family.map((pooling) => prepareChecked(avgpool, pooling, direction, pooling.data));
  const times = await timeInTurn(
    calls.map(({ run }) => run),
    { ...timing, ...briefly },
  );
  for (const { dispose } of calls) {
    dispose();
  }
  const elements = family.map(({ data }) => data.input.length + data.gradOutput.length);
  return times.map((own, i) => (medianRatio(own, times[0]) * elements[0]) / elements[i]);
}

/** The poolings that differ in one option, or by one in one size. */
function neighbours({ name, options, shape }) {
  const { kernels, strides, paddings } = pairsOf(options);
  const add = (sizes, changes) => sizes.map((size, i) => size + (changes[i] ?? 0));
  const axis = heightAxisOf(options);
  const plane = (...changes) => ({ shape: shape.toSpliced(axis, 2, ...add(shape.slice(axis, axis + 2), changes)) });
  // The strides stay, even if the case has the kernel size for them.
  const changed = (changes) => ({ options: { ...options, stride: strides, ...changes } });
  const kernel = (...changes) => changed({ kernelSize: add(kernels, changes) });
  const padding = (...changes) => changed({ padding: paddings.map((size, i) => add([size, size], changes[i])) });
  const candidates = {
    'height − 1': plane(-1, 0),
    'height + 1': plane(1, 0),
    'width − 1': plane(0, -1),
    'width + 1': plane(0, 1),
    'kernel height − 1': kernel(-1, 0),
    'kernel height + 1': kernel(1, 0),
    'kernel width − 1': kernel(0, -1),
    'kernel width + 1': kernel(0, 1),
    'padding − 1': padding([-1, -1], [-1, -1]),
    'padding + 1': padding([1, 1], [1, 1]),
    'padding − 1 at the start': padding([-1, 0], [-1, 0]),
    'padding + 1 at the end': padding([0, 1], [0, 1]),
    'top padding − 1': padding([-1, 0], [0, 0]),
    'top padding + 1': padding([1, 0], [0, 0]),
    'left padding − 1': padding([0, 0], [-1, 0]),
    'left padding + 1': padding([0, 0], [1, 0]),
    'other countIncludePad': changed({ countIncludePad: options.countIncludePad === false }),
    divisorOverride: changed({ divisorOverride: 7 }),
    ceilMode: changed({ ceilMode: true }),
  };
  return Object.entries(candidates)
    .map(([change, candidate]) => ({ name: `${name}, ${change}`, change, options, shape, ...candidate }))
    .filter(isPossible);
}

/** Whether every window fits, and no padding is above half the kernel. */
function isPossible({ options, shape }) {
  const { kernels, paddings } = pairsOf(options);
  return kernels.every((kernel, i) => {
    const size = shape[heightAxisOf(options) + i];
    const [start, end] = toPair(paddings[i]);
    const isSmall = (padding) => 0 <= padding && padding <= kernel / 2;
    return size > 0 && kernel > 0 && kernel <= start + size + end && isSmall(start) && isSmall(end);
  });
}
