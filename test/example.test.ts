// Tests the program of `npm start`: the pictures that it writes, and its error messages.

import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../examples/photograph.mjs', import.meta.url));
const pictures = new URL('../examples/out/', import.meta.url);

const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

const read = async (name: string) => {
  const { data, info } = await sharp(fileURLToPath(new URL(name, pictures)))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: [...data], size: [info.width, info.height] };
};

test('the program writes a thumbnail, a mosaic, a smoothed copy and a gradient of a picture', async () => {
  // The left half is black, the right half white.
  const pixels = Uint8Array.from({ length: 12 * 24 * 3 }, (_, i) => (Math.floor(i / 3) % 24 < 12 ? 0 : 255));
  const file = join(mkdtempSync(join(tmpdir(), 'avgpool-picture-')), 'halves.png');
  await sharp(pixels, { raw: { width: 24, height: 12, channels: 3 } })
    .png()
    .toFile(file);

  const { status, stdout } = run(file, '--kernel', '4', '--stride', '4');
  expect(status).toBe(0);
  expect(stdout).toContain('halves.png, as a tensor of shape [3, 12, 24]');
  expect(stdout).toContain('rgb(127.5, 127.5, 127.5)');
  const thumbnail = await read('thumbnail.png');
  expect(thumbnail.size).toEqual([6, 3]);
  expect(thumbnail.pixels.slice(0, 18)).toEqual([...Array(9).fill(0), ...Array(9).fill(255)]);
  expect((await read('mosaic.png')).pixels).toEqual([...pixels]);
  const smooth = await read('smooth.png');
  expect([smooth.size, smooth.pixels[0], smooth.pixels.at(-1)]).toEqual([[24, 12], 0, 255]);
  expect((await read('gradient.png')).size).toEqual([24, 12]);
});

test.each([
  [['nowhere.jpg'], 'cannot read nowhere.jpg: the file does not exist'],
  [[tmpdir()], `cannot read ${tmpdir()}: it is a folder`],
  [[program], `${program} is not a picture that sharp can read`],
  [['--kernel', '0'], "option '-k, --kernel <size>' argument '0' is invalid. It must be a positive integer."],
  [['--stride', 'x'], "option '-s, --stride <size>' argument 'x' is invalid. It must be a positive integer."],
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
