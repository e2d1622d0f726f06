// The measured poolings but those of networks.mjs, and a seeded sample of all geometries.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A case is measured in all of these, unless it has `dtypes` of its own. */
export const dtypes = ['float32', 'float64'];
export const directions = ['forward', 'backward'];

/** All element types, with the bytes of an element. */
export const elementBytes = { float32: 4, float64: 8, float16: 2, uint8: 1 };

/**
 * Cases of the same options. Tables and the command line know a case by its name.
 *
 * @param more further properties: `dtypes`, or for adaptive pooling `similar`, the options of engines/similar.mjs.
 */
export function cases(family, options, shapes, more = {}) {
  return shapes.map((shape) => ({ name: `${family}, ${shape.join('×')}`, options, shape, ...more }));
}

/** The same in NHWC. */
export function nhwcCases(family, options, shapes, more) {
  return cases(`NHWC ${family}`, { ...options, layout: 'NHWC' }, shapes, more);
}

/** The element type and the direction of each measurement of a case. There is no gradient of bytes. */
export function passesOf(pooling) {
  return (pooling.dtypes ?? dtypes).flatMap((dtype) =>
    (dtype === 'uint8' ? ['forward'] : directions).map((direction) => ({ pooling, dtype, direction })),
  );
}

/** Whether options are those of AdaptiveAvgPool2d. */
export const isAdaptive = (options) => 'outputSize' in options;

/** A window of odd size whose padding keeps the size of the plane if the stride is 1. */
export const padded = (kernelSize, stride = 1) => ({ kernelSize, stride, padding: (kernelSize - 1) / 2 });

/** Kernel size, stride and padding of a pooling, each as a height and a width. */
export function pairsOf({ kernelSize, stride = kernelSize, padding = 0 }) {
  const [kernels, strides, paddings] = [kernelSize, stride, padding].map(toPair);
  return { kernels, strides, paddings };
}

export const toPair = (size) => (typeof size === 'number' ? [size, size] : size);

/** The axis of the height; that of the width follows. */
export const heightAxisOf = ({ layout }) => (layout === 'NHWC' ? 1 : 2);

/** Poolings that networks.mjs does not have. */
export const furtherCases = [
  ...cases('2×2 stride 2', { kernelSize: 2 }, [
    [1, 64, 56, 56],
    [1, 256, 56, 56],
    [8, 64, 112, 112],
    [1, 64, 57, 57],
  ]),
  ...cases('3×3 stride 1 pad 1', padded(3), [
    [4, 32, 16, 16],
    [1, 64, 112, 112],
    [1, 512, 7, 7],
    [1, 16384, 4, 4],
    [1, 1, 512, 512],
  ]),
  ...cases('3×3 stride 1 pad 1, padding not counted', { ...padded(3), countIncludePad: false }, [[1, 192, 35, 35]]),
  ...cases('3×3 stride 2 pad 1', padded(3, 2), [
    [1, 64, 112, 112],
    [1, 256, 28, 28],
  ]),
  // The pyramid of pix2pixHD.
  ...cases('3×3 stride 2 pad 1, padding not counted', { ...padded(3, 2), countIncludePad: false }, [[1, 3, 512, 1024]]),
  ...cases('3×3 stride 2', { kernelSize: 3, stride: 2 }, [[1, 64, 54, 54]]),
  ...cases('global', { kernelSize: 8 }, [[1, 1280, 8, 8]]),
  ...cases('global', { kernelSize: 224 }, [[1, 64, 224, 224]]),
  ...cases('8×8 stride 8', { kernelSize: 8 }, [[1, 3, 512, 512]]),
  ...cases('5×5 stride 1 pad 2', padded(5), [[1, 64, 56, 56]]),
  ...cases('7×7 stride 1 pad 3', padded(7), [[1, 64, 56, 56]]),
  ...cases('5×5 stride 3', { kernelSize: 5, stride: 3 }, [[1, 512, 14, 14]]),
  // The windows of SSIM.
  ...cases('11×11 stride 1', { kernelSize: 11, stride: 1 }, [[1, 3, 256, 256]]),
  ...cases('31×31 stride 1 pad 15', padded(31), [[1, 3, 256, 256]]),
  ...[2, 3, 25].flatMap((kernel) =>
    cases(`1×${kernel} stride 1`, { kernelSize: [1, kernel], stride: 1 }, [[1, 1, 1, 1_000_000]]),
  ),
  ...cases('3×1 stride 1', { kernelSize: [3, 1], stride: 1 }, [[1, 1, 1_000_000, 1]]),
  ...nhwcCases('2×2 stride 2', { kernelSize: 2 }, [[1, 56, 56, 64]]),
  ...nhwcCases('3×3 stride 1 pad 1', padded(3), [[1, 35, 35, 192]]),
  ...nhwcCases('3×3 stride 2 pad 1', padded(3, 2), [[1, 112, 112, 64]]),
  ...nhwcCases('global', { kernelSize: 7 }, [[1, 7, 7, 2048]]),
  ...nhwcCases('5×5 stride 3', { kernelSize: 5, stride: 3 }, [[1, 14, 14, 512]]),
  ...nhwcCases('2×2 stride 2', { kernelSize: 2 }, [[1, 512, 512, 3]]),
  ...nhwcCases('31×31 stride 1 pad 15', padded(31), [[1, 256, 256, 3]]),
];

