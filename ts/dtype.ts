// The element types: one table, from which everything about them derives, and their elements as numbers. It knows no tensor.

import { show, tagOf } from './check.js';
import { toBits, toNumber } from './half.js';

/**
 * The element type of a tensor. uint8 is an integer from 0 to 255, and has no gradient.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * console.log(Tensor.ones([1, 2, 2], 'float16').dtype); // float16
 * console.log(Tensor.from(new Uint8Array(4), [1, 2, 2]).dtype); // uint8
 * ```
 */
export type DType = 'float32' | 'float64' | 'float16' | 'uint8';

/**
 * The class of the views of each element type. Those of float16 are Float16Arrays where the engine has them, otherwise
 * Uint16Arrays of bits. The compiler is asked whether it knows Float16Array, since a reference to the library that
 * declares it would change the user's program.
 *
 * @internal
 */
export interface Views {
  readonly float32: Float32ArrayConstructor;
  readonly float64: Float64ArrayConstructor;
  readonly float16:
    | Uint16ArrayConstructor
    | (typeof globalThis extends { readonly Float16Array: infer Class } ? Class : never);
  readonly uint8: Uint8ArrayConstructor;
}

const { Float16Array = Uint16Array } = globalThis as { Float16Array?: Uint16ArrayConstructor };

/**
 * For each element type: its code in `dtypes!` of crates/avgpool-wasm, the size of an element in bytes, and the class
 * of the views.
 */
export const dtypes: {
  readonly [D in DType]: { readonly code: number; readonly bytes: number; readonly View: Views[D] };
} = {
  float32: { code: 0, bytes: 4, View: Float32Array },
  float64: { code: 1, bytes: 8, View: Float64Array },
  float16: { code: 2, bytes: 2, View: Float16Array },
  uint8: { code: 3, bytes: 1, View: Uint8Array },
};

/**
 * The class of {@link Tensor.data} for element type `D`: Float32Array, Float64Array, Uint8Array, and for float16
 * Float16Array, or Uint16Array in engines without it.
 *
 * @example
 * ```js
 * import { Tensor } from 'avgpool';
 *
 * console.log(Tensor.ones([1, 2, 2], 'float64').data); // Float64Array(4) [ 1, 1, 1, 1 ]
 * ```
 */
// Over an ArrayBuffer. TypeScript before 5.7 has no parameter for the buffer, so the type is that of a function which has
// always returned it.
export type View<D extends DType> = ReturnType<Views[D]['of']>;

/**
 * The element type that `dtypeOf` returns for `V`.
 *
 * @internal
 */
export type DTypeOf<V> = V extends Views['float64']['prototype']
  ? 'float64'
  : V extends Views['uint8']['prototype'] | Uint8ClampedArray
    ? 'uint8'
    : V extends Exclude<Views['float16']['prototype'], Uint16Array>
      ? 'float16'
      : 'float32';

/** The element type of each class of typed arrays that has one, by its tag. */
const tags = new Map<string, DType>([
  ['Float64Array', 'float64'],
  ['Float16Array', 'float16'],
  ['Uint8Array', 'uint8'],
  ['Uint8ClampedArray', 'uint8'],
]);

/** The element type of a typed array, of this realm or another; `'float32'` for any other array. */
export function dtypeOf(values: unknown): DType {
  return tags.get(tagOf(values)) ?? 'float32';
}

/** Whether an array holds bits, if it stands for float16. */
export function isBits(values: unknown): boolean {
  return tagOf(values) === 'Uint16Array';
}

/** The numbers that elements stand for, if a Uint16Array holds the bits of float16. */
export function numbersOf<V extends ArrayLike<number>>(elements: V): V | Float32Array {
  return isBits(elements) ? new Float32Array(elements).map(toNumber) : elements;
}

/** Writes one number to all elements of a view. */
export function fillElements(view: View<DType>, value: number): void {
  view.fill(isBits(view) ? toBits(value) : value);
}

/** Writes values to the elements of a view of type `dtype`. A Uint16Array holds the bits of float16. */
export function setElements(view: View<DType>, dtype: DType, values: ArrayLike<number>): void {
  if (dtype === 'float16' && isBits(values)) {
    new Uint16Array(view.buffer, view.byteOffset, view.length).set(values);
  } else if (isBits(view)) {
    for (let i = 0; i < values.length; i++) {
      view[i] = toBits(values[i] as number);
    }
  } else {
    view.set(values);
  }
}

/** Checks that numbers can be elements of this type. Only uint8 does not round. */
export function checkElements(dtype: DType, values: ArrayLike<number>): void {
  if (dtype !== 'uint8' || dtypeOf(values) === 'uint8') {
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if ((value & 255) !== value) {
      const where = values.length > 1 ? ` at index ${i}` : '';
      throw new RangeError(`values of type uint8 must be integers from 0 to 255, got ${show(value)}${where}`);
    }
  }
}

/** Checks that an element type has gradients. */
export function checkGradient(dtype: DType): void {
  if (dtype === 'uint8') {
    throw new TypeError('uint8 has no gradient, because its averages are rounded to whole numbers: use float32');
  }
}
