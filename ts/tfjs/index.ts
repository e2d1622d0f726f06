// The entry avgpool/tfjs: puts avgpool under TensorFlow.js.

/**
 * Puts the kernels of avgpool under `tf.avgPool` of TensorFlow.js and its gradient, for its backends cpu and wasm. The
 * program stays as it is.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 * import { register } from 'avgpool/tfjs';
 *
 * register(tf);
 * const x = tf.ones([1, 4, 4, 1]);
 * console.log(tf.avgPool(x, 2, 2, 'valid').shape); // [ 1, 2, 2, 1 ]
 * ```
 *
 * @module avgpool/tfjs
 */

export type { TfjsBackend } from './backends.js';
export type { TfjsGradient, TfjsKernel } from './kernels.js';
export { type RegisterOptions, register } from './register.js';
export type { TensorFlow, TensorFlowKernel } from './tensorflow.js';
