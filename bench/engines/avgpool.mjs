// avgpool itself. Results go to existing tensors.

import { readFileSync } from 'node:fs';
import * as avgpool from 'avgpool';
import { dtypes } from '../cases.mjs';

export const name = 'avgpool';

export function load() {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { version, dtypes, prepare };
}

export function prepare(pooling, direction, data, dtype) {
  return prepareWith(avgpool, pooling, direction, data, dtype);
}

/** Prepares a pooling in any copy of the package. */
export function prepareWith({ AvgPool2d, Tensor }, { options, shape }, direction, data, dtype = 'float32') {
  const pool = new AvgPool2d(options);
  const isForward = direction === 'forward';
  const source = isForward
    ? Tensor.from(data.input, shape, dtype)
    : Tensor.from(data.gradOutput, data.outputShape, dtype);
  const result = Tensor.zeros(isForward ? data.outputShape : shape, dtype);
  return {
    run: isForward ? () => pool.forward(source, result) : () => pool.backward(source, shape, result),
    read: () => result.data.slice(),
    dispose: () => {
      source.dispose();
      result.dispose();
    },
  };
}
