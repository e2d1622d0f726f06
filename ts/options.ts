// The options of AvgPool2d and AdaptiveAvgPool2d: their types and their checks.
//
// It knows everything that a user may write, and nothing of tensors.

import { checkArray, checkBoolean, checkKey, checkNames, checkSize, firstItems, show } from './check.js';
import { type Layout, layouts } from './layout.js';

/**
 * One size for both axes, or `[height, width]`, in elements.
 *
 * @example
 * ```js
 * import { AvgPool2d } from 'avgpool';
 *
 * console.log(new AvgPool2d([2, 3]).outputShape([1, 4, 6])); // [ 1, 2, 2 ]
 * ```
 */
export type Size = number | readonly number[];

/**
 * One padding for all four sides, `[rows, columns]`, or `[[top, bottom], [left, right]]`, in elements.
 *
 * @example
 * ```js
 * import { AvgPool2d } from 'avgpool';
 *
 * const pool = new AvgPool2d(2, 1, [[1, 0], [0, 0]]);
 * console.log(pool.outputShape([1, 3, 3])); // [ 1, 3, 2 ]
 * ```
 */
export type Padding = Size | readonly [rows: readonly number[], columns: readonly number[]];

/**
 * The options of {@link AvgPool2d}, in a plain object of which only the own properties count. The first five are named as in
 * `lucid.nn.AvgPool2d` and PyTorch.
 *
 * @example
 * ```js
 * import { AvgPool2d } from 'avgpool';
 *
 * const pool = new AvgPool2d({ kernelSize: 3, stride: 2, padding: 1, countIncludePad: false, layout: 'NHWC' });
 * console.log(pool.outputShape([1, 9, 9, 8])); // [ 1, 5, 5, 8 ]
 * ```
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

/**
 * The height and the width of an output: one size for both, or `[height, width]`, where `null` keeps that size of the
 * input.
 *
 * @example
 * ```js
 * import { AdaptiveAvgPool2d } from 'avgpool';
 *
 * console.log(new AdaptiveAvgPool2d([5, null]).outputShape([1, 9, 7])); // [ 1, 5, 7 ]
 * ```
 */
export type AdaptiveSize = number | readonly (number | null)[];

/**
 * The options of {@link AdaptiveAvgPool2d}, in a plain object of which only the own properties count.
 *
 * @example
 * ```js
 * import { AdaptiveAvgPool2d } from 'avgpool';
 *
 * const pool = new AdaptiveAvgPool2d({ outputSize: 2, layout: 'NHWC' });
 * console.log(pool.outputShape([9, 7, 3])); // [ 2, 2, 3 ]
 * ```
 */
