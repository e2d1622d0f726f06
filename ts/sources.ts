// The sources of a tensor's values: flat and nested arrays, strided arrays of other libraries, and pictures.
//
// It reads each property of a source once. It knows no tensors, and not which shapes they can have.

import { checkArray, checkSize, firstItems, RANKS, show, tagOf } from './check.js';
import { type DType, type DTypeOf, dtypeOf, dtypes, isBits, numbersOf, type View } from './dtype.js';
import { viewedBuffers } from './memory.js';
import type { Shape } from './tensor.js';

/**
 * Nested arrays of numbers, one level per dimension, as a {@link Source} of a tensor.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * console.log(Tensor.from([[[1, 2, 3]]]).shape); // [ 1, 1, 3 ]
 * ```
 */
export type NestedNumbers =
  | readonly (readonly (readonly number[])[])[]
  | readonly (readonly (readonly (readonly number[])[])[])[];

/**
 * An ndarray of scijs or of stdlib, a tensor of ONNX Runtime or of this package, or an object like them. JSON and
 * `structuredClone` make such objects of a tensor.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * const transposed = { data: [1, 2, 3, 4], shape: [1, 2, 2], stride: [4, 1, 2] };
 * console.log(Tensor.from(transposed).toArray()); // [ [ [ 1, 3 ], [ 2, 4 ] ] ]
 * ```
 */
export type StridedValues = (
  | {
      /** The sizes. */
      readonly shape: Shape;
    }
  | {
      /** Another name of `shape`. */
      readonly dims: Shape;
    }
) &
  (
    | {
        /** The values. */
        readonly data: ArrayLike<unknown>;
      }
    | {
        /** Another name of `data`. */
        readonly values: ArrayBufferView | undefined;
      }
  ) & {
    /** The element type, if it is one of a tensor. Data in a Uint16Array are then the bits of float16. */
    readonly dtype?: string | undefined;
    /** Another name of `dtype`. */
    readonly type?: string | undefined;
    /** For each dimension, the distance in `data` from one element to the next; by default that of row-major order. */
    readonly stride?: readonly number[] | undefined;
    /** Another name of `stride`. */
    readonly strides?: readonly number[] | undefined;
    /** The index of the first element in `data`, 0 by default. */
    readonly offset?: number | undefined;
  };

/**
 * A picture in the layout NHWC, such as an ImageData. Its shape is `[height, width, channels]`.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * const picture = { data: new Uint8ClampedArray(24), width: 3, height: 2 };
 * console.log(Tensor.from(picture).shape); // [ 2, 3, 4 ]
 * ```
 */
export interface Picture {
  /** The values, in row-major order. */
  readonly data: ArrayLike<number>;
  /** The number of columns. */
  readonly width: number;
  /** The number of rows. */
  readonly height: number;
  /** The number of values at each position. It follows from the length of `data` by default. */
  readonly channels?: number | undefined;
}

/**
 * Values that have a shape of their own: nested arrays, strided arrays and pictures. Strided are an ndarray, a tensor of ONNX
 * Runtime and a {@link Tensor}.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * const sources = [[[[1, 2]]], { data: [1, 2], dims: [1, 1, 2] }, { data: [1, 2], width: 1, height: 1 }];
 * console.log(sources.map((source) => Tensor.from(source).shape.join())); // [ '1,1,2', '1,1,2', '1,1,2' ]
 * ```
 */
export type Source = NestedNumbers | StridedValues | Picture;

/**
 * The element type that a source names. If it names none, the type of its values.
 *
 * @internal
 */
export type DTypeOfSource<S> =
  NameOfDType<S> extends DType
    ? NameOfDType<S>
    : string extends NameOfDType<S>
      ? DType
      : S extends { readonly data: infer V } | { readonly values: infer V }
        ? DTypeOf<V>
        : 'float32';

type NameOfDType<S> = S extends { readonly dtype: infer Name } | { readonly type: infer Name } ? Name : undefined;

/** The properties of objects with values in `data`. */
type Properties = {
  readonly [Name in
    | 'data'
    | 'values'
    | 'shape'
    | 'dims'
    | 'stride'
    | 'strides'
    | 'offset'
    | 'type'
    | 'dtype'
    | 'width'
    | 'height'
    | 'channels']?: unknown;
};

/** What has been read of the values of a tensor. */
interface Values {
  /** The name of the shape in messages. */
  readonly name: string;
  /** The shape. It is not checked. */
  readonly shape: unknown;
  /** The element type if no other is given. */
  readonly dtype: DType;
  /** The elements in row-major order, for a shape that has been checked: typed arrays may be the given one. */
  readonly read: (shape: Shape, size: number, dtype: DType) => ArrayLike<number>;
}

/**
 * Reads a source, or flat values.
 *
 * @param shape the shape of flat values.
 * @throws TypeError if it is neither, or has a shape beside the given one.
 */
