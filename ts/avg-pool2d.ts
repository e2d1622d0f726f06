// AvgPool2d and avgPool2d: 2-D average pooling, forward and backward, of tensors.
//
// It knows shapes and options; what the kernels do with them, and where the memory comes from, it leaves to others.

import { show } from './check.js';
import { type AvgPool2dOptions, checkOptions, type Layout, type Padding, poolingOf, type Size } from './options.js';
import { type CachedPlan, type Planes, planesOf, planFor, showPlanes } from './plans.js';
import { bufferOf, checkShape, frozenShape, outOfMemory, type Shape, type Tensor, tensorToFill } from './tensor.js';
import { type DType, type Pooling, run } from './wasm/bindings.js';

/**
 * Average pooling over the height and the width of a tensor:
 *
 *     output[n, c, oh, ow] = Σ_{i<kH, j<kW} input[n, c, oh·sH − top + i·dH, ow·sW − left + j·dW] / divisor(oh, ow)
 *
 * where elements outside the input count as zero; under `layout: 'NHWC'` the same of `input[n, h, w, c]`. The semantics
 * are those of `lucid.nn.AvgPool2d` and PyTorch:
 *
 * - The output size is floor((size + padding − (dilation·(kernelSize − 1) + 1)) / stride) + 1 on either axis; with
 *   `ceilMode` the ceiling, less one if the last window would start beyond the input and its leading padding.
 * - The divisor is the number of elements of the window, padding included unless `countIncludePad` is false, but never
 *   what `ceilMode` lets hang over the padded edge; or `divisorOverride`. A window of padding alone gives 0.
 *
 * The result is of the input's rank, 4 or 3, and element type; its bits are the same on every engine and machine.
 */
export class AvgPool2d {
  readonly kernelSize: Size;
  /** `null` when not given: then it is the kernel size. */
  readonly stride: Size | null;
  readonly padding: Padding;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
  readonly dilation: Size;
  readonly layout: Layout;

  readonly #pooling: Pooling;
  readonly #key: string;
  #recent: CachedPlan | undefined;

  /**
   * @param kernelSize the size of a window, as a number or `[height, width]`; or all options by name.
   * @param stride the kernel size unless given.
   * @throws TypeError for an argument of the wrong kind or an unknown option.
   * @throws RangeError for an argument out of range: not a whole number, too small, or more than 2^31 − 1.
   */
  constructor(kernelSize: Size, stride?: Size | null, padding?: Padding, ceilMode?: boolean, countIncludePad?: boolean);
  constructor(options: AvgPool2dOptions);
  constructor(...args: Arguments) {
    const options = checkOptions(named(args));
    this.kernelSize = options.kernelSize;
    this.stride = options.stride;
    this.padding = options.padding;
    this.ceilMode = options.ceilMode;
    this.countIncludePad = options.countIncludePad;
    this.divisorOverride = options.divisorOverride;
    this.dilation = options.dilation;
    this.layout = options.layout;
    this.#pooling = poolingOf(options);
    this.#key = JSON.stringify(this.#pooling);
    if (new.target === AvgPool2d) {
      Object.freeze(this);
    }
  }

  /**
   * The averages of every window.
   *
   * @param input of shape `[N, C, H, W]` or `[C, H, W]`; under `layout: 'NHWC'` `[N, H, W, C]` or `[H, W, C]`.
   * @param out where to write the result, of the output's shape and the input's type: then nothing is allocated, but
   *   for the first call for planes of this size.
   * @returns `out`, or a new tensor.
   * @throws RangeError if no window fits, `out` has another shape, or there is no memory left.
   * @throws TypeError if an argument is no tensor, a disposed one or one of another type, or `out` is the input.
   */
  forward<D extends DType>(input: Tensor<D>, out?: Tensor<NoInfer<D>>): Tensor<D> {
    bufferOf('input', input);
    const planes = this.#planesOf(input.shape);
    const result = this.#resultFor('input', input, out, input.shape, planes.outputHeight, planes.outputWidth);
    return this.#run('forward', input, result, planes);
  }

  /**
   * The gradient of the input: every `gradOutput[oh, ow] / divisor(oh, ow)` is added to all elements of its window.
   *
   * @param gradOutput of the shape that {@link AvgPool2d.outputShape} gives for `inputShape`.
   * @param inputShape the shape of the input of forward, and of the result.
   * @param out where to write the result, of `inputShape` and of the gradient's type, as for {@link AvgPool2d.forward}.
   * @returns `out`, or a new tensor.
   * @throws RangeError if a shape is wrong or there is no memory left.
   * @throws TypeError if an argument is no tensor, a disposed one or one of another type, or `out` is the gradient.
   */
  backward<D extends DType>(gradOutput: Tensor<D>, inputShape: Shape, out?: Tensor<NoInfer<D>>): Tensor<D> {
    bufferOf('gradOutput', gradOutput);
    checkShape('inputShape', inputShape, gradOutput.dtype);
    const planes = this.#planesOf(inputShape);
    this.#checkExpected('gradOutput', gradOutput, inputShape, planes.outputHeight, planes.outputWidth);
    const result = this.#resultFor('gradOutput', gradOutput, out, inputShape, planes.height, planes.width);
    return this.#run('backward', gradOutput, result, planes);
  }

