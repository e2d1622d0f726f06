// The options of AvgPool2d: their types, their checks, and the pooling in integers that they describe.
//
// It knows everything that a user may write, and nothing of tensors.

import { checkArray, checkBoolean, checkKey, checkNames, checkSize, firstItems, show } from './check.js';
import { type Layout, layouts } from './layout.js';
import type { Plan } from './plans.js';

/** One size for both axes, or `[height, width]`. */
export type Size = number | readonly number[];

/** One padding for all four sides, `[rows, columns]`, or `[[top, bottom], [left, right]]`. */
export type Padding = Size | readonly [rows: readonly number[], columns: readonly number[]];

/**
 * The options of {@link AvgPool2d}, in a plain object of which only the own properties count. The first five are named as in
 * `lucid.nn.AvgPool2d` and PyTorch.
 */
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
   * nonzero in float32, and is rounded to float32 for all tensors but those of float64.
   */
  divisorOverride?: number | null | undefined;
  /** The distance from one tap of a window to the next, at least 1, and 1 by default. */
  dilation?: Size | undefined;
  /** The order of the dimensions, `'NCHW'` by default. A tensor of rank 3 has the same order without the N. */
  layout?: Layout | undefined;
}

/** A value for the height and one for the width, or for the start and the end of an axis. */
type Pair<T> = readonly [T, T];

/** The options of a pooling as given, with defaults for the others. Pairs are frozen copies. */
export interface ResolvedOptions {
  readonly kernelSize: number | Pair<number>;
  readonly stride: number | Pair<number> | null;
  readonly padding: number | Pair<number> | Pair<Pair<number>>;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
  readonly dilation: number | Pair<number>;
  readonly layout: Layout;
}

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
  /** The kernel size. In global pooling it is 0, like the stride: both are the size of the input. */
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
  /** The numbers of the pooling as text: equal for poolings with equal plans. */
  readonly key: string;
  /** The plan of the last call. */
  recent: Plan | undefined;
}

/** The default of each option, in the order of lucid's arguments. */
export const defaults = {
  kernelSize: undefined,
  stride: null,
  padding: 0,
  ceilMode: false,
  countIncludePad: true,
  divisorOverride: null,
  dilation: 1,
  layout: 'NCHW',
} as const;

// Pure, so that avgpool/compat bundles only the functions that it uses from this file.
export const names = /* @__PURE__ */ Object.keys(defaults) as (keyof typeof defaults)[];

/** Marks the pools of all copies of this package: objects with all options, and perhaps fields of a subclass. */
export const poolBrand: unique symbol = /* @__PURE__ */ Symbol.for('avgpool.AvgPool2d') as never;

/** The options by name, from either form of arguments. */
export function parseArguments(args: Arguments): AvgPool2dOptions {
  const [first, stride, padding, ceilMode, countIncludePad] = args;
  const options = isOptions(first)
    ? (first as AvgPool2dOptions)
    : { kernelSize: first, stride, padding, ceilMode, countIncludePad };
  const most = options === first ? 1 : 5;
  if (args.slice(most).some((extra) => extra !== undefined)) {
    const expected = most === 1 ? 'an object of options and nothing else' : 'at most 5 options by position';
    throw new TypeError(`expected ${expected}, got ${args.length}`);
  }
  return options;
}

/** Whether a value is a plain object, of any realm, or a pool. */
export function isOptions<T>(value: T): value is Exclude<T, Size> {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null || poolBrand in value;
}

/**
 * Checks options and fills in the defaults.
 *
 * @param options only their own properties count, so that a property of `Object.prototype` changes no pooling.
 * @throws TypeError for an unknown option or one of the wrong kind, RangeError for one out of range.
 */
export function resolveOptions(options: AvgPool2dOptions): ResolvedOptions {
  const isPool = poolBrand in options;
  if (!isPool) {
    checkNames('option', options, names);
  }
  const {
    kernelSize,
    stride = defaults.stride,
    padding = defaults.padding,
    ceilMode = defaults.ceilMode,
    countIncludePad = defaults.countIncludePad,
    divisorOverride = defaults.divisorOverride,
    dilation = defaults.dilation,
    layout = defaults.layout,
  }: AvgPool2dOptions = isPool ? options : { ...defaults, ...options };
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
  const padding = toPair<number | Pair<number>>(options.padding);
  const axis = (i: 0 | 1): AxisOptions => {
    const [padBegin, padEnd] = toPair(padding[i]);
    return { kernel: kernel[i], stride: stride[i], padBegin, padEnd, dilation: dilation[i] };
  };
  const [rows, columns] = [axis(0), axis(1)];
  // Not JSON, which a method toJSON of any library would change.
  const numbers = [...Object.values(rows), ...Object.values(columns), ceilMode, countIncludePad, divisorOverride];
  return {
    rows,
    columns,
    ceilMode,
    countIncludePad,
    divisorOverride,
    layout: layouts[options.layout],
    key: numbers.join(),
    recent: undefined,
  };
}

/** The pooling of globalAvgPool2d: one window that is as large as the input. */
export function normalizeGlobal(layout: Layout): Pooling {
  return normalize({ ...defaults, kernelSize: 0, layout });
}

/** The extent of a window: dilation · (kernel − 1) + 1. */
export function effectiveKernelSize({ kernel, dilation }: Pick<AxisOptions, 'kernel' | 'dilation'>): number {
  return dilation * (kernel - 1) + 1;
}

function toPair<T>(value: T | Pair<T>): Pair<T> {
  return Array.isArray(value) ? (value as unknown as Pair<T>) : [value as T, value as T];
}

function checkedSize(name: string, value: Size): number | Pair<number> {
  return checkSizes(frozenCopy(value), 1, name, 'must be a positive integer or a pair of them');
}

function checkedPadding(value: Padding): ResolvedOptions['padding'] {
  const must = 'must be a non-negative integer, a pair of them, or two pairs of them';
  const padding: unknown = frozenCopy(value);
  if (typeof padding === 'string') {
    const hint = 'fromTfjs and fromOnnx of avgpool/compat translate such names';
    throw new TypeError(`padding ${must}, got ${show(padding)}; ${hint}`);
  }
  if (Array.isArray(padding) && padding.length === 2 && padding.some(Array.isArray)) {
    for (const pair of padding) {
      checkArray(pair, [2], 'padding', must, padding);
      checkSizes(pair, 0, 'padding', must, padding);
    }
    return padding as unknown as Pair<Pair<number>>;
  }
  return checkSizes(padding, 0, 'padding', must);
}

/** Checks a size or a pair of sizes; `given` is the whole argument, for the message. */
function checkSizes(value: unknown, least: 0 | 1, name: string, must: string, given = value): number | Pair<number> {
  if (Array.isArray(value)) {
    checkArray(value, [2], name, must, given);
    for (const size of value) {
      checkSize(size, least, name, must, given);
    }
    return value as unknown as Pair<number>;
  }
  checkSize(value, least, name, must, given);
  return value;
}

/** A copy of an array, and of the arrays in it, so that the checked values are the ones in use. */
function frozenCopy(value: unknown, depth = 2): unknown {
  if (depth > 0 && Array.isArray(value)) {
    return Object.freeze(firstItems(value).map((item) => frozenCopy(item, depth - 1)));
  }
  // JSON has no −0.
  return value === 0 ? 0 : value;
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
