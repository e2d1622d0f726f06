// Tensor: a shape, an element type, and a live view of the elements in WebAssembly memory.
//
// It knows who owns the memory and what a view survives. It knows nothing of pooling.

import { checkArray, checkKey, checkSize, firstItems, RANKS, show } from './check.js';
import {
  checkElements,
  type DType,
  type DTypeOf,
  dtypes,
  fillElements,
  numbersOf,
  setElements,
  type View,
} from './dtype.js';
import { MAX_TENSOR_BYTES, outOfMemory, viewedBuffers } from './memory.js';
import { type DTypeOfSource, readLater, readValues, type Source } from './sources.js';
import { allocate, type Buffer, free, memory } from './wasm/bindings.js';

/**
 * The sizes of a tensor in elements: `[N, C, H, W]`, or `[C, H, W]` without the batch; or in NHWC, `[N, H, W, C]` or
 * `[H, W, C]`. A size may be 0.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * console.log(Tensor.zeros([2, 3, 4, 5]).size); // 120
 * ```
 */
export type Shape = readonly number[];

/**
 * The default element type. It has a name because TypeScript tries overloads with a literal type first.
 *
 * @internal
 */
type DefaultDType = 'float32';

/**
 * Nested arrays, one level per dimension. The compiler does not know the rank of a tensor, so it allows the uses of three
 * and of four levels.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * console.log(Tensor.ones([1, 2, 2]).toArray()[0]); // [ [ 1, 1 ], [ 1, 1 ] ]
 * ```
 */
export type NestedArray = number[][][] & number[][][][];

/** The tensor of each view. It keeps the tensor alive: `pool.forward(x).data` would be a use after free without it. */
const owners = new WeakMap<ArrayBufferView, Tensor>();

/** Marks the tensors of all copies of this package, which tells a tensor of another copy from other objects. */
const brand: unique symbol = Symbol.for('avgpool.Tensor') as never;

/** The key of the constructor. Only this file has it, so the buffer of every tensor fits the shape. */
const internal = Symbol();

/** Whether a value is a tensor, and not a proxy of one. */
let isTensor: (value: unknown) => value is Tensor;

/** The buffer of a tensor that is not disposed. Throws a TypeError for any other value; `name` is the argument's name. */
export let bufferOf: (name: string, value: unknown) => Buffer;

/** A tensor with arbitrary elements, for a caller that writes all of them. Throws the errors of {@link Tensor.full}. */
export let emptyTensor: <D extends DType>(shape: Shape, dtype: D) => Tensor<D>;

/**
 * The method for `using`, if the compiler knows `Symbol.dispose`. A reference to the library that declares the symbol
 * would change the user's program.
 *
 * @internal
 */
type DisposedByUsing = {
  [Name in keyof SymbolConstructor as Name extends 'dispose'
    ? Extract<SymbolConstructor[Name], symbol>
    : never]: () => void;
};

/** With {@link Tensor.dispose} as `[Symbol.dispose]`, for `using`. */
// biome-ignore lint/correctness/noUnusedVariables: the merged class has the parameter.
export interface Tensor<D extends DType = DType> extends DisposedByUsing {}

