// The element types: one table, from which everything about them derives. It knows no tensor.

import { tagOf } from './check.js';

/**
 * For each element type: its code in `dtypes!` of crates/avgpool-wasm, the size of an element in bytes, and the class
 * of the views.
 */
export const dtypes = {
  float32: { code: 0, bytes: 4, View: Float32Array },
  float64: { code: 1, bytes: 8, View: Float64Array },
} as const;

/** The element type of a tensor. */
export type DType = keyof typeof dtypes;

/**
 * The class of the views of element type `D`, over an ArrayBuffer. TypeScript before 5.7 has no parameter for the buffer, so
 * the type is that of a function which has always returned it.
 */
export type View<D extends DType> = ReturnType<(typeof dtypes)[D]['View']['of']>;

/** The same over any buffer, for values that are copied. */
export type AnyView<D extends DType> = (typeof dtypes)[D]['View']['prototype'];

/** The element types whose views include `V`. */
export type DTypeOf<V> = { [D in DType]: V extends AnyView<D> ? D : never }[DType];

const tags = new Map(Object.entries(dtypes).map(([name, { View }]) => [View.name, name as DType]));

/** The element type of a typed array, of this realm or another; `'float32'` for any other array. */
export function dtypeOf(values: ArrayLike<number>): DType {
  return tags.get(tagOf(values)) ?? 'float32';
}
