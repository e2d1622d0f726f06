// Tests two examples: the program of `npm start`, its pictures and its error messages; and the service for Cloudflare
// Workers, its answers to tensors and what they may cost. It does not know the service's thumbnails.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryUsage, Tensor } from 'avgpool';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runProgram } from './program.js';
import { bodyOf, LIMIT, requests } from './requests.js';
import { type Body, expectLittleMemory, post, send, service } from './service.js';

const program = fileURLToPath(new URL('../examples/photograph.mjs', import.meta.url));
const pictures = new URL('../examples/out/', import.meta.url);

const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

const read = async (name: string) => {
  const { data, info } = await sharp(fileURLToPath(new URL(name, pictures)))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: [...data], size: [info.width, info.height] };
};

test('the program writes a thumbnail, a mosaic, a smoothed copy, a resized copy and a gradient of a picture', async () => {
  // The left half is black, the right half white.
  const pixels = Uint8Array.from({ length: 12 * 24 * 3 }, (_, i) => (Math.floor(i / 3) % 24 < 12 ? 0 : 255));
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-picture-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'halves.png');
  await sharp(pixels, { raw: { width: 24, height: 12, channels: 3 } })
    .png()
    .toFile(file);

  const { status, stdout } = run(file, '--kernel', '4', '--stride', '4', '--adaptive', '2x3');
  expect(status).toBe(0);
  expect(stdout).toContain('halves.png, as bytes of shape [12, 24, 3]');
  expect(stdout).toContain('rgb(127.5, 127.5, 127.5)');
  for (const size of ['[3, 6, 3]', '[12, 24, 3]', '[2, 3, 3]']) {
    expect(stdout).toMatch(
      new RegExp(`→ ${size.replace(/[[\]]/g, '\\$&')} +uint8 [\\d.]+ ms, float32 [\\d.]+ ms: [\\d.]+×`),
    );
  }
  const thumbnail = await read('thumbnail.png');
  expect(thumbnail.size).toEqual([6, 3]);
  expect(thumbnail.pixels.slice(0, 18)).toEqual([...Array(9).fill(0), ...Array(9).fill(255)]);
  expect((await read('mosaic.png')).pixels).toEqual([...pixels]);
  const smooth = await read('smooth.png');
  expect([smooth.size, smooth.pixels[0], smooth.pixels.at(-1)]).toEqual([[24, 12], 0, 255]);
  // The middle third of a row is half black: 127.5, rounded up.
  const row = [0, 128, 255].flatMap((value) => [value, value, value]);
  expect(await read('adaptive.png')).toEqual({ size: [3, 2], pixels: [...row, ...row] });
  const gradient = await read('gradient.png');
  expect([gradient.size, gradient.pixels[0]]).toEqual([[24, 12], 128]);
});

test.each<[string[], string]>([
  [['nowhere.jpg'], 'cannot read nowhere.jpg: the file does not exist'],
  [[tmpdir()], `cannot read ${tmpdir()}: it is a folder`],
  [[program], `${program} is not a picture that sharp can read`],
  [['--kernel', '0'], "option '-k, --kernel <size>' argument '0' is invalid. It must be a positive integer."],
  [['--stride', 'x'], "option '-s, --stride <size>' argument 'x' is invalid. It must be a positive integer."],
  ...['40', '40x', '0x64', '-4x64', '4x5x6', '4.5x6', '40X64', ''].map((size): [string[], string] => [
    [`--adaptive=${size}`],
    `option '-a, --adaptive <HxW>' argument '${size}' is invalid. It must be a height and a width in pixels, such as 40x64.`,
  ]),
  [['--frobnicate'], "unknown option '--frobnicate'"],
])('the program refuses %j with one line on standard error', (args, message) => {
  const { status, stdout, stderr } = run(...args);
  expect([status, stdout, stderr]).toEqual([1, '', `error: ${message}\n`]);
});

test('without arguments the program pools its own photograph', () => {
  const { status, stdout } = run();
  expect(status).toBe(0);
  expect(stdout).toContain('[1, 64, 56, 56] → [1, 64, 28, 28]');
  expect(stdout).toContain('[4, 32, 16, 16] → [4, 32, 16, 16]');
  expect(stdout).toMatch(/\d+ ns per call/);
});

