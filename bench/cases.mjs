// What is measured: the families of poolings that networks use, and a seeded sample of everything else.

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

/** A sample of geometries of at least 10^5 elements, the same one in every run (a linear congruential generator). */
export function sample(count) {
  let state = 12_345;
  const below = (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const chosen = [];
  while (chosen.length < count) {
    const kernelSize = 1 + below(15);
    const stride = 1 + below(5);
    const dilation = 1 + below(2);
    const size = 7 + below(218);
    const padding = below((kernelSize >> 1) + 1);
    const options = {
      kernelSize,
      stride,
      dilation,
      padding,
      ceilMode: below(2) === 1,
      countIncludePad: below(2) === 1,
    };
    if (dilation * (kernelSize - 1) + 1 <= size + 2 * padding) {
      const shape = [1, Math.ceil(1e5 / size ** 2), size, size];
      chosen.push({ name: `${JSON.stringify(options)} on ${shape.join('×')}`, family: 'sample', options, shape });
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
