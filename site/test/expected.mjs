// What the page must show, by the package in Node. It shares no code with the page.

import { createHash } from 'node:crypto';
import { AvgPool2d, Tensor } from 'avgpool';
import sharp from 'sharp';

/** A number as the page shows it. */
export const shown = (value) => String(Number(value.toPrecision(7)));

const digest = (bytes) => createHash('sha256').update(Uint8Array.from(bytes)).digest('hex');

/** Writes a picture of noise without loss, and returns its pixels. */
export async function writePicture(file, width, height) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i * 7) % 256);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(file);
  return { file, data, width, height };
}

const planeOf = (layout, shape) => (layout === 'NHWC' ? shape.slice(0, 2) : shape.slice(1));
const shapeOf = (layout, height, width, channels) =>
  layout === 'NHWC' ? [height, width, channels] : [channels, height, width];

/** What the page shows for a picture, a pool, an element type, and a chosen output: by default the middle. */
export function expectedPicture({ data, width, height }, pool, dtype = 'uint8', at = undefined) {
  const { layout } = pool;
  const strides = layout === 'NHWC' ? [3 * width, 3, 1] : [1, 3 * width, 3];
  const x = Tensor.from({ data, shape: shapeOf(layout, height, width, 3), stride: strides }, undefined, dtype);
  const y = pool.forward(x);
  const [outputHeight, outputWidth] = planeOf(layout, y.shape);
  const [row, column] = at ?? [outputHeight >> 1, outputWidth >> 1];
  const nested = y.toArray();
  const value = (h, w, c) => (layout === 'NHWC' ? nested[h][w][c] : nested[c][h][w]);
  const pixels = [];
  for (let i = 0; i < outputHeight * outputWidth; i++) {
    pixels.push(...[0, 1, 2].map((c) => value(Math.floor(i / outputWidth), i % outputWidth, c)), 255);
  }
  const gradient = gradientOf(pool, dtype === 'uint8' ? 'float32' : dtype, [height, width], [row, column]);
  const taps = [...gradient.keys()].filter((i) => gradient[i] !== 0);
  return {
    pool: String(pool),
    shape: `[${y.shape.join(', ')}]`,
    pixels: digest(Uint8ClampedArray.from(pixels)),
    values: [0, 1, 2].map((c) => shown(value(row, column, c))).join(', '),
    gradient: shown(gradient[taps[0]] ?? 0),
    divisor: divisorText(pool, [height, width], [row, column]),
    positions: String(taps.length),
    overlay: digest(gradient.flatMap((value) => [0, 0, 0, value === 0 ? 0 : 1])),
    verdict: `Both results are equal${dtype === 'uint8' ? '' : ' within rounding'}.`,
    error: '',
  };
}

function gradientOf(pool, dtype, [height, width], [row, column]) {
  const inputShape = shapeOf(pool.layout, height, width, 1);
  const shape = pool.outputShape(inputShape);
  const values = Array(shape.reduce((a, b) => a * b)).fill(0);
  values[row * planeOf(pool.layout, shape)[1] + column] = 1;
  return pool
    .backward(Tensor.from(values, shape, dtype), inputShape)
    .toArray()
    .flat(2);
}

/** The divisor of a window, by the sums and the averages of ones. */
export function divisorText(pool, [height, width], [row, column]) {
  const ones = Tensor.ones(shapeOf(pool.layout, height, width, 1), 'float64');
  const at = (y) => {
    const [, outputWidth] = planeOf(pool.layout, y.shape);
    return y.data[row * outputWidth + column];
  };
  const average = at(pool.forward(ones));
  if (average === 0) {
    return 'none: the window contains only padding';
  }
  if (!(pool instanceof AvgPool2d)) {
    return String(gradientOf(pool, 'float64', [height, width], [row, column]).filter((value) => value !== 0).length);
  }
  const sum = at(new AvgPool2d({ ...pool, divisorOverride: 1 }).forward(ones));
  return shown(sum / average);
}
