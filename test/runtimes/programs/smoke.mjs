// The smoke program: pools seeded geometries, forward and backward, in two element types and two layouts, and hashes every
// bit of every result. It imports nothing, so that it runs in every runtime.

const CASES = 300;

/** Poolings with fast paths. A third of the cases are of these. */
const families = [
  { kernelSize: 2 },
  { kernelSize: 3, stride: 1, padding: 1 },
  { kernelSize: 3, stride: 2, padding: 1 },
  { kernelSize: 5, stride: 1, padding: 2 },
  { kernelSize: 7, stride: 1, padding: 3 },
  { kernelSize: 3, stride: 1, padding: 1, countIncludePad: false },
];

/** Factors of the inputs: subnormal, small and large numbers. No sum overflows. */
const scales = [1, 1e-3, 1e-42, 1e30];

/** Returns the number of geometries, and a hash of all results as 16 hexadecimal digits. */
export function smoke({ AvgPool2d, Tensor }) {
  const below = randomNumbers(20_261_123);
  const hash = fnv();
  let cases = 0;
  while (cases < CASES) {
    const layout = ['NCHW', 'NHWC'][below(2)];
    const [height, width, channels] = [1 + below(24), 1 + below(24), 1 + below(12)];
    const planes = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
    const shape = below(4) === 0 ? planes : [1 + below(2), ...planes];
    const pool = new AvgPool2d({ ...geometry(below, height, width), layout });
    let outputShape;
    try {
      outputShape = pool.outputShape(shape);
    } catch {
      continue; // no window fits
    }
    for (const dtype of ['float32', 'float64']) {
      const [input, gradient] = [shape, outputShape].map((sizes) => random(Tensor, below, sizes, dtype));
      const results = [pool.forward(input), pool.backward(gradient, shape)];
      for (const { data } of results) {
        hash.add(new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4));
      }
      for (const tensor of [input, gradient, ...results]) {
        tensor.dispose();
      }
    }
    cases += 1;
  }
  return { cases, hash: hash.digits() };
}

function geometry(below, height, width) {
  switch (below(6)) {
    case 0:
    case 1:
      return families[below(families.length)];
    case 2:
      return { kernelSize: [height, width] };
    default: {
      const kernelSize = [1 + below(9), 1 + below(9)];
      return {
        kernelSize,
        stride: [1 + below(4), 1 + below(4)],
        padding: kernelSize.map((taps) => [below(taps), below(taps)]),
        dilation: [1 + below(3), 1 + below(3)],
        ceilMode: below(2) === 1,
        countIncludePad: below(2) === 1,
        divisorOverride: below(4) === 0 ? 1 + below(9) : null,
      };
    }
  }
}

function random(Tensor, below, shape, dtype) {
  const tensor = Tensor.zeros(shape, dtype);
  const { data } = tensor;
  const scale = scales[below(scales.length)];
  for (let i = 0; i < data.length; i++) {
    data[i] = (below(2 ** 24) - 2 ** 23) * 2 ** -23 * scale;
  }
  return tensor;
}

/** A linear congruential generator of integers below a limit. It returns the same ones in every runtime. */
function randomNumbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Two FNV-1a hashes over 32-bit words, with different initial values. */
function fnv() {
  const halves = new Uint32Array([0x811c9dc5, 0x01000193]);
  return {
    add(words) {
      for (const word of words) {
        halves[0] = Math.imul(halves[0] ^ word, 0x01000193);
        halves[1] = Math.imul(halves[1] ^ (word >>> 16) ^ (word << 16), 0x01000193);
      }
    },
    digits: () => [...halves].map((half) => half.toString(16).padStart(8, '0')).join(''),
  };
}
