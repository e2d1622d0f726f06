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
 *
 * @example
 * ```js
 * import { AvgPool2d, Tensor } from 'avgpool';
 *
 * const pool = new AvgPool2d(2, 1);
 * const x = Tensor.from([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3]);
 * console.log(pool.forward(x).toArray()); // [ [ [ 3, 4 ], [ 6, 7 ] ] ]
 * ```
 */
export class AvgPool2d extends Pool {
  /** The size of a window, as given. */
  declare readonly kernelSize: number | readonly [height: number, width: number];
  /** The distance from one window to the next, as given; `null` stands for the kernel size. */
  declare readonly stride: number | readonly [height: number, width: number] | null;
  /** The zeros around the input, as given. */
  declare readonly padding:
    | number
    | readonly [rows: number, columns: number]
    | readonly [rows: readonly [top: number, bottom: number], columns: readonly [left: number, right: number]];
  /** Whether the output size is rounded up. */
  declare readonly ceilMode: boolean;
  /** Whether the divisor counts padding. */
  declare readonly countIncludePad: boolean;
  /** The divisor of all windows; `null` stands for the number of elements of each window. */
  declare readonly divisorOverride: number | null;
  /** The distance from one tap of a window to the next, as given. */
  declare readonly dilation: number | readonly [height: number, width: number];

  static {
    Object.assign(AvgPool2d.prototype, { [poolBrand]: avgPool2dSignature.name });
  }

  /**
   * A pool of the options in lucid's order.
   *
   * @param kernelSize the size of a window, as a number or `[height, width]`, at least 1.
   * @param stride the distance from one window to the next; the kernel size by default.
   * @param padding the zeros around the input; 0 by default.
   * @param ceilMode whether to round the output size up; false by default.
   * @param countIncludePad whether the divisor counts padding; true by default.
   * @throws TypeError for an argument of the wrong kind or an unknown option.
   * @throws RangeError for an argument that is not an integer, too small, or above 2^31 − 1.
   */
  constructor(kernelSize: Size, stride?: Size | null, padding?: Padding, ceilMode?: boolean, countIncludePad?: boolean);
  /**
   * A pool of options by name, in a plain object, or with the options of another pool. The errors are the same.
   *
   * @param options all options but the kernel size have defaults.
   */
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
 *
 * @example
 * ```js
 * import { avgPool2d, Tensor } from 'avgpool';
 *
 * const x = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
 * console.log(avgPool2d(x, 2).data[0]); // 2.5
 * console.log(avgPool2d(x, { kernelSize: 2, divisorOverride: 1 }).data[0]); // 10
 * ```
 */
export function avgPool2d<D extends DType>(
  input: Tensor<D>,
  kernelSize: Size,
  stride?: Size | null,
  padding?: Padding,
  ceilMode?: boolean,
  countIncludePad?: boolean,
): Tensor<D>;
/** Average pooling as a function, with options by name: `new AvgPool2d(options).forward(input)`. */
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
