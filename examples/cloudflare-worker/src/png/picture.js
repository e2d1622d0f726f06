// Decodes a PNG within limits. The decoder trusts its input, so everything is checked before. It does not know what the
// pixels are for.

import { convertIndexedToRgb, decode } from 'fast-png';
import { chunksOf, join } from './chunks.js';
import { inflatedSize, readHeader } from './header.js';
import { checkInflatedSize } from './inflate.js';
import { refusal } from './refusal.js';

/** The pixels of a PNG in row-major order, with 8 bits for each of 1 to 4 channels. */
export function decodePicture(bytes) {
  const chunks = chunksOf(bytes);
  const header = readHeader(chunks);
  checkInflatedSize(chunks, inflatedSize(header));
  const checked = join(chunks, header.hasPalette);
  const { width, height } = header;
  const picture = orRefusal(() => decode(checked, { checkCrc: true }));
  const data = inBytes(picture, header);
  return { data, width, height, channels: data.length / (width * height) };
}

/** The result of the decoder. Everything that it throws is about its input. */
function orRefusal(run) {
  try {
    return run();
  } catch (error) {
    throw refusal(error.message.slice(0, 100));
  }
}

function inBytes(picture, { depth, hasPalette }) {
  if (depth === 16) {
    return new Uint8Array(picture.data.map((value) => Math.round(value / 257)));
  }
  if (hasPalette) {
    return orRefusal(() => convertIndexedToRgb(picture));
  }
  return depth === 8 ? picture.data : convertIndexedToRgb({ ...picture, palette: shadesOf(depth) });
}

/** A palette of one channel, whose indices are shades of fewer than 8 bits. */
function shadesOf(depth) {
  const most = 2 ** depth - 1;
  return Array.from({ length: most + 1 }, (_, i) => [(255 * i) / most]);
}
