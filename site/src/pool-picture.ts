// Pools a picture, measures the call, and compares it with the plain loops. It runs in the worker.

import { Tensor } from 'avgpool';
import type { Compared, Picture, Pooled, Progress, Reply, Timed } from './messages.js';
import { firstDifference, plainPooling, poolRows } from './plain.js';
import { numbersOf, poolOf, shapeOf } from './pools.js';
import type { Settings } from './state.js';
import { stridesOf } from './strides.js';

const channels = 3;

/** More outputs than a picture on a page can show. */
const mostOutputs = 2048 ** 2;

/** The replies to a request for a picture, in the order of their use. */
export function* poolPicture(picture: Picture, settings: Settings): Generator<Reply> {
  const pool = poolOf(settings);
  const { height, width, data } = picture;
  const shape = pool.outputShape(shapeOf(settings, height, width, channels));
  const [outputHeight, outputWidth] = planeSize(settings, shape);
  if (outputHeight * outputWidth > mostOutputs) {
    throw new RangeError(
      `The page shows at most ${mostOutputs} outputs. The output of these settings has ${outputHeight}×${outputWidth}.`,
    );
  }
  const pixels = stridesOf('NHWC', height, width, 4);
  const stride = shapeOf(settings, pixels.row, pixels.column, pixels.channel);
  const source = { data, shape: shapeOf(settings, height, width, channels), stride };
  const input = Tensor.from(source, undefined, settings.dtype) as Tensor;
  try {
    const output = pool.forward(input);
    try {
      const numbers = numbersOf(output);
      const values = Array.isArray(numbers) ? numbers : output.data.slice();
      yield pooled(settings, String(pool), output.shape, values, [outputHeight, outputWidth]);
      const timed = yield* medianTime(() => pool.forward(input, output));
      yield timed;
      yield* comparePlain(settings, picture, [outputHeight, outputWidth], numbersOf(input), values);
    } finally {
      output.dispose();
    }
  } finally {
    input.dispose();
  }
}

function planeSize({ layout }: Settings, shape: readonly number[]): [number, number] {
  return (layout === 'NHWC' ? shape.slice(0, 2) : shape.slice(1)) as [number, number];
}

function pooled(
  settings: Settings,
  pool: string,
  shape: readonly number[],
  values: ArrayLike<number>,
  [height, width]: readonly [number, number],
): Pooled {
  const { row, column, channel } = stridesOf(settings.layout, height, width, channels);
  const pixels = new Uint8ClampedArray(height * width * 4).fill(255);
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) {
      for (let c = 0; c < channels; c++) {
        pixels[(h * width + w) * 4 + c] = values[h * row + w * column + c * channel] as number;
      }
    }
  }
  return { kind: 'pooled', settings, pool, shape: [...shape], values, pixels, height, width };
}

/** Several batches, each long enough for clocks that count milliseconds. */
const batches = 5;
const batchTime = 10;

function* medianTime(call: () => void): Generator<Progress, Timed> {
  const times: number[] = [];
  let calls = 1;
  let total = 0;
  while (times.length < batches) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) {
      call();
    }
    const time = performance.now() - start;
    if (time < batchTime) {
      calls *= time < 1 ? 8 : 2;
    } else {
      times.push(time / calls);
      total += calls;
    }
    yield { kind: 'progress', done: times.length / (2 * batches) };
  }
  times.sort((a, b) => a - b);
  return { kind: 'timed', time: times[batches >> 1] as number, calls: total };
}

/** The plain loop adds about 2·10^8 elements in a second on a slow machine. */
const mostTaps = 6e8;
const additionsPerSecond = 2e8;

/** The plain loop runs this long, in ms, so that the engine compiles it, and steps of this length report progress. */
const leastPlainTime = 100;
const stepTime = 30;

function* comparePlain(
  settings: Settings,
  { height, width }: Picture,
  outputSize: readonly [number, number],
  elements: ArrayLike<number>,
  values: ArrayLike<number>,
): Generator<Progress | Compared> {
  const pooling = plainPooling(settings, [height, width], outputSize);
  const taps = pooling.taps * channels;
  if (taps > mostTaps) {
    const seconds = Math.round(taps / additionsPerSecond);
    const reason = `It adds ${(taps / 1e9).toFixed(1)} billion elements, which takes about ${seconds} s.`;
    yield { kind: 'skipped', reason };
    return;
  }
  // A view of WebAssembly memory would end when that memory grows.
  const input = plainArray(settings.dtype, elements);
  const output = plainArray(settings.dtype, values).fill(Number.NaN);
  let time = 0;
  let runs = 0;
  // Only the first run may be one that the engine interprets, so it counts only if it is long.
  do {
    const runTime = yield* timeRows(poolRows(pooling, settings, channels, input, output), pooling.rows.length);
    if (runs++ > 0 || runTime > leastPlainTime) {
      time += runTime;
    }
  } while (time < leastPlainTime && runs < 1000);
  const counted = runs === 1 ? 1 : runs - 1;
  const { kernelSize } = settings;
  const terms =
    settings.windows === 'adaptive'
      ? Math.ceil(height / outputSize[0]) + Math.ceil(width / outputSize[1]) + 4
      : Number(kernelSize[0]) + Number(kernelSize[1]);
  const difference = firstDifference(settings.dtype, terms, values, output);
  yield { kind: 'compared', time: time / counted, difference };
}

/** A plain array of the element type. Halves are float32, which holds them. */
function plainArray(dtype: Settings['dtype'], values: ArrayLike<number>) {
  switch (dtype) {
    case 'uint8':
      return Uint8Array.from(values);
    case 'float64':
      return Float64Array.from(values);
    default:
      return Float32Array.from(values);
  }
}

/** Runs all rows, and returns their time without the pauses. */
function* timeRows(rows: Iterator<void>, count: number): Generator<Progress, number> {
  let time = 0;
  let done = 0;
  for (;;) {
    const start = performance.now();
    let isDone: boolean | undefined = false;
    let elapsed = 0;
    while (!isDone && elapsed < stepTime) {
      isDone = rows.next().done;
      done += isDone ? 0 : 1;
      elapsed = performance.now() - start;
    }
    time += elapsed;
    if (isDone) {
      return time;
    }
    yield { kind: 'progress', done: 0.5 + done / (2 * count) };
  }
}