export function readValues(values: unknown, shape: unknown): Values {
  if (shape === undefined && Array.isArray(values) && Array.isArray(values[0])) {
    const nested = nestedShape(values);
    if (!RANKS.includes(nested.length)) {
      const innermost = nested.reduce<unknown>((level) => (level as unknown[])[0], values);
      const got = `${nested.length} levels of ${show(innermost)}`;
      throw new RangeError(`values must be nested arrays of 3 or 4 levels of numbers, got ${got}`);
    }
    const read = (shape: Shape, size: number) => flatten(values, shape, size);
    return { name: 'the shape of the values', shape: nested, dtype: 'float32', read };
  }
  if (typeof values === 'object' && values !== null && !Array.isArray(values) && !ArrayBuffer.isView(values)) {
    // Not the length: an ndarray of stdlib has one, too.
    const { data, values: copied } = values as Properties;
    const elements = data === undefined && ArrayBuffer.isView(copied) ? copied : data;
    if (elements !== undefined) {
      return readObject(values, elements as ArrayLike<number>, shape);
    }
  }
  const length = lengthOf('values', values);
  const flat = values as ArrayLike<number>;
  const read = (shape: Shape, size: number, dtype: DType) => readFlat(flat, length, shape, size, dtype);
  return { name: 'shape', shape, dtype: dtypeOf(flat), read };
}

/** Reads an object with values in `data`. */
function readObject(properties: Properties, data: ArrayLike<number>, given: unknown): Values {
  const length = lengthOf('data', data);
  if (given !== undefined) {
    throw new TypeError(`shape must be undefined for values with a shape of their own, got ${show(given)}`);
  }
  const { shape = properties.dims, stride = properties.strides, offset, type, dtype } = properties;
  // Another library can have element types that a tensor lacks.
  const named = [dtype, type].find((name): name is DType => typeof name === 'string' && Object.hasOwn(dtypes, name));
  const isHalf = isBits(data) && named === 'float16';
  return {
    name: 'shape',
    shape: shape === undefined ? pictureShape(properties, data, length) : shape,
    dtype: named ?? dtypeOf(data),
    read: (shape, size, dtype) => {
      const elements =
        stride === undefined && offset === undefined
          ? readFlat(data, length, shape, size, dtype)
          : gather(data, length, shape, size, stride, offset);
      return isHalf && dtype !== 'float16' ? numbersOf(elements) : elements;
    },
  };
}

function pictureShape(properties: Properties, data: ArrayLike<number>, length: number): readonly unknown[] {
  const { width, height, channels } = properties;
  if (width === undefined || height === undefined) {
    const got = Object.keys(properties).slice(0, 8).join(', ');
    throw new TypeError(`values with data must also have a shape, dims, or a width and a height, got { ${got} }`);
  }
  checkSize(width, 0, 'width', 'must be a non-negative integer');
  checkSize(height, 0, 'height', 'must be a non-negative integer');
  if (channels !== undefined) {
    checkSize(channels, 0, 'channels', 'must be a non-negative integer');
    return [height, width, channels];
  }
  const own = length / (height * width);
  if (!Number.isInteger(own) || own === 0) {
    const must = 'must have the same number of values at each position';
    throw new RangeError(
      `a picture of width ${width} and height ${height} ${must}, got ${length} values${whyEmpty(data)}`,
    );
  }
  return [height, width, own];
}

/** The elements of a flat array: itself if it is a typed array, otherwise a copy. */
function readFlat(
  values: ArrayLike<number>,
  length: number,
  shape: Shape,
  size: number,
  dtype: DType,
): ArrayLike<number> {
  checkFirst(values, length);
  if (length !== size) {
    const got = `got ${length} values${whyEmpty(values)}`;
    throw new RangeError(`a tensor of shape ${show(shape)} has ${size} elements, ${got}`);
  }
  if (ArrayBuffer.isView(values)) {
    return values;
  }
  // A Float32Array is half as large, and rounds like the tensor.
  const copy = new (dtype === 'float32' ? Float32Array : Float64Array)(length);
  for (let i = 0; i < length; i++) {
    copy[i] = checkedNumber(values[i], i);
  }
  return copy;
}

/** The elements of a strided array: a part of it if they are neighbours in a typed array, otherwise a copy. */
function gather(
  data: ArrayLike<number>,
  length: number,
  shape: Shape,
  size: number,
  stride: unknown,
  offset: unknown = 0,
): ArrayLike<number> {
  checkFirst(data, length);
  checkSize(offset, 0, 'offset', 'must be a non-negative integer');
  const rowMajor = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const steps = stride === undefined ? rowMajor : checkedStride(stride, shape.length);
  const reach = (isEnd: boolean) =>
    shape.reduce((index, size, axis) => {
      const step = steps[axis] as number;
      return step > 0 === isEnd ? index + (size - 1) * step : index;
    }, offset);
  for (const index of size > 0 ? [reach(false), reach(true)] : []) {
    if (!(index >= 0 && index < length)) {
      const view = `a view of shape ${show(shape)}, stride ${show(steps)} and offset ${offset}`;
      throw new RangeError(`${view} has index ${index} of data, which has ${length} elements${whyEmpty(data)}`);
    }
  }
  if (ArrayBuffer.isView(data) && shape.every((size, axis) => size <= 1 || steps[axis] === rowMajor[axis])) {
    return (data as unknown as View<DType>).subarray(offset, offset + size);
  }
  const copy = new (ArrayBuffer.isView(data) ? classOf(data) : Float64Array)(size);
  let next = 0;
  const visit = (axis: number, start: number): void => {
    const last = axis === shape.length - 1;
    for (let i = 0, index = start; i < (shape[axis] as number); i++, index += steps[axis] as number) {
      if (last) {
        copy[next++] = checkedNumber(data[index], index);
      } else {
        visit(axis + 1, index);
      }
    }
  };
  visit(0, offset);
  return copy;
}

