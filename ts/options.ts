// The options of AvgPool2d: their types, their checks, and the pooling in integers that they describe.
//
// It knows everything that a user may write, and nothing of tensors.

import { checkBoolean, checkKey, checkNames, checkSize, show } from './check.js';
import { type Layout, layouts } from './layout.js';

/** One size for both axes, or one for each. */
export type Size = number | readonly [height: number, width: number];

/** One padding for all four sides, one for each axis, or one for each side. */
export type Padding =
  | Size
  | readonly [rows: readonly [top: number, bottom: number], columns: readonly [left: number, right: number]];

/** The options of {@link AvgPool2d}. The first five are named as in `lucid.nn.AvgPool2d` and PyTorch. */
export interface AvgPool2dOptions {
  /** The size of a window, at least 1. */
  kernelSize: Size;
  /** The distance from one window to the next, at least 1; `null`, the default, means the kernel size. */
  stride?: Size | null | undefined;
  /** Zeros around the input, 0 by default. More than half of the kernel size is allowed. */
  padding?: Padding | undefined;
  /** Whether to round the output size up, so that the last window may overhang the padded input; false by default. */
  ceilMode?: boolean | undefined;
  /** Whether the divisor counts the zeros of the padding; true by default. */
  countIncludePad?: boolean | undefined;
  /**
   * A divisor for all windows, or `null`, the default, for the number of elements in each window. It must be finite and
   * nonzero in float32, and is rounded to float32 for tensors of that type.
   */
  divisorOverride?: number | null | undefined;
  /** The distance from one tap of a window to the next, at least 1, and 1 by default. */
  dilation?: Size | undefined;
  /** The order of the dimensions, `'NCHW'` by default. A tensor of rank 3 has the same order without the N. */
  layout?: Layout | undefined;
}

/** The options of a pooling as given, with defaults for the others. Pairs are frozen copies. */
export type ResolvedOptions = {
  readonly [Name in keyof AvgPool2dOptions]-?: Exclude<AvgPool2dOptions[Name], undefined>;
};

/** The options by position, or one object of all options. */
export type Arguments = [
  kernelSizeOrOptions: Size | AvgPool2dOptions,
  stride?: Size | null | undefined,
  padding?: Padding | undefined,
  ceilMode?: boolean | undefined,
  countIncludePad?: boolean | undefined,
];

/** One axis of a pooling. */
export interface AxisOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly padBegin: number;
  readonly padEnd: number;
  readonly dilation: number;
}

/** A pooling in integers, for planes of any size. */
export interface Pooling {
  readonly rows: AxisOptions;
  readonly columns: AxisOptions;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
  readonly layout: (typeof layouts)[Layout];
  /** The pooling as text: equal for equal poolings. */
  readonly key: string;
}

const defaults = {
  stride: null,
  padding: 0,
  ceilMode: false,
  countIncludePad: true,
  divisorOverride: null,
  dilation: 1,
  layout: 'NCHW',
} as const;

// Pure, so that avgpool/compat bundles only the functions that it uses from this file.
const names = /* @__PURE__ */ Object.keys({ kernelSize: undefined, ...defaults });

/** The options by name, from either form of arguments. */
export function parseArguments(args: Arguments): AvgPool2dOptions {
  const [first, stride, padding, ceilMode, countIncludePad] = args;
  const options = isOptions(first) ? first : { kernelSize: first, stride, padding, ceilMode, countIncludePad };
  const most = options === first ? 1 : 5;
  if (args.slice(most).some((extra) => extra !== undefined)) {
    const expected = most === 1 ? 'an object of options and nothing else' : 'at most 5 options by position';
    throw new TypeError(`expected ${expected}, got ${args.length}`);
  }
  return options;
}

/** Whether a value is a plain object, or any other object with a kernel size, such as another AvgPool2d. */
function isOptions(value: unknown): value is AvgPool2dOptions {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || 'kernelSize' in value;
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws TypeError for an unknown option or one of the wrong kind, RangeError for one out of range.
 */
export function resolveOptions(options: AvgPool2dOptions): ResolvedOptions {
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
  checkKey('layout', layout, layouts);
  return {
    kernelSize: checkedSize('kernelSize', kernelSize),
    stride: stride === null ? null : checkedSize('stride', stride),
    padding: checkedPadding(padding),
    ceilMode,
    countIncludePad,
    divisorOverride,
    dilation: checkedSize('dilation', dilation),
    layout,
  };
}

/** The pooling that checked options describe. */
export function normalize(options: ResolvedOptions): Pooling {
  const { ceilMode, countIncludePad, divisorOverride } = options;
  const kernel = toPair(options.kernelSize);
  const stride = toPair(options.stride ?? options.kernelSize);
  const dilation = toPair(options.dilation);
  const padding = toPair<Size>(options.padding);
  const axis = (i: 0 | 1): AxisOptions => {
    const [padBegin, padEnd] = toPair(padding[i]);
    return { kernel: kernel[i], stride: stride[i], padBegin, padEnd, dilation: dilation[i] };
  };
  const pooling = {
    rows: axis(0),
    columns: axis(1),
    ceilMode,
    countIncludePad,
    divisorOverride,
    layout: layouts[options.layout],
  };
  return { ...pooling, key: JSON.stringify(pooling) };
}

/** The extent of a window: dilation · (kernel − 1) + 1. */
export function effectiveKernelSize({ kernel, dilation }: Pick<AxisOptions, 'kernel' | 'dilation'>): number {
  return dilation * (kernel - 1) + 1;
}

type Pair<T> = readonly [T, T];

function isPair<T>(value: T): value is Extract<T, Pair<unknown>> {
  return Array.isArray(value) && value.length === 2;
}

function toPair<T>(value: T | Pair<T>): Pair<T> {
  return isPair(value) ? (value as Pair<T>) : [value as T, value as T];
}

function checkedSize(name: string, value: Size): Size {
  return checkSizes(frozenCopy(value), 1, name, 'must be a positive integer or a pair of them');
}

function checkedPadding(value: Padding): Padding {
  const must = 'must be a non-negative integer, a pair of them, or two pairs of them';
  const padding = frozenCopy(value);
  if (isPair(padding) && padding.every(isPair)) {
    for (const pair of padding) {
      checkSizes(pair as Size, 0, 'padding', must, padding);
    }
    return padding;
  }
  return checkSizes(padding as Size, 0, 'padding', must);
}

/** Checks a size or a pair of sizes; `given` is the whole argument, for the message. */
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

/** A copy of a pair, or of a pair of pairs, so that the checked values are the ones in use. */
function frozenCopy<T>(value: T): T {
  return isPair(value) ? (Object.freeze([frozenCopy(value[0]), frozenCopy(value[1])]) as T) : value;
}

function checkDivisor(value: unknown): asserts value is number | null {
  const expected = 'divisorOverride must be null or a number that is finite and nonzero in float32';
  if (value !== null && typeof value !== 'number') {
    throw new TypeError(`${expected}, got ${show(value)}`);
  }
  if (value !== null && (!Number.isFinite(Math.fround(value)) || Math.fround(value) === 0)) {
    throw new RangeError(`${expected}, got ${show(value)}`);
  }
}
