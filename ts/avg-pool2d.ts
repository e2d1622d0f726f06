// AvgPool2d and avgPool2d: average pooling with windows of a fixed size.
//
// It knows the options and the arguments of a plan. It does not know tensors, or how plans are cached.

import { MAX_SIZE, show } from './check.js';
import { type DType, dtypes } from './dtype.js';
import { layouts } from './layout.js';
import {
  type Arguments,
  type AvgPool2dOptions,
  avgPool2dSignature,
  axesOf,
  effectiveKernelSize,
  type Padding,
  parseArguments,
  poolBrand,
  type ResolvedOptions,
  resolveOptions,
  type Size,
} from './options.js';
import type { Pooling } from './plans.js';
import { extraReprOf, Pool, poolToString } from './pooling.js';
import type { Tensor } from './tensor.js';
import * as bindings from './wasm/bindings.js';

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
export class AvgPool2d extends Pool {
  declare readonly kernelSize: number | readonly [height: number, width: number];
  /** `null` if not given; the kernel size is used then. */
  declare readonly stride: number | readonly [height: number, width: number] | null;
  declare readonly padding:
    | number
    | readonly [rows: number, columns: number]
    | readonly [rows: readonly [top: number, bottom: number], columns: readonly [left: number, right: number]];
  declare readonly ceilMode: boolean;
  declare readonly countIncludePad: boolean;
  declare readonly divisorOverride: number | null;
  declare readonly dilation: number | readonly [height: number, width: number];

  static {
    Object.assign(AvgPool2d.prototype, { [poolBrand]: avgPool2dSignature.name });
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
    const options = resolveOptions(parseArguments(args, avgPool2dSignature));
    super(options, poolingWith(options));
  }

  /** The configuration as lucid prints it: `kernel_size=2, stride=2, padding=0`. */
  extraRepr(): string {
    return extraReprOf(this, AvgPool2d, avgPool2dSignature);
  }

  /**
   * The name and {@link AvgPool2d.extraRepr}, and the other options that differ from their defaults. For example
   * `AvgPool2d(kernel_size=2, stride=2, padding=0, ceil_mode=True)`.
   */
  override toString(): string {
    return poolToString(this, AvgPool2d, avgPool2dSignature);
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
  return new AvgPool2d(parseArguments<AvgPool2dOptions>(args, avgPool2dSignature)).forward(input);
}

/** The pooling that checked options describe. */
function poolingWith(options: ResolvedOptions): Pooling {
  const { ceilMode, countIncludePad, divisorOverride, layout } = options;
  const axes = axesOf(options);
  const { height: rows, width: columns } = axes;
  // Not JSON, which a method toJSON of any library would change.
  const numbers = [...Object.values(rows), ...Object.values(columns), ceilMode, countIncludePad, divisorOverride];
  return {
    layout: layouts[layout],
    key: numbers.join(),
    recent: undefined,
    outputSize(name, input) {
      const { kernel, stride, padBegin, padEnd, dilation } = axes[name];
      const output = bindings.outputSize(input, kernel, stride, padBegin, padEnd, dilation, ceilMode);
      const padded = () => `the input of ${input} with padding ${show([padBegin, padEnd])}`;
      if (output < 1) {
        const window = `a window of ${effectiveKernelSize(axes[name])}`;
        throw new RangeError(`the output ${name} must be at least 1: ${window} does not fit in ${padded()}`);
      }
      if (output > MAX_SIZE) {
        throw new RangeError(`the output ${name} must be at most ${MAX_SIZE}, got ${output} for ${padded()}`);
      }
      return output;
    },
    setPlan: (index, dtype, { height, width, channels }) =>
      bindings.setPlan(
        index,
        dtypes[dtype].code,
        height,
        width,
        channels,
        rows.kernel,
        columns.kernel,
        rows.stride,
        columns.stride,
        rows.padBegin,
        rows.padEnd,
        columns.padBegin,
        columns.padEnd,
        rows.dilation,
        columns.dilation,
        ceilMode,
        countIncludePad,
        divisorOverride === null || dtype === 'float64' ? divisorOverride : Math.fround(divisorOverride),
      ),
    show() {
      const window = [rows, columns].map(effectiveKernelSize).join('×');
      const padding = [rows, columns].map(({ padBegin, padEnd }) => [padBegin, padEnd]);
      const padded = padding.flat().some(Boolean) ? ` and padding ${show(padding)}` : '';
      return `with windows of ${window}${padded}`;
    },
  };
}
