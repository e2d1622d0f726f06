// The options of AvgPool2d: their types, their checks, and the whole numbers that they come to.
//
// It knows what a user may write, and nothing of tensors.

import { checkBoolean, checkNames, checkSize, show } from './check.js';
import type { Pooling } from './wasm/bindings.js';

/** One size for both axes, or one for each. */
export type Size = number | readonly [height: number, width: number];

/** One padding for all four sides, one for each axis, or one for each side. */
export type Padding =
  | Size
  | readonly [rows: readonly [top: number, bottom: number], columns: readonly [left: number, right: number]];

/** The order of dimensions: a plane for each channel, or channels side by side at each position of one plane. */
export type Layout = 'NCHW' | 'NHWC';

/** The options of {@link AvgPool2d}, as `lucid.nn.AvgPool2d` and PyTorch name them, and a few more. */
export interface AvgPool2dOptions {
  /** The size of a window, at least 1. */
  kernelSize: Size;
  /** Elements from one window to the next, at least 1; `null`, the default, for the kernel size. */
  stride?: Size | null | undefined;
  /** Zeros around the input, 0 unless given; it may be more than half the kernel. */
  padding?: Padding | undefined;
  /** Whether the output size is rounded up, so that a last window may hang over the edge; false unless given. */
  ceilMode?: boolean | undefined;
  /** Whether zeros of the padding count in the divisor; true unless given. */
  countIncludePad?: boolean | undefined;
  /**
   * What to divide by instead of the number of elements, or `null`: a number that is finite and not 0 in float32, and that
   * is rounded to float32 for a tensor of that type.
   */
  divisorOverride?: number | null | undefined;
  /** Elements from one tap of a window to the next, at least 1, and 1 unless given. */
  dilation?: Size | undefined;
  /** The order of the dimensions; `'NCHW'` unless given. Without the batch it is the same order without the N. */
  layout?: Layout | undefined;
}

/** Options as they were given, with defaults for the rest; pairs are frozen copies. */
export type GivenOptions = { readonly [Name in keyof AvgPool2dOptions]-?: Exclude<AvgPool2dOptions[Name], undefined> };

const defaults = {
  stride: null,
  padding: 0,
  ceilMode: false,
  countIncludePad: true,
  divisorOverride: null,
  dilation: 1,
  layout: 'NCHW',
} as const;

const names = ['kernelSize', ...Object.keys(defaults)];

/**
 * Checks options and fills in what is not given.
 *
 * @throws TypeError for an option of the wrong kind or an unknown one, RangeError for one out of range.
 */
export function checkOptions(options: AvgPool2dOptions): GivenOptions {
  checkNames('option', options, names);
  const {
    kernelSize,
    stride = defaults.stride,
    padding = defaults.padding,
    ceilMode = defaults.ceilMode,
    countIncludePad = defaults.countIncludePad,
    divisorOverride = defaults.divisorOverride,
    dilation = defaults.dilation,
    layout = defaults.layout,
  } = options;
  checkBoolean('ceilMode', ceilMode);
  checkBoolean('countIncludePad', countIncludePad);
  checkDivisor(divisorOverride);
  if (layout !== 'NCHW' && layout !== 'NHWC') {
    throw new TypeError(`layout must be 'NCHW' or 'NHWC', got ${show(layout)}`);
  }
  return {
    kernelSize: checkPair('kernelSize', kernelSize),
    stride: stride === null ? null : checkPair('stride', stride),
    padding: checkPadding(padding),
    ceilMode,
    countIncludePad,
    divisorOverride,
    dilation: checkPair('dilation', dilation),
    layout,
  };
}

/** What checked options come to, axis by axis. */
export function poolingOf(options: GivenOptions): Pooling {
  const { ceilMode, countIncludePad, divisorOverride } = options;
  const kernel = twice(options.kernelSize);
  const stride = twice(options.stride ?? options.kernelSize);
  const dilation = twice(options.dilation);
  const [[top, bottom], [left, right]] = isPair(options.padding)
    ? [twice(options.padding[0]), twice(options.padding[1])]
    : [twice(options.padding), twice(options.padding)];
  return {
    rows: { kernel: kernel[0], stride: stride[0], begin: top, end: bottom, dilation: dilation[0] },
    columns: { kernel: kernel[1], stride: stride[1], begin: left, end: right, dilation: dilation[1] },
    ceilMode,
    countIncludePad,
    divisorOverride,
  };
}

function twice(size: Size): readonly [number, number] {
  return isPair(size) ? size : [size, size];
}

function isPair<T>(value: T): value is Extract<T, readonly [unknown, unknown]> {
  return Array.isArray(value) && value.length === 2;
}

function checkPair(name: string, value: Size): Size {
  return checkSizes(frozenCopy(value), 1, name, 'must be a positive integer or a pair of them');
}

function checkPadding(value: Padding): Padding {
  const must = 'must be a whole number that is not negative, a pair of them, or two pairs of them';
  const padding = frozenCopy(value);
  if (isPair(padding) && padding.every(isPair)) {
    for (const pair of padding) {
      checkSizes(pair as Size, 0, 'padding', must, padding);
    }
    return padding;
  }
  return checkSizes(padding as Size, 0, 'padding', must);
}

/** Refuses what is no size or pair of sizes; `given` is the whole argument, for the message. */
function checkSizes(value: Size, least: 0 | 1, name: string, must: string, given: unknown = value): Size {
  if (!isPair(value)) {
    checkSize(value, least, name, must, given);
    return value;
  }
  for (const size of value) {
    checkSize(size, least, name, must, given);
  }
  return value;
}

/** A copy of a pair, or of a pair of pairs, so that what is checked is what is used. */
function frozenCopy<T>(value: T): T {
  return isPair(value) ? (Object.freeze([frozenCopy(value[0]), frozenCopy(value[1])]) as T) : value;
}

function checkDivisor(value: unknown): asserts value is number | null {
  const expected = 'divisorOverride must be a number that is finite and not 0 in float32, or null';
  if (value !== null && typeof value !== 'number') {
    throw new TypeError(`${expected}, got ${show(value)}`);
  }
  if (value !== null && (!Number.isFinite(Math.fround(value)) || Math.fround(value) === 0)) {
    throw new RangeError(`${expected}, got ${show(value)}`);
  }
}
