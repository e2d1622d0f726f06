// Random PNGs for examples/cloudflare-worker, valid and hostile ones, and the answers that they must get. It does not know
// how a request is sent.

import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { adaptiveAvgPool2d, Tensor } from 'avgpool';
import fc from 'fast-check';
import { type BitDepth, encode } from 'fast-png';
import sharp from 'sharp';
import { expect } from 'vitest';

/** A chunk with a valid checksum. */
export function chunk(name: string, data: Uint8Array = new Uint8Array(0)): Buffer {
  const content = Buffer.concat([Buffer.from(name), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(checksumOf(content));
  return Buffer.concat([length, content, checksum]);
}

/** The last eight bytes of gzip are the checksum that PNG has too, and the size. */
const checksumOf = (bytes: Uint8Array) => gzipSync(bytes).subarray(-8).readUInt32LE();

export function header(width: number, height: number, depth = 8, type = 0, interlacing = 0): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width);
  data.writeUInt32BE(height, 4);
  data.set([depth, type, 0, 0, interlacing], 8);
  return chunk('IHDR', data);
}

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

export const png = (...chunks: Uint8Array[]) => Buffer.concat([SIGNATURE, ...chunks, chunk('IEND')]);

/** Data of a picture without filters. `rows` has the bytes of each row. */
export const data = (rows: number[][]) =>
  chunk('IDAT', deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row]))));

/** Less than 1 MiB that inflates to `megabytes` MiB of zeros, at most 900. */
export function bomb(megabytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(2 ** 20), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const end = [3, 0, 0, 0, 0, 1];
  return Buffer.concat([
    Buffer.from([0x78, 0xda]),
    ...Array.from({ length: megabytes }, () => block),
    Buffer.from(end),
  ]);
}

/** A valid PNG, and the size of the box that its thumbnail must fit. */
export interface PictureRequest {
  readonly png: Uint8Array;
  readonly box: readonly [number, number];
  readonly what: string;
}

const forms = fc.constantFrom<{ channels: number; depth: BitDepth; colours?: 3 | 4 }>(
  ...([1, 2, 4, 8, 16] as const).map((depth) => ({ channels: 1, depth })),
  ...([8, 16] as const).flatMap((depth) => [2, 3, 4].map((channels) => ({ channels, depth }))),
  ...([1, 2, 4, 8] as const).flatMap((depth) => ([3, 4] as const).map((colours) => ({ channels: 1, depth, colours }))),
);

const side = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 40 }) }, fc.integer({ min: 1, max: 300 }));
const boxSide = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 512 }));

/** Bytes that look random. */
const noise = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 0x9e37_79b1) >>> 23);

/** Pictures of every type of colour, and of every number of bits. */
export const pictures: fc.Arbitrary<PictureRequest> = fc
  .record({
    width: side,
    height: side,
    form: forms,
    isInterlaced: fc.boolean(),
    seed: fc.nat(),
    box: fc.tuple(boxSide, boxSide),
  })
  .map(({ width, height, form: { channels, depth, colours }, isInterlaced, seed, box }) => {
    const size = Math.ceil((width * channels * depth) / 8) * height;
    const bytes = noise(size, seed);
    // sharp takes the upper byte of 16 bits, and the service rounds. Both are equal if both bytes are.
    const elements = depth === 16 ? Uint16Array.from(noise(size / 2, seed), (value) => 257 * value) : bytes;
    const palette = colours && Array.from({ length: 2 ** depth }, (_, i) => [...noise(colours, seed + i)]);
    const interlace = isInterlaced && depth >= 8 ? 'Adam7' : 'null';
    const picture = { width, height, channels, depth, data: elements, ...(palette && { palette }) };
    const what = JSON.stringify({ width, height, channels, depth, colours, interlace, seed, box });
    return { png: encode(picture, { interlace }), box, what };
  });

/** The chunks of a valid PNG. */
function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let start = SIGNATURE.length; start < bytes.length; ) {
    const end = start + 12 + bytes.readUInt32BE(start);
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}

/** Writes the checksum that a changed chunk should have. */
const withChecksum = (bytes: Buffer) => chunk(bytes.toString('latin1', 4, 8), bytes.subarray(8, -4));

const explosive = bomb(64);

