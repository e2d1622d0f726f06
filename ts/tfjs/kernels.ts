// The kernels AvgPool and AvgPoolGrad of TensorFlow.js, computed by avgpool.
//
// It knows what TensorFlow.js means by their inputs and attributes. It does not know the registry.

import { AvgPool2d, type AvgPool2dOptions, Tensor } from '../api.js';
import { fromTfjs, type TfjsAvgPool } from '../compat/tfjs.js';
import { backends, type TfjsBackend } from './backends.js';
import type { KernelCall, TensorFlowKernel, TensorInfo } from './tensorflow.js';

/**
 * A kernel of TensorFlow.js: that of the forward pass, and that of its gradient.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 * import { register } from 'avgpool/tfjs';
 *
 * register(tf, { kernels: ['AvgPoolGrad'] }); // leaves the forward pass to TensorFlow.js
 * const loss = (x) => tf.sum(tf.avgPool(x, 2, 2, 'valid'));
 * console.log(tf.grad(loss)(tf.ones([1, 2, 2, 1])).dataSync()[0]); // 0.25
 * ```
 */
export type TfjsKernel = 'AvgPool' | 'AvgPoolGrad';

/**
 * The divisor of the gradient: that of the forward pass, or as in TensorFlow.js.
 *
 * @example
 * ```js
 * import * as tf from '@tensorflow/tfjs';
 * import { register } from 'avgpool/tfjs';
 *
 * register(tf, { gradient: 'tfjs' });
 * const loss = (x) => tf.sum(tf.avgPool(x, 2, 2, 'same'));
 * console.log(tf.grad(loss)(tf.ones([1, 1, 1, 1])).dataSync()[0]); // 0.25
 * register(tf, { gradient: 'exact' });
 * console.log(tf.grad(loss)(tf.ones([1, 1, 1, 1])).dataSync()[0]); // 1
 * ```
 */
export type TfjsGradient = 'exact' | 'tfjs';

type Shape = readonly number[];

/** A kernel in the terms of avgpool. */
interface Kernel {
  /** The tensor to pool, or the gradient of the output; and the shape of the input. */
  readonly tensors: (inputs: object) => { from: TensorInfo; inputShape: Shape };
  /** The pool of a call, as {@link poolFor} returns it. `fromShape` is the shape of `from`. */
  readonly pool: (attrs: TfjsAvgPool, inputShape: Shape, fromShape: Shape, gradient: TfjsGradient) => Found;
  readonly compute: (pool: AvgPool2d, from: Tensor<'float32'>, inputShape: Shape) => Tensor<'float32'>;
}

/** `undefined` if avgpool has no options for a call. */
type Found = AvgPool2d | undefined;

export const kernels: Readonly<Record<TfjsKernel, Kernel>> = {
  AvgPool: {
    tensors(inputs) {
      const { x } = inputs as { x: TensorInfo };
      return { from: x, inputShape: x.shape };
    },
    pool: (attrs, inputShape) => poolFor(attrs, inputShape),
    compute: (pool, from) => pool.forward(from),
  },
  AvgPoolGrad: {
    tensors(inputs) {
      const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
      return { from: dy, inputShape: input.shape };
    },
    pool: poolForGradient,
    compute: (pool, from, inputShape) => pool.backward(from, inputShape),
  },
};

/** What a kernel is made for. */
export interface Target {
  readonly name: TfjsKernel;
  readonly backend: TfjsBackend;
  readonly gradient: TfjsGradient;
  /** The kernel of TensorFlow.js. */
  readonly original: TensorFlowKernel;
  /** Calls whose input elements lie in fewer windows each go to the original, unless sizes are rounded up. */
  readonly leastOverlap: number;
}

/** The number of calls whose pools a kernel remembers. A model has fewer. */
const MOST_POOLS = 64;

/** The rank of the tensors that TensorFlow.js gives these kernels. */
const RANK = 4;

/**
 * The function of a kernel. It leaves a call to the kernel of TensorFlow.js if avgpool has no options or no memory for it, or
 * if it is not worth two copies.
 */
