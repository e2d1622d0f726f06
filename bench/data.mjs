// The elements that are pooled: the same for every engine.

import { AvgPool2d } from 'avgpool';

/** The input and the output gradient of a pooling in float32, and the shape of its output. */
export function dataFor({ options, shape }) {
  const outputShape = new AvgPool2d(options).outputShape(shape);
  return { outputShape, input: elements(sizeOf(shape)), gradOutput: elements(sizeOf(outputShape)) };
}

/** The number of elements of a tensor of this shape. */
export function sizeOf(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/** Numbers between −0.5 and 0.5. engines/pytorch.py generates the same. */
function elements(length) {
  return Float32Array.from({ length }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
}
