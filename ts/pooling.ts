// Pool: the methods of every class of pools, and their checks. A pooling says which windows are averaged.
//
// It knows shapes and tensors. It does not know windows, the options of a class, or how plans are cached.

import { firstItems, RANKS, show } from './check.js';
import { checkGradient, type DType } from './dtype.js';
import { heightAxis, type Layout } from './layout.js';
import type { Signature } from './options.js';
import { type Pooling, planeSizes, planFor } from './plans.js';
import { bufferOf, checkShape, emptyTensor, type Shape, type Tensor } from './tensor.js';
import { backward, forward } from './wasm/bindings.js';

/**
 * The pooling of `pool`. Throws a TypeError unless a method was called on its pool, without a further argument; `call` shows
 * the right call.
 */
let poolingOf: (pool: Pool, call: string, extra: unknown) => Pooling;

/**
 * A pool of any class: what {@link AvgPool2d} and {@link AdaptiveAvgPool2d} share. It cannot be changed. As a type, it
 * stands for either.
 *
 * @example
 * ```js
 * import { AdaptiveAvgPool2d, AvgPool2d } from 'avgpool';
 *
 * const pools = [new AvgPool2d(3), new AdaptiveAvgPool2d(3)];
 * console.log(pools.map((pool) => pool.outputShape([1, 6, 6]).join())); // [ '1,2,2', '1,3,3' ]
 * ```
 */
export abstract class Pool {
  /** The order of the dimensions of all tensors. */
  declare readonly layout: Layout;

  readonly #pooling: Pooling;

