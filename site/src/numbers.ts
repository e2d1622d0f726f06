// Numbers and shapes as the page shows them.

/** A number with at most this many digits that count. */
export function shown(value: number, digits = 7): string {
  return String(Number(value.toPrecision(digits)));
}

/** A time in ms or µs. */
export function shownTime(milliseconds: number): string {
  return milliseconds < 0.1 ? `${shown(milliseconds * 1000, 3)} µs` : `${shown(milliseconds, 3)} ms`;
}

/** A divisor; undefined stands for that of a window without elements. */
export function shownDivisor(divisor: number | undefined): string {
  return divisor === undefined ? 'none: the window contains only padding' : shown(divisor);
}

export function shownShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