export interface AdaptiveAvgPool2dOptions {
  /** The size of the output, at least 1. It may exceed that of the input. */
  outputSize: AdaptiveSize;
  /** As in {@link AvgPool2dOptions}. */
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

/** Options of an adaptive pooling, likewise. */
export interface ResolvedAdaptiveOptions {
  readonly outputSize: number | Pair<number | null>;
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
  readonly kernel: number;
  readonly stride: number;
  readonly padBegin: number;
  readonly padEnd: number;
  readonly dilation: number;
}

/** The options of a class of pools. */
export interface Signature {
  /** The name of the class. */
  readonly name: string;
  /** The default of each option, in the order of the arguments in Python. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The number of options that can be given by position. */
  readonly positional: number;
  /** The number of options that `extraRepr` prints. */
  readonly printed: number;
}

// Pure, so that avgpool/compat bundles only the functions that it uses from this file.
/**
 * The key of the name of its class in the pools of all copies of this package: objects with all options of the class, and
 * perhaps fields of a subclass.
 */
export const poolBrand: unique symbol = /* @__PURE__ */ Symbol.for('avgpool.Pool') as never;

export const avgPool2dSignature = {
  name: 'AvgPool2d',
  defaults: {
    kernelSize: undefined,
    stride: null,
    padding: 0,
    ceilMode: false,
    countIncludePad: true,
    divisorOverride: null,
    dilation: 1,
    layout: 'NCHW',
  },
  positional: 5,
  printed: 3,
} as const;

export const adaptiveSignature = {
  name: 'AdaptiveAvgPool2d',
  defaults: { outputSize: undefined, layout: 'NCHW' },
  positional: 1,
  printed: 1,
} as const;

/** The options by name, from either form of arguments. */
export function parseArguments<O extends object>(args: readonly unknown[], signature: Signature): O {
  const isObject = isOptions(args[0]);
  const misplaced = isObject ? undefined : args.slice(1).find(isOptions);
  if (misplaced !== undefined) {
    const all = Object.keys(signature.defaults).join(', ');
    throw new TypeError(
      `expected options by position, or one object of all: { ${all} }, got ${show(misplaced)} among others`,
    );
  }
  const most = isObject ? 1 : signature.positional;
  if (args.slice(most).some((extra) => extra !== undefined)) {
    const byPosition = most === 1 ? 'one option by position' : `at most ${most} options by position`;
    throw new TypeError(
      `expected ${isObject ? 'an object of options and nothing else' : byPosition}, got ${args.length}`,
    );
  }
  const names = Object.keys(signature.defaults).slice(0, most);
  return (isObject ? args[0] : Object.fromEntries(names.map((name, i) => [name, args[i]]))) as O;
}

/** Whether a value is a plain object, of any realm, or a pool. */
export function isOptions(value: unknown): value is object {
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
  const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dilation, layout }: ResolvedOptions =
    withDefaults(options, avgPool2dSignature);
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

/** The same for the options of an adaptive pooling. */
export function resolveAdaptiveOptions(options: AdaptiveAvgPool2dOptions): ResolvedAdaptiveOptions {
  const { outputSize, layout }: ResolvedAdaptiveOptions = withDefaults(options, adaptiveSignature);
  checkKey('layout', layout, layouts);
  return { outputSize: checkedOutputSize(outputSize), layout };
}

/** All options, unchecked but for their names. Each is read once. */
function withDefaults<O>(options: object, { name, defaults }: Signature): O {
  const isPool = (options as { [poolBrand]?: unknown })[poolBrand] === name;
  const names = Object.keys(defaults);
  if (!isPool) {
    checkNames('option', options, names);
  }
  const given: Readonly<Record<string, unknown>> = isPool ? (options as typeof defaults) : { ...defaults, ...options };
  return Object.fromEntries(
    names.map((name) => {
      const value = given[name];
      return [name, value === undefined ? defaults[name] : value];
    }),
  ) as O;
}

/** The axes of a pooling with these options. */
export function axesOf(options: ResolvedOptions): Readonly<Record<'height' | 'width', AxisOptions>> {
  const kernel = toPair(options.kernelSize);
  const stride = toPair(options.stride ?? options.kernelSize);
  const dilation = toPair(options.dilation);
  const padding = toPair<number | Pair<number>>(options.padding);
  const axis = (i: 0 | 1): AxisOptions => {
    const [padBegin, padEnd] = toPair(padding[i]);
    return { kernel: kernel[i], stride: stride[i], padBegin, padEnd, dilation: dilation[i] };
  };
  return { height: axis(0), width: axis(1) };
}

/** The extent of a window: dilation · (kernel − 1) + 1. */
export function effectiveKernelSize({ kernel, dilation }: Pick<AxisOptions, 'kernel' | 'dilation'>): number {
  return dilation * (kernel - 1) + 1;
}

export function toPair<T>(value: T | Pair<T>): Pair<T> {
  return Array.isArray(value) ? (value as unknown as Pair<T>) : [value as T, value as T];
}

function checkedSize(name: string, value: Size): number | Pair<number> {
  return checkSizes(frozenCopy(value), 1, name, 'must be a positive integer or a pair of them');
}

function checkedOutputSize(value: AdaptiveSize): number | Pair<number | null> {
  const size = frozenCopy(value);
  const sizes = Array.isArray(size) ? size.map((each) => (each === null ? 1 : each)) : size;
  checkSizes(sizes, 1, 'outputSize', 'must be a positive integer, or a pair of positive integers and nulls', size);
  return size as number | Pair<number | null>;
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
