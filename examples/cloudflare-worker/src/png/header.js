// Reads the header of a PNG, and refuses pictures beyond the limits. It does not know the compressed data.

import { HttpError } from '../http-error.js';
import { refusal } from './refusal.js';

/** The most bytes of the pixels of a picture, with 8 bits for each channel. */
const MOST_BYTES = 2 ** 22;

/** The largest side of a picture in pixels. Each row costs time, even if it has one pixel. */
const MOST_SIDE = 4096;

const MOST_COLOURS = 256;

/** The types of colour: the number of channels, and the numbers of bits that a channel can have. */
const COLOUR_TYPES = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8], hasPalette: true },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** The column and the row where each pass of an interlaced picture starts, and the distances of its columns and rows. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** The header of a picture within the limits. The decoder would use a second header or palette, so there may be none. */
export function readHeader({ IHDR, PLTE, tRNS }) {
  const { data } = IHDR[0];
  if (IHDR.length !== 1 || data.length !== 13) {
    throw refusal('it needs one header of 13 bytes');
  }
  const view = new DataView(data.buffer, data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, , , interlacing] = data.subarray(8);
  const colour = COLOUR_TYPES[type];
  if (!colour?.depths.includes(depth) || interlacing > 1) {
    throw refusal(`it has colour type ${type}, ${depth} bits for each channel and interlacing ${interlacing}`);
  }
  // fast-png does not decode these.
  if (interlacing && depth < 8) {
    throw refusal(`it is interlaced and has ${depth} bits for each channel`);
  }
  if (colour.hasPalette) {
    checkPalette(PLTE, tRNS);
  }
  checkSize(width, height, colour.hasPalette ? 3 + tRNS.length : colour.channels);
  return { ...colour, width, height, depth, interlacing };
}

function checkPalette(PLTE, tRNS) {
  const colours = PLTE.length === 1 ? PLTE[0].data.length / 3 : 0;
  if (colours < 1 || colours > MOST_COLOURS || tRNS.length > 1) {
    throw refusal(`it needs one palette of at most ${MOST_COLOURS} colours`);
  }
}

function checkSize(width, height, channels) {
  if (width < 1 || height < 1) {
    throw refusal(`it has ${width}×${height} pixels`);
  }
  if (width > MOST_SIDE || height > MOST_SIDE) {
    throw new HttpError(413, `a picture may have ${MOST_SIDE} pixels a side, this one has ${width}×${height}`);
  }
  const bytes = width * height * channels;
  if (bytes > MOST_BYTES) {
    throw new HttpError(413, `a picture may have ${MOST_BYTES} bytes of pixels, this one has ${bytes}`);
  }
}

/** The size of the data before compression. Each row of each pass has a filter and its pixels. */
export function inflatedSize({ width, height, depth, channels, interlacing }) {
  const passes = interlacing ? PASSES : [[0, 0, 1, 1]];
  const sizes = passes.map(([x, y, dx, dy]) => {
    const columns = Math.ceil((width - x) / dx);
    const rows = Math.ceil((height - y) / dy);
    return columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * channels * depth) / 8)) : 0;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
