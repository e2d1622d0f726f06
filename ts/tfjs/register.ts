// register: puts kernels of avgpool in the place of TensorFlow.js's, and back.
//
// It knows the registry of TensorFlow.js, and not what a kernel computes.

import { memoryUsage } from '../api.js';
import { checkArray, checkKey, checkOptions, show } from '../check.js';
import { backends, type TfjsBackend } from './backends.js';
import { kernelFunc, kernels, type TfjsGradient, type TfjsKernel } from './kernels.js';
import type { TensorFlow, TensorFlowKernel } from './tensorflow.js';

/**
 * The options of {@link register}.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 * import { register } from 'avgpool/tfjs';
 *
 * register(tf, { backend: 'cpu', kernels: ['AvgPool', 'AvgPoolGrad'], gradient: 'exact' });
 * console.log(tf.avgPool(tf.ones([1, 2, 2, 1]), 2, 2, 'valid').dataSync()[0]); // 1
 * ```
 */
export interface RegisterOptions {
  /** One backend. By default all that the program has imported, of `'cpu'` and `'wasm'`. */
  backend?: TfjsBackend | undefined;
  /**
   * The kernels to replace, for all calls. By default both, but in the forward pass only where windows overlap enough: on
   * wasm such as 3×3 with stride 1, on cpu nearly everywhere. Elsewhere two copies take longer than TensorFlow.js.
   */
  kernels?: readonly TfjsKernel[] | undefined;
  /**
   * `'exact'`, the default: the gradient is the transpose of the forward pass, which never counts padding. `'tfjs'`: it
   * divides by the size of the whole window, as TensorFlow.js does. They differ only under padding.
   */
  gradient?: TfjsGradient | undefined;
}

const names = ['backend', 'kernels', 'gradient'];
const allBackends = Object.keys(backends) as TfjsBackend[];
const allKernels = Object.keys(kernels) as TfjsKernel[];
const gradients: Readonly<Record<TfjsGradient, true>> = { exact: true, tfjs: true };

/**
 * In how many windows an input element must lie for a kernel to be worth its copies. `npm run bench -- --tfjs` measures it.
 * The time of TensorFlow.js grows with this number, and avgpool's does not.
 */
const leastOverlaps: Readonly<Record<TfjsBackend, Readonly<Record<TfjsKernel, number>>>> = {
  cpu: { AvgPool: 0.2, AvgPoolGrad: 0 },
  wasm: { AvgPool: 6, AvgPoolGrad: 0 },
};

/** The key of the kernel that an own function stands for, in all copies of this package. */
const originalKey: unique symbol = Symbol.for('avgpool.original') as never;

/** The function of a kernel; an own one has its original. */
type Func = TensorFlowKernel['kernelFunc'] & { [originalKey]?: TensorFlowKernel };

/**
 * Replaces the kernels of TensorFlow.js's average pooling by those of avgpool. Then `tf.avgPool`, its gradient, `tf.pool`
 * and the layers of average pooling use them, in float32. Results are equal within rounding, but for the
 * {@link RegisterOptions.gradient | gradient} under padding. TensorFlow.js still computes calls that avgpool has no options or
 * no memory for, such as windows of padding only.
 *
 * Each call copies its input to avgpool's memory, and its result back. A second `register` first undoes the one before it, for
 * the same backends.
 *
 * @param tf the namespace of `@tensorflow/tfjs` or `@tensorflow/tfjs-core`.
 * @returns a function that puts the kernels of TensorFlow.js back.
 * @throws TypeError if `tf` is not TensorFlow.js, or for an unknown option or a wrong value of one.
 * @throws Error if the program has not imported the backend, or it has no such kernel, or avgpool cannot run.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 * import { register } from 'avgpool/tfjs';
 *
 * const restore = register(tf);
 * const loss = (x) => tf.sum(tf.avgPool(x, 3, 1, 'same'));
 * console.log(tf.grad(loss)(tf.ones([1, 1, 1, 1])).dataSync()[0]); // 1
 * restore();
 * console.log(tf.grad(loss)(tf.ones([1, 1, 1, 1])).dataSync()[0].toFixed(3)); // 0.111
 * ```
 */
