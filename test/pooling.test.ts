// The results of AvgPool2d: those of PyTorch, the definition, and the properties that follow from it.

import { readFileSync } from 'node:fs';
import { AvgPool2d, type AvgPool2dOptions, avgPool2d, globalAvgPool2d, type Layout, Tensor } from 'avgpool';
import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { epsilon, expectClose, type Float } from './close.js';
import { averages } from './definition.js';
import { geometries, optionsOf } from './geometries.js';
import { inLayout } from './layouts.js';
import { runModule } from './program.js';

const layouts: Layout[] = ['NCHW', 'NHWC'];

interface Fixture extends AvgPool2dOptions {
  readonly name: string;
  readonly dtype: Float;
  readonly shape: number[];
  readonly input: (number | string)[];
  readonly outputShape: number[];
  readonly output: (number | string)[];
  readonly gradOutput: (number | string)[];
  readonly gradInput: (number | string)[];
}

const fixtures: Fixture[] = JSON.parse(
  readFileSync(new URL('./fixtures/pytorch-avg-pool2d.json', import.meta.url), 'utf8'),
);

describe('the results of PyTorch', () => {
  test('are complete', () => {
    expect(fixtures.length).toBe(296);
  });

  test.each(
    fixtures.flatMap((fixture) =>
      layouts.map((layout) => {
        const name = `${fixture.name}, ${fixture.dtype} ${JSON.stringify(fixture.shape)} in ${layout}`;
        return [name, layout, fixture] as const;
      }),
    ),
  )(
    'forward and backward: %s',
    (_, layout, { name, dtype, shape, input, outputShape, output, gradOutput, gradInput, ...options }) => {
      const pool = new AvgPool2d({ ...options, layout });
      const numbers = (values: readonly (number | string)[]) => values.map(Number);
      const tensor = (values: (number | string)[], shape: number[]) => {
        const converted = inLayout(layout, numbers(values), shape);
        return Tensor.from(converted.values, converted.shape, dtype);
      };
      const x = tensor(input, shape);
      const y = pool.forward(x);
      expect(y.shape).toEqual(inLayout(layout, [], outputShape).shape);
      // The fixtures are float64 results; those of float32 cases have 10 digits. Sums may have another order.
      const terms = Math.max(...[options.kernelSize].flat()) * 2;
      const most = (values: readonly (number | string)[]) =>
        Math.max(1, ...numbers(values).filter(Number.isFinite).map(Math.abs));
      const close = (result: Tensor, expected: (number | string)[], shape: number[], scale: number) => {
        const converted = inLayout(layout, numbers(expected), shape);
        expectClose(result.data, converted.values, () => terms * epsilon[dtype] * scale);
      };
      close(y, output, outputShape, most(input));
      const dx = pool.backward(tensor(gradOutput, outputShape), x.shape);
      expect(dx.shape).toEqual(x.shape);
      close(dx, gradInput, shape, most(gradOutput));
    },
  );
});

