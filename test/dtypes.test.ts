// The element types float16 and uint8: conversions of numbers, and the results of pooling.

import { AvgPool2d, type DType, type Layout, Tensor } from 'avgpool';
import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { averages, type Case, gradients, outputSize, sumOf, windows } from './definition.js';
import { geometries, optionsOf } from './geometries.js';
import { inLayout } from './layouts.js';
import { runModule } from './program.js';

const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const layouts = fc.constantFrom<Layout>('NCHW', 'NHWC');
/** The leading dimensions: batch and channels, or channels alone. */
const leading = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 5 })),
  fc.tuple(fc.integer({ min: 1, max: 9 })),
);

const randomIntegers = (length: number, least: number, most: number, seed: number): number[] => {
  const generator = xoroshiro128plus(seed);
  return Array.from({ length }, () => uniformInt(generator, least, most));
};

/** The values of each plane. */
const planesOf = (values: readonly number[], planes: number): number[][] => {
  const length = values.length / planes;
  return Array.from({ length: planes }, (_, i) => values.slice(i * length, (i + 1) * length));
};

const inputSize = ({ height, width }: Case): number[] => [height.input, width.input];
const windowsOf = ({ height, width, ceilMode }: Case): number[] =>
  [height, width].map((axis) => outputSize(axis, ceilMode));

/** A tensor of these values and this shape in NCHW. */
const tensorIn = <D extends DType>(layout: Layout, values: readonly number[], shape: readonly number[], dtype: D) => {
  const moved = inLayout(layout, values, shape);
  return Tensor.from(moved.values, moved.shape, dtype);
};

/** Asserts that a tensor has this shape in NCHW and that each element satisfies a check. */
const expectEach = (
  layout: Layout,
  result: Tensor,
  shape: readonly number[],
  expected: readonly string[],
  isRight: (got: number, i: number) => boolean,
) => {
  const order = inLayout(layout, [...expected.keys()], shape);
  expect(result.shape).toEqual(order.shape);
  const got = result.toArray().flat(3) as number[];
  expect(got.length).toBe(expected.length);
  for (const [at, i] of order.values.entries()) {
    if (!isRight(got[at] as number, i)) {
      expect.fail(`element ${i} is ${got[at]}, expected ${expected[i]}`);
    }
  }
};

