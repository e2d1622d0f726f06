// What each fast path is worth: its time as a part of the general path's, on the same planes and in turn.
//
// No option turns a fast path off, so the general path is timed on the nearest pooling that it has to serve itself.

import { sizeOf } from './cases.mjs';
import { prepare } from './engines/avgpool.mjs';
import { ratio, rounds } from './measure.mjs';

const paths = [
  {
    name: '2×2 stride 2, against a divisor that has no exact reciprocal',
    fast: { kernelSize: 2 },
    general: { kernelSize: 2, divisorOverride: 3 },
    shapes: [
      [1, 64, 56, 56],
      [1, 64, 57, 57],
      [8, 64, 112, 112],
    ],
  },
  ...[3, 5, 7].map((kernelSize) => ({
    name: `strips of ${kernelSize}×${kernelSize}, against one more column of padding`,
    fast: { kernelSize, stride: 1, padding: kernelSize >> 1 },
    general: {
      kernelSize,
      stride: 1,
      padding: [
        [kernelSize >> 1, kernelSize >> 1],
        [kernelSize >> 1, (kernelSize >> 1) + 1],
      ],
    },
    shapes: [
      [1, 512, 7, 7],
      [1, 192, 35, 35],
      [1, 64, 112, 112],
    ],
  })),
  {
    name: 'halves by 3×3 stride 2, against one more column of padding on either side',
    fast: { kernelSize: 3, stride: 2, padding: 1 },
    general: {
      kernelSize: 3,
      stride: 2,
      padding: [
        [1, 1],
        [2, 2],
      ],
    },
    shapes: [
      [1, 256, 28, 28],
      [1, 64, 112, 112],
    ],
  },
  {
    name: 'NHWC 2×2 stride 2, against a divisor that has no exact reciprocal',
    layout: 'NHWC',
    fast: { kernelSize: 2 },
    general: { kernelSize: 2, divisorOverride: 3 },
    shapes: [[1, 56, 56, 64]],
  },
  {
    name: 'NHWC slides of 3×3, against three columns of padding',
    layout: 'NHWC',
    fast: { kernelSize: 3, stride: 1, padding: 1 },
    general: {
      kernelSize: 3,
      stride: 1,
      padding: [
        [1, 1],
        [3, 0],
      ],
    },
    shapes: [
      [1, 35, 35, 192],
      [1, 128, 128, 4],
    ],
  },
  ...[7, 224].map((size) => ({
    name: 'NHWC, a window of the whole plane, against one that is a column short',
    layout: 'NHWC',
    fast: { kernelSize: size },
    general: { kernelSize: [size, size - 1], stride: size },
    shapes: [[1, size, size, size === 7 ? 2048 : 64]],
  })),
  ...[7, 56].map((size) => ({
    name: 'a window of the whole plane, against one that is a column short',
    fast: { kernelSize: size },
    general: { kernelSize: [size, size - 1], stride: size },
    shapes: [[1, size === 7 ? 2048 : 64, size, size]],
  })),
];

/** Prints a line for each path, shape and direction. */
export async function fastPaths(timing) {
  for (const { name, fast, general, shapes, layout = 'NCHW' } of paths) {
    for (const shape of shapes) {
      for (const direction of ['forward', 'backward']) {
        const size = sizeOf(shape);
        // More than a gradient ever has.
        const zeros = new Float32Array(2 * size);
        const data = { x: zeros, g: zeros };
        const pair = [fast, general].map((options) =>
          prepare({ options: { ...options, layout }, shape }, direction, data),
        );
        const [quick, slow] = await rounds(
          pair.map(({ call }) => call),
          timing,
        );
        console.log(`${name}, ${shape.join('×')} ${direction}: ${ratio(quick, slow).toFixed(2)}`);
        for (const { dispose } of pair) {
          dispose();
        }
      }
    }
  }
}
