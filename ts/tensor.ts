// Tensor: shape, element type and a live view of elements that lie in WebAssembly memory.
//
// It knows memory and its rules, and nothing of pooling.

import { checkSize, show } from './check.js';
import {
  allocate,
  type Buffer,
  type DType,
  elementTypes,
  liveBuffers,
  memory,
  reserve as reserveBytes,
  type View,
  view,
} from './wasm/bindings.js';

/** The sizes of a tensor: `[N, C, H, W]`, or `[C, H, W]` without the batch. A size may be 0. */
export type Shape = readonly number[];

/** The most bytes that one tensor can have: what half the address space holds in whole lines of 16 bytes. */
const LARGEST_TENSOR = 2 ** 31 - 16;

/** The element type unless another is given. By name, for TypeScript tries overloads with a literal type first. */
type DefaultDType = 'float32';

/** Arrays in arrays, one level a dimension. */
export type NestedArray = number[] | NestedArray[];

/** The elements of a view keep their tensor alive: without it, `pool.forward(x).data` would be a use after free. */
const owners = new WeakMap<ArrayBufferView, Tensor>();

/** Marks the tensors of every copy of this package, so that one of another copy can be told from no tensor at all. */
const brand: unique symbol = Symbol.for('avgpool.Tensor') as never;

/** Only this file makes tensors: shapes and buffers have been checked against each other here. */
const internal = Symbol();

/** The buffer of a usable tensor; refuses, by the argument's name, anything else. */
export let bufferOf: (name: string, value: unknown) => Buffer;

/** A tensor of any values, for whoever will write all of them. Throws as {@link Tensor.full} does. */
export let tensorToFill: <D extends DType>(shape: Shape, dtype: D) => Tensor<D>;

/** For `using`, where the compiler knows its symbol; a reference to the library that has it would change others' programs. */
type DisposedByUsing = {
  [Name in keyof SymbolConstructor as Name extends 'dispose'
    ? Extract<SymbolConstructor[Name], symbol>
    : never]: () => void;
};

// biome-ignore lint/correctness/noUnusedVariables: the class that this is merged with has the parameter.
export interface Tensor<D extends DType = DType> extends DisposedByUsing {}

