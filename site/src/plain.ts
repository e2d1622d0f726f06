// Average pooling by plain loops, for comparison. It takes sizes from avgpool, and knows no tensors.

import type { Difference } from './messages.js';
import { poolCall } from './options.js';
import type { Settings } from './state.js';
import { stridesOf } from './strides.js';

/** A window on one axis: the taps in the input, and the number of taps that the divisor counts. */
interface AxisWindow {
  readonly first: number;
  readonly end: number;
  readonly counted: number;
}

/** A pooling of planes of one size, ready to run. */
export interface PlainPooling {
  readonly height: number;
  readonly width: number;
  readonly rows: readonly AxisWindow[];
  readonly columns: readonly AxisWindow[];
  readonly dilation: readonly [number, number];
  readonly divisor: number | null;
  /** The number of additions for each channel. */
  readonly taps: number;
}

/** The pooling of right settings from planes of one size to planes of another. */
export function plainPooling(
  settings: Settings,
  [height, width]: readonly [number, number],
  [outputHeight, outputWidth]: readonly [number, number],
): PlainPooling {
  const isAdaptive = settings.windows === 'adaptive';
  const [top, bottom, left, right] = settings.padding.map(Number) as [number, number, number, number];
  const dilation = isAdaptive ? ([1, 1] as const) : (settings.dilation.map(Number) as [number, number]);
  const axis = (i: 0 | 1, input: number, output: number, begin: number, end: number) =>
    isAdaptive ? adaptiveAxis(input, output) : fixedAxis(settings, i, input, output, begin, end);
  const rows = axis(0, height, outputHeight, top, bottom);
  const columns = axis(1, width, outputWidth, left, right);
  const call = poolCall(settings);
  const override = call.name === 'AvgPool2d' ? (call.options.divisorOverride ?? null) : null;
  return {
    height,
    width,
    rows,
    columns,
    dilation,
    divisor: override === null || settings.dtype === 'float64' ? override : Math.fround(override),
    taps: tapsOf(rows, dilation[0]) * tapsOf(columns, dilation[1]),
  };
}

function tapsOf(windows: readonly AxisWindow[], dilation: number): number {
  return windows.reduce((sum, { first, end }) => sum + Math.max(0, Math.ceil((end - first) / dilation)), 0);
}

function fixedAxis(
  settings: Settings,
  i: 0 | 1,
  input: number,
  output: number,
  begin: number,
  end: number,
): AxisWindow[] {
  const kernel = Number(settings.kernelSize[i]);
  const stride = Number(settings.stride[i] || kernel);
  const dilation = Number(settings.dilation[i]);
  return Array.from({ length: output }, (_, o) => {
    const start = o * stride - begin;
    const skipped = Math.min(kernel, Math.max(0, Math.ceil(-start / dilation)));
    const before = (limit: number) => Math.min(kernel, Math.max(0, Math.ceil((limit - start) / dilation)));
    const inside = Math.max(0, before(input) - skipped);
    const first = start + skipped * dilation;
    return {
      first,
      end: inside === 0 ? first : first + (inside - 1) * dilation + 1,
      counted: settings.countIncludePad ? before(input + end) : inside,
    };
  });
}

function adaptiveAxis(input: number, output: number): AxisWindow[] {
  return Array.from({ length: output }, (_, o) => {
    const first = Math.floor((o * input) / output);
    const end = Math.ceil(((o + 1) * input) / output);
    return { first, end, counted: end - first };
  });
}

/** Writes the averages to `output`, and pauses after each row of outputs. */
export function* poolRows(
  pooling: PlainPooling,
  { layout, dtype }: Pick<Settings, 'layout' | 'dtype'>,
  channels: number,
  input: ArrayLike<number>,
  output: { [index: number]: number },
): Generator<void> {
  const { rows, columns, dilation, divisor: override } = pooling;
  const from = stridesOf(layout, pooling.height, pooling.width, channels);
  const to = stridesOf(layout, rows.length, columns.length, channels);
  for (let oh = 0; oh < rows.length; oh++) {
    const row = rows[oh] as AxisWindow;
    for (let channel = 0; channel < channels; channel++) {
      for (let ow = 0; ow < columns.length; ow++) {
        const column = columns[ow] as AxisWindow;
        let sum = 0;
        for (let h = row.first; h < row.end; h += dilation[0]) {
          const start = channel * from.channel + h * from.row;
          for (let w = column.first; w < column.end; w += dilation[1]) {
            sum += input[start + w * from.column] as number;
          }
        }
        const isEmpty = row.first >= row.end || column.first >= column.end;
        const average = isEmpty ? 0 : sum / (override ?? row.counted * column.counted);
        output[channel * to.channel + oh * to.row + ow * to.column] =
          dtype === 'uint8' ? Math.min(255, Math.max(0, Math.floor(average + 0.5))) : average;
      }
    }
    yield;
  }
}

/** The relative distance of neighbouring numbers of each type. Averages of bytes are exact. */
const epsilon = { uint8: 0, float32: 2 ** -23, float64: 2 ** -52, float16: 2 ** -10 };

/**
 * The first element at which two results differ by more than rounding.
 *
 * @param terms the sum of the height and the width of a window. Inputs are bytes, so sums are as large as their terms.
 */
export function firstDifference(
  dtype: Settings['dtype'],
  terms: number,
  avgpool: ArrayLike<number>,
  plain: ArrayLike<number>,
): Difference | undefined {
  // float16 is rounded once from float32.
  const bound = dtype === 'float16' ? epsilon.float16 + terms * epsilon.float32 : terms * epsilon[dtype];
  // A sixteen-bit number below 2^-14 has a fixed distance to its neighbours.
  const least = dtype === 'float16' ? 2 ** -24 : 0;
  for (let index = 0; index < plain.length; index++) {
    const [a, b] = [avgpool[index] as number, plain[index] as number];
    const isOverflow = dtype === 'float16' && Math.abs(a) === Infinity && Math.abs(b) >= 65504;
    if (a !== b && !isOverflow && !(Math.abs(a - b) <= bound * Math.abs(b) + least)) {
      return { index, avgpool: a, plain: b };
    }
  }
  return undefined;
}