  static {
    poolingOf = (pool, call, extra) => {
      if (typeof pool !== 'object' || pool === null || !(#pooling in pool)) {
        // The prototype of a class has no options.
        const isDerived = (pool as unknown) instanceof Pool && 'layout' in pool;
        throw notThePool(call, isDerived ? 'a proxy of a pool, or an object derived from one' : show(pool));
      }
      if (extra !== undefined) {
        throw new TypeError(`expected ${call}, got a further argument ${show(extra)}`);
      }
      return pool.#pooling;
    };
  }

  /**
   * Only the classes of this package call it.
   *
   * @param options the properties of the pool. They cannot be changed, since its results would not follow.
   */
  protected constructor(options: object, pooling: object);
  // The overload keeps the internal types of a pooling out of the published types.
  protected constructor(options: object, pooling: Pooling) {
    for (const [name, value] of Object.entries(options)) {
      Object.defineProperty(this, name, { __proto__: null, value, enumerable: true } as PropertyDescriptor);
    }
    this.#pooling = pooling;
    // A subclass of a class of pools can have fields of its own.
    if (Object.getPrototypeOf(new.target) === Pool) {
      Object.freeze(this);
    }
  }

  /**
   * The average of each window.
   *
   * @param input of shape `[N, C, H, W]` or `[C, H, W]`; with `layout: 'NHWC'`, `[N, H, W, C]` or `[H, W, C]`.
   * @param out the tensor to write the result to, of the shape of the output and the type of the input. With it, only
   *   the first call for planes of a new size or element type allocates anything.
   * @returns `out`, or a new tensor.
   * @throws RangeError if no window fits, `out` has the wrong shape, or there is not enough memory.
   * @throws TypeError if an argument is not a tensor, is disposed or has the wrong type, or if `out` is the input.
   *
   * @example
   * ```js
   * import { AvgPool2d, Tensor } from 'avgpool';
   *
   * const pool = new AvgPool2d(2);
   * const x = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
   * const out = Tensor.zeros(pool.outputShape(x.shape));
   * pool.forward(x, out); // in a loop, allocates nothing
   * console.log(out.data[0]); // 2.5
   * ```
   */
  forward<D extends DType>(input: Tensor<D>, out?: Tensor<NoInfer<D>>): Tensor<D>;
  forward<D extends DType>(input: Tensor<D>, out?: Tensor<D>, extra?: unknown): Tensor<D> {
    return pooled(poolingOf(this, 'pool.forward(input, out)', extra), input, out);
  }

  /**
   * The gradient of the input: each `gradOutput[oh, ow] / divisor(oh, ow)` is added to all elements of its window. This
   * is the transpose of the linear map that {@link Pool.forward} computes.
   *
   * @param gradOutput of the shape that {@link Pool.outputShape} returns for `inputShape`.
   * @param inputShape the shape of the input of forward, which is the shape of the result.
   * @param out the tensor to write the result to, of shape `inputShape` and the type of `gradOutput`, as in
   *   {@link Pool.forward}.
   * @returns `out`, or a new tensor.
   * @throws RangeError if a shape is wrong or there is not enough memory.
   * @throws TypeError if an argument is not a tensor, is disposed or has the wrong type, if the type is uint8, which has no
   *   gradient, or if `out` is `gradOutput`.
   *
   * @example
   * ```js
   * import { AvgPool2d, Tensor } from 'avgpool';
   *
   * const pool = new AvgPool2d(2, 1);
   * const gradOutput = Tensor.ones([1, 1, 2]);
   * console.log(pool.backward(gradOutput, [1, 2, 3]).toArray()); // [ [ [ 0.25, 0.5, 0.25 ], [ 0.25, 0.5, 0.25 ] ] ]
   * ```
   */
  backward<D extends DType>(gradOutput: Tensor<D>, inputShape: Shape, out?: Tensor<NoInfer<D>>): Tensor<D>;
  backward<D extends DType>(gradOutput: Tensor<D>, inputShape: Shape, out?: Tensor<D>, extra?: unknown): Tensor<D> {
    const pooling = poolingOf(this, 'pool.backward(gradOutput, inputShape, out)', extra);
    // A getter in inputShape can dispose of a tensor, so buffers are read after inputShape.
    const gradInputShape = readOnce(inputShape);
    const gradOutputBuffer = bufferOf('gradOutput', gradOutput);
    const { dtype } = gradOutput;
    checkGradient(dtype);
    const hasElements = checkShape('inputShape', gradInputShape, dtype) > 0;
    const plan = hasElements ? planFor(pooling, gradInputShape, dtype) : undefined;
    const { height, width, outputHeight, outputWidth } = plan ?? planeSizes(pooling, gradInputShape);
    expectShape('gradOutput', gradOutput, pooling, gradInputShape, outputHeight, outputWidth);
    const gradInput = out === undefined ? emptyTensor(gradInputShape, dtype) : out;
    const gradInputBuffer = bufferOf('out', gradInput);
    if (out !== undefined) {
      checkOut('gradOutput', gradOutput, gradInput);
      expectShape('out', gradInput, pooling, gradInputShape, height, width);
    }
    if (plan) {
      backward(plan.index, gradOutputBuffer, gradInputBuffer);
    }
    return gradInput;
  }

  /**
   * The shape of the output for an input of this shape.
   *
   * @param inputShape of rank 4 or 3, in the layout of the pool.
   * @returns a new array of the same rank.
   * @throws RangeError if the shape is not one of a tensor, or no window fits.
   * @throws TypeError if the shape is not an array of numbers.
   *
   * @example
   * ```js
   * import { AvgPool2d } from 'avgpool';
   *
   * console.log(new AvgPool2d(3, 2, 1).outputShape([8, 64, 112, 112])); // [ 8, 64, 56, 56 ]
   * ```
   */
  outputShape(inputShape: Shape): number[];
  outputShape(inputShape: Shape, extra?: unknown): number[] {
    const pooling = poolingOf(this, 'pool.outputShape(inputShape)', extra);
    const shape = readOnce(inputShape);
    // The type with the largest tensors: the type of the input is not known.
    checkShape('inputShape', shape, 'uint8');
    const { outputHeight, outputWidth } = planeSizes(pooling, shape);
    return resized(pooling, shape, outputHeight, outputWidth);
  }

  /** The options as the arguments of a call in Python. */
  abstract extraRepr(): string;
}

/** {@link Pool.forward} of a pooling. */
export function pooled<D extends DType>(pooling: Pooling, input: Tensor<D>, out: Tensor<D> | undefined): Tensor<D> {
  const inputBuffer = bufferOf('input', input);
  const { shape, dtype } = input;
  const plan = input.size > 0 ? planFor(pooling, shape, dtype) : undefined;
  const { outputHeight, outputWidth } = plan ?? planeSizes(pooling, shape);
  const output = out === undefined ? emptyTensor(resized(pooling, shape, outputHeight, outputWidth), dtype) : out;
  const outputBuffer = bufferOf('out', output);
  if (out !== undefined) {
    checkOut('input', input, output);
    expectShape('out', output, pooling, shape, outputHeight, outputWidth);
  }
  if (plan) {
    forward(plan.index, inputBuffer, outputBuffer);
  }
  return output;
}

const threeSizes = [0, 0, 0];
const fourSizes = [0, 0, 0, 0];

/**
 * The sizes of a shape, each read once, so that they cannot change between check and use. All shapes of a rank share one
 * array, which holds until the next call, so that `backward` allocates nothing. Any other value fails the check of shapes.
 */
function readOnce(shape: Shape): Shape {
  if (!Array.isArray(shape)) {
    return shape;
  }
  const { length } = shape;
  if (!RANKS.includes(length)) {
    return firstItems(shape);
  }
  const sizes = length === 4 ? fourSizes : threeSizes;
  // A getter can call a pool, which writes to the same array. So all are read before any is written.
  const [first, second, third] = [shape[0], shape[1], shape[2]];
  if (length === 4) {
    sizes[3] = shape[3];
  }
  sizes[0] = first;
  sizes[1] = second;
  sizes[2] = third;
  return sizes;
}

/** A shape with another height and width. */
function resized({ layout }: Pooling, shape: Shape, height: number, width: number): number[] {
  const result = [...shape];
  result.splice(heightAxis(layout, shape), 2, height, width);
  return result;
}

/** Checks that a tensor has the shape `like` with another height and width. */
function expectShape(
  name: string,
  { shape }: Tensor,
  pooling: Pooling,
  like: Shape,
  height: number,
  width: number,
): void {
  const first = heightAxis(pooling.layout, like);
  let equal = shape.length === like.length && shape[first] === height && shape[first + 1] === width;
  for (let axis = 0; axis < like.length; axis++) {
    equal &&= shape[axis] === like[axis] || axis === first || axis === first + 1;
  }
  if (!equal) {
    const expected = show(resized(pooling, like, height, width));
    throw new RangeError(`expected ${name} to be a tensor of shape ${expected}, got ${show(shape)}`);
  }
}

/** Checks that a result can be written to `out`: another tensor of the same element type. */
function checkOut(name: string, from: Tensor, out: Tensor): void {
  if (out === from) {
    throw new TypeError(`out must be another tensor than ${name}`);
  }
  if (out.dtype !== from.dtype) {
    throw new TypeError(`out must be of type ${from.dtype} like the ${name}, got ${out.dtype}`);
  }
}

/**
 * The first options of a pool as the arguments of a call in Python. Throws a TypeError unless `pool` is of `Class`; a proxy
 * of such a pool will do.
 */
export function extraReprOf(pool: Pool, Class: typeof Pool, { defaults, printed }: Signature): string {
  checkIsOf(Class, pool, 'pool.extraRepr()');
  return pythonArguments(pool, Object.keys(defaults).slice(0, printed)).join(', ');
}

/** The name of a class, {@link Pool.extraRepr}, and the other options that differ from their defaults, likewise. */
export function poolToString(pool: Pool, Class: typeof Pool, { name, defaults, printed }: Signature): string {
  checkIsOf(Class, pool, 'pool.toString()');
  const others = Object.keys(defaults).slice(printed);
  const changed = others.filter((option) => (pool as unknown as typeof defaults)[option] !== defaults[option]);
  return `${name}(${[pool.extraRepr(), ...pythonArguments(pool, changed)].join(', ')})`;
}

function checkIsOf(Class: typeof Pool, pool: unknown, call: string): void {
  if (!(pool instanceof Class)) {
    throw notThePool(call, show(pool));
  }
}

function notThePool(call: string, got: string): TypeError {
  return new TypeError(`${call} must be called on the pool itself, or bound to it, got ${got}`);
}

/** Options as the arguments of a call in Python. */
function pythonArguments(options: object, names: readonly string[]): string[] {
  const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return names.map((name) => `${snakeCase(name)}=${pythonRepr((options as Record<string, unknown>)[name])}`);
}

function pythonRepr(value: unknown): string {
  if (Array.isArray(value)) {
    return `(${value.map(pythonRepr).join(', ')})`;
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  return value === null ? 'None' : show(value);
}