/**
 * A tensor of rank 4 or 3 whose elements lie in WebAssembly memory, in row-major order.
 *
 * Tensors are made by {@link Tensor.from}, {@link Tensor.zeros}, {@link Tensor.ones} and {@link Tensor.full}, and by
 * pooling. Their memory is given back by {@link Tensor.dispose}; one that is dropped without it is freed some time after
 * the program has returned to its event loop, where the engine has FinalizationRegistry.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare a member that may not be there.
export class Tensor<D extends DType = DType> {
  /** The sizes; frozen. */
  readonly shape: Shape;
  /** The element type. */
  readonly dtype: D;
  /** The number of elements. */
  readonly size: number;

  #buffer: Buffer | undefined;
  #view: View<D> | undefined;

  static {
    bufferOf = (name, value) => {
      if (typeof value !== 'object' || value === null || !(#buffer in value)) {
        throw notATensor(name, value);
      }
      if (!value.#buffer) {
        throw new TypeError(`${name} is disposed; it was a tensor of shape ${show(value.shape)}`);
      }
      return value.#buffer;
    };
    tensorToFill = (shape, dtype) => {
      const sizes = frozenShape(shape);
      const size = checkShape('shape', sizes, dtype);
      return Tensor.#allocate(sizes, dtype, size);
    };
    Object.defineProperty(Tensor.prototype, brand, { value: true });
    if (Symbol.dispose) {
      Object.defineProperty(Tensor.prototype, Symbol.dispose, {
        value: Tensor.prototype.dispose,
        writable: true,
        configurable: true,
      });
    }
  }

  /** @hidden Tensors are made by the static methods. */
  private constructor(key: typeof internal, shape: Shape, dtype: D, size: number, buffer: Buffer) {
    if (key !== internal) {
      throw new TypeError('a Tensor is made by Tensor.from, Tensor.zeros, Tensor.ones or Tensor.full, not by new');
    }
    this.shape = shape;
    this.dtype = dtype;
    this.size = size;
    this.#buffer = buffer;
    Object.freeze(this);
  }

  /**
   * A tensor with a copy of `values`.
   *
   * @param values as many numbers as the shape has elements, in one flat array and in row-major order; the data of another
   *   tensor will do.
   * @param dtype `'float32'` unless given, or `'float64'` for a Float64Array.
   * @throws RangeError if the values do not fill the shape, the shape is none, or there is no memory left.
   * @throws TypeError if the values are not numbers, or the element type is none.
   */
  static from(values: Float64Array, shape: Shape): Tensor<'float64'>;
  static from(values: Float32Array, shape: Shape): Tensor<'float32'>;
  static from(values: Float32Array | Float64Array, shape: Shape): Tensor;
  static from(values: ArrayLike<number>, shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  static from<D extends DType>(values: ArrayLike<number>, shape: Shape, dtype: D): Tensor<D>;
  static from(values: ArrayLike<number>, shape: Shape, dtype: DType = typeOf(values)): Tensor {
    if (typeof values !== 'object' || values === null || typeof values.length !== 'number') {
      throw new TypeError(`values must be an array or a typed array of numbers, got ${show(values)}`);
    }
    const sizes = frozenShape(shape);
    const size = checkShape('shape', sizes, dtype);
    checkNumber(values, 0);
    if (values.length !== size) {
      const hint =
        ArrayBuffer.isView(values) && values.byteLength === 0 ? ': a view is empty once the memory has grown' : '';
      throw new RangeError(`a tensor of shape ${show(sizes)} has ${size} elements, got ${values.length} values${hint}`);
    }
    const numbers = ArrayBuffer.isView(values) ? rememberPlace(values) : copyNumbers(values, size);
    const tensor = Tensor.#allocate(sizes, dtype, size);
    try {
      tensor.data.set(numbers());
    } catch (error) {
      tensor.dispose();
      throw error;
    }
    return tensor;
  }

  /** A tensor of zeros. Throws as {@link Tensor.full} does. */
  static zeros(shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  static zeros<D extends DType>(shape: Shape, dtype: D): Tensor<D>;
  static zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
    return Tensor.full(shape, 0, dtype);
  }

  /** A tensor of ones. Throws as {@link Tensor.full} does. */
  static ones(shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  static ones<D extends DType>(shape: Shape, dtype: D): Tensor<D>;
  static ones(shape: Shape, dtype: DType = 'float32'): Tensor {
    return Tensor.full(shape, 1, dtype);
  }

  /**
   * A tensor with `value` in every element.
   *
   * @param dtype `'float32'` unless given.
   * @throws RangeError if the shape is none or takes more than 2^31 − 16 bytes, or if there is no memory left.
   * @throws TypeError if an argument is of the wrong kind.
   */
  static full(shape: Shape, value: number, dtype?: DefaultDType): Tensor<'float32'>;
  static full<D extends DType>(shape: Shape, value: number, dtype: D): Tensor<D>;
  static full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
    if (typeof value !== 'number') {
      throw new TypeError(`value must be a number, got ${show(value)}`);
    }
    const tensor = tensorToFill(shape, dtype);
    tensor.data.fill(value);
    return tensor;
  }

  static #allocate<D extends DType>(shape: Shape, dtype: D, size: number): Tensor<D> {
    const buffer = allocate(dtype, size);
    if (!buffer) {
      throw outOfMemory(
        `a tensor of shape ${show(shape)} and type ${dtype}, of ${size * elementTypes[dtype].bytes} bytes`,
      );
    }
    return new Tensor(internal, shape, dtype, size, buffer);
  }

  /**
   * The elements, in WebAssembly memory: a live view and no copy.
   *
   * Read it again after making a tensor, and after the first call of a pool for planes of a new size: both can grow the
   * memory, and that detaches every view made before (its length becomes 0, and what is written to it is lost).
   *
   * A view keeps its tensor from being collected; a `subarray` of it does not. After {@link Tensor.dispose} a view still
   * points to where the elements were, in memory that is by then somebody else's: do not use it.
   *
   * @throws TypeError if the tensor is disposed.
   */
  get data(): View<D> {
    const buffer = bufferOf('the tensor', this);
    if (this.#view?.buffer !== memory()) {
      this.#view = view(buffer, this.dtype, this.size);
      owners.set(this.#view, this);
    }
    return this.#view;
  }

  /** A tensor of its own with the same shape, type and elements. Throws RangeError if there is no memory left. */
  clone(): Tensor<D> {
    bufferOf('the tensor', this);
    const copy = Tensor.#allocate(this.shape, this.dtype, this.size);
    copy.data.set(this.data);
    return copy;
  }

  /** The elements as arrays in arrays, one level a dimension: a copy. */
  toArray(): NestedArray {
    const { data, shape } = this;
    let next = 0;
    const nest = (axis: number): NestedArray => {
      const length = shape[axis] as number;
      if (axis < shape.length - 1) {
        return Array.from({ length }, () => nest(axis + 1));
      }
      next += length;
      return Array.from(data.subarray(next - length, next));
    };
    return nest(0);
  }

  /** Gives the memory back at once; the tensor cannot be used afterwards. A second time it does nothing. */
  dispose(): void {
    const buffer = this.#buffer;
    this.#buffer = undefined;
    this.#view = undefined;
    buffer?.free();
  }

  /** Whether {@link Tensor.dispose} has been called. */
  get disposed(): boolean {
    return this.#buffer === undefined;
  }

  /** For example `Tensor([1, 64, 56, 56], float32)`. */
  toString(): string {
    return `Tensor(${show(this.shape)}, ${this.dtype}${this.disposed ? ', disposed' : ''})`;
  }
}

/** Refuses what is not the shape of a tensor, or of one that is too large; otherwise says how many elements it has. */
export function checkShape(name: string, shape: Shape, dtype: DType): number {
  if (typeof dtype !== 'string' || !Object.hasOwn(elementTypes, dtype)) {
    throw new TypeError(`dtype must be 'float32' or 'float64', got ${show(dtype)}`);
  }
  if (!Array.isArray(shape)) {
    throw new TypeError(`${name} ${SHAPE}, got ${show(shape)}`);
  }
  if (shape.length !== 3 && shape.length !== 4) {
    throw new RangeError(`${name} ${SHAPE}, got ${show(shape)}`);
  }
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    checkSize(shape[axis], 0, name, SHAPE, shape);
    size *= shape[axis] as number;
  }
  const bytes = size * elementTypes[dtype].bytes;
  if (bytes > LARGEST_TENSOR) {
    const tensor = `a tensor of shape ${show(shape)} and type ${dtype}`;
    throw new RangeError(`${tensor} takes ${bytes} bytes, more than the ${LARGEST_TENSOR} that one can have`);
  }
  return size;
}

