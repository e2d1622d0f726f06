// Tensor: a shape, an element type, and a live view of the elements in WebAssembly memory.
//
// It knows who owns the memory and what a view survives. It knows nothing of pooling.

import { checkArray, checkKey, checkSize, RANKS, show } from './check.js';
import { type DType, type DTypeOf, dtypeOf, dtypes, type View } from './dtype.js';
import { MAX_TENSOR_BYTES, outOfMemory } from './memory.js';
import { allocate, type Buffer, memory } from './wasm/bindings.js';

/** The sizes of a tensor: `[N, C, H, W]`, or `[C, H, W]` without the batch. A size may be 0. */
export type Shape = readonly number[];

/** The default element type. It has a name because TypeScript tries overloads with a literal type first. */
type DefaultDType = 'float32';

/** Nested arrays, one level per dimension. */
export type NestedArray = number[] | NestedArray[];

/** The tensor of each view. It keeps the tensor alive: `pool.forward(x).data` would be a use after free without it. */
const owners = new WeakMap<ArrayBufferView, Tensor>();

/** Marks the tensors of all copies of this package, which tells a tensor of another copy from other objects. */
const brand: unique symbol = Symbol.for('avgpool.Tensor') as never;

/** The key of the constructor. Only this file has it, so the buffer of every tensor fits the shape. */
const internal = Symbol();

/** The buffer of a tensor that is not disposed. Throws a TypeError for any other value; `name` is the argument's name. */
export let bufferOf: (name: string, value: unknown) => Buffer;

/** A tensor with arbitrary elements, for a caller that writes all of them. Throws the errors of {@link Tensor.full}. */
export let emptyTensor: <D extends DType>(shape: Shape, dtype: D) => Tensor<D>;

/**
 * The method for `using`, if the compiler knows `Symbol.dispose`. A reference to the library that declares the symbol
 * would change the user's program.
 */
type DisposedByUsing = {
  [Name in keyof SymbolConstructor as Name extends 'dispose'
    ? Extract<SymbolConstructor[Name], symbol>
    : never]: () => void;
};

// biome-ignore lint/correctness/noUnusedVariables: the merged class has the parameter.
export interface Tensor<D extends DType = DType> extends DisposedByUsing {}

/**
 * A tensor of rank 4 or 3. Its elements lie in WebAssembly memory, in row-major order.
 *
 * {@link Tensor.from}, {@link Tensor.zeros}, {@link Tensor.ones}, {@link Tensor.full} and pooling make tensors.
 * {@link Tensor.dispose} frees the memory. The garbage collector frees a tensor that is dropped without it, some time
 * after the program has returned to its event loop. This needs an engine with FinalizationRegistry.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare an optional symbol member.
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
        throw new TypeError(`${name} is disposed; its shape was ${show(value.shape)}`);
      }
      return value.#buffer;
    };
    emptyTensor = (shape, dtype) => {
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

  /** @hidden The static methods make tensors. */
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
   * @param values a flat array of numbers in row-major order, one per element; `data` of another tensor is allowed.
   * @param dtype by default the type of `values` if that is a Float32Array or a Float64Array, otherwise `'float32'`.
   * @throws RangeError if the number of values does not match the shape, the shape is invalid, or there is not enough
   *   memory.
   * @throws TypeError if the values are not numbers, or the element type is unknown.
   */
  static from<V extends View<DType>>(values: V, shape: Shape): Tensor<DTypeOf<V>>;
  static from(values: ArrayLike<number>, shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  static from<D extends DType>(values: ArrayLike<number>, shape: Shape, dtype: D): Tensor<D>;
  static from(values: ArrayLike<number>, shape: Shape, dtype: DType = dtypeOf(values)): Tensor {
    if (typeof values !== 'object' || values === null || typeof values.length !== 'number') {
      throw new TypeError(`values must be an array or a typed array of numbers, got ${show(values)}`);
    }
    const sizes = frozenShape(shape);
    const size = checkShape('shape', sizes, dtype);
    checkNumber(values, 0);
    if (values.length !== size) {
      const hint =
        ArrayBuffer.isView(values) && values.byteLength === 0 ? ': a view becomes empty when the memory grows' : '';
      throw new RangeError(`a tensor of shape ${show(sizes)} has ${size} elements, got ${values.length} values${hint}`);
    }
    const numbers = ArrayBuffer.isView(values) ? readLater(values) : copyNumbers(values, size);
    const tensor = Tensor.#allocate(sizes, dtype, size);
    try {
      tensor.data.set(numbers());
    } catch (error) {
      tensor.dispose();
      throw error;
    }
    return tensor;
  }

  /** A tensor of zeros. Throws the errors of {@link Tensor.full}. */
  static zeros(shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  static zeros<D extends DType>(shape: Shape, dtype: D): Tensor<D>;
  static zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
    return Tensor.full(shape, 0, dtype);
  }

  /** A tensor of ones. Throws the errors of {@link Tensor.full}. */
  static ones(shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  static ones<D extends DType>(shape: Shape, dtype: D): Tensor<D>;
  static ones(shape: Shape, dtype: DType = 'float32'): Tensor {
    return Tensor.full(shape, 1, dtype);
  }

  /**
   * A tensor with `value` in every element.
   *
   * @param dtype `'float32'` by default.
   * @throws RangeError if the shape is invalid, needs more than 2^31 − 16 bytes, or there is not enough memory.
   * @throws TypeError if an argument is of the wrong kind.
   */
  static full(shape: Shape, value: number, dtype?: DefaultDType): Tensor<'float32'>;
  static full<D extends DType>(shape: Shape, value: number, dtype: D): Tensor<D>;
  static full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
    if (typeof value !== 'number') {
      throw new TypeError(`value must be a number, got ${show(value)}`);
    }
    const tensor = emptyTensor(shape, dtype);
    tensor.data.fill(value);
    return tensor;
  }

  static #allocate<D extends DType>(shape: Shape, dtype: D, size: number): Tensor<D> {
    const buffer = allocate(dtypes[dtype].code, size);
    if (!buffer) {
      throw outOfMemory(`a tensor of shape ${show(shape)} and type ${dtype}, of ${size * dtypes[dtype].bytes} bytes`);
    }
    return new Tensor(internal, shape, dtype, size, buffer);
  }

  /**
   * The elements: a live view of WebAssembly memory, not a copy.
   *
   * Read `data` again after making a tensor, and after the first call of a pool for planes of a new size or type.
   * Both can grow the memory, which detaches all existing views: their length becomes 0, and writes to them are lost.
   *
   * A view keeps its tensor from being collected; a `subarray` of a view does not. Do not use a view after
   * {@link Tensor.dispose}: it still points to the old place, which another tensor may occupy by then.
   *
   * @throws TypeError if the tensor is disposed.
   */
  get data(): View<D> {
    const buffer = bufferOf('the tensor', this);
    if (this.#view?.buffer !== memory()) {
      const { View } = dtypes[this.dtype];
      this.#view = new View(memory(), buffer.pointer, this.size) as View<D>;
      owners.set(this.#view, this);
    }
    return this.#view;
  }

  /** A new tensor with the same shape, type and elements. Throws a RangeError if there is not enough memory. */
  clone(): Tensor<D> {
    bufferOf('the tensor', this);
    const copy = Tensor.#allocate(this.shape, this.dtype, this.size);
    copy.data.set(this.data);
    return copy;
  }

  /** A copy of the elements as nested arrays, one level per dimension. */
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

  /** Frees the memory at once. The tensor cannot be used afterwards; disposing of it again does nothing. */
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

/** Checks the shape of a tensor and returns the number of its elements. */
export function checkShape(name: string, shape: Shape, dtype: DType): number {
  checkKey('dtype', dtype, dtypes);
  const must = 'must be an array of 3 or 4 non-negative integers';
  checkArray(shape, RANKS, name, must);
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    checkSize(shape[axis], 0, name, must, shape);
    size *= shape[axis] as number;
  }
  const bytes = size * dtypes[dtype].bytes;
  if (bytes > MAX_TENSOR_BYTES) {
    const tensor = `a tensor of shape ${show(shape)} and type ${dtype}`;
    throw new RangeError(`${tensor} takes ${bytes} bytes, more than the limit of ${MAX_TENSOR_BYTES}`);
  }
  return size;
}

