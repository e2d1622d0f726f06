// A straightforward JavaScript implementation: four loops over the output and two over the window. NCHW only.

import { pairsOf } from '../cases.mjs';

export const name = 'plain JavaScript';

export function load() {
  return { version: process.version, prepare };
}

function prepare({ options, shape }, direction, { input, gradOutput, outputShape }) {
  const { countIncludePad = true, layout } = options;
  if (layout === 'NHWC') {
    return undefined;
  }
  const { kernels, strides, paddings } = pairsOf(options);
  const [kernelHeight, kernelWidth] = kernels;
  const [strideHeight, strideWidth] = strides;
  const [paddingHeight, paddingWidth] = paddings;
  const [planes, height, width] = [shape[0] * shape[1], shape[2], shape[3]];
  const [rows, columns] = outputShape.slice(2);
  const isForward = direction === 'forward';
  const result = new Float32Array(planes * (isForward ? rows * columns : height * width));
  function run() {
    if (!isForward) {
      result.fill(0);
    }
    for (let plane = 0; plane < planes; plane++) {
      for (let oh = 0; oh < rows; oh++) {
        for (let ow = 0; ow < columns; ow++) {
          const top = Math.max(0, oh * strideHeight - paddingHeight);
          const bottom = Math.min(height, oh * strideHeight - paddingHeight + kernelHeight);
          const left = Math.max(0, ow * strideWidth - paddingWidth);
          const right = Math.min(width, ow * strideWidth - paddingWidth + kernelWidth);
          const divisor = countIncludePad ? kernelHeight * kernelWidth : (bottom - top) * (right - left);
          const o = (plane * rows + oh) * columns + ow;
          if (isForward) {
            let sum = 0;
            for (let h = top; h < bottom; h++) {
              for (let w = left; w < right; w++) {
                sum += input[(plane * height + h) * width + w];
              }
            }
            result[o] = sum / divisor;
          } else {
            const gradient = gradOutput[o] / divisor;
            for (let h = top; h < bottom; h++) {
              for (let w = left; w < right; w++) {
                result[(plane * height + h) * width + w] += gradient;
              }
            }
          }
        }
      }
    }
  }
  return { run, read: () => result };
}