const hostileChunks = fc.constantFrom(
  ...['iCCP', 'zTXt', 'iTXt'].map((name) => chunk(name, Buffer.concat([Buffer.from('a\0\0'), explosive]))),
  chunk('IDAT', explosive),
  chunk('IDAT'),
  chunk('IEND'),
  chunk('PLTE', Buffer.alloc(3 * 257)),
  chunk('PLTE', Buffer.alloc(4)),
  chunk('PLTE'),
  chunk('tRNS', Buffer.alloc(256, 7)),
  chunk('tRNS'),
  chunk('acTL', Buffer.alloc(8, 255)),
  chunk('fcTL', Buffer.alloc(26, 255)),
  header(2 ** 31 - 1, 2 ** 31 - 1, 8, 6),
  header(4096, 1024, 8, 2),
  header(40, 40, 1, 3, 1),
);

const fraction = fc.double({ min: 0, max: 1, noNaN: true });

/** What becomes of one chunk: one bit of it flips, is dropped, is repeated, or follows a hostile one. */
const change: fc.Arbitrary<(bytes: Buffer) => Buffer[]> = fc.oneof(
  fraction.map((bit) => (bytes: Buffer) => [flip(bytes, bit)]),
  fc.constant(() => []),
  fc.constant((bytes: Buffer) => [bytes, bytes]),
  hostileChunks.map((hostile) => (bytes: Buffer) => [hostile, bytes]),
);

/** Replaces the chunk at a fraction of the list. */
function replace(chunks: Buffer[], at: number, by: (bytes: Buffer) => Buffer[]): Buffer[] {
  const index = Math.min(Math.floor(at * chunks.length), chunks.length - 1);
  return chunks.flatMap((bytes, i) => (i === index ? by(bytes) : [bytes]));
}

function flip(bytes: Buffer, at: number): Buffer {
  const position = Math.floor(at * (8 * bytes.length - 1));
  const flipped = Buffer.from(bytes);
  flipped[position >> 3] = (flipped[position >> 3] as number) ^ (1 << (position & 7));
  return flipped;
}

/** PNGs after one to four changes, half of them with valid checksums, some of them cut. */
export const mutatedPictures: fc.Arbitrary<PictureRequest> = fc
  .record({
    picture: pictures,
    changes: fc.array(fc.tuple(fraction, change), { minLength: 1, maxLength: 4 }),
    isChecked: fc.boolean(),
    kept: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fraction),
  })
  .map(({ picture, changes, isChecked, kept }) => {
    const chunks = changes.reduce((parts, [at, by]) => replace(parts, at, by), chunksOf(Buffer.from(picture.png)));
    const whole = Buffer.concat([SIGNATURE, ...(isChecked ? chunks.map(withChecksum) : chunks)]);
    const bytes = whole.subarray(0, Math.floor(kept * whole.length));
    return { png: bytes, box: picture.box, what: `${picture.what} as ${bytes.toString('base64').slice(0, 2000)}` };
  });

export const queryOf = ({ box: [height, width] }: PictureRequest) => `thumbnail=${height}x${width}`;

/** The pixels of a PNG, decoded by another library than that of the service. */
async function decoded(bytes: Uint8Array): Promise<Tensor> {
  const isGrey = [0, 4].includes(bytes[25] as number);
  const { data: pixels, info } = await sharp(bytes)
    .toColourspace(isGrey ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return Tensor.from({ data: pixels, ...info });
}

/** Expects a thumbnail that fits the box, has the aspect ratio of the picture, and the pixels of pooling in this process. */
export async function expectThumbnail({ png: source, box, what }: PictureRequest, answer: Uint8Array): Promise<void> {
  const [picture, thumbnail] = [await decoded(source), await decoded(answer)];
  try {
    expectPooled(picture, thumbnail, box, what);
  } finally {
    picture.dispose();
    thumbnail.dispose();
  }
}

function expectPooled(picture: Tensor, thumbnail: Tensor, box: readonly number[], what: string): void {
  const [size, outputSize] = [picture, thumbnail].map(({ shape }) => shape.slice(0, 2)) as [number[], [number, number]];
  const scale = Math.min(1, ...box.map((length, i) => length / (size[i] as number)));
  for (const [i, length] of size.entries()) {
    const distance = Math.abs((outputSize[i] as number) - Math.max(1, length * scale));
    expect(distance, `${what}: ${outputSize} for ${size}`).toBeLessThanOrEqual(0.5);
  }
  const pooled = adaptiveAvgPool2d(picture, { outputSize, layout: 'NHWC' });
  const { shape } = pooled;
  const values = pooled.data.slice();
  pooled.dispose();
  const wrong = values.findIndex((value, i) => value !== thumbnail.data[i]);
  expect(thumbnail.shape, what).toEqual(shape);
  expect(wrong, `${what}: element ${wrong} is ${thumbnail.data[wrong]}, not ${values[wrong]}`).toBe(-1);
}
