// Tests the thumbnails of the service for Cloudflare Workers: their pixels, and what a hostile picture may cost.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { decode, encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  bomb,
  chunk,
  data,
  expectThumbnail,
  header,
  mutatedPictures,
  type PictureRequest,
  pictures,
  png,
  queryOf,
} from './pictures.js';
import { runProgram } from './program.js';
import { bodyOf } from './requests.js';
import { expectLittleMemory, post, service } from './service.js';

const thumbnail = (bytes: Uint8Array, query = 'thumbnail=8x8') => post(query, bytes);

/** The pixels of the thumbnail of a picture that is smaller than the box: the pixels of the picture. */
async function pixelsOf(bytes: Uint8Array): Promise<number[]> {
  const response = await thumbnail(bytes);
  expect(response.status, response.status === 200 ? '' : await response.text()).toBe(200);
  return [...decode(await response.arrayBuffer()).data];
}

describe('a thumbnail', () => {
  test('has the pixels of pooling by another decoder, for random pictures of every type', async () => {
    const property = fc.asyncProperty(pictures, async (request) => {
      const response = await thumbnail(request.png, queryOf(request));
      expect(response.status, `${request.what}: ${await response.clone().text()}`).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/png');
      await expectThumbnail(request, new Uint8Array(await response.arrayBuffer()));
      expectLittleMemory();
    });
    await fc.assert(property, { seed: 20_261_127, numRuns: 1000 });
  });

  test.each([
    ['filters', { adaptiveFiltering: true, palette: false }],
    ['a palette', { palette: true, colours: 16 }],
    ['interlaced rows with filters', { adaptiveFiltering: true, progressive: true, palette: false }],
  ])('is that of a picture of another encoder with %s', async (what, options) => {
    const noise = { type: 'gaussian', mean: 120, sigma: 50 } as const;
    const source = await sharp({ create: { width: 90, height: 70, channels: 3, background: 'white', noise } })
      .blur(2)
      .png(options)
      .toBuffer();
    const response = await thumbnail(source, 'thumbnail=16x16');
    await expectThumbnail({ png: source, box: [16, 16], what }, new Uint8Array(await response.arrayBuffer()));
  });

  test('has shades of fewer than 8 bits on the whole scale, and 16 bits rounded to 8', async () => {
    expect(await pixelsOf(png(header(4, 1, 1), data([[0b0110_0000]])))).toEqual([0, 255, 255, 0]);
    expect(await pixelsOf(png(header(4, 1, 2), data([[0b0001_1011]])))).toEqual([0, 85, 170, 255]);
    expect(await pixelsOf(png(header(2, 2, 4), data([[0x0f], [0x1e]])))).toEqual([0, 255, 17, 238]);
    expect(await pixelsOf(png(header(3, 1, 16), data([[0, 128, 0, 129, 255, 255]])))).toEqual([0, 1, 255]);
  });

  test('depends on no chunk but header, palette, alpha of a palette, and data', async () => {
    const text = chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), bomb(900)]));
    const colour = chunk('iCCP', Buffer.from('not a profile'));
    expect(await pixelsOf(png(header(2, 1), colour, text, data([[3, 4]])))).toEqual([3, 4]);
    expect(await pixelsOf(png(header(2, 1), chunk('tRNS', Buffer.alloc(2)), data([[3, 4]])))).toEqual([3, 4]);
    expect(await pixelsOf(png(header(1, 1, 8, 4), chunk('tRNS'), data([[3, 4]])))).toEqual([3, 4]);
    expect(await pixelsOf(png(header(1, 1, 8, 2), chunk('PLTE', Buffer.alloc(3)), data([[3, 4, 5]])))).toEqual([
      3, 4, 5,
    ]);
  });

  test.each([
    ['pixels', { width: 1024, height: 1024, channels: 4, data: new Uint8Array(2 ** 22) }],
    ['16 bits', { width: 1024, height: 1024, channels: 4, depth: 16 as const, data: new Uint16Array(2 ** 22) }],
    ['rows', { width: 4096, height: 1024, channels: 1, data: new Uint8Array(2 ** 22) }],
    ['columns', { width: 256, height: 4096, channels: 4, data: new Uint8Array(2 ** 22) }],
  ])('of a picture with the most %s is answered in little memory', async (_, picture) => {
    for (const box of ['512x512', '1x1', '511x300']) {
      const response = await thumbnail(encode(picture), `thumbnail=${box}`);
      expect(response.status).toBe(200);
      expectLittleMemory();
    }
  });

  test.each(['', 'x', '8', '8x', 'x8', '0x8', '8x0', '513x8', '8x1000', '8x8x8', '-8x8', '8.5x8', '8x8&thumbnail=8x8'])(
    'of the size %j is refused with status 400 and a sentence',
    async (size) => {
      const response = await thumbnail(png(header(1, 1), data([[0]])), `thumbnail=${size}`);
      const got = JSON.stringify(size.replace('&thumbnail=', ' and '));
      const wanted = 'the query needs thumbnail once, a height and a width from 1 to 512 such as 128x128';
      expect([response.status, await response.text()]).toEqual([400, `${wanted}, got ${got}\n`]);
    },
  );
});

