// The translator for ONNX's AveragePool. It knows where ONNX and ONNX Runtime disagree.

import { show } from '../check.js';
import type { AvgPool2dOptions } from '../options.js';
import {
  type Axis,
  type AxisPadding,
  checkIntegers,
  checkOneOf,
  type Integer,
  type Integers,
  positivePair,
  readOptions,
  totalSamePadding,
  unroundedOutputSize,
  withPadding,
} from './axis.js';

/**
 * The attributes of ONNX's AveragePool for two spatial axes, as a program or a parser of ONNX files gives them.
 *
 * @example
 * ```js
 * import { fromOnnx } from 'avgpool/compat';
 *
 * console.log(fromOnnx({ kernel_shape: [3, 3], pads: [0, 1, 2, 1] }).padding); // [ [ 0, 2 ], [ 1, 1 ] ]
 * ```
 */
export interface OnnxAveragePool {
  /** The height and the width of a window. */
  kernel_shape: Integers;
  /** The distances from one window to the next; default `[1, 1]`. */
  strides?: Integers | null | undefined;
  /** The padding `[top, left, bottom, right]`; default zeros. */
  pads?: Integers | null | undefined;
  /** The distances from one tap of a window to the next; default `[1, 1]`. */
  dilations?: Integers | null | undefined;
  /** Whether to round the output size up; default 0. */
  ceil_mode?: Integer | boolean | null | undefined;
  /** Whether the divisor counts padding; default 0. */
  count_include_pad?: Integer | boolean | null | undefined;
  /** How to compute the padding: a name, or its bytes as in the file; default `'NOTSET'`, which means `pads`. */
  auto_pad?: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID' | Uint8Array | null | undefined;
}

const names = ['kernel_shape', 'strides', 'pads', 'dilations', 'ceil_mode', 'count_include_pad', 'auto_pad'];

/**
 * The options with which AvgPool2d computes ONNX's AveragePool, as version 22 of the operator specifies it.
 *
 * They are the same for every element type. AveragePool has no uint8. ONNX Runtime's QLinearAveragePool rounds halves to
 * even, and AvgPool2d rounds them up. GlobalAveragePool has no attributes: `globalAvgPool2d` computes it.
 *
 * @param attributes of one AveragePool.
 * @param inputShape `[N, C, H, W]` or `[C, H, W]`. Only `auto_pad` SAME, and VALID with `ceil_mode`, need it.
 * @throws TypeError or RangeError for attributes that ONNX does not have or does not allow.
 * @throws RangeError where ONNX and ONNX Runtime disagree: on `auto_pad` SAME with dilation, and on VALID with a
 *   `ceil_mode` that changes the output size.
 * @throws RangeError if `auto_pad` SAME would need a negative padding at the start of an axis.
 *
 * @example
 * ```js
 * import { AvgPool2d } from 'avgpool';
 * import { fromOnnx } from 'avgpool/compat';
 *
 * const shape = [1, 8, 9, 9];
 * const pool = new AvgPool2d(fromOnnx({ kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }, shape));
 * console.log(pool.outputShape(shape)); // [ 1, 8, 5, 5 ]
 * ```
 */
export function fromOnnx(attributes: OnnxAveragePool, inputShape?: Integers): AvgPool2dOptions {
  const given = readOptions('attribute', attributes, names);
  const name: unknown = given.auto_pad ?? 'NOTSET';
  const autoPad = Array.isArray(name) ? String.fromCharCode(...(name as number[])) : name;
  checkOneOf('auto_pad', autoPad, ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  const window = {
    kernelSize: positivePair('kernel_shape', given.kernel_shape),
    stride: positivePair('strides', given.strides ?? [1, 1]),
    dilation: positivePair('dilations', given.dilations ?? [1, 1]),
  };
  const ceilMode = checkFlag('ceil_mode', given.ceil_mode);
  const pads = checkIntegers('pads', given.pads ?? [0, 0, 0, 0], 4, 0);
  // Many models have both, with pads of zeros.
  if (autoPad !== 'NOTSET' && pads.some((size) => size > 0)) {
    throw new RangeError(`pads cannot be combined with auto_pad ${autoPad}, got ${show(pads)}`);
  }
  const paddingOf = (axis: Axis, index: 0 | 1): AxisPadding => {
    if (autoPad === 'NOTSET') {
      return [pads[index] as number, pads[index + 2] as number];
    }
    return autoPad === 'VALID' ? validPadding(axis, ceilMode) : samePadding(axis, autoPad as string);
  };
  return {
    ...withPadding(inputShape, 'NCHW', window, paddingOf),
    ceilMode: ceilMode && autoPad === 'NOTSET',
    countIncludePad: checkFlag('count_include_pad', given.count_include_pad),
  };
}

/** If the total padding is odd, SAME_UPPER pads the end more and SAME_LOWER the start. */
function samePadding(axis: Axis, autoPad: string): AxisPadding {
  if (axis.dilation > 1 && axis.kernel > 1) {
    throw new RangeError(
      `ONNX and ONNX Runtime disagree on auto_pad ${autoPad} with a dilation of ${axis.dilation}; give pads instead`,
    );
  }
  const total = totalSamePadding(axis);
  const begin = Math.trunc((autoPad === 'SAME_LOWER' ? total + 1 : total) / 2);
  if (begin < 0) {
    throw new RangeError(
      `auto_pad ${autoPad} would need a padding of ${begin} at the start of the ${axis.name} ` +
        `(size ${axis.input}, kernel ${axis.kernel}, stride ${axis.stride}); give pads instead`,
    );
  }
  // Math.max turns −0, half of a total of −1, into 0.
  return [Math.max(0, begin), Math.max(0, total - begin)];
}

/** ONNX's VALID means no padding, and the output size does not depend on `ceil_mode`. */
function validPadding(axis: Axis, ceilMode: boolean): AxisPadding {
  if (ceilMode && !Number.isInteger(unroundedOutputSize(axis, 0))) {
    throw new RangeError(
      `ONNX and ONNX Runtime disagree on auto_pad VALID with ceil_mode on a ${axis.name} of ${axis.input}; ` +
        'give pads instead',
    );
  }
  return [0, 0];
}

function checkFlag(name: string, value: unknown): boolean {
  if (![undefined, false, true, 0, 1].includes(value as number)) {
    throw new TypeError(`${name} must be 0, 1, true or false, got ${show(value)}`);
  }
  return Boolean(value);
}
