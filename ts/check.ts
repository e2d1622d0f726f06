// The checks that arguments of every kind share, and how a message shows a value. It knows no particular argument.

/** The largest size there is, in elements or in bytes. */
export const LARGEST = 2 ** 31 - 1;

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    const shown = Array.from(value.slice(0, 8), show);
    return `[${(value.length > 8 ? [...shown, '…'] : shown).join(', ')}]`;
  }
  if (typeof value === 'function') {
    return value.name ? `the function ${value.name}` : 'a function';
  }
  if (typeof value === 'object' && value !== null) {
    const { name } = Object.getPrototypeOf(value)?.constructor ?? Object;
    return name === 'Object' ? 'a plain object' : `an instance of ${name}`;
  }
  return typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
}

/** Refuses what is not a whole number from `least` to the largest size; `expected` says what the argument must be. */
export function checkSize(
  value: unknown,
  least: 0 | 1,
  expected: string,
  given: unknown = value,
): asserts value is number {
  if (typeof value !== 'number') {
    throw new TypeError(`${expected}, got ${show(given)}`);
  }
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(`${expected}, got ${show(given)}`);
  }
  if (value > LARGEST) {
    throw new RangeError(`${expected}, of at most ${LARGEST}, got ${show(given)}`);
  }
}

/** Refuses what is not a boolean. */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') {
    throw new TypeError(`${name} must be true or false, got ${show(value)}`);
  }
}
