// The backends of TensorFlow.js whose kernels avgpool replaces: how each reads a tensor and makes one.
//
// It does not know kernels.

import type { TensorInfo } from './tensorflow.js';

/**
 * A backend of TensorFlow.js, by its name there.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 * import { register } from 'avgpool/tfjs';
 *
 * register(tf, { backend: 'cpu' });
 * console.log(tf.avgPool(tf.ones([1, 2, 2, 1]), 2, 2, 'valid').dataSync()[0]); // 1
 * ```
 */
export type TfjsBackend = 'cpu' | 'wasm';

interface Backend {
  /** The elements of a tensor, not copied. They are valid until the backend makes a tensor. */
  read(backend: object, tensor: TensorInfo): ArrayLike<number>;
  /** A float32 tensor with a copy of `values`. */
  make(backend: object, shape: number[], values: Float32Array): TensorInfo;
}

interface CpuBackend {
  readSync(dataId: object): ArrayLike<number>;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

interface WasmBackend {
  getMemoryOffset(dataId: object): number;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  makeOutput(shape: number[], dtype: 'float32', memoryOffset: undefined, values: Float32Array): TensorInfo;
}

export const backends: Readonly<Record<TfjsBackend, Backend>> = {
  cpu: {
    read: (backend, { dataId }) => (backend as CpuBackend).readSync(dataId),
    make: (backend, shape, values) => (backend as CpuBackend).makeTensorInfo(shape, 'float32', values.slice()),
  },
  wasm: {
    read(backend, tensor) {
      const wasm = backend as WasmBackend;
      // A tensor of another backend is moved to the heap on first use. That can grow the heap, so it comes before the view.
      wasm.getMemoryOffset(tensor.dataId);
      return wasm.typedArrayFromHeap(tensor);
    },
    make: (backend, shape, values) => (backend as WasmBackend).makeOutput(shape, 'float32', undefined, values),
  },
};
