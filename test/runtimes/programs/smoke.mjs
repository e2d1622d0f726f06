// The smoke program: pools seeded geometries, forward and backward, in all element types and both layouts, and hashes every
// bit of every result. It imports nothing, so that it runs in every runtime.

const CASES = 400;

/** Poolings with fast paths. A quarter of the cases are of these. */
const families = [
  { kernelSize: 2 },
  { kernelSize: 3, stride: 1, padding: 1 },
  { kernelSize: 3, stride: 2, padding: 1 },
  { kernelSize: 5, stride: 1, padding: 2 },
  { kernelSize: 7, stride: 1, padding: 3 },
  { kernelSize: 3, stride: 1, padding: 1, countIncludePad: false },
];

/** For each element type, factors of the inputs: subnormal, small and large numbers. No sum overflows. */
const scales = {
  float32: [1, 1e-3, 1e-42, 1e30],
  float64: [1, 1e-3, 1e-42, 1e30],
  float16: [1, 1e-3, 1e-6, 100],
  uint8: undefined,
};

/** Returns the number of geometries, and a hash of all results as 16 hexadecimal digits. */
export function smoke({ AdaptiveAvgPool2d, AvgPool2d, Tensor }) {
  const below = randomNumbers(20_261_123);
  const hash = fnv();
  let cases = 0;
  while (cases < CASES) {
    const layout = ['NCHW', 'NHWC'][below(2)];
    const [height, width, channels] = [1 + below(24), 1 + below(24), 1 + below(12)];
    const planes = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
    const shape = below(4) === 0 ? planes : [1 + below(2), ...planes];
    const isAdaptive = below(4) === 0;
    const pool = isAdaptive
      ? new AdaptiveAvgPool2d({ outputSize: [1 + below(30), 1 + below(30)], layout })
      : new AvgPool2d({ ...geometry(below, height, width), layout });
    let outputShape;
    try {
      outputShape = pool.outputShape(shape);
    } catch {
      continue; // no window fits
    }
    for (const dtype of Object.keys(scales)) {
      const [input, gradient] = [shape, outputShape].map((sizes) => random(Tensor, below, sizes, dtype));
      const results = [pool.forward(input)];
      if (dtype !== 'uint8') {
        results.push(pool.backward(gradient, shape));
      }
      for (const { data } of results) {
        hash.add(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
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

/** A tensor of random numbers. `data` of float16 has numbers in some engines and bits in others, so it is not written. */
function random(Tensor, below, shape, dtype) {
  const length = shape.reduce((product, size) => product * size, 1);
  const scale = scales[dtype]?.[below(4)];
  const number = scale ? () => (below(2 ** 24) - 2 ** 23) * 2 ** -23 * scale : () => below(256);
  return Tensor.from(Array.from({ length }, number), shape, dtype);
}

/** A linear congruential generator of integers below a limit. It returns the same ones in every runtime. */
function randomNumbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Two FNV-1a hashes over bytes, with different initial values. */
function fnv() {
  const halves = new Uint32Array([0x811c9dc5, 0x01000193]);
  return {
    add(bytes) {
      for (const byte of bytes) {
        halves[0] = Math.imul(halves[0] ^ byte, 0x01000193);
        halves[1] = Math.imul(halves[1] ^ byte, 0x01000193);
      }
    },
    digits: () => [...halves].map((half) => half.toString(16).padStart(8, '0')).join(''),
  };
}