describe('any geometry', () => {
  const cases = geometries({ input: 24, kernel: 14 }, fc.constantFrom(3, -2, 0.5));
  const dtypes = fc.constantFrom<Float>('float32', 'float64');
  const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  const parameters = { seed: 20_261_123, numRuns: 500 };

  /** Random multiples of 1/16 from −32 to 32: their sums are exact in both. */
  const someNumbers = (length: number, seed: number) => {
    const generator = xoroshiro128plus(seed);
    return Array.from({ length }, () => uniformInt(generator, -512, 511) / 16);
  };

  test('forward equals the definition, for rank 4 and rank 3', () => {
    fc.assert(
      fc.property(cases, dtypes, seed, (pooling, dtype, seed) => {
        const shape = [2, pooling.height.input, pooling.width.input];
        const size = pooling.height.input * pooling.width.input;
        const values = someNumbers(2 * size, seed);
        const pool = new AvgPool2d(optionsOf(pooling));
        const input = Tensor.from(values, shape, dtype);
        const batch = Tensor.from(values, [2, 1, ...shape.slice(1)], dtype);
        const output = pool.forward(input);
        const sameOutput = pool.forward(batch);
        expect(output.shape).toEqual(pool.outputShape(shape));
        expect(sameOutput.shape).toEqual([2, 1, ...output.shape.slice(1)]);
        expect(sameOutput.data).toEqual(output.data);
        const planes = [values.slice(0, size), values.slice(size)];
        const expected = planes.flatMap((plane) => averages(pooling, plane));
        // The sums are exact, so only the division rounds.
        expectClose(output.data, expected, (i) => epsilon[dtype] * Math.abs(expected[i] as number));
        for (const tensor of [input, batch, output, sameOutput]) {
          tensor.dispose();
        }
      }),
      parameters,
    );
  });

  test('NHWC gives the numbers of NCHW in another order, forward and backward, for any number of channels', () => {
    fc.assert(
      fc.property(cases, dtypes, fc.integer({ min: 1, max: 21 }), seed, (pooling, dtype, channels, seed) => {
        const shape = [2, channels, pooling.height.input, pooling.width.input];
        const options = optionsOf(pooling);
        const outputShape = new AvgPool2d(options).outputShape(shape);
        const values = someNumbers(2 * channels * pooling.height.input * pooling.width.input, seed);
        const gradients = someNumbers(
          outputShape.reduce((product, size) => product * size),
          seed + 1,
        );
        const [planes, together] = layouts.map((layout) => {
          const x = inLayout(layout, values, shape);
          const g = inLayout(layout, gradients, outputShape);
          const pool = new AvgPool2d({ ...options, layout });
          const input = Tensor.from(x.values, x.shape, dtype);
          const gradOutput = Tensor.from(g.values, g.shape, dtype);
          const output = pool.forward(input);
          const gradInput = pool.backward(gradOutput, x.shape);
          expect(pool.outputShape(x.shape)).toEqual(g.shape);
          expect(output.shape).toEqual(g.shape);
          expect(gradInput.shape).toEqual(x.shape);
          const results = [output, gradInput].map((tensor) => Array.from(tensor.data));
          for (const tensor of [input, gradOutput, output, gradInput]) {
            tensor.dispose();
          }
          return results;
        }) as [number[][], number[][]];
        const [output, gradInput] = together as [number[], number[]];
        expect(output).toEqual(inLayout('NHWC', planes[0] as number[], outputShape).values);
        // Backward divides before it adds, so another order of additions changes the rounding.
        const most = Math.max(...gradients.map(Math.abs)) * pooling.height.kernel * pooling.width.kernel;
        expectClose(gradInput, inLayout('NHWC', planes[1] as number[], shape).values, () => epsilon[dtype] * 30 * most);
      }),
      parameters,
    );
  });

  test('backward is the transpose of forward', () => {
    fc.assert(
      fc.property(cases, seed, (pooling, seed) => {
        const shape = [1, 1, pooling.height.input, pooling.width.input];
        const pool = new AvgPool2d(optionsOf(pooling));
        const x = Tensor.from(someNumbers(pooling.height.input * pooling.width.input, seed), shape, 'float64');
        const y = pool.forward(x);
        const g = Tensor.from(someNumbers(y.size, seed + 1), y.shape, 'float64');
        const dx = pool.backward(g, shape);
        const inner = (a: Tensor<'float64'>, b: Tensor<'float64'>) =>
          a.data.reduce((sum, value, i) => sum + value * (b.data[i] as number), 0);
        expect(Math.abs(inner(y, g) - inner(x, dx))).toBeLessThanOrEqual(1e-9 * (1 + x.size));
        for (const tensor of [x, y, g, dx]) {
          tensor.dispose();
        }
      }),
      parameters,
    );
  });
});

describe('the reference page', () => {
  test('a 2×2 kernel halves the size', () => {
    const pool = new AvgPool2d(2, 2);
    const y = pool.forward(Tensor.ones([1, 64, 56, 56]));
    expect(y.shape).toEqual([1, 64, 28, 28]);
    expect(y.data.every((value) => value === 1)).toBe(true);
    const dx = pool.backward(Tensor.ones(y.shape), [1, 64, 56, 56]);
    expect(dx.data.every((value) => value === 0.25)).toBe(true);
  });

  test('a 3×3 kernel with padding keeps the size', () => {
    const y = new AvgPool2d(3, 1, 1).forward(Tensor.ones([4, 32, 16, 16]));
    expect(y.shape).toEqual([4, 32, 16, 16]);
    expect(y.data.slice(0, 2)).toEqual(Float32Array.of(4 / 9, 6 / 9));
  });

  test('a kernel of the spatial size gives global average pooling', () => {
    const x = Tensor.from([1, 2, 3, 4, 5, 6], [1, 2, 3]);
    expect(avgPool2d(x, [2, 3]).toArray()).toEqual([[[3.5]]]);
  });
});

