// The checks that arguments of every kind share, and how a message shows a value. It knows no particular argument.

/** The largest size there is. */
export const LARGEST = 2 ** 31 - 1;

/** A value as a message shows it: in few words, however large it is. */
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
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    const isNamed = typeof name === 'string' && name !== '' && name !== 'Object';
    return isNamed ? `an instance of ${name}` : 'a plain object';
  }
  return typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
}

/**
 * Refuses what is not a whole number from `least` to the largest size.
 *
 * @param name the argument's name, and `must`, what is said of it: put together only when there is something to say.
 * @param given the whole argument, if the value is a part of it.
 */
export function checkSize(
  value: unknown,
  least: 0 | 1,
  name: string,
  must: string,
  given: unknown = value,
): asserts value is number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name} ${must}, got ${show(given)}`);
  }
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${name} ${must}, got ${show(given)}`);
  }
  if (value > LARGEST) {
    throw new RangeError(`${name} ${must}, of at most ${LARGEST}, got ${show(given)}`);
  }
}

/** Refuses what is not a boolean. */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`${name} must be true or false, got ${show(value)}`);
  }
}

/** Refuses an object of options, or whatever they are called, with a name that is none of theirs. */
export function checkNames(what: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new TypeError(`unknown ${what} ${show(name)}; the ${what}s are ${names.join(', ')}`);
    }
  }
}
