// The translator for TensorFlow.js's avgPool and its layer averagePooling2d: the forward pass.

import { checkSize, show } from '../check.js';
import type { AvgPool2dOptions } from '../options.js';
import {
  type Axis,
  type AxisPadding,
  checkIntegers,
  checkOneOf,
  type Integers,
  type Pair,
  paddingForOutputSize,
  positivePair,
  readOptions,
  totalSamePadding,
  unroundedOutputSize,
  withPadding,
} from './axis.js';

/**
 * The arguments of TensorFlow.js's avgPool by name.
 *
 * @example
 * ```js
 * import { fromTfjs } from 'avgpool/compat';
 *
 * const options = fromTfjs({ filterSize: [3, 2], strides: 1, pad: 'valid' });
 * console.log(options.kernelSize, options.layout); // [ 3, 2 ] NHWC
 * ```
 */
export interface TfjsAvgPool {
  /** The height and the width of a window, or one number for both. */
  filterSize: number | Integers;
  /** The distances from one window to the next, or one number for both axes. */
  strides: number | Integers;
  /** The padding: a name, one number for all sides, or `[[0, 0], [top, bottom], [left, right], [0, 0]]`. */
  pad: 'valid' | 'same' | number | readonly Integers[];
  /** How to round an output size that is no integer; default `'floor'`. */
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | null | undefined;
}

/**
 * The options of TensorFlow.js's layer averagePooling2d, and what else the configuration of such a layer holds.
 *
 * @example
 * ```js
 * import { fromTfjs } from 'avgpool/compat';
 *
 * const options = fromTfjs({ poolSize: 3, dataFormat: 'channelsFirst' });
 * console.log(options.kernelSize, options.layout); // [ 3, 3 ] NCHW
 * ```
 */
export interface TfjsAveragePooling2d {
  /** The height and the width of a window, or one number for both; default `[2, 2]`. */
  poolSize?: number | Integers | null | undefined;
  /** The distances from one window to the next, or one number for both axes; default: the pool size. */
  strides?: number | Integers | null | undefined;
  /** The padding; default `'valid'`. */
  padding?: 'valid' | 'same' | null | undefined;
  /** The order of the dimensions; default `'channelsLast'`. */
  dataFormat?: 'channelsFirst' | 'channelsLast' | null | undefined;
  /** The name of the layer, which is ignored. So are the next four. */
  name?: string | null | undefined;
  /** Ignored. */
  trainable?: boolean | null | undefined;
  /** Ignored. */
  dtype?: string | null | undefined;
  /** Ignored. */
  inputShape?: unknown;
  /** Ignored. */
  batchInputShape?: unknown;
}

const names = ['filterSize', 'strides', 'pad', 'dimRoundingMode'];
const layerNames = [
  'poolSize',
  'strides',
  'padding',
  'dataFormat',
  'name',
  'trainable',
  'dtype',
  'inputShape',
  'batchInputShape',
];

/**
 * The options with which AvgPool2d computes TensorFlow.js's `avgPool(x, filterSize, strides, pad, dimRoundingMode)`, or
 * its layer `averagePooling2d({ poolSize, strides, padding, dataFormat })`.
 *
 * They are the same for every element type. The layer `globalAveragePooling2d` has no windows: `globalAvgPool2d` with its
 * layout computes it.
 *
 * TensorFlow.js never counts padding in the divisor of its forward pass. So an output size that is rounded up becomes
 * padding at the end. Its gradient divides by the whole window instead; avgpool's is the transpose of the forward pass.
 *
 * @param options the arguments of `avgPool` by name, or the options of the layer.
 * @param inputShape `[N, H, W, C]` or `[H, W, C]`; with `dataFormat: 'channelsFirst'`, `[N, C, H, W]` or `[C, H, W]`.
 *   Padding `'valid'` does not need it.
 * @throws TypeError or RangeError for arguments that TensorFlow.js does not have or does not allow.
 * @throws RangeError if a window would contain only padding: TensorFlow.js returns NaN there, avgpool 0.
 * @throws RangeError if `pad` is one number and TensorFlow.js computes a wrong output width: it takes the filter and stride
 *   of the height.
 *
 * @example
 * ```js
 * import { AvgPool2d } from 'avgpool';
 * import { fromTfjs } from 'avgpool/compat';
 *
 * const shape = [1, 9, 9, 8];
 * const pool = new AvgPool2d(fromTfjs({ poolSize: 2, padding: 'same' }, shape));
 * console.log(pool.outputShape(shape)); // [ 1, 5, 5, 8 ]
 * ```
 */
