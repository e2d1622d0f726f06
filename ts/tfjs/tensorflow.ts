// The part of TensorFlow.js that avgpool/tfjs uses, as types. So the package does not depend on TensorFlow.js.

/** A tensor as kernels of TensorFlow.js see it. */
export interface TensorInfo {
  dataId: object;
  shape: number[];
  dtype: string;
}

/**
 * A kernel in the registry of TensorFlow.js, as its `getKernel` returns it.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 * import { register } from 'avgpool/tfjs';
 *
 * const { kernelFunc } = tf.getKernel('AvgPool', 'cpu');
 * register(tf);
 * console.log(tf.getKernel('AvgPool', 'cpu').kernelFunc === kernelFunc); // false
 * ```
 */
export interface TensorFlowKernel {
  /** What it computes, such as `'AvgPool'`. */
  kernelName: string;
  /** The backend whose tensors it takes. */
  backendName: string;
  /** Computes a tensor from tensors and attributes. */
  kernelFunc(call: {
    /** Tensors by their names. */
    inputs: object;
    /** The backend that holds them. */
    backend: object;
    /** The other arguments by their names. */
    attrs?: object;
  }): unknown;
}

/** What TensorFlow.js gives a kernel. */
export type KernelCall = Parameters<TensorFlowKernel['kernelFunc']>[0];

/**
 * The functions of TensorFlow.js that {@link register} calls. The namespaces of `@tensorflow/tfjs` and
 * `@tensorflow/tfjs-core` have them.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 *
 * console.log(tf.getKernel('AvgPoolGrad', 'cpu').backendName); // cpu
 * ```
 */
export interface TensorFlow {
  /** The kernel of this name and backend; `undefined` if there is none. */
  getKernel(kernelName: string, backendName: string): TensorFlowKernel;
  /** Adds a kernel. */
  // biome-ignore lint/suspicious/noExplicitAny: TensorFlow.js asks for its own type of kernels.
  registerKernel(kernel: any): void;
  /** Removes a kernel. */
  unregisterKernel(kernelName: string, backendName: string): void;
}