/**
 * A shape that cannot change between check and use: a frozen copy, or the array itself if it is frozen. A value that
 * cannot be a shape is returned as it is, and fails the check.
 */
export function frozenShape(shape: Shape): Shape {
  const copies = Array.isArray(shape) && !Object.isFrozen(shape) && RANKS.includes(shape.length);
  return copies ? Object.freeze(Array.from(shape)) : shape;
}

function notATensor(name: string, value: unknown): TypeError {
  let got = show(value);
  if (typeof value === 'object' && value !== null && brand in value) {
    const derived = value.constructor === Tensor;
    got = derived
      ? 'a proxy of a tensor, or an object derived from one: pass the tensor itself'
      : 'a tensor of another copy of this package, whose memory is separate';
  }
  return new TypeError(`${name} must be a Tensor, got ${got}`);
}

/** A function that reads a typed array after an allocation, which may have detached it if it is a view of this memory. */
function readLater(values: ArrayLike<number> & ArrayBufferView): () => ArrayLike<number> {
  if (values.buffer !== memory()) {
    return () => values;
  }
  const { byteOffset, length } = values;
  // By its tag, because the constructor may be a subclass, such as Node's Buffer.
  const tag = (values as Float32Array)[Symbol.toStringTag];
  const Type = (globalThis as unknown as Record<string, Float32ArrayConstructor>)[tag] as Float32ArrayConstructor;
  return () => new Type(memory(), byteOffset, length);
}

/** A function that returns a copy. The copy is made before the allocation, so no getter can reach the new tensor. */
function copyNumbers(values: ArrayLike<number>, length: number): () => ArrayLike<number> {
  const copy = Float64Array.from({ length }, (_, i) => checkNumber(values, i));
  return () => copy;
}

/** Checks that an element is a number, if it exists. The first element of a typed array stands for all. */
function checkNumber(values: ArrayLike<number>, i: number): number {
  const value = values[i];
  const isBig = i === 0 && /^\[object Big/.test(Object.prototype.toString.call(values));
  if (isBig || (typeof value !== 'number' && i < values.length)) {
    const got = isBig ? show(values) : `${show(value)} at index ${i}`;
    throw new TypeError(`values must be numbers in one flat array, got ${got}`);
  }
  return value as number;
}
