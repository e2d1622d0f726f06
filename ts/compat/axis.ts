// The arithmetic and the checks that the translators share: spatial axes, output sizes and padding.
//
// It does not know the options of any other project.

import { checkArray, checkNames, checkSize, RANKS, show } from '../check.js';
import { heightAxis, type Layout, layouts } from '../layout.js';
import { type AvgPool2dOptions, effectiveKernelSize } from '../options.js';
import type { Shape } from '../tensor.js';

/**
 * An integer as a program or a parser of files gives it: a number, a bigint, or a Long of protobufjs.
 *
 * @example
 * ```js
 * import { fromOnnx } from 'avgpool/compat';
 *
 * console.log(fromOnnx({ kernel_shape: [2n, 2n], ceil_mode: 1n }).ceilMode); // true
 * ```
 */
export type Integer =
  | number
  | bigint
  | {
      /** The low 32 bits. */
      readonly low: number;
      /** The integer as a number. */
      toNumber(): number;
    };

/**
 * A list of integers: an array of any of them, or a typed array.
 *
 * @example
 * ```js
 * import { fromOnnx } from 'avgpool/compat';
 *
 * console.log(fromOnnx({ kernel_shape: BigInt64Array.of(3n, 2n) }).kernelSize); // [ 3, 2 ]
 * ```
 */
export type Integers = ArrayLike<Integer>;

export type Pair = readonly [height: number, width: number];

/** The zeros before and after the input along one axis. */
export type AxisPadding = readonly [begin: number, end: number];

/** The window along both axes, as AvgPool2d takes it. */
export interface Window {
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
}

/** One spatial axis: its input size and its window, without padding. */
export interface Axis {
  readonly name: 'height' | 'width';
  readonly input: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/**
 * The options for a window and the padding that `paddingOf` returns for each axis of an input. Without a shape,
 * `paddingOf` must not read the size of the input.
 *
 * @throws TypeError if it does.
 */
export function withPadding(
  inputShape: Integers | undefined,
  layout: Layout,
  window: Window,
  paddingOf: (axis: Axis, index: 0 | 1) => AxisPadding,
): AvgPool2dOptions {
  const size = inputShape === undefined ? undefined : spatialSize(inputShape, layout);
  const padding = (name: Axis['name'], index: 0 | 1) => {
    const axis = {
      name,
      get input() {
        if (size === undefined) {
          throw new TypeError('these options need inputShape, the shape of the input, got undefined');
        }
        return size[index];
      },
      kernel: window.kernelSize[index],
      stride: window.stride[index],
      dilation: window.dilation[index],
    };
    return paddingOf(axis, index);
  };
  return { ...window, padding: [padding('height', 0), padding('width', 1)] };
}

/**
 * The height and the width of an input.
 *
 * @throws TypeError or RangeError if the shape is not of rank 3 or 4, or the height or width is 0.
 */
export function spatialSize(given: Integers, layout: Layout): Pair {
  const inputShape = plain(given) as Shape;
  const must = 'must be an array of 3 or 4 non-negative integers, with a height and a width of at least 1';
  checkArray(inputShape, RANKS, 'inputShape', must);
  const height = heightAxis(layouts[layout], inputShape);
  for (let i = 0; i < inputShape.length; i++) {
    checkSize(inputShape[i], i === height || i === height + 1 ? 1 : 0, 'inputShape', must, inputShape);
  }
  return [inputShape[height] as number, inputShape[height + 1] as number];
}

/** The output size for the sum of both paddings, before it is rounded to an integer. */
export function unroundedOutputSize(axis: Axis, padding: number): number {
  return (axis.input + padding - effectiveKernelSize(axis)) / axis.stride + 1;
}

/** The sum of both paddings for an output size of ⌈input / stride⌉; negative if the windows do not reach the end. */
export function totalSamePadding(axis: Axis): number {
  return (Math.ceil(axis.input / axis.stride) - 1) * axis.stride + effectiveKernelSize(axis) - axis.input;
}

/**
 * The padding for this output size: the given one, with a larger `end` if the last window needs it.
 *
 * @throws RangeError if a window contains only padding.
 */
export function paddingForOutputSize(axis: Axis, [begin, end]: AxisPadding, outputSize: number): AxisPadding {
  const { input, kernel, stride, dilation } = axis;
  const hasElement = (o: number) => {
    const start = o * stride - begin;
    const firstTapInside = Math.max(0, Math.ceil(-start / dilation));
    return firstTapInside < kernel && start + firstTapInside * dilation < input;
  };
  // If any window contains only padding, so does one of the first or the last `dilation` windows.
  for (let i = 0; i < Math.min(outputSize, dilation); i++) {
    const o = [i, outputSize - 1 - i].find((o) => !hasElement(o));
    if (o !== undefined) {
      throw new RangeError(`window ${o} along the ${axis.name} would contain only padding, which has no average`);
    }
  }
  return [begin, Math.max(end, (outputSize - 1) * stride + effectiveKernelSize(axis) - input - begin)];
}

/** Checks two positive integers and returns a frozen copy. */
export function positivePair(name: string, value: readonly number[]): Pair {
  return checkIntegers(name, value, 2, 1) as unknown as Pair;
}

/** Checks an array of `length` integers of at least `least` and returns a frozen copy. */
export function checkIntegers(name: string, value: readonly number[], length: number, least: 0 | 1): readonly number[] {
  const must = `must be ${length} ${least === 1 ? 'positive' : 'non-negative'} integers`;
  checkArray(value, [length], name, must);
  for (let i = 0; i < length; i++) {
    checkSize(value[i], least, name, must, value);
  }
  return Object.freeze([...value]);
}

/** Throws a TypeError unless `value` is one of `choices`. */
export function checkOneOf(name: string, value: unknown, choices: readonly string[]): void {
  if (!choices.includes(value as string)) {
    const shown = choices.map((choice) => show(choice)).join(', ');
    throw new TypeError(`${name} must be one of ${shown}, got ${show(value)}`);
  }
}

/** An object of options whose lists and integers are arrays and numbers, as {@link plain} makes them. */
export type Plain<T> = { readonly [Name in keyof T]: PlainValue<T[Name]> };
type PlainValue<V> = V extends string | boolean | undefined
  ? V
  : V extends Integer
    ? number
    : V extends readonly Integers[]
      ? readonly (readonly number[])[]
      : V extends Integers
        ? readonly number[]
        : undefined;

/**
 * The own properties of `options`, which must have only these names; `what` is the word for one of them. Lists and integers
 * are plain, and `null`, by which parsers mean a missing attribute, is `undefined`.
 */
export function readOptions<T extends object>(what: string, options: T, names: readonly string[]): Plain<T> {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`expected an object of ${what}s, got ${show(options)}`);
  }
  checkNames(what, options, names);
  const values: Record<string, unknown> = { __proto__: null };
  for (const [name, value] of Object.entries(options)) {
    values[name] = plain(value) ?? undefined;
  }
  return values as Plain<T>;
}

/** A list or an integer as an array or a number. Any other value is returned as it is, and fails the checks. */
function plain(value: unknown): unknown {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as ArrayLike<unknown>, plain);
  }
  const isLong = typeof value === 'object' && value !== null && 'low' in value && 'toNumber' in value;
  const number =
    typeof value === 'bigint' ? Number(value) : isLong ? (value as { toNumber(): number }).toNumber() : value;
  // A larger integer would be rounded. The checks refuse it, and show it as it was given.
  return Number.isSafeInteger(number) ? number : isLong ? BigInt(String(value)) : value;
}