export function register(tf: TensorFlow, options: RegisterOptions = {}): () => void {
  const { backend, kernels: chosen, gradient } = checkArguments(tf, options);
  // Without WebAssembly, this throws, and the first call would.
  memoryUsage();
  const backendNames = imported(tf, backend ? [backend] : allBackends);
  const replaced = backendNames.flatMap((backendName) =>
    (chosen ?? availableKernels(tf, backendName)).map((name) => {
      const original = originalOf(kernelOf(tf, name, backendName));
      const leastOverlap = chosen ? 0 : leastOverlaps[backendName][name];
      const func: Func = kernelFunc({ name, backend: backendName, gradient, original, leastOverlap });
      func[originalKey] = original;
      return { original, own: { ...original, kernelFunc: func } };
    }),
  );
  restoreAll(tf, backendNames);
  for (const { own } of replaced) {
    replace(tf, own);
  }
  return () => {
    for (const { own, original } of replaced) {
      // A kernel that was registered since then stays.
      if (tf.getKernel(own.kernelName, own.backendName)?.kernelFunc === own.kernelFunc) {
        replace(tf, original);
      }
    }
  };
}

/** Puts the kernels of TensorFlow.js back that earlier calls replaced. */
function restoreAll(tf: TensorFlow, backendNames: readonly TfjsBackend[]): void {
  for (const backendName of backendNames) {
    for (const name of availableKernels(tf, backendName)) {
      const kernel = tf.getKernel(name, backendName);
      const original = originalOf(kernel);
      if (original !== kernel) {
        replace(tf, original);
      }
    }
  }
}

function originalOf(kernel: TensorFlowKernel): TensorFlowKernel {
  return (kernel.kernelFunc as Func)[originalKey] ?? kernel;
}

/** Puts a kernel in the place of the one of its name. TensorFlow.js warns of a second one. */
function replace(tf: TensorFlow, kernel: TensorFlowKernel): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel(kernel);
}

function checkArguments(tf: TensorFlow, options: RegisterOptions) {
  if (typeof tf?.getKernel !== 'function') {
    throw new TypeError(`tf must be the namespace of @tensorflow/tfjs or @tensorflow/tfjs-core, got ${show(tf)}`);
  }
  checkOptions(options, names);
  const { backend, kernels: chosen, gradient = 'exact' } = options;
  if (backend !== undefined) {
    checkKey('backend', backend, backends);
  }
  if (chosen !== undefined) {
    checkArray(chosen, [1, 2], 'kernels', "must be an array of 'AvgPool', 'AvgPoolGrad' or both");
    for (const kernel of chosen) {
      checkKey('each of kernels', kernel, kernels);
    }
  }
  checkKey('gradient', gradient, gradients);
  return { backend, kernels: chosen, gradient };
}

function availableKernels(tf: TensorFlow, backendName: TfjsBackend): TfjsKernel[] {
  return allKernels.filter((name) => tf.getKernel(name, backendName));
}

/** The backends of these names that the program has imported. */
function imported(tf: TensorFlow, names: readonly TfjsBackend[]): TfjsBackend[] {
  const found = names.filter((name) => availableKernels(tf, name).length > 0);
  if (found.length === 0) {
    const packages = names.map((name) => `@tensorflow/tfjs-backend-${name}`);
    throw new Error(`TensorFlow.js has no backend ${names.join(' or ')}: import ${packages.join(' or ')} first`);
  }
  return found;
}

function kernelOf(tf: TensorFlow, kernelName: TfjsKernel, backendName: TfjsBackend): TensorFlowKernel {
  const kernel = tf.getKernel(kernelName, backendName);
  if (!kernel) {
    throw new Error(`TensorFlow.js has no kernel ${kernelName} for its backend ${backendName}: version 4.22 has it`);
  }
  return kernel;
}