describe('conversion to float16', () => {
  /** Prints the laws that do not hold, with examples. `bitsOf` reads the memory of a tensor. */
  const laws = `
    const failures = {};
    const check = (law, ok, ...example) => {
      if (!ok) (failures[law] ??= []).length < 3 && failures[law].push(example.map(String).join(' '));
    };
    const valueOf = (bits) => {
      const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
      if (exponent === 31) return fraction ? NaN : sign * Infinity;
      return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
    };
    const bitsOf = (tensor) => {
      const { buffer, byteOffset, length } = tensor.data;
      const bits = [...new Uint16Array(buffer, byteOffset, length)];
      tensor.dispose();
      return bits;
    };
    const isNaNBits = (bits) => (bits & 0x7fff) > 0x7c00;
    const same = (a, b) => a === b || (isNaNBits(a) && isNaNBits(b));
    const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const numbers = Array.from(halves, valueOf);
    const shape = [1, 256, 256];

    const tensor = Tensor.from(halves, shape, 'float16');
    tensor.toArray().flat(2).forEach((number, i) => check('a half is read exactly', Object.is(number, numbers[i]), i, number));
    tensor.toJSON().data.forEach((number, i) => check('JSON has numbers', Object.is(number, numbers[i]), i, number));
    const roundTrip = Tensor.from(tensor.values, shape, 'float16');
    bitsOf(roundTrip).forEach((bits, i) => check('values have all bits', bits === i, i, bits));
    bitsOf(tensor).forEach((bits, i) => check('a Uint16Array has all bits', bits === i, i, bits));
    const sources = [numbers, Float64Array.from(numbers), Float32Array.from(numbers), { data: numbers, shape, offset: 0 }];
    for (const source of [...sources, [[numbers]]]) {
      const size = Array.isArray(source[0]) ? [] : source.data ? [] : [shape];
      bitsOf(Tensor.from(source, size[0], 'float16')).forEach((bits, i) => check('a half is written exactly', same(bits, i), i, bits));
    }

    // Between neighbours, the middle goes to the even one. 65536 would follow the largest half.
    const word = new BigInt64Array(1);
    const number = new Float64Array(word.buffer);
    const next = (value, step) => { number[0] = value; word[0] += step; return number[0]; };
    const boundaries = [];
    for (let bits = 0; bits < 0x7c00; bits++) {
      const middle = (valueOf(bits) + (bits === 0x7bff ? 65536 : valueOf(bits + 1))) / 2;
      const cases = [[middle, bits + (bits & 1)], [next(middle, -1n), bits], [next(middle, 1n), bits + 1]];
      for (const [value, rounded] of cases) boundaries.push([value, rounded], [-value, rounded | 0x8000]);
    }
    boundaries.push([Number.MIN_VALUE, 0], [-Number.MIN_VALUE, 0x8000], [Number.MAX_VALUE, 0x7c00], [65536, 0x7c00], [1e5, 0x7c00]);
    const values = boundaries.map(([value]) => value);
    const results = [values, Float64Array.from(values)].map((source) => bitsOf(Tensor.from(source, [1, 1, source.length], 'float16')));
    for (const result of results) {
      result.forEach((bits, i) => check('numbers round once, ties to even', bits === boundaries[i][1], values[i], bits));
    }
    for (let i = 0; i < values.length; i += 97) {
      const [bits] = bitsOf(Tensor.full([1, 1, 1], values[i], 'float16'));
      check('full rounds likewise', bits === boundaries[i][1], values[i], bits);
    }
    if (Real) {
      const words = Float64Array.from({ length: 200000 }, (_, i) => (next(1, BigInt(Math.imul(i, 0x9e3779b1))) - 0.5) * 2 ** ((i % 50) - 30));
      const expected = new Uint16Array(new Real(words).buffer);
      bitsOf(Tensor.from(words, [1, 1, words.length], 'float16')).forEach((bits, i) => check('Float16Array agrees', bits === expected[i], words[i]));
    }
    console.log(JSON.stringify([failures, Tensor.zeros([1, 1, 1], 'float16').data.constructor.name, boundaries.length]));`;
  const native = 'Float16Array' in globalThis ? 'Float16Array' : 'Uint16Array';

  test.each([
    ['in this engine', '', native],
    ['in an engine without Float16Array', 'delete globalThis.Float16Array;', 'Uint16Array'],
  ])('rounds each number once, ties to even, and is exact for all halves: %s', (_, prepare, view) => {
    const start = `const Real = globalThis.Float16Array; ${prepare} const { Tensor } = await import('avgpool');`;
    expect(JSON.parse(runModule(start + laws))).toEqual([{}, view, 6 * 0x7c00 + 5]);
  });
});

describe('uint8', () => {
  /** floor((sum + divisor / 2) / divisor) in whole numbers, from 0 to 255. The divisor is a float32. */
  const rounded = (sum: number, divisor: number): number => {
    let [numerator, denominator] = [Math.fround(divisor), 1];
    while (!Number.isInteger(numerator)) {
      numerator *= 2;
      denominator *= 2;
    }
    const [top, bottom] = [2n * BigInt(sum) * BigInt(denominator) + BigInt(numerator), 2n * BigInt(numerator)];
    const quotient = top / bottom;
    const floor = top % bottom !== 0n && top < 0n !== bottom < 0n ? quotient - 1n : quotient;
    return Math.min(Math.max(Number(floor), 0), 255);
  };

  test('is averaged to the nearest whole number, halves up, for any geometry', () => {
    const divisors = fc.oneof(
      // In float32, 2 + 2^−40 is 2, which makes ties.
      fc.constantFrom(1, 2, 2 + 2 ** -40, 3, 9, 257, 1000, -2, 0.5, -0.5),
      fc.double({ min: 2 ** -10, max: 5000, noNaN: true }),
      fc.double({ min: -5000, max: -(2 ** -10), noNaN: true }),
    );
    // Windows of up to 400 taps: more than 257 times 255 exceed 16 bits.
    const cases = geometries({ input: 26, kernel: 20 }, divisors);
    const kinds = fc.constantFrom<readonly [number, number]>([0, 255], [255, 255], [0, 1], [254, 255]);
    let largest = 0;
    fc.assert(
      fc.property(cases, layouts, leading, kinds, seed, (pooling, layout, leading, [least, most], seed) => {
        const count = leading.reduce((product, size) => product * size, 1);
        const shape = [...leading, ...inputSize(pooling)];
        const values = randomIntegers(
          shape.reduce((product, size) => product * size, 1),
          least,
          most,
          seed,
        );
        const input = tensorIn(layout, values, shape, 'uint8');
        const output = new AvgPool2d({ ...optionsOf(pooling), layout }).forward(input);
        expect(output.dtype).toBe('uint8');
        const all = windows(pooling);
        if (least === 255) {
          largest = Math.max(largest, ...all.map(({ elements }) => elements.length));
        }
        const expected = planesOf(values, count).flatMap((plane) =>
          all.map((window) => (window.elements.length > 0 ? rounded(sumOf(window, plane), window.divisor) : 0)),
        );
        const outputShape = [...leading, ...windowsOf(pooling)];
        expectEach(layout, output, outputShape, expected.map(String), (got, i) => got === expected[i]);
        input.dispose();
        output.dispose();
      }),
      { seed: 20_261_126, numRuns: 2000 },
    );
    expect(largest).toBeGreaterThan(257);
  });

  test('is exact over large windows, too', () => {
    const x = Tensor.full([1, 4096, 4097], 255, 'uint8');
    x.data.fill(0, 0, x.size / 2);
    expect(new AvgPool2d([4096, 4097]).forward(x).data[0]).toBe(128);
    x.data[x.size - 1] = 254;
    expect(new AvgPool2d([4096, 4097]).forward(x).data[0]).toBe(127);
    x.dispose();
  });
});