describe('the service for Cloudflare Workers', () => {
  const eight = () => new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]);

  test('random requests within the limits are answered in little memory', async () => {
    const counts: Record<number, number> = {};
    const property = fc.asyncProperty(requests, async ({ query, size, chunk }) => {
      const response = await post(query, bodyOf(4 * size, chunk));
      const { status, headers } = response;
      counts[status] = (counts[status] ?? 0) + 1;
      expect([200, 400, 413], await response.clone().text()).toContain(status);
      if (status === 200) {
        const answer = new Float32Array(await response.arrayBuffer());
        const shape = (headers.get('x-shape') as string).split(',').map(Number);
        expect(answer).toHaveLength(shape.reduce((product, length) => product * length));
        // The time follows this sum.
        expect(size + answer.length).toBeLessThanOrEqual(2 * LIMIT);
        expect(answer.every((value) => value === 0)).toBe(true);
      }
      expectLittleMemory();
    });
    await fc.assert(property, { seed: 20_261_126, numRuns: 500 });
    // Most requests are permitted, and some are too large.
    expect(counts[200]).toBeGreaterThan(400);
    expect(counts[413]).toBeGreaterThan(20);
  });

  test.each([
    ['a long window', `shape=1,1,${LIMIT}&kernel=1000,1&stride=1,${LIMIT}&padding=500,0`, LIMIT, 200],
    ['a padding of the size of the row', `shape=1,1,10000&kernel=1,10000&padding=262143,0`, 10_000, 413],
    ['a row of the largest size', `shape=1,1,${LIMIT}&kernel=1,3&stride=1&padding=0,1`, LIMIT, 200],
    ['a column of the largest size', `shape=1,${LIMIT},1&kernel=100000,1&stride=1&padding=50000,0`, LIMIT, 413],
    ['planes of one element', `shape=${LIMIT},1,1&kernel=1`, LIMIT, 200],
    ['a square', 'shape=1,512,512&kernel=511&stride=1&padding=255', LIMIT, 200],
  ])('%s is answered in little memory', async (_, query, size, status) => {
    const response = await post(query, new Float32Array(size));
    expect(response.status, status === 200 ? '' : await response.text()).toBe(status);
    expectLittleMemory();
  });

  const square = 'shape=1,2,4&kernel=2';
  test.each([
    ['shape once, at most four comma-separated integers, got ""', ''],
    ['the query needs kernel once', 'shape=1,2,4'],
    ['got ""', 'shape=&kernel=2'],
    ['got " "', 'shape= &kernel=2'],
    ['got "1,two,4"', 'shape=1,two,4&kernel=2'],
    ['got "1,,4"', 'shape=1,,4&kernel=2'],
    ['got "1,2,0x4"', 'shape=1,2,0x4&kernel=2'],
    ['got "-1"', 'shape=1,2,4&kernel=-1'],
    ['got "1.5"', 'shape=1,2,4&kernel=1.5'],
    ['got "NaN"', 'shape=1,2,4&kernel=NaN'],
    ['got "1e308"', 'shape=1,2,4&kernel=1e308'],
    ['got "Infinity"', 'shape=1,2,4&kernel=Infinity'],
    ['got "2 and 2"', 'shape=1,2,4&kernel=2&kernel=2'],
    [`got "${'1,'.repeat(20)}"`, `shape=${'1,'.repeat(5000)}1&kernel=2`],
    [`got "${'9'.repeat(40)}"`, `shape=${'9'.repeat(5000)}&kernel=2`],
    ['the query needs stride once', `${square}&stride=`],
    ['the query needs padding once', `${square}&padding=a`],
    ['at most 2147483647', 'shape=1,2,9999999999&kernel=2'],
    ['more than the limit', 'shape=1,2147483647,2147483647&kernel=2'],
    ['inputShape must be', 'shape=4&kernel=2'],
    ['the height of the input must be at least 1, got 0', 'shape=1,0,4&kernel=2'],
    ['kernelSize must be', 'shape=1,2,4&kernel=0'],
    ['got [2, 2, 2]', 'shape=1,2,4&kernel=2,2,2'],
    ['the output height must be at least 1', 'shape=1,2,4&kernel=3'],
  ])('a wrong query gets status 400 and a sentence with: %s', async (sentence, query) => {
    const response = await post(query, eight());
    const text = await response.text();
    expect(response.status, text).toBe(400);
    expect(text).toContain(sentence);
    expect(text.length).toBeLessThan(300);
  });

  test.each([
    ['a body that is too large', 'shape=1,1,262145&kernel=1', 'a body may have 1048576 bytes at most'],
    ['an answer that is too large', 'shape=1,2,4&kernel=2&padding=4000', 'an answer may have'],
    ['planes without end', 'shape=100000,1,1&kernel=2000&stride=1&padding=1000', 'an answer may have'],
  ])('%s gets status 413 before it is read', async (_, query, sentence) => {
    const pull = vi.fn();
    const response = await post(query, new ReadableStream({ pull }, { highWaterMark: 0 }));
    expect([response.status, await response.text()]).toEqual([413, expect.stringContaining(sentence)]);
    expect(pull).not.toHaveBeenCalled();
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('the method %s gets status 405', async (method) => {
    expect((await send(method, square)).status).toBe(405);
  });

  const endless = (chunk: number) => bodyOf(Number.POSITIVE_INFINITY, chunk);
  const failing = () => {
    let count = 0;
    return new ReadableStream({
      pull: (controller) => (count++ ? controller.error('reset') : controller.enqueue(new Uint8Array(8))),
    });
  };
  test.each<[string, string, () => Body, Record<string, string>, number, string]>([
    ['no body', square, () => null, {}, 400, 'needs a body of 32 bytes, got 0'],
    ['a short body', square, () => bodyOf(31, 7), {}, 400, 'needs a body of 32 bytes, got 31'],
    ['a long body', square, () => bodyOf(33, 7), {}, 400, 'needs a body of 32 bytes, got more'],
    ['an endless body', square, () => endless(5), {}, 400, 'got more'],
    ['an endless body in large chunks', square, () => endless(2 ** 22), {}, 400, 'got more'],
    ['a content-length that is too large', square, eight, { 'content-length': '1e9' }, 400, 'got 1000000000'],
    ['a content-length that is no number', square, eight, { 'content-length': 'x' }, 400, 'got NaN'],
    ['a content-length that hides a short body', square, () => bodyOf(8, 8), { 'content-length': '32' }, 400, 'got 8'],
    ['a content-length that hides an endless body', square, () => endless(8), { 'content-length': '32' }, 400, 'more'],
    ['a body that fails', square, failing, {}, 400, 'the body ended with an error'],
    ['100,000 bytes one by one', 'shape=1,1,25000&kernel=1', () => bodyOf(100_000, 1), {}, 413, '65536 chunks at most'],
  ])('%s gets a status and a sentence', async (_, query, body, headers, status, sentence) => {
    const response = await post(query, body(), headers);
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(sentence)]);
    expect((await post(square, eight())).status).toBe(200);
    expectLittleMemory();
  });

  test('a refused body is cancelled', async () => {
    const cancel = vi.fn();
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64)), cancel });
    expect((await post(square, body)).status).toBe(400);
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('an empty batch and bodies in pieces of any size are answered', async () => {
    const empty = await post('shape=0,1,2,4&kernel=2', null);
    expect([empty.status, empty.headers.get('x-shape'), await empty.text()]).toEqual([200, '0,1,1,2', '']);
    const bytes = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer);
    for (const step of [1, 3, 4, 31, 32]) {
      const body = new ReadableStream({
        start(controller) {
          for (let start = 0; start < 32; start += step) {
            controller.enqueue(bytes.slice(start, start + step));
          }
          controller.close();
        },
      });
      const response = await post(square, body);
      expect([...new Float32Array(await response.arrayBuffer())]).toEqual([3.5, 5.5]);
    }
  });

  function fakeTimers(): void {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
  }

  /** A body that stalls after `bytes` zeros. `isTaken` waits until the service has them. */
  function stall(bytes: number) {
    const cancel = vi.fn();
    let taken = (): void => {};
    const isTaken = new Promise<void>((resolve) => {
      taken = resolve;
    });
    let pulls = 0;
    const pull = (controller: ReadableStreamDefaultController) =>
      pulls++ ? taken() : controller.enqueue(new Uint8Array(bytes));
    return { body: new ReadableStream({ pull, cancel }, { highWaterMark: 0 }), isTaken, cancel };
  }

  /** Sends bodies that stall, and returns their answers once the service has their bytes. */
  async function sendStalled(count: number, query: string, bytes: number) {
    fakeTimers();
    const stalled = Array.from({ length: count }, () => stall(bytes));
    const answers = stalled.map(({ body }) => post(query, body));
    await Promise.all(stalled.map(({ isTaken }) => isTaken));
    return { stalled, answers };
  }

  const row = `shape=1,1,${LIMIT}&kernel=1,2`;

  test.each([
    ['thumbnail=8x8', 3],
    [row, 3],
    [square, 31],
  ])('1000 bodies that stall do not block others, and get status 408 at the deadline: %s', async (query, bytes) => {
    const { stalled, answers } = await sendStalled(1000, query, bytes);
    expect((await post(row, new Float32Array(LIMIT))).status).toBe(200);
    vi.runAllTimers();
    for (const response of await Promise.all(answers)) {
      expect([response.status, await response.text()]).toEqual([408, 'a body must arrive within 10 seconds\n']);
    }
    expect(stalled.every(({ cancel }) => cancel.mock.calls.length === 1)).toBe(true);
    expect((await post(square, eight())).status).toBe(200);
    expectLittleMemory();
  });

  test('a body whose bytes arrive until the deadline gets status 408', async () => {
    fakeTimers();
    const pull = (controller: ReadableStreamDefaultController) =>
      new Promise<void>((resolve) => {
        setTimeout(() => {
          controller.enqueue(new Uint8Array(1));
          resolve();
        }, 900);
      });
    const answer = post(row, new ReadableStream({ pull }, { highWaterMark: 0 }));
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await answer).status).toBe(408);
  });

  test('an answered or refused request leaves no timer', async () => {
    fakeTimers();
    const bodies = [eight(), bodyOf(31, 7), endless(5), failing(), null];
    const statuses = await Promise.all(bodies.map(async (body) => (await post(square, body)).status));
    expect(statuses).toEqual([200, 400, 400, 400, 400]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each(['first', 'second'])(
    'beside 32 MiB of bodies that stall, bytes beyond it get status 503: %s time',
    async () => {
      // They leave 32 bytes.
      const { answers } = await sendStalled(32, row, 4 * LIMIT - 1);
      expect((await post('shape=1,1,9&kernel=1', new Float32Array(9))).status).toBe(503);
      expect((await post(square, eight())).status).toBe(200);
      vi.runAllTimers();
      expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(32).fill(408));
    },
  );

  test('of 2000 parallel requests, 32 MiB are answered, others get status 503, and later ones are answered', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waiting = () => {
      const whole = bodyOf(4 * LIMIT, 2 ** 16);
      return whole.pipeThrough(new TransformStream({ start: () => released }));
    };
    const answers = Array.from({ length: 2000 }, () => post(row, waiting()));
    expect(memoryUsage().tensors).toBe(0);
    release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.sort()).toEqual(Array.from({ length: 2000 }, (_, i) => (i < 32 ? 200 : 503)));
    expect((await post(row, new Float32Array(LIMIT))).status).toBe(200);
    expectLittleMemory();
  });

  test('an error inside gets status 500 without its text', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const from = vi.spyOn(Tensor, 'from').mockImplementation(() => {
      throw new Error('secret');
    });
    const response = await post(square, eight());
    expect([response.status, await response.text()]).toEqual([500, 'the service failed\n']);
    expect(log).toHaveBeenCalledOnce();
    from.mockRestore();
    log.mockRestore();
    expect((await post(square, eight())).status).toBe(200);
  });

  test('without memory a request gets status 503, and later ones are answered', () => {
    const program = `
      const { default: worker } = await import(${JSON.stringify(service)});
      const post = async () => {
        const body = new Float32Array(${LIMIT});
        const query = 'shape=1,1,${LIMIT}&kernel=1,2&stride=1';
        const response = await worker.fetch(new Request('http://localhost/?' + query, { method: 'POST', body }));
        return [response.status, response.status === 200 ? '' : await response.text()];
      };
      const held = Tensor.zeros([1, 1, 13 * 2 ** 18]);
      const refused = [await post(), await post(), memoryUsage().tensors];
      held.dispose();
      console.log(JSON.stringify([...refused, await post(), memoryUsage().tensors]));`;
    const refusal = [503, 'there is not enough memory now, try again later\n'];
    // 256 pages of 64 KiB are 16 MiB.
    const lines = runProgram(program, '--wasm-max-mem-pages=256').split('\n');
    expect(JSON.parse(lines.at(-1) as string)).toEqual([refusal, refusal, 1, [200, ''], 0]);
  });
});