describe('NHWC', () => {
  test('is the layout of ImageData: each channel is averaged on its own', () => {
    const pool = new AvgPool2d({ kernelSize: 2, layout: 'NHWC' });
    const image = Tensor.from([1, 10, 100, 3, 30, 300, 5, 50, 500, 7, 70, 700], [2, 2, 3]);
    expect(pool.forward(image).toArray()).toEqual([[[4, 40, 400]]]);
    expect(pool.layout).toBe('NHWC');
    expect(pool.outputShape([8, 9, 9, 3])).toEqual([8, 4, 4, 3]);
    expect(pool.backward(Tensor.ones([1, 1, 3]), [2, 2, 3]).toArray()).toEqual([
      [Array(3).fill(0.25), Array(3).fill(0.25)],
      [Array(3).fill(0.25), Array(3).fill(0.25)],
    ]);
  });

  test('one pool handles tensors with different numbers of channels in turn', () => {
    const pool = new AvgPool2d({ kernelSize: 3, stride: 1, padding: 1, countIncludePad: false, layout: 'NHWC' });
    for (const channels of [1, 3, 8, 1, 8, 3]) {
      const y = pool.forward(Tensor.ones([2, 5, 4, channels]));
      expect(y.shape).toEqual([2, 5, 4, channels]);
      expect(y.data.every((value) => value === 1)).toBe(true);
    }
  });

  test('millions of channels work like few', () => {
    // The product with the size of a group must not wrap around in 32 bits.
    const channels = 2 ** 22 + 64;
    const x = Tensor.ones([1, 1, 2, channels]);
    const y = new AvgPool2d({ kernelSize: [1, 2], layout: 'NHWC' }).forward(x);
    expect(y.shape).toEqual([1, 1, 1, channels]);
    expect(y.data.every((value) => value === 1)).toBe(true);
    const dx = new AvgPool2d({ kernelSize: [1, 2], layout: 'NHWC' }).backward(y, x.shape);
    expect(dx.data.every((value) => value === 0.5)).toBe(true);
    for (const tensor of [x, y, dx]) {
      tensor.dispose();
    }
  });
});