describe('a hostile picture', () => {
  test('gets a thumbnail or a sentence in little memory, whatever its bytes are', async () => {
    const counts: Record<number, number> = {};
    const property = fc.asyncProperty(mutatedPictures, async (request: PictureRequest) => {
      const response = await thumbnail(request.png, queryOf(request));
      counts[response.status] = (counts[response.status] ?? 0) + 1;
      expect([200, 400, 413], request.what).toContain(response.status);
      if (response.status !== 200) {
        expect(await response.text(), request.what).toMatch(/^(the body is not a PNG|a picture may have) .{10,200}\n$/);
      }
      expectLittleMemory();
    });
    await fc.assert(property, { seed: 20_261_127, numRuns: 2000 });
    expect(counts[200]).toBeGreaterThan(50);
    expect(counts[400]).toBeGreaterThan(500);
    expect(counts[413]).toBeGreaterThan(10);
  });

  const pixel = data([[0]]);
  const palette = chunk('PLTE', Buffer.alloc(6));
  const indexed = (...chunks: Buffer[]) => png(header(1, 1, 8, 3), ...chunks, pixel);
  const alone = png(header(1, 1), pixel);
  const many = Array.from({ length: 1025 }, () => chunk('IDAT'));
  test.each<[string, Uint8Array, number, string]>([
    ['no bytes', Buffer.alloc(0), 400, 'it has no signature'],
    ['a text', Buffer.from('hello, world'), 400, 'it has no signature'],
    ['a signature alone', alone.subarray(0, 8), 400, 'it is not complete'],
    ['a cut header', alone.subarray(0, 20), 400, 'it is not complete'],
    ['no end', alone.subarray(0, -12), 400, 'it is not complete'],
    ['a chunk of 4 GiB', Buffer.concat([alone.subarray(0, 8), Buffer.alloc(99, 255)]), 400, 'it is not complete'],
    ['no header', png(pixel), 400, 'its first chunk is not a header'],
    ['two headers', png(header(1, 1), header(30_000, 30_000), pixel), 400, 'it needs one header of 13 bytes'],
    ['a long header', png(chunk('IHDR', Buffer.alloc(14)), pixel), 400, 'it needs one header of 13 bytes'],
    ['no pixels', png(header(0, 1), pixel), 400, 'it has 0×1 pixels'],
    ['an unknown type of colour', png(header(1, 1, 8, 5), pixel), 400, 'it has colour type 5, 8 bits'],
    ['bits that its type does not have', png(header(1, 1, 4, 2), pixel), 400, 'it has colour type 2, 4 bits'],
    ['unknown interlacing', png(header(1, 1, 8, 0, 2), pixel), 400, 'and interlacing 2'],
    ['interlaced bits', png(header(1, 1, 4, 0, 1), pixel), 400, 'it is interlaced and has 4 bits for each channel'],
    ['no palette', indexed(), 400, 'it needs one palette of at most 256 colours'],
    ['an empty palette', indexed(chunk('PLTE')), 400, 'it needs one palette of at most 256 colours'],
    ['a long palette', indexed(chunk('PLTE', Buffer.alloc(771))), 400, 'it needs one palette'],
    ['a palette of 1⅓ colours', indexed(chunk('PLTE', Buffer.alloc(4))), 400, 'must be a multiple of 3'],
    ['two palettes', indexed(palette, palette), 400, 'it needs one palette of at most 256 colours'],
    ['alpha twice', indexed(palette, chunk('tRNS'), chunk('tRNS')), 400, 'it needs one palette'],
    ['alpha for too many colours', indexed(palette, chunk('tRNS', Buffer.alloc(3))), 400, 'more alpha values'],
    ['an index beyond the palette', png(header(1, 1, 8, 3), palette, data([[2]])), 400, 'Incorrect index'],
    ['a wrong checksum', Buffer.from(alone).fill(1, 29, 33), 400, 'CRC mismatch for chunk IHDR'],
    [
      'an unknown filter',
      png(header(1, 1), chunk('IDAT', deflateSync(Buffer.from([9, 0])))),
      400,
      'Unsupported filter',
    ],
    ['no data', png(header(1, 1)), 400, 'its data cannot be inflated'],
    ['data that is not deflated', png(header(1, 1), chunk('IDAT', Buffer.alloc(9, 7))), 400, 'cannot be inflated'],
    [
      'cut data',
      png(header(1, 1), chunk('IDAT', deflateSync(Buffer.alloc(2)).subarray(0, -5))),
      400,
      'cannot be inflated',
    ],
    ['too little data', png(header(2, 1), pixel), 400, 'its data should inflate to 3 bytes, got 2'],
    ['too much data', png(header(1, 1), data([[0, 0]])), 400, 'its data should inflate to 2 bytes, got more'],
    ['a bomb', png(header(1024, 1024, 8, 6), chunk('IDAT', bomb(900))), 400, 'inflate to 4195328 bytes, got more'],
    ['too many chunks', png(header(1, 1), ...many, pixel), 400, 'it has more than 1024 chunks of a kind'],
    [
      'too many columns',
      png(header(4097, 1), pixel),
      413,
      'a picture may have 4096 pixels a side, this one has 4097×1',
    ],
    ['too many rows', png(header(1, 2 ** 31), pixel), 413, 'this one has 1×2147483648'],
    ['too many bytes', png(header(1024, 1025, 8, 6), pixel), 413, '4194304 bytes of pixels, this one has 4198400'],
    ['too many bytes of colours', png(header(4096, 4096, 1, 3), palette, pixel), 413, 'this one has 50331648'],
    ['a long body', Buffer.alloc(2 ** 20 + 1), 413, 'a picture may have 1048576 bytes at most'],
  ])('with %s gets a status and a sentence', async (_, bytes, status, sentence) => {
    const response = await thumbnail(bytes);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(sentence)]);
    expect(await pixelsOf(alone)).toEqual([0]);
    expectLittleMemory();
  });

  test('without end gets status 413, and so does a content-length that is too large', async () => {
    const endless = await post('thumbnail=8x8', bodyOf(Number.POSITIVE_INFINITY, 2 ** 16));
    const stated = await post('thumbnail=8x8', alone, { 'content-length': '1e9' });
    expect([endless.status, stated.status]).toEqual([413, 413]);
    expect(await endless.text()).toBe('a picture may have 1048576 bytes at most\n');
  });

  test('that the service itself fails to convert gets status 500', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const round = vi.spyOn(Math, 'round').mockImplementation(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    onTestFinished(() => {
      log.mockRestore();
      round.mockRestore();
    });
    const response = await thumbnail(png(header(1, 1, 16), data([[0, 0]])));
    expect([response.status, await response.text()]).toEqual([500, 'the service failed\n']);
    expect(log).toHaveBeenCalledOnce();
  });

  test('that inflates to 900 MiB is refused in little memory of the process', () => {
    const folder = mkdtempSync(join(tmpdir(), 'avgpool-bomb-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'bomb.png');
    writeFileSync(file, png(header(1024, 1024, 8, 6), chunk('IDAT', bomb(900))));
    const program = `
      const { readFileSync } = await import('node:fs');
      const { default: worker } = await import(${JSON.stringify(service)});
      const body = readFileSync(${JSON.stringify(file)});
      const post = () => worker.fetch(new Request('http://localhost/?thumbnail=8x8', { method: 'POST', body }));
      const before = process.resourceUsage().maxRSS;
      const { status } = await post();
      console.log(JSON.stringify([status, (process.resourceUsage().maxRSS - before) / 1024]));`;
    const [status, mebibytes] = JSON.parse(runProgram(program));
    expect(status).toBe(400);
    expect(mebibytes).toBeLessThan(100);
  });
});
