// TensorFlow.js with its WebAssembly backend, one thread, in its own layout, NHWC.

import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';

export const name = 'tfjs-wasm';

export async function load() {
  setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  return { version: version_wasm, prepare };
}

/**
 * Forward it always excludes padding from the divisor, and backward it never does, whatever is asked for: so it is checked
 * with that.
 */
function prepare({ options, shape }, direction, { x, g }, _, outputShape) {
  const { kernelSize, stride = kernelSize, padding = 0 } = options;
  const pad = [0, padding, padding, 0].map((size) => [size, size]);
  const isNHWC = options.layout === 'NHWC';
  const toTensor = (values, size) =>
    isNHWC ? tf.tensor4d(values, size) : tf.tidy(() => tf.transpose(tf.tensor4d(values, size), [0, 2, 3, 1]));
  const input = toTensor(x, shape);
  const gradient = toTensor(g, outputShape);
  // The kernel that its autograd calls, without the forward pass that autograd would run first.
  const backward = () =>
    tf.engine().runKernel('AvgPoolGrad', { dy: gradient, input }, { filterSize: kernelSize, strides: stride, pad });
  const run = direction === 'forward' ? () => tf.avgPool(input, kernelSize, stride, pad) : backward;
  return {
    countIncludePad: direction === 'backward',
    call: () => run().dispose(),
    read: () => tf.tidy(() => (isNHWC ? run() : tf.transpose(run(), [0, 3, 1, 2])).dataSync()),
    dispose: () => tf.dispose([input, gradient]),
  };
}
