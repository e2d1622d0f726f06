// AdaptiveAvgPool2d, adaptiveAvgPool2d and globalAvgPool2d: average pooling to an output of a fixed size.
//
// It knows the options and the arguments of a plan. It does not know the windows, or how plans are cached.

import { checkKey, checkNames, show } from './check.js';
import { type DType, dtypes } from './dtype.js';
import { type Layout, layouts } from './layout.js';
import {
  type AdaptiveAvgPool2dOptions,
  type AdaptiveSize,
  adaptiveSignature,
  isOptions,
  parseArguments,
  poolBrand,
  type ResolvedAdaptiveOptions,
  resolveAdaptiveOptions,
  toPair,
} from './options.js';
import type { Pooling } from './plans.js';
import { extraReprOf, Pool, pooled, poolToString } from './pooling.js';
import type { Tensor } from './tensor.js';
import { setPlan } from './wasm/bindings.js';

/**
 * Average pooling to an output of a given height and width, for inputs of any size:
 *
 *     output[n, c, oh, ow] = the average of input[n, c, h, w] over floor(oh·H/outH) ≤ h < ceil((oh + 1)·H/outH)
 *                            and floor(ow·W/outW) ≤ w < ceil((ow + 1)·W/outW)
 *
 * H×W is the size of the input and outH×outW that of the output, which may be larger. With `layout: 'NHWC'` the same
 * holds for `input[n, h, w, c]`. The semantics are those of `torch.nn.AdaptiveAvgPool2d`.
 *
 * The result has the rank (4 or 3) and the element type of the input. Its bits are the same on every engine and
 * machine.
 *
 * @example
 * ```js
 * import { AdaptiveAvgPool2d, Tensor } from 'avgpool';
 *
 * const pool = new AdaptiveAvgPool2d([2, 1]);
 * const x = Tensor.from([1, 2, 3, 4, 5, 6], [1, 3, 2]);
 * console.log(pool.forward(x).toArray()); // [ [ [ 2.5 ], [ 4.5 ] ] ]
 * ```
 */
export class AdaptiveAvgPool2d extends Pool {
  /** The height and the width of the output, as given; `null` keeps that of the input. */
  declare readonly outputSize: number | readonly [height: number | null, width: number | null];

  static {
    Object.assign(AdaptiveAvgPool2d.prototype, { [poolBrand]: adaptiveSignature.name });
  }

  /**
   * A pool for this output size.
   *
   * @param outputSize the size of the output, as a number or `[height, width]`, where `null` keeps that size of the input.
   * @throws TypeError for an argument of the wrong kind or an unknown option.
   * @throws RangeError for a size that is not an integer, below 1, or above 2^31 − 1.
   */
  constructor(outputSize: AdaptiveSize);
  /**
   * A pool of options by name, in a plain object, or with the options of another pool. The errors are the same.
   *
   * @param options the layout has a default.
   */
  constructor(options: AdaptiveAvgPool2dOptions);
  constructor(...args: [AdaptiveSize | AdaptiveAvgPool2dOptions]) {
    const options = resolveAdaptiveOptions(parseArguments(args, adaptiveSignature));
    super(options, poolingTo(options));
  }

  /** The output size as PyTorch prints it: `output_size=(5, 7)`. */
  extraRepr(): string {
    return extraReprOf(this, AdaptiveAvgPool2d, adaptiveSignature);
  }

  /** The name and {@link AdaptiveAvgPool2d.extraRepr}, and the layout if it is `'NHWC'`. */
  override toString(): string {
    return poolToString(this, AdaptiveAvgPool2d, adaptiveSignature);
  }
}

/**
 * Adaptive average pooling as a function: `new AdaptiveAvgPool2d(…).forward(input)`. The options and the errors are those
 * of {@link AdaptiveAvgPool2d} and {@link AdaptiveAvgPool2d.forward}.
 *
 * @example
 * ```js
 * import { adaptiveAvgPool2d, Tensor } from 'avgpool';
 *
 * const x = Tensor.from([1, 2, 3, 4, 5, 6], [1, 2, 3]);
 * console.log(adaptiveAvgPool2d(x, [1, null]).toArray()); // [ [ [ 2.5, 3.5, 4.5 ] ] ]
 * ```
 */
