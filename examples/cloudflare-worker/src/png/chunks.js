// The chunks of a PNG. It does not know what is inside of them.

import { Buffer } from 'node:buffer';
import { hasPngSignature } from 'fast-png';
import { refusal } from './refusal.js';

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** Each chunk takes memory, even if it is empty. Encoders write chunks of 8 KiB or more. */
const MOST_CHUNKS = 2 ** 10;

/** The chunks that this service may use, by name. `data` is their content, and `whole` also has length, name and checksum. */
export function chunksOf(bytes) {
  if (bytes.length < SIGNATURE.length || !hasPngSignature(bytes)) {
    throw refusal('it has no signature');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks = { IHDR: [], PLTE: [], tRNS: [], IDAT: [], IEND: [] };
  for (let start = SIGNATURE.length; chunks.IEND.length === 0; ) {
    const end = start + 12 <= bytes.length ? start + 12 + view.getUint32(start) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) {
      throw refusal('it is not complete');
    }
    const name = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    if (start === SIGNATURE.length && name !== 'IHDR') {
      throw refusal('its first chunk is not a header');
    }
    if (
      chunks[name]?.push({ data: bytes.subarray(start + 8, end - 4), whole: bytes.subarray(start, end) }) > MOST_CHUNKS
    ) {
      throw refusal(`it has more than ${MOST_CHUNKS} chunks of a kind`);
    }
    start = end;
  }
  return chunks;
}

/**
 * A PNG of these chunks alone. The decoder inflates some of the others without limit. Only with a palette does it turn tRNS
 * into alpha. So the transparent colour of a grey or RGB picture is dropped.
 */
export function join({ IHDR, PLTE, tRNS, IDAT, IEND }, hasPalette) {
  const chunks = [IHDR, hasPalette ? [PLTE, tRNS] : [], IDAT, IEND].flat(2);
  return Buffer.concat([SIGNATURE, ...chunks.map(({ whole }) => whole)]);
}
