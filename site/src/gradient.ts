// The gradient of one output with respect to one plane of the input. It runs in the worker.

import { Tensor } from 'avgpool';
import type { Box, Gradient } from './messages.js';
import { numbersOf, poolOf, shapeOf } from './pools.js';
import { gradientTypeOf } from './program.js';
import type { Settings } from './state.js';

/** The gradient of the output at `at` for planes of this size, by `pool.backward` of a gradient that is 1 there. */
export function gradientOf(
  [height, width]: readonly [number, number],
  settings: Settings,
  at: readonly [number, number],
): Gradient {
  const values = backwardOfOne(settings, [height, width], at, gradientTypeOf(settings.dtype));
  const box = boxOf(values, width);
  const inBox = values.filter((value) => value !== 0);
  // float16 would round the quotient, so the divisor is that of float64.
  const quotient = backwardOfOne(settings, [height, width], at, 'float64').find((value) => value !== 0);
  return {
    kind: 'gradient',
    height,
    width,
    values,
    positions: inBox.length,
    value: inBox[0] ?? 0,
    divisor: quotient === undefined ? undefined : 1 / quotient,
    box,
  };
}

/** The gradient of each position, for a gradient of the output that is 1 at `at` and 0 elsewhere. */
export function backwardOfOne(
  settings: Settings,
  [height, width]: readonly [number, number],
  [row, column]: readonly [number, number],
  dtype: 'float32' | 'float64' | 'float16',
): Float64Array {
  const pool = poolOf(settings);
  const inputShape = shapeOf(settings, height, width, 1);
  const shape = pool.outputShape(inputShape);
  const outputWidth = shape[settings.layout === 'NHWC' ? 1 : 2] as number;
  const ones = new Float32Array(shape.reduce((product, size) => product * size));
  ones[row * outputWidth + column] = 1;
  const gradOutput = Tensor.from(ones, shape, dtype);
  const gradient = pool.backward(gradOutput, inputShape);
  const values = Float64Array.from(numbersOf(gradient));
  gradOutput.dispose();
  gradient.dispose();
  return values;
}

function boxOf(values: Float64Array, width: number): Box {
  let [top, left, bottom, right] = [Infinity, Infinity, 0, 0];
  for (const [i, value] of values.entries()) {
    if (value !== 0) {
      const [row, column] = [Math.floor(i / width), i % width];
      [top, left] = [Math.min(top, row), Math.min(left, column)];
      [bottom, right] = [Math.max(bottom, row + 1), Math.max(right, column + 1)];
    }
  }
  return bottom === 0 ? { top: 0, left: 0, bottom: 0, right: 0 } : { top, left, bottom, right };
}
