// What a fast path is worth: its time as a part of the general path's, on the same planes, in one process and in turn.
//
//   npm run build && node bench/fast_paths.mjs
//
// `divisorOverride: 3` has no exact reciprocal, so it sends a geometry to the general path.

import { AvgPool2d, Tensor } from 'avgpool';

const rounds = 60;

const fastPaths = [
  {
    name: '2×2 stride 2',
    options: { kernelSize: 2 },
    shapes: [
      [1, 64, 56, 56],
      [1, 64, 57, 57],
      [8, 64, 112, 112],
    ],
  },
];

for (const { name, options, shapes } of fastPaths) {
  for (const shape of shapes) {
    for (const direction of ['forward', 'backward']) {
      const fast = prepare(options, shape, direction);
      const general = prepare({ ...options, divisorOverride: 3 }, shape, direction);
      const ratios = Array.from({ length: 2 * rounds }, () => time(fast) / time(general)).slice(rounds);
      console.log(
        `${name} on ${shape.join('×')}, ${direction}: ${median(ratios).toFixed(2)} of the general path's time`,
      );
    }
  }
}

/** A call of one direction with tensors that are there already. */
function prepare(options, shape, direction) {
  const pool = new AvgPool2d(options);
  const x = Tensor.full(shape, 1.5);
  const y = pool.forward(x);
  return direction === 'forward' ? () => pool.forward(x, y) : () => pool.backward(y, shape, x);
}

function time(call) {
  const start = performance.now();
  call();
  return performance.now() - start;
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