const SHAPE = 'must be an array of 3 or 4 whole numbers that are not negative';

/** What to throw when there is no memory left for `what`. */
export function outOfMemory(what: string): RangeError {
  const { bytes, tensors } = memoryUsage();
  const state = `the WebAssembly memory is ${bytes} bytes, with ${tensors} live tensors`;
  return new RangeError(`out of memory for ${what}: ${state}; dispose() of tensors that are no longer needed`);
}

function notATensor(name: string, value: unknown): TypeError {
  let came = show(value);
  if (typeof value === 'object' && value !== null && brand in value) {
    const derived = value.constructor === Tensor;
    came = derived
      ? 'a proxy of one, or an object made from one: give the tensor itself'
      : 'a tensor of another copy of this package, which has a memory of its own';
  }
  return new TypeError(`${name} must be a Tensor, got ${came}`);
}

/** The element type of a typed array, of whichever realm, and float32 of any other. */
function typeOf(values: ArrayLike<number>): DType {
  return Object.prototype.toString.call(values) === '[object Float64Array]' ? 'float64' : 'float32';
}

/**
 * A shape that cannot change between check and use: itself, if it is frozen, or a copy. What can be no shape is left as it
 * is, for the check to refuse.
 */
export function frozenShape(shape: Shape): Shape {
  const copies = Array.isArray(shape) && !Object.isFrozen(shape) && (shape.length === 3 || shape.length === 4);
  return copies ? Object.freeze(Array.from(shape)) : shape;
}

/** A typed array, to be read after an allocation: that detaches it if it is a view of this memory. */
function rememberPlace(values: ArrayLike<number> & ArrayBufferView): () => ArrayLike<number> {
  if (values.buffer !== memory()) {
    return () => values;
  }
  const { byteOffset, length } = values;
  // By its tag, for the constructor may be that of a subclass: of Node's Buffer, for example.
  const tag = (values as Float32Array)[Symbol.toStringTag];
  const Type = (globalThis as unknown as Record<string, Float32ArrayConstructor>)[tag] as Float32ArrayConstructor;
  return () => new Type(memory(), byteOffset, length);
}

/** The numbers of an array, taken before an allocation: no getter of it can get at the tensor. */
function copyNumbers(values: ArrayLike<number>, length: number): () => ArrayLike<number> {
  const copy = Float64Array.from({ length }, (_, i) => checkNumber(values, i));
  return () => copy;
}

/** An element of an array, which must be a number if it is there; in a typed array the first one speaks for all. */
function checkNumber(values: ArrayLike<number>, i: number): number {
  const value = values[i];
  const isBig = i === 0 && /^\[object Big/.test(Object.prototype.toString.call(values));
  if (isBig || (typeof value !== 'number' && i < values.length)) {
    throw new TypeError(
      `values must be numbers in one flat array, got ${isBig ? show(values) : `${show(value)} at index ${i}`}`,
    );
  }
  return value as number;
}

/**
 * Grows the memory now, if needed, so that the next allocation of up to `bytes` bytes detaches no view.
 *
 * @throws RangeError if there is no memory left, or `bytes` is not a whole number of at most 2^31 − 16.
 * @throws TypeError if `bytes` is not a number.
 */
export function reserve(bytes: number): void {
  checkSize(bytes, 0, 'bytes', 'must be a whole number that is not negative');
  if (bytes > LARGEST_TENSOR) {
    throw new RangeError(`bytes must be at most the ${LARGEST_TENSOR} that a tensor can have, got ${bytes}`);
  }
  if (!reserveBytes(bytes)) {
    throw outOfMemory(`a reserve of ${bytes} bytes`);
  }
}

/** The size of the WebAssembly memory in bytes, which never shrinks, and the number of live tensors in it. */
export function memoryUsage(): { bytes: number; tensors: number } {
  return { bytes: memory().byteLength, tensors: liveBuffers() };
}
