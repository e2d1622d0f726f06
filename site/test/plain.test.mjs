// The plain loop against the package, in Node, on random settings.

import { AdaptiveAvgPool2d, AvgPool2d, Tensor } from 'avgpool';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDifference, plainPooling, poolRows } from '../src/plain.ts';
import { choices } from '../src/state.ts';

const most = (max, min = 1) => fc.integer({ min, max });
const pairOf = (value) => fc.tuple(value, value);
const cases = fc.record({
  size: pairOf(most(12)),
  kernelSize: pairOf(most(5)),
  stride: fc.option(pairOf(most(4))),
  padding: fc.tuple(...Array.from({ length: 4 }, () => most(4, 0))),
  dilation: pairOf(most(3)),
  ceilMode: fc.boolean(),
  countIncludePad: fc.boolean(),
  divisorOverride: fc.option(fc.constantFrom(1, 7, 0.3, -2), { freq: 3 }),
  outputSize: pairOf(most(15)),
  windows: fc.constantFrom(...choices.windows),
  layout: fc.constantFrom(...choices.layout),
  dtype: fc.constantFrom(...choices.dtype),
});

const texts = (values) => (values === null ? ['', ''] : [values].flat().map(String));

/** The results of both for one case: the package’s numbers, and those of the loop. Undefined if no window fits. */
function bothOf({ size: [height, width], windows, outputSize, layout, dtype, ...options }) {
  const [top, bottom, left, right] = options.padding;
  const padding = [
    [top, bottom],
    [left, right],
  ];
  const pool =
    windows === 'adaptive'
      ? new AdaptiveAvgPool2d({ outputSize, layout })
      : new AvgPool2d({ ...options, padding, layout });
  const channels = 2;
  const values = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * i * 37 + i) % 256);
  const shape = layout === 'NHWC' ? [height, width, channels] : [channels, height, width];
  let y;
  try {
    y = pool.forward(Tensor.from(values, shape, dtype));
  } catch (error) {
    expect(error.message).toMatch(/^the output (height|width) must be at least 1/);
    return undefined;
  }
  const settings = {
    windows,
    layout,
    dtype,
    kernelSize: texts(options.kernelSize),
    stride: texts(options.stride),
    padding: texts(options.padding),
    dilation: texts(options.dilation),
    divisorOverride: [options.divisorOverride === null ? '' : String(options.divisorOverride)],
    ceilMode: options.ceilMode,
    countIncludePad: options.countIncludePad,
    outputSize: texts(outputSize),
  };
  const outputSizes = layout === 'NHWC' ? y.shape.slice(0, 2) : y.shape.slice(1);
  const pooling = plainPooling(settings, [height, width], outputSizes);
  const plain = new Float64Array(y.size).fill(Number.NaN);
  const rows = [...poolRows(pooling, settings, channels, values, plain)];
  expect(rows).toHaveLength(outputSizes[0]);
  return { avgpool: y.toArray().flat(2), plain };
}

test('the plain loop computes the results of the package, within rounding', () => {
  let compared = 0;
  const check = (settings) => {
    const both = bothOf(settings);
    if (both) {
      compared++;
      expect(firstDifference(settings.dtype, 12, both.avgpool, both.plain)).toBeUndefined();
    }
  };
  fc.assert(fc.property(cases, check), { numRuns: 2000, seed: 17 });
  expect(compared).toBeGreaterThan(500);
});

test.each(choices.dtype)('a difference of %s is found with its index and both numbers', (dtype) => {
  expect(firstDifference(dtype, 4, [1, 100, 3], [1, 101, 4])).toEqual({ index: 1, avgpool: 100, plain: 101 });
  expect(firstDifference(dtype, 4, [1, Number.NaN], [1, 2])).toMatchObject({ index: 1 });
  expect(firstDifference(dtype, 4, [0, 100, 3], [0, 100, 3])).toBeUndefined();
});
