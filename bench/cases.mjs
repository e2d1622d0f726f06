// What is measured: the families of poolings that networks use, and a seeded sample of everything else.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A case as a line of a table and as a pattern on the command line see it. */
function cases(family, options, shapes) {
  return shapes.map((shape) => ({ name: `${family}, ${shape.join('×')}`, family, options, shape }));
}

function inNHWC(family, options, shape) {
  return cases(`NHWC ${family}`, { ...options, layout: 'NHWC' }, [shape]);
}

const same = (kernelSize, stride = 1) => ({ kernelSize, stride, padding: (kernelSize - 1) / 2 });

export const families = [
  ...cases('2×2 stride 2', { kernelSize: 2 }, [
    [1, 64, 56, 56],
    [1, 256, 56, 56],
    [8, 64, 112, 112],
    [1, 64, 57, 57],
  ]),
  ...cases('3×3 stride 1 pad 1', same(3), [
    [4, 32, 16, 16],
    [1, 192, 35, 35],
    [1, 64, 112, 112],
    [1, 512, 7, 7],
    [1, 16384, 4, 4],
    [1, 1, 512, 512],
  ]),
  ...cases('3×3 stride 1 pad 1, excluded', { ...same(3), countIncludePad: false }, [[1, 192, 35, 35]]),
  ...cases('3×3 stride 2 pad 1', same(3, 2), [
    [1, 64, 112, 112],
    [1, 256, 28, 28],
  ]),
  ...cases('global', { kernelSize: 7 }, [[1, 2048, 7, 7]]),
  ...cases('global', { kernelSize: 8 }, [[1, 1280, 8, 8]]),
  ...cases('global', { kernelSize: 224 }, [[1, 64, 224, 224]]),
  ...cases('8×8 stride 8', { kernelSize: 8 }, [[1, 3, 512, 512]]),
  ...cases('5×5 stride 1 pad 2', same(5), [[1, 64, 56, 56]]),
  ...cases('7×7 stride 1 pad 3', same(7), [[1, 64, 56, 56]]),
  ...cases('5×5 stride 3', { kernelSize: 5, stride: 3 }, [[1, 512, 14, 14]]),
  ...cases('31×31 stride 1 pad 15', same(31), [[1, 3, 256, 256]]),
  ...inNHWC('2×2 stride 2', { kernelSize: 2 }, [1, 56, 56, 64]),
  ...inNHWC('3×3 stride 1 pad 1', same(3), [1, 35, 35, 192]),
  ...inNHWC('3×3 stride 2 pad 1', same(3, 2), [1, 112, 112, 64]),
  ...inNHWC('global', { kernelSize: 7 }, [1, 7, 7, 2048]),
  ...inNHWC('5×5 stride 3', { kernelSize: 5, stride: 3 }, [1, 14, 14, 512]),
  ...inNHWC('2×2 stride 2', { kernelSize: 2 }, [1, 512, 512, 3]),
  ...inNHWC('31×31 stride 1 pad 15', same(31), [1, 256, 256, 3]),
];

/** Random geometries of at least 10^5 input elements; the same in every run. */
export function sample(count) {
  const generator = xoroshiro128plus(12_345);
  const between = (least, most) => uniformInt(generator, least, most);
  const chosen = [];
  while (chosen.length < count) {
    const kernelSize = between(1, 15);
    const dilation = between(1, 2);
    const size = between(7, 224);
    const padding = between(0, Math.floor(kernelSize / 2));
    const options = {
      kernelSize,
      stride: between(1, 5),
      dilation,
      padding,
      ceilMode: between(0, 1) === 1,
      countIncludePad: between(0, 1) === 1,
    };
    if (dilation * (kernelSize - 1) + 1 <= size + 2 * padding) {
      chosen.push(...cases(JSON.stringify(options), options, [[1, Math.ceil(1e5 / size ** 2), size, size]]));
    }
  }
  return chosen;
}

/** The elements of a tensor of this shape. */
export const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/** The input, or the gradient, of a case: the same numbers for every contestant. */
export function numbers(length) {
  return Float32Array.from({ length }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
}
