// avgpool itself, with tensors that are there already.

import { readFileSync } from 'node:fs';
import { AvgPool2d, Tensor } from 'avgpool';
import { sizeOf } from '../cases.mjs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

export const name = 'avgpool';

export function load() {
  return { version, prepare };
}

/** `x` and `g` are the input and the gradient; the result of a call is read with `read`. */
export function prepare({ options, shape }, direction, { x, g }, dtype = 'float32') {
  const pool = new AvgPool2d(options);
  const outputShape = pool.outputShape(shape);
  const [from, to] = direction === 'forward' ? [shape, outputShape] : [outputShape, shape];
  const values = direction === 'forward' ? x : g;
  const source = Tensor.from(values.subarray(0, sizeOf(from)), from, dtype);
  const result = Tensor.zeros(to, dtype);
  return {
    call: direction === 'forward' ? () => pool.forward(source, result) : () => pool.backward(source, shape, result),
    read: () => result.data.slice(),
    dispose: () => {
      source.dispose();
      result.dispose();
    },
  };
}