const bytes = { dtypes: ['uint8'] };
const pictures = [4, 3].map((channels) => [1, 1024, 1024, channels]);
const plane = [1, 1, 1024, 1024];

/** Pictures, and feature maps of quantised networks. */
export const uint8Cases = [
  ...nhwcCases('2×2 stride 2', { kernelSize: 2 }, pictures, bytes),
  ...nhwcCases('8×8 stride 8', { kernelSize: 8 }, pictures, bytes),
  ...nhwcCases('3×3 stride 1', { kernelSize: 3, stride: 1 }, pictures, bytes),
  ...nhwcCases('9×9 stride 1 pad 4', padded(9), pictures, bytes),
  ...cases('2×2 stride 2', { kernelSize: 2 }, [plane, [1, 64, 56, 56], [1, 512, 112, 112]], bytes),
  ...cases('8×8 stride 8', { kernelSize: 8 }, [plane], bytes),
  ...cases('9×9 stride 1', { kernelSize: 9, stride: 1 }, [plane], bytes),
  ...cases(
    '3×3 stride 1 pad 1',
    padded(3),
    [
      [1, 64, 56, 56],
      [1, 512, 112, 112],
    ],
    bytes,
  ),
];

const halves = { dtypes: ['float16'] };

export const float16Cases = [
  ['2×2 stride 2', { kernelSize: 2 }],
  ['3×3 stride 1 pad 1', padded(3)],
].flatMap(([family, options]) => [
  ...cases(
    family,
    options,
    [
      [1, 64, 56, 56],
      [1, 512, 112, 112],
      [1, 192, 35, 35],
    ],
    halves,
  ),
  ...nhwcCases(family, options, [[1, 56, 56, 64]], halves),
]);

/** An adaptive pooling, and options of AvgPool2d with windows of about the same size, if there are any. */
const adaptive = (make) => (outputSize, shape, similar) =>
  make(`adaptive ${outputSize.join('×')}`, { outputSize }, [shape], { dtypes: ['float32'], similar });

const [toSize, nhwcToSize] = [cases, nhwcCases].map(adaptive);

export const adaptiveCases = [
  // The same windows.
  ...toSize([5, 5], [1, 512, 14, 14], { kernelSize: 4, stride: 3, padding: 1, countIncludePad: false }),
  ...toSize([5, 7], [1, 256, 56, 56], { kernelSize: [12, 8], stride: [11, 8] }),
  ...toSize([7, 7], [1, 256, 56, 56], { kernelSize: 8 }),
  ...toSize([1, 1], [1, 2048, 7, 7], { kernelSize: 7 }),
  // 37×37 windows.
  ...toSize([36, 36], [8, 64, 112, 112], { kernelSize: 4, stride: 3 }),
  ...toSize([23, 23], [1, 64, 10, 10]),
  ...nhwcToSize([5, 5], [1, 14, 14, 512], { kernelSize: 4, stride: 3, padding: 1, countIncludePad: false }),
  ...nhwcToSize([5, 7], [1, 56, 56, 256], { kernelSize: [12, 8], stride: [11, 8] }),
];

/** Poolings for threads: a plane and a picture of one, which are split into bands of rows. */
export const threadsCases = [
  ...cases('3×3 stride 1 pad 1', padded(3), [[1, 1, 2048, 2048]]),
  ...nhwcCases('3×3 stride 1 pad 1', padded(3), [[1, 112, 112, 64]]),
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
