// Random geometries and options of a pooling. It knows no element types.

import type { AvgPool2dOptions } from 'avgpool';
import fc from 'fast-check';
import { type Case, outputSize } from './definition.js';

/** Poolings with at least one window, of axes and kernels up to these sizes, and sometimes with one of these divisors. */
export function geometries(
  most: { readonly input: number; readonly kernel: number },
  divisors: fc.Arbitrary<number>,
): fc.Arbitrary<Case> {
  const axis = fc.record({
    input: fc.integer({ min: 1, max: most.input }),
    kernel: fc.integer({ min: 1, max: most.kernel }),
    stride: fc.integer({ min: 1, max: 5 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    begin: fc.integer({ min: 0, max: 6 }),
    end: fc.integer({ min: 0, max: 6 }),
  });
  return fc
    .record({
      height: axis,
      width: axis,
      ceilMode: fc.boolean(),
      countIncludePad: fc.boolean(),
      divisorOverride: fc.option(divisors, { freq: 4 }),
    })
    .filter(({ height, width, ceilMode }) => outputSize(height, ceilMode) > 0 && outputSize(width, ceilMode) > 0);
}

/** The options of a pool. */
export function optionsOf({ height, width, ...rest }: Case): AvgPool2dOptions {
  return {
    kernelSize: [height.kernel, width.kernel],
    stride: [height.stride, width.stride],
    padding: [
      [height.begin, height.end],
      [width.begin, width.end],
    ],
    dilation: [height.dilation, width.dilation],
    ...rest,
  };
}
