// Average pooling as other projects write it, put in avgpool's options: an entry of its own, avgpool/compat.
//
// It knows what those projects mean by their options, and how sizes and paddings follow from them; it computes nothing and
// needs no WebAssembly. What cannot be said in avgpool's options exactly is refused.

import { checkNames, checkSize, show } from './check.js';
import type { Layout } from './layout.js';
import type { AvgPool2dOptions } from './options.js';
import type { Shape } from './tensor.js';

/** The attributes of ONNX's AveragePool, for two spatial axes. */
export interface OnnxAveragePool {
  kernel_shape: readonly number[];
  /** `[1, 1]` unless given. */
  strides?: readonly number[] | undefined;
  /** `[top, left, bottom, right]`, zeros unless given. */
  pads?: readonly number[] | undefined;
  dilations?: readonly number[] | undefined;
  ceil_mode?: number | boolean | undefined;
  count_include_pad?: number | boolean | undefined;
  auto_pad?: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID' | undefined;
}

/** The options of WebNN's averagePool2d. */
export interface WebNNPool2dOptions {
  /** The whole height and width unless given. */
  windowDimensions?: readonly number[] | undefined;
  /** `[top, bottom, left, right]`, zeros unless given. */
  padding?: readonly number[] | undefined;
  /** `[1, 1]` unless given. */
  strides?: readonly number[] | undefined;
  dilations?: readonly number[] | undefined;
  layout?: 'nchw' | 'nhwc' | undefined;
  outputShapeRounding?: 'floor' | 'ceil' | undefined;
  /** The older name of `outputShapeRounding`. */
  roundingType?: 'floor' | 'ceil' | undefined;
  /** The height and width of the output, which must be what either rounding gives. */
  outputSizes?: readonly number[] | undefined;
  label?: string | undefined;
}

/** The arguments of TensorFlow.js's avgPool, by their names. */
export interface TfjsAvgPool {
  filterSize: number | readonly number[];
  strides: number | readonly number[];
  /** A number for all sides, or `[[0, 0], [top, bottom], [left, right], [0, 0]]`. */
  pad: 'valid' | 'same' | number | readonly (readonly number[])[];
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | null | undefined;
}