function checkedStride(stride: unknown, rank: number): readonly number[] {
  const must = `must be an array of ${rank} integers`;
  const steps = Array.isArray(stride) ? firstItems<unknown>(stride) : stride;
  checkArray(steps, [rank], 'stride', must);
  for (const step of steps as readonly unknown[]) {
    if (!Number.isInteger(step)) {
      throw new (typeof step === 'number' ? RangeError : TypeError)(`stride ${must}, got ${show(steps)}`);
    }
  }
  return steps as readonly number[];
}

/** The shape that the first items of nested arrays have. An array that contains itself ends at a rank that no tensor has. */
function nestedShape(values: readonly unknown[]): number[] {
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level) && shape.length < 5; level = level[0]) {
    shape.push(level.length);
  }
  return shape;
}

/** The elements of nested arrays, which must all have the shape of the first ones. */
function flatten(values: readonly unknown[], shape: Shape, size: number): Float64Array {
  const copy = new Float64Array(size);
  const path: number[] = [];
  let next = 0;
  const where = (axis: number) =>
    `values${path
      .slice(0, axis)
      .map((i) => `[${i}]`)
      .join('')}`;
  const visit = (item: unknown, axis: number): void => {
    const expected = shape[axis];
    if (expected === undefined) {
      if (typeof item !== 'number') {
        throw new TypeError(`${where(axis)} must be a number, got ${show(item)}`);
      }
      copy[next++] = item;
      return;
    }
    if (!Array.isArray(item)) {
      throw new TypeError(`${where(axis)} must be an array of ${expected} elements, got ${show(item)}`);
    }
    const { length } = item;
    if (length !== expected) {
      throw new RangeError(`${where(axis)} has ${length} elements, expected ${expected}`);
    }
    for (let i = 0; i < length; i++) {
      path[axis] = i;
      visit(item[i], axis + 1);
    }
  };
  visit(values, 0);
  return copy;
}

/**
 * A function that returns elements after an allocation. It may detach them, if they are a view of this memory.
 *
 * @param memory returns the current memory.
 */
export function readLater(values: ArrayLike<number>, memory: () => ArrayBuffer): () => ArrayLike<number> {
  if (!ArrayBuffer.isView(values) || values.buffer !== memory()) {
    return () => values;
  }
  const { byteOffset, length } = values as View<DType>;
  const Class = classOf(values);
  return () => new Class(memory(), byteOffset, length);
}

/** The class of a typed array in this realm. By its tag, because the constructor may be a subclass, such as Node's Buffer. */
function classOf(values: ArrayBufferView): Float64ArrayConstructor {
  return (globalThis as unknown as Record<string, Float64ArrayConstructor>)[tagOf(values)] as Float64ArrayConstructor;
}

/** The length of flat values. */
function lengthOf(name: string, values: unknown): number {
  const { length } = typeof values === 'object' && values !== null ? (values as { length?: unknown }) : {};
  if (typeof length !== 'number') {
    throw new TypeError(`${name} must be an array or a typed array of numbers, got ${show(values)}`);
  }
  return length;
}

/** Checks the first element, if there is one. That of a typed array stands for all. */
function checkFirst(values: ArrayLike<number>, length: number): void {
  if (tagOf(values).startsWith('Big')) {
    throw notNumbers(values);
  }
  if (length > 0) {
    checkedNumber(values[0], 0);
  }
}

function checkedNumber(value: unknown, i: number): number {
  if (typeof value !== 'number') {
    throw notNumbers(value, i);
  }
  return value;
}

function notNumbers(value: unknown, i?: number): TypeError {
  const where = i === undefined ? '' : ` at index ${i}`;
  return new TypeError(`values must be numbers in one flat array, got ${show(value)}${where}`);
}

/** Why a view has no elements, for a message, if something has taken them. */
function whyEmpty(values: ArrayLike<number>): string {
  if (!ArrayBuffer.isView(values)) {
    return '';
  }
  const { buffer } = values;
  try {
    // This throws if the view is detached or out of bounds.
    (values as View<DType>).keys();
    return '';
  } catch {
    if (viewedBuffers.has(buffer)) {
      return ': the memory has grown since this view was made; read data again';
    }
    return buffer.byteLength === 0 ? ': its buffer has been transferred' : ': it lies outside its resized buffer';
  }
}
