// How close results must be to expected numbers. It knows no pooling.

import { expect } from 'vitest';

/** The distance from 1 to the next number of each element type. */
export const epsilon = { float32: 2 ** -23, float64: 2 ** -52 };

/** The element types of these tests. */
export type Float = keyof typeof epsilon;

/** Asserts |result − expected| ≤ bound for each element, and the same NaN and infinities. */
export function expectClose(
  result: ArrayLike<number>,
  expected: readonly number[],
  bound: (i: number) => number,
): void {
  expect(result.length).toBe(expected.length);
  const wrong = expected.findIndex((value, i) => {
    const got = result[i] as number;
    return Number.isFinite(value) ? !(Math.abs(got - value) <= bound(i)) : !Object.is(got, value);
  });
  if (wrong >= 0) {
    expect.fail(`element ${wrong} is ${result[wrong]}, expected ${expected[wrong]} within ${bound(wrong)}`);
  }
}