/** One axis: the input's size and a window, before there is any padding. */
interface Axis {
  readonly name: 'height' | 'width';
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Zeros before and after the input of one axis. */
type Sides = readonly [begin: number, end: number];

/**
 * The options for ONNX's AveragePool on an input `[N, C, H, W]` or `[C, H, W]`, by the specification of operator version 22.
 *
 * @throws RangeError or TypeError for attributes that ONNX does not have or allow, and RangeError for those on which ONNX and
 *   ONNX Runtime disagree: `auto_pad` SAME with dilation, VALID with a `ceil_mode` that changes the size, and SAME where the
 *   windows leave out so much of the input that it would be cut at its beginning.
 */
export function fromOnnx(attributes: OnnxAveragePool, inputShape: Shape): AvgPool2dOptions {
  checkObject('attribute', attributes, onnxNames);
  const { auto_pad: autoPad = 'NOTSET', pads } = attributes;
  checkOneOf('auto_pad', autoPad, ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  const kernel = sizes('kernel_shape', attributes.kernel_shape);
  const stride = sizes('strides', attributes.strides ?? [1, 1]);
  const dilation = sizes('dilations', attributes.dilations ?? [1, 1]);
  const ceilMode = flag('ceil_mode', attributes.ceil_mode);
  const [top, left, bottom, right] = list('pads', pads ?? [0, 0, 0, 0], 4, 0) as [number, number, number, number];
  if (autoPad !== 'NOTSET' && pads !== undefined) {
    throw new RangeError(`pads cannot be given together with auto_pad ${autoPad}, got ${show(pads)}`);
  }
  const given: readonly [Sides, Sides] = [
    [top, bottom],
    [left, right],
  ];
  const padding = axesOf(inputShape, 'NCHW', kernel, stride, dilation).map((axis, i): Sides => {
    if (autoPad === 'NOTSET') {
      return given[i] as Sides;
    }
    return autoPad === 'VALID' ? checkValid(axis, ceilMode) : sameOnnx(axis, autoPad);
  });
  return {
    ...optionsOf(kernel, stride, dilation, padding),
    ceilMode: ceilMode && autoPad === 'NOTSET',
    countIncludePad: flag('count_include_pad', attributes.count_include_pad),
  };
}

/**
 * The options for WebNN's averagePool2d on an input of the layout that they name.
 *
 * WebNN never counts padding, so a size that is rounded up comes out as padding at the end.
 *
 * @throws RangeError or TypeError for options that WebNN does not have or allow, and RangeError where a window would hold
 *   padding alone: what that gives, WebNN leaves open.
 */
export function fromWebNN(options: WebNNPool2dOptions, inputShape: Shape): AvgPool2dOptions {
  checkObject('option', options, webnnNames);
  const { layout = 'nchw', outputShapeRounding, roundingType, outputSizes } = options;
  checkOneOf('layout', layout, ['nchw', 'nhwc']);
  const rounding = outputShapeRounding ?? roundingType ?? 'floor';
  checkOneOf('outputShapeRounding', rounding, ['floor', 'ceil']);
  checkOneOf('roundingType', roundingType ?? rounding, ['floor', 'ceil']);
  if (roundingType && roundingType !== rounding) {
    throw new RangeError(`roundingType is outputShapeRounding by its older name: got ${roundingType} and ${rounding}`);
  }
  const ours = layout === 'nhwc' ? 'NHWC' : 'NCHW';
  const kernel = sizes('windowDimensions', options.windowDimensions ?? spatial(inputShape, ours));
  const stride = sizes('strides', options.strides ?? [1, 1]);
  const dilation = sizes('dilations', options.dilations ?? [1, 1]);
  const sides = list('padding', options.padding ?? [0, 0, 0, 0], 4, 0);
  const expected = outputSizes === undefined ? undefined : sizes('outputSizes', outputSizes);
  const padding = axesOf(inputShape, ours, kernel, stride, dilation).map((axis, i): Sides => {
    const [begin, end] = sides.slice(2 * i, 2 * i + 2) as unknown as Sides;
    const steps = stepsOf(axis, begin + end);
    const [least, most] = [Math.floor(steps) + 1, Math.ceil(steps) + 1];
    const windows = expected?.[i] ?? (rounding === 'ceil' ? most : least);
    if (windows !== least && windows !== most) {
      const either = least === most ? `${least}` : `${least} or ${most}`;
      const must = most < 1 ? `cannot be: no window fits in the ${axis.name}` : `must have a ${axis.name} of ${either}`;
      throw new RangeError(`outputSizes ${must}, got ${show(outputSizes)}`);
    }
    return padFor(axis, [begin, end], windows);
  });
  return { ...optionsOf(kernel, stride, dilation, padding), countIncludePad: false, layout: ours };
}

/**
 * The options for TensorFlow.js's `avgPool(x, filterSize, strides, pad, dimRoundingMode)` on an input `[N, H, W, C]` or
 * `[H, W, C]`: the forward pass, which never counts padding. (Its gradient divides by the whole window all the same;
 * avgpool's is the transpose of what forward computes.)
 *
 * TensorFlow.js keeps a last window that a size rounded up gives it; here that is padding at the end.
 *
 * @throws RangeError or TypeError for arguments that TensorFlow.js does not have or allow, and RangeError where a window would
 *   hold padding alone (TensorFlow.js gives NaN, and avgpool 0), or where TensorFlow.js mistakes the width's size for what
 *   the height's filter and stride would give, as it does with a `pad` of one number.
 */
export function fromTfjs(options: TfjsAvgPool, inputShape: Shape): AvgPool2dOptions {
  checkObject('option', options, tfjsNames);
  const { filterSize, strides, pad, dimRoundingMode } = options;
  const kernel = oneOrTwoSizes('filterSize', filterSize);
  const stride = oneOrTwoSizes('strides', strides);
  const mode = dimRoundingMode ?? 'floor';
  checkOneOf('dimRoundingMode', mode, ['floor', 'round', 'ceil']);
  if (typeof pad === 'string') {
    checkOneOf('pad', pad, ['valid', 'same']);
    if (dimRoundingMode != null) {
      throw new RangeError(`dimRoundingMode is for a pad in numbers, got ${show(mode)} and ${show(pad)}`);
    }
  }
  const given = typeof pad === 'string' ? undefined : sidesOf(pad);
  const padding = axesOf(inputShape, 'NHWC', kernel, stride, [1, 1]).map((axis, i): Sides => {
    if (!given) {
      const total = pad === 'same' ? Math.max(0, totalOfSame(axis)) : 0;
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    }
    const [begin, end] = given[i] as Sides;
    const windows = Math[mode](stepsOf(axis, begin + end) + 1);
    // With one number for all sides, TensorFlow.js 4 takes the filter and stride of the height for the width as well.
    const asHeight = { ...axis, kernel: kernel[0], stride: stride[0] };
    const theirs = typeof pad === 'number' ? Math[mode](stepsOf(asHeight, begin + end) + 1) : windows;
    if (theirs !== windows) {
      throw new RangeError(
        `TensorFlow.js would make ${theirs} windows of the ${axis.name} instead of ${windows}, for with a pad of one number ` +
          'it takes the filterSize and strides of the height for both: give four pairs',
      );
    }
    return padFor(axis, [begin, end], windows);
  });
  return { ...optionsOf(kernel, stride, [1, 1], padding), countIncludePad: false, layout: 'NHWC' };
}

const onnxNames = ['kernel_shape', 'strides', 'pads', 'dilations', 'ceil_mode', 'count_include_pad', 'auto_pad'];
const webnnNames = [
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
const tfjsNames = ['filterSize', 'strides', 'pad', 'dimRoundingMode'];

type Pair = readonly [number, number];

function optionsOf(kernelSize: Pair, stride: Pair, dilation: Pair, padding: readonly Sides[]) {
  return { kernelSize, stride, dilation, padding: padding as unknown as readonly [Sides, Sides] };
}

/** From the first tap of a window to behind its last one. */
function spanOf({ kernel, dilation }: Axis): number {
  return dilation * (kernel - 1) + 1;
}

/** How many strides a window can go with this much padding; a part of one, if the output size is to be rounded. */
function stepsOf(axis: Axis, padding: number): number {
  return (axis.input + padding - spanOf(axis)) / axis.stride;
}

/** The padding for as many windows as there are strides in the input, begun ones included; negative, if they leave some out. */
function totalOfSame(axis: Axis): number {
  return (Math.ceil(axis.input / axis.stride) - 1) * axis.stride + spanOf(axis) - axis.input;
}

/** ONNX's SAME: what cannot be halved goes to the end for UPPER, to the beginning for LOWER. */
function sameOnnx(axis: Axis, autoPad: string): Sides {
  if (axis.dilation > 1 && axis.kernel > 1) {
    throw new RangeError(
      `auto_pad ${autoPad} with a dilation of ${axis.dilation} is not the same to ONNX and to ONNX Runtime: give pads`,
    );
  }
  const total = totalOfSame(axis);
  const begin = Math.trunc((autoPad === 'SAME_LOWER' ? total + 1 : total) / 2);
  if (begin < 0) {
    throw new RangeError(
      `auto_pad ${autoPad} would take ${-begin} from the beginning of the ${axis.name}, with a kernel of ${axis.kernel} ` +
        `and a stride of ${axis.stride} on ${axis.input}: give pads`,
    );
  }
  // No −0, which halving a negative total gives.
  return [Math.max(0, begin), Math.max(0, total - begin)];
}

/** ONNX's VALID is no padding, and to ONNX the same size in either mode. */
function checkValid(axis: Axis, ceilMode: boolean): Sides {
  if (ceilMode && !Number.isInteger(stepsOf(axis, 0))) {
    throw new RangeError(
      `auto_pad VALID with ceil_mode on a ${axis.name} of ${axis.input} is not the same to ONNX and to ONNX Runtime: give pads`,
    );
  }
  return [0, 0];
}

/** The padding that gives so many windows, none of which holds padding alone. */
function padFor(axis: Axis, [begin, end]: Sides, windows: number): Sides {
  const { input, kernel, stride, dilation } = axis;
  const hasElement = (o: number) => {
    const start = o * stride - begin;
    const tap = Math.max(0, Math.ceil(-start / dilation));
    return tap < kernel && start + tap * dilation < input;
  };
  // What is lacking at either edge is lacking in one of the windows nearest to it, of which dilation tells so many apart.
  for (let i = 0; i < Math.min(windows, dilation); i++) {
    const o = [i, windows - 1 - i].find((o) => !hasElement(o));
    if (o !== undefined) {
      throw new RangeError(`window ${o} of the ${axis.name} would hold padding alone, which has no average`);
    }
  }
  return [begin, Math.max(end, (windows - 1) * stride + spanOf(axis) - input - begin)];
}

function sidesOf(pad: number | readonly (readonly number[])[]): readonly Sides[] {
  if (typeof pad === 'number') {
    checkSize(pad, 0, 'pad', "must be 'valid', 'same', a whole number that is not negative, or four pairs of them");
    return [
      [pad, pad],
      [pad, pad],
    ];
  }
  if (!Array.isArray(pad)) {
    throw new TypeError(`pad must be 'valid', 'same', a whole number or four pairs of them, got ${show(pad)}`);
  }
  if (pad.length !== 4) {
    throw new RangeError(`pad must be four pairs, got ${show(pad)}`);
  }
  const sides = pad.map((pair, i) => list(`pad[${i}]`, pair, 2, 0) as unknown as Sides);
  if ([...(sides[0] as Sides), ...(sides[3] as Sides)].some((size) => size !== 0)) {
    throw new RangeError(`pad must be zeros for the batch and the channels, got ${show(pad)}`);
  }
  return sides.slice(1, 3);
}

function axesOf(shape: Shape, layout: Layout, kernel: Pair, stride: Pair, dilation: Pair): readonly Axis[] {
  return spatial(shape, layout).map((input, i) => ({
    name: i === 0 ? 'height' : 'width',
    input,
    kernel: kernel[i] as number,
    stride: stride[i] as number,
    dilation: dilation[i] as number,
  }));
}

function spatial(shape: Shape, layout: Layout): Pair {
  const must = 'must be an array of 3 or 4 whole numbers, with a height and a width of at least 1';
  if (!Array.isArray(shape)) {
    throw new TypeError(`inputShape ${must}, got ${show(shape)}`);
  }
  if (shape.length !== 3 && shape.length !== 4) {
    throw new RangeError(`inputShape ${must}, got ${show(shape)}`);
  }
  const first = shape.length - (layout === 'NHWC' ? 3 : 2);
  for (let i = 0; i < shape.length; i++) {
    checkSize(shape[i], i === first || i === first + 1 ? 1 : 0, 'inputShape', must, shape);
  }
  return shape.slice(first, first + 2) as unknown as Pair;
}

function sizes(name: string, value: readonly number[]): Pair {
  return list(name, value, 2, 1) as unknown as Pair;
}

function oneOrTwoSizes(name: string, value: number | readonly number[]): Pair {
  return sizes(name, typeof value === 'number' ? [value, value] : value);
}

/** A copy of a list of so many whole numbers. */
function list(name: string, value: readonly number[], length: number, least: 0 | 1): readonly number[] {
  const must = `must be ${length} ${least === 1 ? 'positive integers' : 'whole numbers that are not negative'}`;
  if (!Array.isArray(value)) {
    throw new TypeError(`${name} ${must}, got ${show(value)}`);
  }
  if (value.length !== length) {
    throw new RangeError(`${name} ${must}, got ${show(value)}`);
  }
  for (let i = 0; i < length; i++) {
    checkSize(value[i], least, name, must, value);
  }
  return Object.freeze([...value]);
}

function flag(name: string, value: number | boolean | undefined): boolean {
  if (![undefined, false, true, 0, 1].includes(value)) {
    throw new TypeError(`${name} must be 0, 1, true or false, got ${show(value)}`);
  }
  return Boolean(value);
}

function checkOneOf(name: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string)) {
    const shown = choices.map((choice) => show(choice)).join(', ');
    throw new TypeError(`${name} must be one of ${shown}, got ${show(value)}`);
  }
}

function checkObject(what: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`expected an object of ${what}s, got ${show(options)}`);
  }
  checkNames(what, options, names);
}