describe('globalAvgPool2d', () => {
  const shapes = fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 })),
    fc.tuple(fc.integer({ min: 1, max: 40 })),
  );
  const size = fc.integer({ min: 1, max: 33 });

  test('equals AvgPool2d with a kernel of the height and width, bit for bit, with NaN and infinities', () => {
    const specials = fc.constantFrom(0.1, -1e30, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(
      fc.property(
        fc.constantFrom(...layouts),
        fc.constantFrom<Float>('float32', 'float64'),
        shapes,
        size,
        size,
        fc.array(specials, { maxLength: 8 }),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        (layout, dtype, leading, height, width, specials, seed) => {
          const { shape } = inLayout(layout, [], [...leading, height, width]);
          const generator = xoroshiro128plus(seed);
          const x = Tensor.zeros(shape, dtype);
          const { data } = x;
          for (let i = 0; i < x.size; i++) {
            data[i] = uniformInt(generator, -(2 ** 30), 2 ** 30) / 3;
          }
          for (const special of specials) {
            data[uniformInt(generator, 0, x.size - 1)] = special;
          }
          const pool = new AvgPool2d({ kernelSize: [height, width], layout });
          const expected = pool.forward(x);
          const out = Tensor.full(expected.shape, 7, dtype);
          const results = [globalAvgPool2d(x, { layout, out }), globalAvgPool2d(x, { layout })];
          expect(results[0]).toBe(out);
          if (layout === 'NCHW') {
            results.push(globalAvgPool2d(x), globalAvgPool2d(x, { layout: undefined, out: undefined }));
          }
          for (const y of results) {
            expect([y.shape, y.dtype]).toEqual([inLayout(layout, [], [...leading, 1, 1]).shape, dtype]);
            expect(y.data).toEqual(expected.data);
          }
          for (const tensor of [x, expected, ...results]) {
            tensor.dispose();
          }
        },
      ),
      { seed: 20_261_123, numRuns: 300 },
    );
  });

  test.each(layouts)('of a batch or a channel count of 0 is an empty tensor, in %s', (layout) => {
    for (const shape of [
      [0, 3, 4, 5],
      [2, 0, 4, 5],
      [0, 4, 5],
      // Planes that are too large for a plan.
      [0, 1, 65_536, 131_072],
    ]) {
      const y = globalAvgPool2d(Tensor.zeros(inLayout(layout, [], shape).shape), { layout });
      expect(y.shape).toEqual(inLayout(layout, [], [...shape.slice(0, -2), 1, 1]).shape);
    }
  });

  test('has the gradient of AvgPool2d with a kernel of the height and width', () => {
    const x = Tensor.from([1, 2, 3, 4, 5, 6], [1, 2, 3]);
    const y = globalAvgPool2d(x);
    expect(y.toArray()).toEqual([[[3.5]]]);
    const dx = new AvgPool2d(x.shape.slice(-2)).backward(Tensor.full(y.shape, 6), x.shape);
    expect([...dx.data]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('of several sizes in turn allocates nothing with out', () => {
    const program = `
      import { AvgPool2d, globalAvgPool2d, memoryUsage, Tensor } from 'avgpool';
      const cases = [[1, 3, 7, 7], [2, 2, 5, 6], [4, 9, 3]].map((shape) => ({
        x: Tensor.ones(shape),
        options: { out: Tensor.zeros([...shape.slice(0, -2), 1, 1]) },
        channelsLast: { layout: 'NHWC', out: Tensor.zeros([...shape.slice(0, -3), 1, 1, ...shape.slice(-1)]) },
      }));
      const rounds = (count) => {
        for (let i = 0; i < count; i++) {
          const { x, options, channelsLast } = cases[i % 3];
          globalAvgPool2d(x, options);
          globalAvgPool2d(x, channelsLast);
        }
      };
      rounds(200_000);
      const { bytes } = memoryUsage();
      const grown = Array.from({ length: 3 }, () => {
        gc();
        const before = process.memoryUsage().heapUsed;
        rounds(100_000);
        return process.memoryUsage().heapUsed - before;
      });
      console.log(JSON.stringify([Math.min(...grown), memoryUsage().bytes - bytes]));`;
    // As for AvgPool2d in memory.test.ts: one small object per call would take more than 3 MB.
    const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
    const [heap, memory] = JSON.parse(runModule(program, ...flags));
    expect(heap).toBeLessThan(500_000);
    expect(memory).toBe(0);
  });
});

describe('a shape that changes while it is read', () => {
  const pool = new AvgPool2d(2);
  const shape = [2, 3, 4, 6];
  const gradOutput = Tensor.from(
    Array.from({ length: 36 }, (_, i) => i),
    [2, 3, 2, 3],
  );
  const expected = pool.backward(gradOutput, shape);

  /** An array whose element at `axis` is `first` when it is read first, and `later` from then on. */
  const accessor = (axis: number, later: number) => {
    let reads = 0;
    return Object.defineProperty([...shape], axis, { get: () => (reads++ === 0 ? shape[axis] : later) });
  };
  const changing = (key: string, later: unknown) => {
    let reads = 0;
    return new Proxy([...shape], {
      get: (target, name) => (name === key && reads++ > 0 ? later : Reflect.get(target, name)),
    });
  };
  /** An array with a getter that pools planes of another size. */
  const pooling = () =>
    Object.defineProperty([...shape], 1, {
      get: () => {
        pool.backward(Tensor.ones([5, 4, 3, 2]), [5, 4, 6, 4]).dispose();
        expect(pool.outputShape([7, 8, 9, 10])).toEqual([7, 8, 4, 5]);
        return shape[1];
      },
    });

  const kinds: [string, () => number[]][] = [
    ...[0, 1, 2, 3].flatMap((axis): [string, () => number[]][] =>
      [400, 0, -1, 0.5].flatMap((later): [string, () => number[]][] => [
        [`by an accessor: size ${axis} becomes ${later}`, () => accessor(axis, later)],
        [
          `by an accessor, frozen: size ${axis} becomes ${later}`,
          () => Object.freeze(accessor(axis, later)) as number[],
        ],
        [`by a proxy: size ${axis} becomes ${later}`, () => changing(`${axis}`, later)],
      ]),
    ),
    ['by a proxy: its length becomes 3', () => changing('length', 3)],
    ['by a proxy: its length becomes 9', () => changing('length', 9)],
    ['by a getter that pools other planes', pooling],
    ['by a getter that pools other planes, frozen', () => Object.freeze(pooling()) as number[]],
  ];

  test.each(kinds)('has the sizes that were read first, %s', (_, make) => {
    expect(pool.outputShape(make())).toEqual(gradOutput.shape);
    const out = Tensor.zeros(shape);
    for (const gradInput of [pool.backward(gradOutput, make()), pool.backward(gradOutput, make(), out)]) {
      expect(gradInput.shape).toEqual(shape);
      expect(gradInput.data).toEqual(expected.data);
      gradInput.dispose();
    }
    for (const tensor of [Tensor.full(make(), 3), Tensor.from(Array(144).fill(3), make())]) {
      expect(tensor).toEqual(Tensor.full(shape, 3));
      tensor.dispose();
    }
  });
});

describe('tensors without elements', () => {
  const shapes = [
    [0, 3, 4, 4],
    [2, 0, 4, 4],
    [0, 4, 4],
  ];

  test.each(layouts.flatMap((layout) => shapes.map((shape) => [layout, shape] as const)))(
    'a batch or channel count of 0 is valid: in %s, the NCHW shape %j',
    (layout, shape) => {
      const inputShape = inLayout(layout, [], shape).shape;
      const pool = new AvgPool2d({ kernelSize: 2, layout });
      const y = pool.forward(Tensor.zeros(inputShape));
      expect(y.shape).toEqual(inLayout(layout, [], [...shape.slice(0, -2), 2, 2]).shape);
      expect(y.data.length).toBe(0);
      expect(pool.backward(y, inputShape).shape).toEqual(inputShape);
    },
  );
});

describe('integers', () => {
  test('are averaged in float32 unless float64 is given, and 16777217 is not a float32', () => {
    for (const values of [[16_777_217], Int32Array.of(16_777_217)]) {
      const single = Tensor.from(values, [1, 1, 1]);
      const double = Tensor.from(values, [1, 1, 1], 'float64');
      expect([single.dtype, avgPool2d(single, 1).data[0]]).toEqual(['float32', 16_777_216]);
      expect([double.dtype, avgPool2d(double, 1).data[0]]).toEqual(['float64', 16_777_217]);
    }
  });

  test('of one value average to it while their sum is below 2^24, and may round above', () => {
    const average = (size: number) => globalAvgPool2d(Tensor.full([1, size, size], 255)).data[0];
    // 255·256² is below 2^24, and 255·257² above.
    expect(average(256)).toBe(255);
    expect(average(257)).toBe(Math.fround(255.00002));
    expect(globalAvgPool2d(Tensor.full([1, 257, 257], 255, 'float64')).data[0]).toBe(255);
  });
});

describe('values that are not finite', () => {
  test('reach only the windows that contain them', () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const x = Tensor.zeros([1, 1, 9, 40]);
      x.data[4 * 40 + 17] = special;
      for (const kernelSize of [2, 3, 9] as const) {
        const y = new AvgPool2d({ kernelSize, stride: 1 }).forward(x);
        const [, , height, width] = y.shape as [number, number, number, number];
        for (let i = 0; i < y.size; i++) {
          const [oh, ow] = [Math.floor(i / width), i % width];
          const contains = oh <= 4 && 4 < oh + kernelSize && ow <= 17 && 17 < ow + kernelSize;
          expect(y.data[i], `kernel ${kernelSize}, window ${oh}, ${ow} of ${height}×${width}`).toBe(
            contains ? special : 0,
          );
        }
      }
    }
  });
});

describe('huge numbers as sizes', () => {
  test('a stride, dilation or padding far larger than the input gives the results of the formula', () => {
    const x = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
    const far = 2 ** 31 - 1;
    expect(new AvgPool2d({ kernelSize: 2, stride: far }).forward(x).toArray()).toEqual([[[2.5]]]);
    expect(new AvgPool2d({ kernelSize: 1, dilation: far }).forward(x).toArray()).toEqual(x.toArray());
    expect(() => new AvgPool2d({ kernelSize: 2, dilation: far }).forward(x)).toThrow(RangeError);
    const padding = [
      [1, far],
      [1, 0],
    ] as const;
    expect(new AvgPool2d({ kernelSize: 3, stride: far, padding }).forward(x).toArray()).toEqual([
      [[Math.fround(10 / 9)], [0]],
    ]);
  });
});
