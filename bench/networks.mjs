// The average poolings of published networks, and the time that a network spends in them.

import { sum } from 'simple-statistics';
import { cases, directions, padded } from './cases.mjs';

/** A pooling of square planes by their number and size. */
const pooling = (family, options) => (channels, size) => cases(family, options, [[1, channels, size, size]])[0];

const halve = pooling('2×2 stride 2', { kernelSize: 2 });
const smooth = pooling('3×3 stride 1 pad 1', padded(3));
const smoothInside = pooling('3×3 stride 1 pad 1, padding not counted', { ...padded(3), countIncludePad: false });
const reduce = pooling('3×3 stride 2 pad 1', padded(3, 2));
const poolGlobally = (channels, size) => pooling('global', { kernelSize: size })(channels, size);

/** The poolings of one forward pass, each with its count. Inputs are 224×224, of Inception v3 299×299. */
const networks = {
  'DenseNet-121': [
    [1, halve(128, 56)],
    [1, halve(256, 28)],
    [1, halve(512, 14)],
    [1, poolGlobally(1024, 7)],
  ],
  // Without the auxiliary classifier, which runs only in training.
  'Inception v3': [
    [1, smooth(192, 35)],
    [1, smooth(256, 35)],
    [1, smooth(288, 35)],
    [4, smooth(768, 17)],
    [1, smooth(1280, 8)],
    [1, smooth(2048, 8)],
    [1, poolGlobally(2048, 8)],
  ],
  'PoolFormer-S12': [
    [2, smoothInside(64, 56)],
    [2, smoothInside(128, 28)],
    [6, smoothInside(320, 14)],
    [2, smoothInside(512, 7)],
    [1, poolGlobally(512, 7)],
  ],
  'ResNet-50': [[1, poolGlobally(2048, 7)]],
  // With 3 groups.
  'ShuffleNet v1': [
    [1, reduce(24, 56)],
    [1, reduce(240, 28)],
    [1, reduce(480, 14)],
    [1, poolGlobally(960, 7)],
  ],
  SqueezeNet: [[1, poolGlobally(1000, 13)]],
};

/** The poolings of all networks. No two networks share one. */
export const networkCases = Object.values(networks).flatMap((poolings) => poolings.map(([, pooling]) => pooling));

/** The summed times of the networks whose poolings are all among the results, in the engines that support them all. */
export function networkTimes(results) {
  return Object.entries(networks).flatMap(([name, poolings]) =>
    directions.flatMap((direction) => {
      const counted = poolings.map(([count, { name }]) => ({ count, ...find(results, name, direction) }));
      return counted.every(({ microseconds }) => microseconds) ? [{ name, direction, ...summed(counted) }] : [];
    }),
  );
}

function find(results, name, direction) {
  return results.find((result) => result.name === name && result.dtype === 'float32' && result.direction === direction);
}

function summed(counted) {
  const engines = Object.keys(counted[0].microseconds).filter((engine) =>
    counted.every(({ microseconds }) => engine in microseconds),
  );
  const total = (engine) => sum(counted.map(({ count, microseconds }) => count * microseconds[engine]));
  const byEngine = (figure) => Object.fromEntries(engines.map((engine) => [engine, figure(engine)]));
  return {
    count: sum(counted.map(({ count }) => count)),
    microseconds: byEngine(total),
    relativeToAvgpool: byEngine((engine) => total(engine) / total('avgpool')),
  };
}
