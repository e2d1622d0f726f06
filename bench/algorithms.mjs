// The speedup of each algorithm of the kernel: the shipped module against a module that has only
// Separable and WholePlanes.
//
// The cases are listed by hand. A speedup of about 1× may mean that the plan no longer chooses the algorithm.

import { readFileSync } from 'node:fs';
import { cases, directions, nhwcCases, padded } from './cases.mjs';
import { prepareChecked } from './check.mjs';
import { dataFor } from './data.mjs';
import { medianRatio, timeInTurn } from './measure.mjs';

const algorithms = {
  two_by_two: cases('2×2 stride 2', { kernelSize: 2 }, [
    [1, 64, 56, 56],
    [1, 64, 57, 57],
    [8, 64, 112, 112],
  ]),
  two_by_two_channels: nhwcCases('2×2 stride 2', { kernelSize: 2 }, [
    [1, 56, 56, 64],
    [1, 512, 512, 3],
  ]),
  global: [
    ...cases('global', { kernelSize: 7 }, [[1, 2048, 7, 7]]),
    ...cases('global', { kernelSize: 56 }, [[1, 64, 56, 56]]),
  ],
  global_channels: [
    ...nhwcCases('global', { kernelSize: 7 }, [[1, 7, 7, 2048]]),
    ...nhwcCases('global', { kernelSize: 224 }, [[1, 224, 224, 64]]),
  ],
  stride1: [3, 5, 7].flatMap((kernelSize) =>
    cases(`${kernelSize}×${kernelSize} stride 1 pad ${kernelSize >> 1}`, padded(kernelSize), [
      [1, 512, 7, 7],
      [1, 192, 35, 35],
      [1, 64, 112, 112],
    ]),
  ),
  stride1_channels: nhwcCases('3×3 stride 1 pad 1', padded(3), [
    [1, 35, 35, 192],
    [1, 128, 128, 4],
  ]),
  stride2: [
    ...cases('3×3 stride 2 pad 1', padded(3, 2), [
      [1, 256, 28, 28],
      [1, 64, 112, 112],
    ]),
    ...cases('3×3 stride 2', { kernelSize: 3, stride: 2 }, [[1, 64, 54, 54]]),
  ],
  long_rows: [
    ...cases('1×3 stride 1', { kernelSize: [1, 3], stride: 1 }, [[1, 1, 1, 1_000_000]]),
    ...cases('4×1 stride 4', { kernelSize: [4, 1] }, [[1, 8, 100_000, 1]]),
  ],
  small_planes: [
    ...cases('2×2 stride 1', { kernelSize: 2, stride: 1 }, [[1, 512, 7, 7]]),
    ...cases('3×3 stride 2 pad 1', padded(3, 2), [[1, 512, 7, 7]]),
    ...cases('5×5 stride 3', { kernelSize: 5, stride: 3 }, [[1, 512, 14, 14]]),
  ],
};

export const algorithmCases = Object.entries(algorithms).flatMap(([algorithm, poolings]) =>
  poolings.map((pooling) => ({ ...pooling, name: `${algorithm}: ${pooling.name}` })),
);

/** Prints the speedup of each case and direction. scripts/bench.mjs has built the second copy of the package. */
export async function compareAlgorithms(chosen, timing) {
  const shipped = await start(new URL('../dist/', import.meta.url));
  const separable = await start(new URL('separable/dist/', import.meta.url));
  for (const pooling of chosen) {
    const data = dataFor(pooling);
    for (const direction of directions) {
      const calls = [shipped, separable].map((avgpool) => prepareChecked(avgpool, pooling, direction, data));
      const [times, separableTimes] = await timeInTurn(
        calls.map(({ run }) => run),
        timing,
      );
      console.log(`${pooling.name}, ${direction}: ${speedup(medianRatio(separableTimes, times))}`);
      for (const { dispose } of calls) {
        dispose();
      }
    }
  }
}

/** A copy of the package with a memory of its own, started with the module beside it. */
async function start(dist) {
  const avgpool = await import(new URL('slim.js', dist));
  avgpool.initSync(readFileSync(new URL('avgpool.wasm', dist)));
  return avgpool;
}

function speedup(ratio) {
  return ratio >= 1 ? `${ratio.toFixed(2)}× faster` : `${(1 / ratio).toFixed(2)}× slower`;
}
