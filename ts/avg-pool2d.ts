// AvgPool2d, avgPool2d and globalAvgPool2d: 2-D average pooling of tensors, forward and backward.
//
// It knows shapes and options. It does not know the kernels, or how plans are cached.

import { checkKey, checkNames, firstItems, RANKS, show } from './check.js';
import { checkGradient, type DType } from './dtype.js';
import { heightAxis, type Layout } from './layout.js';
import { outOfMemory } from './memory.js';
import {
  type Arguments,
  type AvgPool2dOptions,
  defaults,
  isOptions,
  names,
  normalize,
  normalizeGlobal,
  type Padding,
  type Pooling,
  parseArguments,
  poolBrand,
  type ResolvedOptions,
  resolveOptions,
  type Size,
} from './options.js';
import { planeSizes, planFor, showPlanes } from './plans.js';
import { bufferOf, checkShape, emptyTensor, type Shape, type Tensor } from './tensor.js';
import { backward, forward, Status } from './wasm/bindings.js';

/**
 * The pooling of `pool`. Throws a TypeError unless a method was called on its pool, without a further argument; `call` shows
 * the right call.
 */
let poolingOf: (pool: AvgPool2d, call: string, extra: unknown) => Pooling;

/**
 * Average pooling over the height and the width of a tensor:
 *
 *     output[n, c, oh, ow] = Σ_{i<kH, j<kW} input[n, c, oh·sH − top + i·dH, ow·sW − left + j·dW] / divisor(oh, ow)
 *
 * Elements outside the input count as zero. With `layout: 'NHWC'` the same holds for `input[n, h, w, c]`. The semantics
 * are those of `lucid.nn.AvgPool2d` and PyTorch:
 *
 * - The output size of each axis is floor((size + padding − (dilation·(kernelSize − 1) + 1)) / stride) + 1.
 *   With `ceilMode` it is rounded up instead, and a last window that would start after the input is dropped.
 * - The divisor is the number of elements of the window, or `divisorOverride`. It counts padding, unless
 *   `countIncludePad` is false. It never counts positions beyond the padded input, where `ceilMode` lets a window
 *   overhang.
 * - A window that contains only padding gives 0.
 *
 * The result has the rank (4 or 3) and the element type of the input. Its bits are the same on every engine and
 * machine.
 */
export class AvgPool2d {
  readonly kernelSize!: number | readonly [height: number, width: number];
  /** `null` if not given; the kernel size is used then. */
  readonly stride!: number | readonly [height: number, width: number] | null;
  readonly padding!:
    | number
    | readonly [rows: number, columns: number]
    | readonly [rows: readonly [top: number, bottom: number], columns: readonly [left: number, right: number]];
  readonly ceilMode!: boolean;
  readonly countIncludePad!: boolean;
  readonly divisorOverride!: number | null;
  readonly dilation!: number | readonly [height: number, width: number];
  readonly layout!: Layout;

  readonly #pooling: Pooling;