export function kernelFunc(target: Target): (call: KernelCall) => unknown {
  const { tensors, compute } = kernels[target.name];
  const { read, make } = backends[target.backend];
  const find = poolsOf(target);
  return (call) => {
    const { from, inputShape } = tensors(call.inputs);
    const pool = find(call.attrs as TfjsAvgPool, inputShape, from);
    return (pool && computed(pool, call.backend, from, inputShape)) ?? target.original.kernelFunc(call);
  };

  /** The result; `undefined` without memory for it. */
  function computed(pool: AvgPool2d, backend: object, from: TensorInfo, inputShape: Shape): TensorInfo | undefined {
    let input: Tensor<'float32'> | undefined;
    let output: Tensor<'float32'> | undefined;
    try {
      // A cast to float32 on the backend cpu keeps an array of another type.
      input = Tensor.from(read(backend, from), from.shape, 'float32');
      output = compute(pool, input, inputShape);
      return make(backend, [...output.shape], output.data);
    } catch (error) {
      if (error instanceof RangeError) {
        return undefined;
      }
      throw error;
    } finally {
      output?.dispose();
      input?.dispose();
    }
  }
}

/** A function that finds the pool of a call; `undefined` if TensorFlow.js shall compute it. */
function poolsOf({ name, gradient, leastOverlap }: Target) {
  // Checking and translating the options takes longer than pooling a small tensor.
  const pools = new Map<string, Found>();
  return (attrs: TfjsAvgPool, inputShape: Shape, { shape, dtype }: TensorInfo): Found => {
    // JSON tells a pair from two numbers.
    const key = JSON.stringify([attrs, inputShape, shape, dtype]);
    if (!pools.has(key)) {
      const isPooling = dtype === 'float32' && shape.length === RANK && 'filterSize' in attrs;
      const pool = isPooling ? kernels[name].pool(attrs, inputShape, shape, gradient) : undefined;
      const isTaken = pool && (roundsUp(attrs) || overlapOf(pool, inputShape) >= leastOverlap);
      if (pools.size === MOST_POOLS) {
        pools.clear();
      }
      pools.set(key, isTaken ? pool : undefined);
    }
    return pools.get(key);
  };
}

/** Whether the output size may be rounded up. There, the backend wasm of TensorFlow.js 4.22 averages wrong elements. */
function roundsUp({ dimRoundingMode }: TfjsAvgPool): boolean {
  return dimRoundingMode === 'ceil' || dimRoundingMode === 'round';
}

/**
 * The number of windows in which an input element lies, on average. It is 0 for windows of one element, which add nothing:
 * TensorFlow.js does not even copy with stride 1.
 */
function overlapOf(pool: AvgPool2d, inputShape: Shape): number {
  if (area(pool.kernelSize as Shape) === 1) {
    return 0;
  }
  const [inputArea, outputArea] = [inputShape, pool.outputShape(inputShape)].map((shape) => area(shape.slice(1, 3)));
  return (area(pool.kernelSize as Shape) * (outputArea as number)) / (inputArea as number);
}

function area([height, width]: Shape): number {
  return (height as number) * (width as number);
}

/** The pool of these attributes; `undefined` if there is none, or no window fits. */
function poolFor(attrs: TfjsAvgPool, inputShape: Shape, more: Partial<AvgPool2dOptions> = {}): Found {
  try {
    const pool = new AvgPool2d({ ...fromTfjs(attrs, inputShape), ...more });
    pool.outputShape(inputShape);
    return pool;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The pool of a gradient. TensorFlow.js does not tell the kernel how the output size was rounded. So the pool is the one
 * with the output size of `gradOutput`.
 */
function poolForGradient(
  { filterSize, strides, pad }: TfjsAvgPool,
  inputShape: Shape,
  gradOutputShape: Shape,
  gradient: TfjsGradient,
): Found {
  const window = typeof filterSize === 'number' ? [filterSize, filterSize] : Array.from(filterSize, Number);
  // The divisor of TensorFlow.js is the size of the whole window, even beyond the input.
  const more = gradient === 'tfjs' ? { divisorOverride: area(window) } : {};
  const roundings = typeof pad === 'string' ? [undefined] : (['floor', 'ceil', 'round'] as const);
  return roundings
    .map((dimRoundingMode) => poolFor({ filterSize, strides, pad, dimRoundingMode }, inputShape, more))
    .find((pool) => pool?.outputShape(inputShape).join() === gradOutputShape.join());
}
