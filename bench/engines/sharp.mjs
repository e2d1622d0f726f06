// sharp on pictures: raw bytes in, raw bytes out, on one thread of libvips.
//
// It has no average over a box, but two operations that compute one. Neither serves pictures of four channels, whose
// colours sharp weights by alpha.

import sharp from 'sharp';
import { heightAxisOf, pairsOf } from '../cases.mjs';

export const name = 'sharp';

export function load() {
  sharp.concurrency(1);
  sharp.cache(false);
  return { version: sharp.versions.sharp, dtypes: ['uint8'], prepare };
}

function prepare({ options, shape }, _direction, { input }) {
  const axis = heightAxisOf(options);
  const [height, width] = shape.slice(axis, axis + 2);
  const channels = options.layout === 'NHWC' ? shape[3] : shape[1];
  const isPicture = shape[0] === 1 && (channels === 1 || (channels === 3 && options.layout === 'NHWC'));
  const operation = operationFor(options, height, width);
  if (!isPicture || !operation) {
    return undefined;
  }
  const { apply, margins, round } = operation;
  const raw = { width, height, channels };
  let result;
  return {
    actual: { round },
    run: async () => {
      const picture = apply(sharp(input, { raw }));
      const output = channels === 1 ? picture.toColourspace('b-w') : picture;
      result = await output.raw().toBuffer({ resolveWithObject: true });
    },
    read: () => crop(result, margins),
  };
}

/** The operation of sharp that averages these windows. Its result has margins of windows that overlap the edge. */
function operationFor(options, height, width) {
  const { kernels, strides, paddings } = pairsOf(options);
  const [top, left] = paddings;
  const areAll = (sizes, size) => sizes.every((one) => one === size);
  if (areAll([...kernels, ...strides], 2) && areAll([...paddings, height % 2, width % 2], 0)) {
    const between = { interpolator: 'bilinear', idx: -0.5, idy: -0.5 };
    const halve = [
      [0.5, 0],
      [0, 0.5],
    ];
    return { apply: (picture) => picture.affine(halve, between), margins: [0, 0] };
  }
  if (areAll(strides, 1) && kernels.every((size) => size % 2 === 1)) {
    const [kernelHeight, kernelWidth] = kernels;
    const kernel = Array(kernelHeight * kernelWidth).fill(1);
    const padding = { top, bottom: top, left, right: left, background: '#000' };
    return {
      apply: (picture) => picture.extend(padding).convolve({ width: kernelWidth, height: kernelHeight, kernel }),
      margins: [kernelHeight >> 1, kernelWidth >> 1],
      round: Math.floor,
    };
  }
  return undefined;
}

/** The bytes of a picture without its margins. */
function crop({ data, info: { width, height, channels } }, [marginHeight, marginWidth]) {
  const rows = Array.from({ length: height - 2 * marginHeight }, (_, row) => {
    const start = (row + marginHeight) * width;
    return data.subarray((start + marginWidth) * channels, (start + width - marginWidth) * channels);
  });
  return Buffer.concat(rows);
}