  static {
    poolingOf = (pool, call, extra) => {
      if (typeof pool !== 'object' || pool === null || !(#pooling in pool)) {
        throw notThePool(pool, call);
      }
      if (extra !== undefined) {
        throw new TypeError(`expected ${call}, got a further argument ${show(extra)}`);
      }
      return pool.#pooling;
    };
    Object.assign(AvgPool2d.prototype, { [poolBrand]: true });
  }

  /**
   * @param kernelSize the size of a window, as a number or `[height, width]`; or a plain object of all options, or a pool.
   * @param stride the kernel size by default.
   * @throws TypeError for an argument of the wrong kind or an unknown option.
   * @throws RangeError for an argument that is not an integer, too small, or above 2^31 − 1.
   */
  constructor(kernelSize: Size, stride?: Size | null, padding?: Padding, ceilMode?: boolean, countIncludePad?: boolean);
  constructor(options: AvgPool2dOptions);
  constructor(...args: Arguments) {
    const options = resolveOptions(parseArguments(args));
    Object.assign(this, options);
    this.#pooling = normalize(options);
    if (new.target === AvgPool2d) {
      Object.freeze(this);
    } else {
      // A subclass can have fields of its own. Its options stay those of the pooling.
      for (const name of names) {
        Object.defineProperty(this, name, { __proto__: null, writable: false, configurable: false } as object);
      }
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
   */
  forward<D extends DType>(input: Tensor<D>, out?: Tensor<NoInfer<D>>): Tensor<D>;
  forward<D extends DType>(input: Tensor<D>, out?: Tensor<D>, extra?: unknown): Tensor<D> {
    return forwardBy(poolingOf(this, 'pool.forward(input, out)', extra), input, out);
  }

  /**
   * The gradient of the input: each `gradOutput[oh, ow] / divisor(oh, ow)` is added to all elements of its window. This
   * is the transpose of the linear map that {@link AvgPool2d.forward} computes.
   *
   * @param gradOutput of the shape that {@link AvgPool2d.outputShape} returns for `inputShape`.
   * @param inputShape the shape of the input of forward, which is the shape of the result.
   * @param out the tensor to write the result to, of shape `inputShape` and the type of `gradOutput`, as in
   *   {@link AvgPool2d.forward}.
   * @returns `out`, or a new tensor.
   * @throws RangeError if a shape is wrong or there is not enough memory.
   * @throws TypeError if an argument is not a tensor, is disposed or has the wrong type, if the type is uint8, which has no
   *   gradient, or if `out` is `gradOutput`.
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
    if (plan && backward(plan.index, gradOutputBuffer, gradInputBuffer) !== Status.Done) {
      throw outOfMemory(`pooling ${showPlanes(plan)}`);
    }
    return gradInput;
  }

  /**
   * The shape of the output for an input of this shape.
   *
   * @throws RangeError if the shape is not one of a tensor, or no window fits.
   * @throws TypeError if the shape is not an array of numbers.
   */
  outputShape(inputShape: Shape): number[];
  outputShape(inputShape: Shape, extra?: unknown): number[] {
    const pooling = poolingOf(this, 'pool.outputShape(inputShape)', extra);
    const shape = readOnce(inputShape);
    checkShape('inputShape', shape, 'float32');
    const { outputHeight, outputWidth } = planeSizes(pooling, shape);
    return resized(pooling, shape, outputHeight, outputWidth);
  }

  /** The configuration as lucid prints it: `kernel_size=2, stride=2, padding=0`. */
  extraRepr(): string {
    checkIsPool(this, 'pool.extraRepr()');
    return pythonArguments(this, names.slice(0, 3)).join(', ');
  }

  /**
   * The name and {@link AvgPool2d.extraRepr}, and the other options that differ from their defaults. For example
   * `AvgPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=True)`.
   */
  toString(): string {
    checkIsPool(this, 'pool.toString()');
    const others = names.slice(3).filter((name) => this[name] !== defaults[name]);
    return `AvgPool2d(${[this.extraRepr(), ...pythonArguments(this, others)].join(', ')})`;
  }
}

/**
 * Average pooling as a function: `new AvgPool2d(…).forward(input)`. The options and the errors are those of
 * {@link AvgPool2d} and {@link AvgPool2d.forward}.
 */
export function avgPool2d<D extends DType>(
  input: Tensor<D>,
  kernelSize: Size,
  stride?: Size | null,
  padding?: Padding,
  ceilMode?: boolean,
  countIncludePad?: boolean,
): Tensor<D>;
export function avgPool2d<D extends DType>(input: Tensor<D>, options: AvgPool2dOptions): Tensor<D>;
export function avgPool2d<D extends DType>(input: Tensor<D>, ...args: Arguments): Tensor<D> {
  return new AvgPool2d(parseArguments(args)).forward(input);
}

const globalNames = ['layout', 'out'];
const globalPoolings: Readonly<Record<Layout, Pooling>> = {
  NCHW: /* @__PURE__ */ normalizeGlobal('NCHW'),
  NHWC: /* @__PURE__ */ normalizeGlobal('NHWC'),
};

/**
 * Global average pooling: the average of each channel over the whole height and width, for inputs of any size.
 *
 * It computes `new AvgPool2d([height, width]).forward(input, out)`; `backward` of such a pool computes its gradient.
 *
 * @param input of shape `[N, C, H, W]` or `[C, H, W]`; with `layout: 'NHWC'`, `[N, H, W, C]` or `[H, W, C]`.
 * @param options the order of the dimensions, `'NCHW'` by default, and a tensor for the result as in
 *   {@link AvgPool2d.forward}.
 * @returns `out`, or a new tensor: the shape of the input with a height and a width of 1.
 * @throws TypeError for an unknown option or one of the wrong kind, and the errors of {@link AvgPool2d.forward}.
 */
export function globalAvgPool2d<D extends DType>(
  input: Tensor<D>,
  options: { layout?: Layout | undefined; out?: Tensor<NoInfer<D>> | undefined } = {},
): Tensor<D> {
  if (!isOptions(options)) {
    throw new TypeError(`expected an object of options, got ${show(options)}`);
  }
  checkNames('option', options, globalNames);
  const given = Object.hasOwn(options, 'layout') ? options.layout : undefined;
  const layout = given === undefined ? defaults.layout : given;
  checkKey('layout', layout, globalPoolings);
  return forwardBy(globalPoolings[layout], input, Object.hasOwn(options, 'out') ? options.out : undefined);
}

/** {@link AvgPool2d.forward} of a pooling. */
function forwardBy<D extends DType>(pooling: Pooling, input: Tensor<D>, out: Tensor<D> | undefined): Tensor<D> {
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
  if (plan && forward(plan.index, inputBuffer, outputBuffer) !== Status.Done) {
    throw outOfMemory(`pooling ${showPlanes(plan)}`);
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

/** Checks that a method that prints was called on a pool. A proxy of one will do. */
function checkIsPool(pool: AvgPool2d, call: string): void {
  if (!(pool instanceof AvgPool2d)) {
    throw notThePool(pool, call);
  }
}

function notThePool(pool: unknown, call: string): TypeError {
  const got = pool instanceof AvgPool2d ? 'a proxy of a pool, or an object derived from one' : show(pool);
  return new TypeError(`${call} must be called on the pool itself, or bound to it, got ${got}`);
}

/** Options as the arguments of a call in Python. */
function pythonArguments(options: ResolvedOptions, names: readonly (keyof ResolvedOptions)[]): string[] {
  const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return names.map((name) => `${snakeCase(name)}=${pythonRepr(options[name])}`);
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
