// avgpool itself. Results go to existing tensors.

import { readFileSync } from 'node:fs';
import * as avgpool from 'avgpool';
import { elementBytes } from '../cases.mjs';
import { poolOf } from '../data.mjs';
import { requireAfresh } from './afresh.mjs';

export const name = 'avgpool';

/** The name of avgpool on one thread among engines on several. */
export const alone = `${name} on 1 thread`;

/** Whether the name of an engine is that of avgpool, or of another form of it. */
export const isOwn = (engine) => engine.startsWith(name);

export async function load(threads = 1) {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const copy = threads === 1 ? avgpool : await startThreads(threads);
  const prepare = (...args) => prepareWith(copy, ...args);
  return { version, dtypes: Object.keys(elementBytes), adaptive: true, prepare };
}

/** A copy of the package with a memory of its own, on this many threads. */
export async function startThreads(count) {
  const [copy, { threads }] = requireAfresh('avgpool', 'avgpool/threads');
  await threads(count, { require: true });
  return copy;
}

export function prepare(pooling, direction, data, dtype) {
  return prepareWith(avgpool, pooling, direction, data, dtype);
}

/** Prepares a pooling in any copy of the package. `result` is the tensor of results. */
export function prepareWith(copy, { options, shape }, direction, data, dtype = 'float32') {
  const { Tensor } = copy;
  const pool = poolOf(options, copy);
  const isForward = direction === 'forward';
  const source = isForward
    ? Tensor.from(data.input, shape, dtype)
    : Tensor.from(data.gradOutput, data.outputShape, dtype);
  const result = Tensor.zeros(isForward ? data.outputShape : shape, dtype);
  return {
    run: isForward ? () => pool.forward(source, result) : () => pool.backward(source, shape, result),
    read: () => numbersOf(result),
    result,
    dispose: () => {
      source.dispose();
      result.dispose();
    },
  };
}

/** A copy of the elements of a tensor, here or in ONNX Runtime. Those of float16 may be bits and become numbers in float32. */
export function numbersOf(tensor) {
  if ((tensor.dtype ?? tensor.type) !== 'float16') {
    return tensor.data.slice();
  }
  const widened = avgpool.Tensor.from(tensor, undefined, 'float32');
  const { values } = widened;
  widened.dispose();
  return values;
}