/**
 * A tensor of rank 4 or 3. Its elements lie in WebAssembly memory, in row-major order.
 *
 * {@link Tensor.from}, {@link Tensor.zeros}, {@link Tensor.ones}, {@link Tensor.full} and pooling make tensors.
 * {@link Tensor.dispose} frees the memory. The garbage collector frees a tensor that is dropped without it, some time
 * after the program has returned to its event loop. This needs an engine with FinalizationRegistry.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * const x = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
 * x.data[0] = 9; // writes to WebAssembly memory
 * console.log(x.toArray()); // [ [ [ 9, 2 ], [ 3, 4 ] ] ]
 * x.dispose();
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare an optional symbol member.
export class Tensor<D extends DType = DType> {
  /** The sizes. The array is frozen; its type is that of any array, because other libraries ask for one. */
  readonly shape: number[];
  /** The element type. */
  readonly dtype: D;
  /** The number of elements. */
  readonly size: number;
  /**
   * A copy of the elements, or `undefined` if the tensor is disposed. The property is the tensor's own and enumerable: by it,
   * tools for any object compare, clone and post tensors. `structuredClone` and `postMessage` would copy the whole memory
   * for a view like {@link Tensor.data}. They give a plain object, `{ shape, dtype, size, values }`.
   * `Tensor.from(values, shape, dtype)` makes the tensor again.
   *
   * @example
   * ```js
   * import { Tensor } from 'avgpool';
   *
   * const { shape, dtype, values } = structuredClone(Tensor.ones([1, 1, 2]));
   * console.log(Tensor.from(values, shape, dtype).data); // Float32Array(2) [ 1, 1 ]
   * ```
   */
  declare readonly values: View<D> | undefined;

  #buffer: Buffer | undefined;
  #view: View<D> | undefined;

  static {
    isTensor = (value): value is Tensor => typeof value === 'object' && value !== null && #buffer in value;
    bufferOf = (name, value) => {
      checkIsTensor(name, value);
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
    const { dispose } = Tensor.prototype;
    // Compiled `using` looks for this key where the engine has no symbol. Node and Bun look for one of the others to print a
    // tensor, and Deno for the other.
    const symbols: Record<symbol, unknown> = {
      [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: dispose,
      [brand]: true,
    };
    for (const name of ['nodejs.util.inspect.custom', 'Deno.customInspect']) {
      symbols[Symbol.for(name)] = inspect;
    }
    for (const symbol of Object.getOwnPropertySymbols(symbols)) {
      Object.defineProperty(Tensor.prototype, symbol, {
        __proto__: null,
        value: symbols[symbol],
        writable: true,
        configurable: true,
      } as PropertyDescriptor);
    }
  }

  /** @hidden The static methods make tensors. */
  private constructor(key: typeof internal, shape: Shape, dtype: D, size: number, buffer: Buffer) {
    if (key !== internal) {
      throw new TypeError('a Tensor is made by Tensor.from, Tensor.zeros, Tensor.ones or Tensor.full, not by new');
    }
    // Frozen, so this is safe, and other libraries can use the array.
    this.shape = shape as number[];
    this.dtype = dtype;
    this.size = size;
    this.#buffer = buffer;
    Object.defineProperty(this, 'values', valuesDescriptor);
    Object.freeze(this);
  }

  /**
   * A tensor with a copy of flat values, of the type of their array.
   *
   * @param values numbers in row-major order, one per element, as an array or a typed array.
   * @param shape the shape of the tensor.
   * @param dtype the type of a typed array by default: `'float64'` for a Float64Array, `'float16'` for a Float16Array,
   *   `'uint8'` for a Uint8Array, a Uint8ClampedArray or a Buffer. For all others, `'float32'`. Numbers are rounded once,
   *   to the nearest. A Uint16Array given for `'float16'` holds bits.
   * @throws RangeError if the number of values does not match the shape, the shape is invalid, a value of type uint8 is no
   *   integer from 0 to 255, a stride leads out of `data`, or there is not enough memory.
   * @throws TypeError if the values are not numbers, the element type is unknown, or `shape` is given for a source that has
   *   its own.
   *
   * @example
   * ```js
   * import { Tensor } from 'avgpool';
   *
   * console.log(String(Tensor.from([1, 2, 3, 4], [1, 2, 2]))); // Tensor([1, 2, 2], float32)
   * console.log(String(Tensor.from([[[1, 2], [3, 4]]]))); // Tensor([1, 2, 2], float32)
   * console.log(String(Tensor.from({ data: [1, 2, 3], width: 1, height: 1 }))); // Tensor([1, 1, 3], float32)
   * ```
   */
  static from<V extends ArrayLike<number>>(values: V, shape: Shape, dtype?: undefined): Tensor<DTypeOf<V>>;
  /** A tensor with a copy of flat values, of this type. */
  static from<D extends DType>(values: ArrayLike<number>, shape: Shape, dtype: D): Tensor<D>;
  /**
   * A tensor with a copy of a source that has a shape of its own. It has the type that the source names, or the type of its
   * array.
   */
  static from<const S extends Source>(source: S, shape?: undefined, dtype?: undefined): Tensor<DTypeOfSource<S>>;
  /** A tensor with a copy of a source that has a shape of its own, of this type. */
  static from<D extends DType>(source: Source, shape: undefined, dtype: D): Tensor<D>;
  static from(values: unknown, shape?: Shape, dtype?: DType): Tensor {
    const given = readValues(values, shape);
    const type = dtype === undefined ? given.dtype : dtype;
    const sizes = frozenShape(given.shape as Shape);
    const size = checkShape(given.name, sizes, type);
    const elements = given.read(sizes, size, type);
    checkElements(type, elements);
    const later = readLater(elements, memory);
    const tensor = Tensor.#allocate(sizes, type, size);
    try {
      setElements(tensor.data, type, later());
    } catch (error) {
      tensor.dispose();
      throw error;
    }
    return tensor;
  }

  /** A tensor of zeros in float32. Throws the errors of {@link Tensor.full}. */
  static zeros(shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  /** A tensor of zeros of this type. */
  static zeros<D extends DType>(shape: Shape, dtype: D): Tensor<D>;
  static zeros(shape: Shape, dtype: DType = 'float32'): Tensor {
    return Tensor.full(shape, 0, dtype);
  }

  /** A tensor of ones in float32. Throws the errors of {@link Tensor.full}. */
  static ones(shape: Shape, dtype?: DefaultDType): Tensor<'float32'>;
  /** A tensor of ones of this type. */
  static ones<D extends DType>(shape: Shape, dtype: D): Tensor<D>;
  static ones(shape: Shape, dtype: DType = 'float32'): Tensor {
    return Tensor.full(shape, 1, dtype);
  }

  /**
   * A tensor with `value` in every element, in float32.
   *
   * @param shape the sizes, of rank 4 or 3.
   * @param value the number, which is rounded to the element type.
   * @throws RangeError if the shape is invalid, needs more than 2^31 − 16 bytes, or there is not enough memory, or the
   *   value is no integer from 0 to 255 for `'uint8'`.
   * @throws TypeError if an argument is of the wrong kind.
   *
   * @example
   * ```js
   * import { Tensor } from 'avgpool';
   *
   * console.log(Tensor.full([1, 1, 2], 7, 'uint8').data); // Uint8Array(2) [ 7, 7 ]
   * ```
   */
  static full(shape: Shape, value: number, dtype?: DefaultDType): Tensor<'float32'>;
  /** A tensor with `value` in every element, of this type. */
  static full<D extends DType>(shape: Shape, value: number, dtype: D): Tensor<D>;
  static full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
    if (typeof value !== 'number') {
      throw new TypeError(`value must be a number, got ${show(value)}`);
    }
    checkElements(dtype, [value]);
    const tensor = emptyTensor(shape, dtype);
    fillElements(tensor.data, value);
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
   * The elements: a live view of WebAssembly memory, not a copy. That of float16 is a Float16Array, or in an engine without
   * it a Uint16Array of bits.
   *
   * Read `data` again after making a tensor, and after the first call of a pool for planes of a new size or type.
   * Both can grow the memory, which detaches all existing views: their length becomes 0, and writes to them are lost.
   *
   * A view keeps its tensor from being collected; a `subarray` of a view does not. Do not use a view after
   * {@link Tensor.dispose}: it still points to the old place, which another tensor may occupy by then.
   *
   * @throws TypeError if the tensor is disposed.
   *
   * @example
   * ```js
   * import { Tensor } from 'avgpool';
   *
   * const x = Tensor.zeros([1, 2, 2]);
   * const before = x.data;
   * Tensor.zeros([1, 1000, 1000]); // grows the memory
   * console.log(before.length, x.data.length); // 0 4
   * ```
   */
  get data(): View<D> {
    const buffer = bufferOf('the tensor', this);
    if (this.#view?.buffer !== memory()) {
      const { View } = dtypes[this.dtype];
      this.#view = new View(memory(), buffer.pointer, this.size) as View<D>;
      owners.set(this.#view, this);
      viewedBuffers.add(this.#view.buffer);
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
    bufferOf('the tensor', this);
    const { shape } = this;
    const numbers = numbersOf(this.data);
    let next = 0;
    const nest = (axis: number): unknown[] => {
      const length = shape[axis] as number;
      if (axis < shape.length - 1) {
        return Array.from({ length }, () => nest(axis + 1));
      }
      next += length;
      return Array.from(numbers.subarray(next - length, next));
    };
    return nest(0) as NestedArray;
  }

  /**
   * The tensor for `JSON.stringify`; `data` is `null` if it is disposed. `Tensor.from(data, shape, dtype)` makes it again,
   * unless it has an element that JSON lacks: NaN and infinities become `null` there.
   *
   * @example
   * ```js
   * import { Tensor } from 'avgpool';
   *
   * console.log(JSON.stringify(Tensor.ones([1, 1, 2]))); // {"shape":[1,1,2],"dtype":"float32","data":[1,1]}
   * ```
   */
  toJSON(): {
    /** The sizes. */
    shape: number[];
    /** The element type. */
    dtype: D;
    /** The elements as numbers. */
    data: number[] | null;
  } {
    checkIsTensor('the tensor', this);
    return { shape: this.shape, dtype: this.dtype, data: this.disposed ? null : Array.from(numbersOf(this.data)) };
  }

  /**
   * Frees the memory at once. The tensor cannot be used afterwards; disposing of it again does nothing.
   *
   * @example
   * ```js
   * import { Tensor } from 'avgpool';
   *
   * const x = Tensor.ones([1, 2, 2]);
   * x.dispose();
   * console.log(x.disposed); // true
   * ```
   */
  dispose(): void {
    checkIsTensor('the tensor', this);
    if (this.#buffer) {
      free(this.#buffer);
      this.#buffer = undefined;
      this.#view = undefined;
    }
  }

  /** Whether {@link Tensor.dispose} has been called. */
  get disposed(): boolean {
    checkIsTensor('the tensor', this);
    return this.#buffer === undefined;
  }

  /** For example `Tensor([1, 64, 56, 56], float32)`. */
  toString(): string {
    if (!(brand in Object(this))) {
      throw notATensor('the tensor', this);
    }
    return `Tensor(${show(this.shape)}, ${this.dtype}${isTensor(this) && this.disposed ? ', disposed' : ''})`;
  }
}

/** The descriptor of {@link Tensor.values}. It has no prototype, so no other library can change it. */
const valuesDescriptor = {
  __proto__: null,
  get(this: Tensor) {
    checkIsTensor('the tensor', this);
    return this.disposed ? undefined : this.data.slice();
  },
  enumerable: true,
} as PropertyDescriptor;

/** A tensor in a console: its type and its first elements. */
function inspect(this: Tensor): string {
  if (!isTensor(this) || this.disposed) {
    return Tensor.prototype.toString.call(this);
  }
  const first = [...numbersOf(this.data.subarray(0, 6)), ...(this.size > 6 ? ['…'] : [])];
  return `${this} [${first.join(', ')}]`;
}

/** Checks the shape of a tensor and returns the number of its elements. */
export function checkShape(name: string, shape: Shape, dtype: DType): number {
  const must = 'must be an array of 3 or 4 non-negative integers';
  checkArray(shape, RANKS, name, must);
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    checkSize(shape[axis], 0, name, must, shape);
    size *= shape[axis] as number;
  }
  checkKey('dtype', dtype, dtypes);
  const bytes = size * dtypes[dtype].bytes;
  if (bytes > MAX_TENSOR_BYTES) {
    const tensor = `a tensor of shape ${show(shape)} and type ${dtype}`;
    throw new RangeError(`${tensor} takes ${bytes} bytes, more than the limit of ${MAX_TENSOR_BYTES}`);
  }
  return size;
}

/**
 * A frozen copy of a shape, which cannot change between check and use. A value that is no array is returned as it is, and
 * fails the check.
 */
function frozenShape(shape: Shape): Shape {
  return Array.isArray(shape) ? Object.freeze(firstItems(shape)) : shape;
}

/** Checks that a value is a tensor of this copy of the package, disposed or not. */
function checkIsTensor(name: string, value: unknown): asserts value is Tensor {
  if (!isTensor(value)) {
    throw notATensor(name, value);
  }
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
