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

/** The options of WebNN's averagePool2d. */
export interface WebNNPool2dOptions {
  /** Default: the height and width of the input. */
  windowDimensions?: Integers | null | undefined;
  /** `[top, bottom, left, right]`; default zeros. */
  padding?: Integers | null | undefined;
  /** Default `[1, 1]`. */
  strides?: Integers | null | undefined;
  dilations?: Integers | null | undefined;
  layout?: 'nchw' | 'nhwc' | undefined;
  outputShapeRounding?: 'floor' | 'ceil' | undefined;
  /** The older name of `outputShapeRounding`. */
  roundingType?: 'floor' | 'ceil' | undefined;
  /** The height and width of the output. Each must be the floor or the ceiling of the exact size. */
  outputSizes?: Integers | null | undefined;
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