  /**
   * The shape of the output for an input of this shape.
   *
   * @throws RangeError if the shape is none, or no window fits.
   * @throws TypeError if the shape is no array of numbers.
   */
  outputShape(inputShape: Shape): number[] {
    const shape = frozenShape(inputShape);
    checkShape('inputShape', shape, 'float32');
    const [height, width] = shape.slice(this.#heightAxis(shape)) as [number, number];
    const { outputHeight, outputWidth } = planesOf(this.#pooling, height, width, 1);
    return this.#shapeWith(shape, outputHeight, outputWidth);
  }

  /** The configuration as lucid prints it: `kernel_size=2, stride=2, padding=0`. */
  extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${inPython(kernelSize)}, stride=${inPython(stride)}, padding=${inPython(padding)}`;
  }

  /** For example `AvgPool2d(kernel_size=2, stride=2, padding=0)`. */
  toString(): string {
    return `AvgPool2d(${this.extraRepr()})`;
  }

  /** Which dimension of a shape is the height; the next one is the width. */
  #heightAxis(shape: Shape): number {
    return shape.length - (this.layout === 'NHWC' ? 3 : 2);
  }

  /** A shape with another height and width. */
  #shapeWith(shape: Shape, height: number, width: number): number[] {
    const result = [...shape];
    result.splice(this.#heightAxis(shape), 2, height, width);
    return result;
  }

  /** The planes of an input of this shape. Those of a batch or channels of 0 need no plan, however large they are. */
  #planesOf(inputShape: Shape): Planes {
    const axis = this.#heightAxis(inputShape);
    const height = inputShape[axis] as number;
    const width = inputShape[axis + 1] as number;
    // Of NCHW every channel is a plane of its own.
    const channels = this.layout === 'NHWC' ? (inputShape[axis + 2] as number) : 1;
    if (inputShape[0] === 0 || inputShape[Math.max(0, axis - 1)] === 0 || channels === 0) {
      return planesOf(this.#pooling, height, width, channels);
    }
    this.#recent = planFor(this.#pooling, this.#key, height, width, channels, this.#recent);
    return this.#recent;
  }

  /** `out`, or a new tensor, of the shape of `like` with planes of `height`×`width`. */
  #resultFor<D extends DType>(
    name: string,
    from: Tensor<D>,
    out: Tensor<D> | undefined,
    like: Shape,
    height: number,
    width: number,
  ): Tensor<D> {
    if (out === undefined) {
      return tensorToFill(this.#shapeWith(like, height, width), from.dtype);
    }
    bufferOf('out', out);
    if (out === from) {
      throw new TypeError(`out must not be the ${name}`);
    }
    if (out.dtype !== from.dtype) {
      throw new TypeError(`out must be of type ${from.dtype} like the ${name}, got ${out.dtype}`);
    }
    this.#checkExpected('out', out, like, height, width);
    return out;
  }

  /** Refuses a tensor that has not the shape of `like` with planes of `height`×`width`. */
  #checkExpected(name: string, tensor: Tensor, like: Shape, height: number, width: number): void {
    const { shape } = tensor;
    const heightAxis = this.#heightAxis(like);
    let equal = shape.length === like.length && shape[heightAxis] === height && shape[heightAxis + 1] === width;
    for (let axis = 0; axis < like.length; axis++) {
      equal &&= shape[axis] === like[axis] || axis === heightAxis || axis === heightAxis + 1;
    }
    if (!equal) {
      const expected = show(this.#shapeWith(like, height, width));
      throw new RangeError(`expected ${name} to be a tensor of shape ${expected}, got ${show(shape)}`);
    }
  }

  /** Runs the plan that was found for the planes, if there are any. */
  #run<D extends DType>(direction: 'forward' | 'backward', from: Tensor<D>, to: Tensor<D>, planes: Planes): Tensor<D> {
    if (to.size === 0) {
      return to;
    }
    const source = bufferOf(direction === 'forward' ? 'input' : 'gradOutput', from);
    if (!run(direction, planes.index, source, bufferOf('out', to))) {
      throw outOfMemory(`pooling ${showPlanes(planes)}`);
    }
    return to;
  }
}

/**
 * Average pooling as a function: `new AvgPool2d(…).forward(input)`. Takes the same arguments, and throws the same errors,
 * as {@link AvgPool2d} and {@link AvgPool2d.forward}.
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
  return new AvgPool2d(named(args)).forward(input);
}

type Arguments = [
  kernelSizeOrOptions: Size | AvgPool2dOptions,
  stride?: Size | null | undefined,
  padding?: Padding | undefined,
  ceilMode?: boolean | undefined,
  countIncludePad?: boolean | undefined,
];

/** Both ways to give options, as the one with names. */
function named(args: Arguments): AvgPool2dOptions {
  const [first, stride, padding, ceilMode, countIncludePad] = args;
  const options = isOptions(first) ? first : { kernelSize: first, stride, padding, ceilMode, countIncludePad };
  const most = options === first ? 1 : 5;
  if (args.slice(most).some((more) => more !== undefined)) {
    const expected = most === 1 ? 'one object of options and nothing else' : 'at most 5 options by position';
    throw new TypeError(`expected ${expected}, got ${args.length} arguments`);
  }
  return options;
}

/** A plain object, or any other with a kernel size: another module, for example. */
function isOptions(value: unknown): value is AvgPool2dOptions {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || 'kernelSize' in value;
}

function inPython(value: Padding | null): string {
  if (value === null) {
    return 'None';
  }
  return typeof value === 'number' ? String(value) : `(${value.map(inPython).join(', ')})`;
}
