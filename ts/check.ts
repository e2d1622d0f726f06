// The checks that arguments of every kind share, and how messages show values. It knows no particular argument.

/** The largest size of anything: an axis, a window, a padding. */
export const MAX_SIZE = 2 ** 31 - 1;

/** The ranks of a tensor: without and with the batch. */
export const RANKS: readonly number[] = [3, 4];

/** A value in a few words, for a message. */
export function show(value: unknown, depth = 2): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  }
  if (Array.isArray(value)) {
    if (depth === 0) {
      return '[…]';
    }
    const shown = Array.from(value.slice(0, 8), (item) => show(item, depth - 1));
    return `[${(value.length > 8 ? [...shown, '…'] : shown).join(', ')}]`;
  }
  if (typeof value === 'function') {
    return value.name ? `the function ${value.name}` : 'a function';
  }
  if (typeof value === 'object' && value !== null) {
    // Iterators have a tag and no class.
    const names = [Object.getPrototypeOf(value)?.constructor?.name, tagOf(value)];
    const name = names.find((name) => typeof name === 'string' && name !== '' && name !== 'Object');
    return name === undefined ? 'a plain object' : `an instance of ${name}`;
  }
  return typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
}

/** The tag of a value, by which objects of another realm can be told apart: `'Float32Array'`, `'URL'`, `'Object'`. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A copy of an array that a user gave, each item read once. Of a long one, it has the items that a message shows. */
export function firstItems<T>(array: readonly T[]): readonly T[] {
  return Array.from({ length: Math.min(array.length, 9) }, (_, i) => array[i] as T);
}

/**
 * Checks that a value is an integer from `least` to `most`.
 *
 * @param name the name of the argument.
 * @param must the requirement, as a message states it after the name.
 * @param given the whole argument, if `value` is a part of it.
 */
export function checkSize(
  value: unknown,
  least: 0 | 1,
  name: string,
  must: string,
  given: unknown = value,
  most = MAX_SIZE,
): asserts value is number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name} ${must}, got ${show(given)}`);
  }
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name} ${must}, got ${show(given)}`);
  }
  if (value > most) {
    throw new RangeError(`${name} ${must}, at most ${most}, got ${show(given)}`);
  }
}

/** Checks that a value is an array of one of these lengths. For the other parameters see {@link checkSize}. */
export function checkArray(
  value: unknown,
  lengths: readonly number[],
  name: string,
  must: string,
  given: unknown = value,
): void {
  if (!Array.isArray(value)) {
    const hint = Array.isArray((value as { shape?: unknown } | null | undefined)?.shape) ? ': pass its shape' : '';
    throw new TypeError(`${name} ${must}, got ${show(given)}${hint}`);
  }
  if (!lengths.includes(value.length)) {
    throw new RangeError(`${name} ${must}, got ${show(given)}`);
  }
}

/** Checks that a value is a boolean. */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`${name} must be true or false, got ${show(value)}`);
  }
}

/** Checks that a value is a key of a table. */
export function checkKey<Key extends string>(
  name: string,
  value: unknown,
  table: Readonly<Record<Key, unknown>>,
): asserts value is Key {
  if (typeof value !== 'string' || !Object.hasOwn(table, value)) {
    const keys = Object.keys(table).map((key) => show(key));
    const choices = [keys.slice(0, -1).join(', '), ...keys.slice(-1)].join(' or ');
    throw new TypeError(`${name} must be ${choices}, got ${show(value)}`);
  }
}

/**
 * Checks that an object has no property of its own beyond `names`; `what` is the word for one of its properties. Unlike
 * `Object.keys`, the loop allocates nothing.
 */
export function checkNames(what: string, options: object, names: readonly string[]): void {
  for (const name in options) {
    if (Object.hasOwn(options, name) && !names.includes(name)) {
      throw new TypeError(`unknown ${what} ${show(name)}; the ${what}s are ${names.join(', ')}`);
    }
  }
}

/** Checks that options are an object with no other property than these. */
export function checkOptions(options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${show(options)}`);
  }
  checkNames('option', options, names);
}
