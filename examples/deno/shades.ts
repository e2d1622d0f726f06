// Draws a ring with characters. Each character shows the mean of a window of a larger picture. It needs no permissions.
//
//   deno run shades.ts [columns]

import { AvgPool2d, Tensor } from 'avgpool';

/** The window under each character, which is twice as high as it is wide. */
const kernelSize = [16, 8] as const;

const columns = Number(Deno.args[0] ?? 48);
const rows = Math.round(columns / 2);
const picture = Tensor.zeros([1, rows * kernelSize[0], columns * kernelSize[1]]);
const [, height = 0, width = 0] = picture.shape;
const { data } = picture;
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    const radius = Math.hypot((2 * x) / width - 1, (2 * y) / height - 1);
    const inside = Math.abs(radius - 0.65) < 0.3;
    data[y * width + x] = inside ? 0.6 + 0.4 * Math.sin((6 * x) / width) : 0;
  }
}

const shades = ' .:-=+*#%@';
const means = new AvgPool2d(kernelSize).forward(picture);
for (let row = 0; row < rows; row++) {
  const line = means.data.subarray(row * columns, (row + 1) * columns);
  console.log(
    Array.from(line, (mean) => shades[Math.min(Math.floor(mean * shades.length), shades.length - 1)]).join(''),
  );
}