describe('float16', () => {
  /** The nearest half, ties to even. */
  const toHalf = (value: number): number => {
    const magnitude = Math.abs(value);
    const unit = 2 ** (Math.max(Math.floor(Math.log2(magnitude)), -14) - 10);
    const floor = Math.floor(magnitude / unit);
    const rest = magnitude / unit - floor;
    const steps = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
    return Math.sign(value) * (steps * unit >= 65536 ? Number.POSITIVE_INFINITY : steps * unit);
  };

  test('is pooled as float32 and rounded once, forward and backward', () => {
    const cases = geometries({ input: 24, kernel: 14 }, fc.constantFrom(3, -2, 0.5, 0.1));
    const exponent = fc.integer({ min: -24, max: 5 });
    fc.assert(
      fc.property(cases, layouts, leading, exponent, seed, (given, layout, leading, exponent, seed) => {
        const { divisorOverride: override } = given;
        const pooling = { ...given, divisorOverride: override && Math.fround(override) };
        const positive = { ...pooling, divisorOverride: override && Math.abs(pooling.divisorOverride as number) };
        const count = leading.reduce((product, size) => product * size, 1);
        const pool = new AvgPool2d({ ...optionsOf(given), layout });
        const inputShape = [...leading, ...inputSize(pooling)];
        const outputShape = [...leading, ...windowsOf(pooling)];
        const taps = pooling.height.kernel + pooling.width.kernel;
        // Up to 1024 times a power of two is a half.
        const values = (shape: readonly number[]) =>
          randomIntegers(
            shape.reduce((product, size) => product * size, 1),
            -1024,
            1024,
            seed,
          ).map((value) => value * 2 ** exponent);
        const directions = [
          [inputShape, outputShape, averages, (x: Tensor<'float16'>) => pool.forward(x)],
          [
            outputShape,
            inputShape,
            gradients,
            (x: Tensor<'float16'>) => pool.backward(x, inLayout(layout, [], inputShape).shape),
          ],
        ] as const;
        for (const [from, to, definition, call] of directions) {
          const numbers = values(from);
          const input = tensorIn(layout, numbers, from, 'float16');
          const output = call(input);
          expect(output.dtype).toBe('float16');
          const planes = planesOf(numbers, count);
          const exact = planes.flatMap((plane) => definition(pooling, plane));
          const magnitudes = planes.flatMap((plane) => definition(positive, plane.map(Math.abs)));
          // Rounding never changes the order, so the result lies between the rounded ends of the range of float32.
          const ends = exact.map((value, i) => {
            const bound = taps * 2 ** -23 * (magnitudes[i] as number);
            return [toHalf(value - bound), toHalf(value + bound)] as const;
          });
          expectEach(layout, output, to, ends.map(String), (got, i) => {
            const [least, most] = ends[i] as readonly [number, number];
            return least <= got && got <= most;
          });
          input.dispose();
          output.dispose();
        }
      }),
      { seed: 20_261_126, numRuns: 500 },
    );
  });

  test('NaN and infinity reach only the windows that contain them', () => {
    const x = Tensor.from([1, 2, Number.NaN, 4, 5, Number.POSITIVE_INFINITY, 7, 8], [1, 1, 8], 'float16');
    expect(new AvgPool2d([1, 2]).forward(x).toArray()).toEqual([[[1.5, Number.NaN, Number.POSITIVE_INFINITY, 7.5]]]);
  });
});

test('outputShape knows the output of every tensor, whatever its type', () => {
  expect(new AvgPool2d(2).outputShape([1, 2 ** 15, 2 ** 15])).toEqual([1, 2 ** 14, 2 ** 14]);
});
