// The elements that are pooled: the same for every engine.

import * as avgpool from 'avgpool';
import { isAdaptive } from './cases.mjs';

/** The pool of a case, in any copy of the package. */
export function poolOf(options, { AdaptiveAvgPool2d, AvgPool2d } = avgpool) {
  return isAdaptive(options) ? new AdaptiveAvgPool2d(options) : new AvgPool2d(options);
}

/** The input and the output gradient of a pooling, as bytes for uint8 and in float32 for others; the shape of its output. */
export function dataFor({ options, shape }, dtype) {
  const outputShape = poolOf(options).outputShape(shape);
  const elements = dtype === 'uint8' ? bytes : numbers;
  return { outputShape, input: elements(sizeOf(shape)), gradOutput: elements(sizeOf(outputShape)) };
}

/** The number of elements of a tensor of this shape. */
export function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/** Integers from 0 to 1008. */
const scattered = (i) => (i * 7919) % 1009;

/** Numbers between −0.5 and 0.5 that float16 holds, too. engines/pytorch.py generates the same. */
const numbers = startOf(Float32Array, (i) => scattered(i) / 1024 - 0.5);

const bytes = startOf(Uint8Array, (i) => scattered(i) % 256);

/** Views of the longest array so far. */
function startOf(TypedArray, element) {
  let longest = new TypedArray(0);
  return (length) => {
    if (longest.length < length) {
      longest = TypedArray.from({ length }, (_, i) => element(i));
    }
    return longest.subarray(0, length);
  };
}
