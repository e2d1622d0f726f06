// TensorFlow.js with its WebAssembly backend, on one thread, in its own layout NHWC. In Node it ignores
// `setThreadsCount`. With the flag `WASM_HAS_MULTITHREAD_SUPPORT`, it starts workers from `blob:` addresses, which Node refuses.

import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { pairsOf } from '../cases.mjs';

export const name = 'tfjs-wasm';

export async function load() {
  setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  return { version: version_wasm, prepare };
}

function prepare({ options, shape }, direction, { input, gradOutput, outputShape }) {
  const { kernels, strides, paddings } = pairsOf(options);
  const pad = [0, ...paddings, 0].map((size) => [size, size]);
  const isNHWC = options.layout === 'NHWC';
  const toTensor = (values, size) =>
    isNHWC ? tf.tensor4d(values, size) : tf.tidy(() => tf.transpose(tf.tensor4d(values, size), [0, 2, 3, 1]));
  const x = toTensor(input, shape);
  const dy = toTensor(gradOutput, outputShape);
  const forward = () => tf.avgPool(x, kernels, strides, pad);
  // The kernel that autograd calls. tf.grad would run the forward pass too.
  const backward = () => tf.engine().runKernel('AvgPoolGrad', { dy, input: x }, { filterSize: kernels, strides, pad });
  const pool = direction === 'forward' ? forward : backward;
  return {
    // TensorFlow.js has no such option: it never counts padding forward and always counts it backward.
    actual: { options: { ...options, countIncludePad: direction === 'backward' } },
    run: () => pool().dispose(),
    read: () => tf.tidy(() => (isNHWC ? pool() : tf.transpose(pool(), [0, 3, 1, 2])).dataSync()),
    dispose: () => tf.dispose([x, dy]),
  };
}
