// A plain JavaScript loop, as one would write it in an afternoon: four loops over the output, two over the window.

export const name = 'plain JavaScript';

export function load() {
  return { version: process.version, prepare };
}

function prepare({ options, shape }, direction, { x, g }, _, outputShape) {
  const { kernelSize, stride = kernelSize, padding = 0, countIncludePad = true, layout } = options;
  if (layout === 'NHWC') {
    return undefined;
  }
  const [planes, height, width] = [shape[0] * shape[1], shape[2], shape[3]];
  const [rows, columns] = outputShape.slice(2);
  const forward = direction === 'forward';
  const result = new Float32Array(planes * (forward ? rows * columns : height * width));
  function call() {
    if (!forward) {
      result.fill(0);
    }
    for (let plane = 0; plane < planes; plane++) {
      for (let oh = 0; oh < rows; oh++) {
        for (let ow = 0; ow < columns; ow++) {
          const top = Math.max(0, oh * stride - padding);
          const bottom = Math.min(height, oh * stride - padding + kernelSize);
          const left = Math.max(0, ow * stride - padding);
          const right = Math.min(width, ow * stride - padding + kernelSize);
          const divisor = countIncludePad ? kernelSize * kernelSize : (bottom - top) * (right - left);
          const output = (plane * rows + oh) * columns + ow;
          if (forward) {
            let sum = 0;
            for (let h = top; h < bottom; h++) {
              for (let w = left; w < right; w++) {
                sum += x[(plane * height + h) * width + w];
              }
            }
            result[output] = sum / divisor;
          } else {
            const part = g[output] / divisor;
            for (let h = top; h < bottom; h++) {
              for (let w = left; w < right; w++) {
                result[(plane * height + h) * width + w] += part;
              }
            }
          }
        }
      }
    }
  }
  return { call, read: () => result };
}