export function adaptiveAvgPool2d<D extends DType>(input: Tensor<D>, outputSize: AdaptiveSize): Tensor<D>;
/** Adaptive average pooling as a function, with options by name: `new AdaptiveAvgPool2d(options).forward(input)`. */
export function adaptiveAvgPool2d<D extends DType>(input: Tensor<D>, options: AdaptiveAvgPool2dOptions): Tensor<D>;
export function adaptiveAvgPool2d<D extends DType>(
  input: Tensor<D>,
  ...args: [AdaptiveSize | AdaptiveAvgPool2dOptions]
): Tensor<D> {
  return new AdaptiveAvgPool2d(parseArguments<AdaptiveAvgPool2dOptions>(args, adaptiveSignature)).forward(input);
}

const globalNames = ['layout', 'out'];
const globalPoolings: Readonly<Record<Layout, Pooling>> = {
  NCHW: /* @__PURE__ */ poolingTo({ outputSize: 1, layout: 'NCHW' }),
  NHWC: /* @__PURE__ */ poolingTo({ outputSize: 1, layout: 'NHWC' }),
};

/**
 * Global average pooling: the average of each channel over the whole height and width, for inputs of any size.
 *
 * It computes `new AdaptiveAvgPool2d(1).forward(input, out)`; `backward` of that pool computes its gradient.
 *
 * @param input of shape `[N, C, H, W]` or `[C, H, W]`; with `layout: 'NHWC'`, `[N, H, W, C]` or `[H, W, C]`.
 * @param options the order of the dimensions, `'NCHW'` by default, and a tensor for the result as in
 *   {@link AdaptiveAvgPool2d.forward}.
 * @returns `out`, or a new tensor: the shape of the input with a height and a width of 1.
 * @throws TypeError for an unknown option or one of the wrong kind, and the errors of {@link AdaptiveAvgPool2d.forward}.
 *
 * @example
 * ```js
 * import { globalAvgPool2d, Tensor } from 'avgpool';
 *
 * const x = Tensor.from([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
 * console.log(globalAvgPool2d(x).toArray()); // [ [ [ 2.5 ] ], [ [ 6.5 ] ] ]
 * ```
 */
export function globalAvgPool2d<D extends DType>(
  input: Tensor<D>,
  options: {
    /** The order of the dimensions, `'NCHW'` by default. */
    layout?: Layout | undefined;
    /** The tensor to write the result to. */
    out?: Tensor<NoInfer<D>> | undefined;
  } = {},
): Tensor<D> {
  if (!isOptions(options)) {
    throw new TypeError(`expected an object of options, got ${show(options)}`);
  }
  checkNames('option', options, globalNames);
  const given = Object.hasOwn(options, 'layout') ? options.layout : undefined;
  const layout = given === undefined ? adaptiveSignature.defaults.layout : given;
  checkKey('layout', layout, globalPoolings);
  return pooled(globalPoolings[layout], input, Object.hasOwn(options, 'out') ? options.out : undefined);
}

/** The pooling that checked options describe. */
function poolingTo({ outputSize, layout }: ResolvedAdaptiveOptions): Pooling {
  const [height, width] = toPair(outputSize);
  const sizes = { height, width };
  return {
    layout: layouts[layout],
    // A pooling with windows has a longer key.
    key: [height, width].join(),
    recent: undefined,
    outputSize: (axis, input) => sizes[axis] ?? input,
    // Axes with a stride of 0 are adaptive: their kernels are the numbers of windows, and nothing else matters.
    setPlan: (index, dtype, { height, width, channels, outputHeight: rows, outputWidth: columns }) =>
      setPlan(
        index,
        dtypes[dtype].code,
        height,
        width,
        channels,
        rows,
        columns,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        1,
        false,
        true,
        null,
      ),
    show: ({ outputHeight, outputWidth }) => `to ${outputHeight}×${outputWidth}`,
  };
}
