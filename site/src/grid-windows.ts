// The windows of the grid: their taps, sums, divisors and averages. All of them come from avgpool. It runs in the worker.

import { Tensor } from 'avgpool';
import { backwardOfOne } from './gradient.js';
import type { Box, Grid, GridWindow } from './messages.js';
import { numbersOf, poolOf } from './pools.js';
import { gridSize, type Settings } from './state.js';

/** The most rows and columns of the input with its padding, and of the output. */
const mostCells = 24;

type Size = readonly [height: number, width: number];

/** The windows of these settings. Throws the package's error if they are wrong. */
export function windowsOf(given: Settings): Grid {
  const settings: Settings = { ...given, layout: 'NCHW' };
  const pool = poolOf(settings);
  const [, height, width] = pool.outputShape([1, gridSize, gridSize]) as [number, number, number];
  const input = inputOf(settings);
  const padded = paddedOf(settings, input);
  check(padded.bottom, padded.right, height, width);
  const reach = reachOf(settings, padded, [height, width]);
  const windows = averagesOf(settings).map((average, i): GridWindow => {
    const at: Size = [Math.floor(i / width), i % width];
    const quotient = backwardOfOne(settings, [gridSize, gridSize], at, 'float64').find((value) => value !== 0);
    const divisor = quotient === undefined ? undefined : 1 / quotient;
    const sum = divisor === undefined ? undefined : average * divisor;
    return { taps: tapsOf(settings, reach, at), average, sum, divisor };
  });
  const lastTap = (axis: 0 | 1) => Math.max(...windows.flatMap(({ taps }) => taps.map((tap) => tap[axis])));
  const canvas = {
    rows: Math.max(padded.bottom, lastTap(0) + 1),
    columns: Math.max(padded.right, lastTap(1) + 1),
  };
  check(canvas.rows, canvas.columns);
  return {
    kind: 'grid',
    settings: given,
    pool: String(pool),
    shape: [1, height, width],
    canvas,
    input,
    padded,
    windows,
  };
}

function averagesOf(settings: Settings): number[] {
  const x = Tensor.from(settings.values.map(Number), [1, gridSize, gridSize], 'float64');
  const y = poolOf(settings).forward(x);
  const averages = Array.from(numbersOf(y));
  x.dispose();
  y.dispose();
  return averages;
}

function inputOf({ windows, padding: [top, , left] }: Settings): Box {
  const [row, column] = windows === 'adaptive' ? [0, 0] : [Number(top), Number(left)];
  return { top: row, left: column, bottom: row + gridSize, right: column + gridSize };
}

function paddedOf({ windows, padding: [, bottom, , right] }: Settings, input: Box): Box {
  const [rows, columns] = windows === 'adaptive' ? [0, 0] : [Number(bottom), Number(right)];
  return { top: 0, left: 0, bottom: input.bottom + rows, right: input.right + columns };
}

/** The same pooling without padding and with sums: on a canvas of zeros and ones, its gradient is 1 at each tap. */
function onCanvas(settings: Settings): Settings {
  const changes = { padding: ['0', '0', '0', '0'], ceilMode: false, divisorOverride: ['1'] };
  return settings.windows === 'adaptive' ? settings : { ...settings, ...changes };
}

/** A canvas that contains every window. A window overhangs the padded input by less than the stride. */
function reachOf(settings: Settings, padded: Box, [height, width]: Size): Size {
  if (settings.windows === 'adaptive') {
    return [padded.bottom, padded.right];
  }
  const [vertical, horizontal] = [0, 1].map((i) => Number(settings.stride[i] || settings.kernelSize[i]) - 1);
  const reach: Size = [
    padded.bottom + Math.min(vertical as number, mostCells),
    padded.right + Math.min(horizontal as number, mostCells),
  ];
  if (!hasWindows(settings, reach, [height, width])) {
    throw tooLarge();
  }
  return reach;
}

/** Whether a canvas has at least this number of windows. The package refuses one that is smaller than a window. */
function hasWindows(settings: Settings, reach: Size, [height, width]: Size): boolean {
  try {
    const [, rows, columns] = poolOf(onCanvas(settings)).outputShape([1, ...reach]) as [number, number, number];
    return rows >= height && columns >= width;
  } catch {
    return false;
  }
}

function tapsOf(settings: Settings, reach: Size, at: Size): (readonly [number, number])[] {
  const gradient = backwardOfOne(onCanvas(settings), reach, at, 'float64');
  const taps = [...gradient.keys()].filter((i) => gradient[i] !== 0);
  return taps.map((i) => [Math.floor(i / reach[1]), i % reach[1]]);
}

function check(...sizes: readonly number[]): void {
  if (sizes.some((size) => size > mostCells)) {
    throw tooLarge();
  }
}

function tooLarge(): RangeError {
  return new RangeError(`The grid shows at most ${mostCells}×${mostCells} positions. These settings need more.`);
}
