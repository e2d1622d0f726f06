// The translator for WebNN's averagePool2d.

import { show } from '../check.js';
import type { AvgPool2dOptions } from '../options.js';
import {
  type Axis,
  type AxisPadding,
  checkIntegers,
  checkOneOf,
  type Integers,
  type Plain,
  paddingForOutputSize,
  positivePair,
  readOptions,
  spatialSize,
  unroundedOutputSize,
  withPadding,
} from './axis.js';

/**
 * The options of WebNN's averagePool2d.
 *
 * @example
 * ```js
 * import { fromWebNN } from 'avgpool/compat';
 *
 * const options = fromWebNN({ windowDimensions: [3, 3], padding: [0, 2, 1, 1] }, [1, 8, 9, 9]);
 * console.log(options.padding); // [ [ 0, 2 ], [ 1, 1 ] ]
 * ```
 */
export interface WebNNPool2dOptions {
  /** The height and the width of a window; default: those of the input. */
  windowDimensions?: Integers | null | undefined;
  /** The padding `[top, bottom, left, right]`; default zeros. */
  padding?: Integers | null | undefined;
  /** The distances from one window to the next; default `[1, 1]`. */
  strides?: Integers | null | undefined;
  /** The distances from one tap of a window to the next; default `[1, 1]`. */
  dilations?: Integers | null | undefined;
  /** The order of the dimensions; default `'nchw'`. */
  layout?: 'nchw' | 'nhwc' | undefined;
  /** How to round an output size that is no integer; default `'floor'`. */
  outputShapeRounding?: 'floor' | 'ceil' | undefined;
  /** The older name of `outputShapeRounding`. */
  roundingType?: 'floor' | 'ceil' | undefined;
  /** The height and width of the output. Each must be the floor or the ceiling of the exact size. */
  outputSizes?: Integers | null | undefined;
  /** The name of the operator, which is ignored. */
  label?: string | undefined;
}

const names = [
  'windowDimensions',
  'padding',
  'strides',
  'dilations',
  'layout',
  'outputShapeRounding',
  'roundingType',
  'outputSizes',
  'label',
];

/**
 * The options with which AvgPool2d computes WebNN's averagePool2d.
 *
 * They are the same for every element type. WebNN never counts padding in the divisor. So an output size that is rounded up
 * becomes padding at the end.
 *
 * @param given the options of `averagePool2d`.
 * @param inputShape of rank 4 or 3, in the layout of the options.
 * @throws TypeError or RangeError for options that WebNN does not have or does not allow.
 * @throws RangeError if a window would contain only padding: WebNN does not specify its average.
 *
 * @example
 * ```js
 * import { AvgPool2d } from 'avgpool';
 * import { fromWebNN } from 'avgpool/compat';
 *
 * const shape = [1, 8, 9, 9];
 * const pool = new AvgPool2d(fromWebNN({ windowDimensions: [2, 2], strides: [2, 2] }, shape));
 * console.log(pool.outputShape(shape)); // [ 1, 8, 4, 4 ]
 * ```
 */
export function fromWebNN(given: WebNNPool2dOptions, inputShape: Integers): AvgPool2dOptions {
  const options = readOptions('option', given, names);
  const { layout: name = 'nchw', outputSizes } = options;
  checkOneOf('layout', name, ['nchw', 'nhwc']);
  const layout = name === 'nhwc' ? 'NHWC' : 'NCHW';
  const rounding = checkRounding(options);
  const window = {
    kernelSize: positivePair('windowDimensions', options.windowDimensions ?? spatialSize(inputShape, layout)),
    stride: positivePair('strides', options.strides ?? [1, 1]),
    dilation: positivePair('dilations', options.dilations ?? [1, 1]),
  };
  const paddings = checkIntegers('padding', options.padding ?? [0, 0, 0, 0], 4, 0);
  const expected = outputSizes === undefined ? undefined : positivePair('outputSizes', outputSizes);
  const paddingOf = (axis: Axis, index: 0 | 1): AxisPadding => {
    const padding = [paddings[2 * index] as number, paddings[2 * index + 1] as number] as const;
    const size = unroundedOutputSize(axis, padding[0] + padding[1]);
    const outputSize = expected?.[index] ?? Math[rounding](size);
    if (outputSize !== Math.floor(size) && outputSize !== Math.ceil(size)) {
      throw wrongOutputSizes(axis, size, outputSizes);
    }
    return paddingForOutputSize(axis, padding, outputSize);
  };
  return { ...withPadding(inputShape, layout, window, paddingOf), countIncludePad: false, layout };
}

function checkRounding({ outputShapeRounding, roundingType }: Plain<WebNNPool2dOptions>): 'floor' | 'ceil' {
  const rounding = outputShapeRounding ?? roundingType ?? 'floor';
  checkOneOf('outputShapeRounding', rounding, ['floor', 'ceil']);
  checkOneOf('roundingType', roundingType ?? rounding, ['floor', 'ceil']);
  if (roundingType && roundingType !== rounding) {
    throw new RangeError(
      `outputShapeRounding and roundingType, its older name, must be equal, got ${show(rounding)} and ${show(roundingType)}`,
    );
  }
  return rounding;
}

function wrongOutputSizes(axis: Axis, size: number, got: unknown): RangeError {
  const [least, most] = [Math.floor(size), Math.ceil(size)];
  if (most < 1) {
    return new RangeError(`outputSizes cannot be met: no window fits in the ${axis.name}, got ${show(got)}`);
  }
  const allowed = least === most ? least : `${least} or ${most}`;
  return new RangeError(`outputSizes must have a ${axis.name} of ${allowed}, got ${show(got)}`);
}
