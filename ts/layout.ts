// The two layouts of a tensor: which dimension is which.

/**
 * The order of dimensions: `[N, C, H, W]` or `[N, H, W, C]`; without the batch, the same without the N.
 *
 * @example
 * ```js
 * import { globalAvgPool2d, Tensor } from 'avgpool';
 *
 * const x = Tensor.ones([9, 9, 3]);
 * console.log(globalAvgPool2d(x, { layout: 'NHWC' }).shape); // [ 1, 1, 3 ]
 * ```
 */
export type Layout = 'NCHW' | 'NHWC';

/** Where each layout has its height, counted from the end of a shape, and whether its channels come last. */
export const layouts = {
  NCHW: { heightFromEnd: 2, channelsLast: false },
  NHWC: { heightFromEnd: 3, channelsLast: true },
} as const satisfies Record<Layout, { heightFromEnd: number; channelsLast: boolean }>;

/** The index of the height in a shape; the width follows it. */
export function heightAxis({ heightFromEnd }: (typeof layouts)[Layout], shape: readonly number[]): number {
  return shape.length - heightFromEnd;
}