export function fromTfjs(options: TfjsAvgPool | TfjsAveragePooling2d, inputShape?: Integers): AvgPool2dOptions {
  // Of the names that the function needs, the layer has only strides.
  const isFunction =
    typeof options !== 'object' ||
    options === null ||
    ['filterSize', 'pad'].some((name) => Object.hasOwn(options, name));
  return isFunction ? fromFunction(options as TfjsAvgPool, inputShape) : fromLayer(options, inputShape);
}

function fromLayer(given: TfjsAveragePooling2d, inputShape: Integers | undefined): AvgPool2dOptions {
  const options = readOptions('option', given, layerNames);
  const { poolSize = [2, 2], strides = poolSize, padding = 'valid', dataFormat = 'channelsLast' } = options;
  checkOneOf('padding', padding, ['valid', 'same']);
  checkOneOf('dataFormat', dataFormat, ['channelsFirst', 'channelsLast']);
  const window = {
    kernelSize: numberOrPair('poolSize', poolSize),
    stride: numberOrPair('strides', strides),
    dilation: [1, 1],
  } as const;
  const layout = dataFormat === 'channelsLast' ? 'NHWC' : 'NCHW';
  const paddingOf = (axis: Axis): AxisPadding => (padding === 'same' ? samePadding(axis) : [0, 0]);
  return { ...withPadding(inputShape, layout, window, paddingOf), countIncludePad: false, layout };
}

function fromFunction(given: TfjsAvgPool, inputShape: Integers | undefined): AvgPool2dOptions {
  const options = readOptions('option', given, names);
  const { pad, dimRoundingMode } = options;
  const window = {
    kernelSize: numberOrPair('filterSize', options.filterSize),
    stride: numberOrPair('strides', options.strides),
    dilation: [1, 1],
  } as const;
  const rounding = dimRoundingMode ?? 'floor';
  checkOneOf('dimRoundingMode', rounding, ['floor', 'round', 'ceil']);
  if (typeof pad === 'string') {
    checkOneOf('pad', pad, ['valid', 'same']);
    if (dimRoundingMode !== undefined) {
      throw new RangeError(`dimRoundingMode needs a pad of numbers, got ${show(rounding)} with the pad ${show(pad)}`);
    }
  }
  const explicit = typeof pad === 'string' ? undefined : explicitPadding(pad);
  const paddingOf = (axis: Axis, index: 0 | 1): AxisPadding => {
    if (!explicit) {
      return pad === 'same' ? samePadding(axis) : [0, 0];
    }
    const [begin, end] = explicit[index];
    const outputSize = Math[rounding](unroundedOutputSize(axis, begin + end));
    if (typeof pad === 'number') {
      // TensorFlow.js 4 uses the filter and the stride of the height for the width as well.
      const asHeight = { ...axis, kernel: window.kernelSize[0], stride: window.stride[0] };
      checkSameOutputSize(axis, outputSize, Math[rounding](unroundedOutputSize(asHeight, begin + end)));
    }
    return paddingForOutputSize(axis, [begin, end], outputSize);
  };
  return { ...withPadding(inputShape, 'NHWC', window, paddingOf), countIncludePad: false, layout: 'NHWC' };
}

/** If the total padding is odd, the end gets more; it is never negative. */
function samePadding(axis: Axis): AxisPadding {
  const total = Math.max(0, totalSamePadding(axis));
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

function checkSameOutputSize(axis: Axis, outputSize: number, theirs: number): void {
  if (theirs !== outputSize) {
    throw new RangeError(
      `TensorFlow.js would compute an output ${axis.name} of ${theirs} instead of ${outputSize}: ` +
        'if pad is one number, it uses the filterSize and strides of the height for both axes; give four pairs',
    );
  }
}

function explicitPadding(pad: number | readonly (readonly number[])[]): readonly [AxisPadding, AxisPadding] {
  if (typeof pad === 'number') {
    checkSize(pad, 0, 'pad', "must be 'valid', 'same', a non-negative integer or four pairs of them");
    return [
      [pad, pad],
      [pad, pad],
    ];
  }
  if (!Array.isArray(pad)) {
    throw new TypeError(`pad must be 'valid', 'same', a non-negative integer or four pairs of them, got ${show(pad)}`);
  }
  if (pad.length !== 4) {
    throw new RangeError(`pad must be four pairs, got ${show(pad)}`);
  }
  const [batch, rows, columns, channels] = pad.map((pair, i) => checkIntegers(`pad[${i}]`, pair, 2, 0)) as unknown as [
    AxisPadding,
    AxisPadding,
    AxisPadding,
    AxisPadding,
  ];
  if ([...batch, ...channels].some((size) => size !== 0)) {
    throw new RangeError(`pad must be [0, 0] for the batch and the channels, got ${show(pad)}`);
  }
  return [rows, columns];
}

function numberOrPair(name: string, value: number | readonly number[]): Pair {
  return positivePair(name, typeof value === 'number' ? [value, value] : value);
}
