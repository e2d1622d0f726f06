// The results of AdaptiveAvgPool2d: those of PyTorch, the definition, and those of AvgPool2d where the sizes divide.

import { readFileSync } from 'node:fs';
import {
  AdaptiveAvgPool2d,
  type AdaptiveSize,
  AvgPool2d,
  adaptiveAvgPool2d,
  globalAvgPool2d,
  type Layout,
  Tensor,
} from 'avgpool';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { epsilon, expectClose, type Float } from './close.js';
import { adaptive } from './definition.js';
import { inLayout } from './layouts.js';

const layouts: Layout[] = ['NCHW', 'NHWC'];
const dtypes: Float[] = ['float32', 'float64'];
const worlds = layouts.flatMap((layout) => dtypes.map((dtype) => [layout, dtype] as const));

const product = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);

/** A tensor of values that are given in NCHW, as is their shape. */
function tensorOf(layout: Layout, values: readonly number[], shape: readonly number[], dtype: Float): Tensor {
  const converted = inLayout(layout, values, shape);
  return Tensor.from(converted.values, converted.shape, dtype);
}

function dispose(...tensors: Tensor[]): void {
  for (const tensor of tensors) {
    tensor.dispose();
  }
}

interface Fixture {
  readonly name: string;
  readonly dtype: Float;
  readonly shape: number[];
  readonly outputSize: AdaptiveSize;
  readonly input: number[];
  readonly outputShape: number[];
  readonly output: number[];
  readonly gradOutput: number[];
  readonly gradInput: number[];
}

const fixtures: Fixture[] = JSON.parse(
  readFileSync(new URL('./fixtures/pytorch-adaptive-avg-pool2d.json', import.meta.url), 'utf8'),
);

describe('the results of PyTorch', () => {
  test('are complete', () => {
    expect(fixtures.length).toBe(500);
  });

  test.each(
    fixtures.flatMap((fixture) =>
      layouts.map((layout) => {
        const { name, dtype, shape, outputSize } = fixture;
        const sizes = `${JSON.stringify(shape)} to ${JSON.stringify(outputSize)}`;
        return [`${name}, ${dtype} ${sizes} in ${layout}`, layout, fixture] as const;
      }),
    ),
  )('forward and backward: %s', (_, layout, fixture) => {
    const { dtype, shape, outputSize, input, outputShape, output, gradOutput, gradInput } = fixture;
    const pool = new AdaptiveAvgPool2d({ outputSize, layout });
    const x = tensorOf(layout, input, shape, dtype);
    const g = tensorOf(layout, gradOutput, outputShape, dtype);
    expect(pool.outputShape(x.shape)).toEqual(g.shape);
    const y = pool.forward(x);
    const dx = pool.backward(g, x.shape);
    expect([y.shape, dx.shape]).toEqual([g.shape, x.shape]);
    // All inputs are multiples of 1/8, at most 8. The results for float32 have 10 digits.
    expectClose(y.data, inLayout(layout, output, outputShape).values, () => 8 * epsilon[dtype]);
    const most = 8 * product(outputShape.slice(-2));
    expectClose(dx.data, inLayout(layout, gradInput, shape).values, () => most * epsilon[dtype]);
    dispose(x, g, y, dx);
  });
});

type Sizes = readonly [height: number, width: number];

type Random = ReturnType<typeof xoroshiro128plus>;

/** The sizes of inputs and outputs: all pairs up to 40 on one axis, and random ones up to 5 on the other. */
function* allSizes(generator: Random): Iterable<readonly [inputs: Sizes, outputs: Sizes]> {
  for (let input = 1; input <= 40; input++) {
    for (let output = 1; output <= 40; output++) {
      const [otherInput, otherOutput] = [uniformInt(generator, 1, 5), uniformInt(generator, 1, 5)];
      yield [
        [input, otherInput],
        [output, otherOutput],
      ];
      yield [
        [otherInput, input],
        [otherOutput, output],
      ];
    }
  }
}

/** Multiples of 1/16 from −32 to 32: their sums are exact in float32 and float64. */
const someNumbers = (generator: Random, length: number) =>
  Array.from({ length }, () => uniformInt(generator, -512, 511) / 16);

/** The leading sizes of a shape: few or many channels, with or without a batch. */
const someLeading = (generator: Random) => {
  const channels = uniformInt(generator, 1, 9);
  return channels % 2 ? [channels] : [2, channels];
};

describe('every pair of sizes up to 40 on an axis', () => {
  test.each(worlds)(
    'gives the averages and the gradient of the definition, in %s and %s',
    (layout, dtype) => {
      const generator = xoroshiro128plus(20_261_126);
      for (const [inputs, outputs] of allSizes(generator)) {
        const leading = someLeading(generator);
        const [shape, outputShape] = [inputs, outputs].map((sizes) => [...leading, ...sizes]) as [number[], number[]];
        const values = someNumbers(generator, product(shape));
        const gradients = someNumbers(generator, product(outputShape));
        const planes = Array.from({ length: product(leading) }, (_, plane) => {
          const part = (all: number[], size: number) => all.slice(plane * size, (plane + 1) * size);
          return adaptive(inputs, outputs, part(values, product(inputs)), part(gradients, product(outputs)));
        });
        const expected = (name: 'averages' | 'gradient' | 'magnitude', shape: number[]) =>
          inLayout(
            layout,
            planes.flatMap((plane) => plane[name]),
            shape,
          ).values;
        const x = tensorOf(layout, values, shape, dtype);
        const g = tensorOf(layout, gradients, outputShape, dtype);
        const pool = new AdaptiveAvgPool2d({ outputSize: outputs, layout });
        const y = pool.forward(x);
        const dx = pool.backward(g, x.shape);
        const reproduced = `[${shape}] to [${outputs}]`;
        expect([y.shape, dx.shape], reproduced).toEqual([g.shape, x.shape]);
        try {
          // The sums are exact, so only the division rounds.
          const averages = expected('averages', outputShape);
          expectClose(y.data, averages, (i) => epsilon[dtype] * Math.abs(averages[i] as number));
          const magnitude = expected('magnitude', shape);
          const terms = product(outputs);
          expectClose(dx.data, expected('gradient', shape), (i) => terms * epsilon[dtype] * (magnitude[i] as number));
        } catch (error) {
          throw new Error(`from ${reproduced}: ${(error as Error).message}`, { cause: error });
        }
        dispose(x, g, y, dx);
      }
    },
    60_000,
  );

  test.each(worlds)('gives the bits of AvgPool2d where the output divides the input, in %s and %s', (layout, dtype) => {
    const generator = xoroshiro128plus(20_261_127);
    let count = 0;
    for (const [inputs, outputs] of allSizes(generator)) {
      const kernelSize = inputs.map((input, axis) => input / (outputs[axis] as number));
      if (!kernelSize.every(Number.isInteger)) {
        continue;
      }
      count++;
      const leading = someLeading(generator);
      const thirds = (length: number) =>
        Array.from({ length }, () =>
          uniformInt(generator, 0, 40) ? uniformInt(generator, -1e9, 1e9) / 3 : Number.NaN,
        );
      const [shape, outputShape] = [inputs, outputs].map((sizes) => [...leading, ...sizes]) as [number[], number[]];
      const x = tensorOf(layout, thirds(product(shape)), shape, dtype);
      const g = tensorOf(layout, thirds(product(outputShape)), outputShape, dtype);
      const [pool, same] = [
        new AdaptiveAvgPool2d({ outputSize: outputs, layout }),
        new AvgPool2d({ kernelSize, layout }),
      ];
      const results = [pool, same].map((each) => [each.forward(x), each.backward(g, x.shape)] as const);
      expect(results[0], `[${shape}] to [${outputs}]`).toEqual(results[1]);
      dispose(x, g, ...results.flat());
    }
    expect(count).toBeGreaterThan(100);
  });
});

describe('a null in outputSize', () => {
  const x = Tensor.from(
    Array.from({ length: 84 }, (_, i) => i / 3),
    [3, 4, 7],
  );

  test.each([
    [
      [null, 3],
      [4, 3],
    ],
    [
      [2, null],
      [2, 7],
    ],
    [
      [null, null],
      [4, 7],
    ],
  ] as [AdaptiveSize, number[]][])('keeps that size of the input: %j', (outputSize, expected) => {
    const [pool, same] = [new AdaptiveAvgPool2d(outputSize), new AdaptiveAvgPool2d(expected)];
    expect(pool.outputShape(x.shape)).toEqual([3, ...expected]);
    expect(pool.forward(x)).toEqual(same.forward(x));
    expect(pool.backward(same.forward(x), x.shape)).toEqual(same.backward(same.forward(x), x.shape));
    expect(pool.outputShape([2, 3, 9, 9])).toEqual([2, 3, ...expected.map((_, i) => (outputSize as number[])[i] ?? 9)]);
  });

  test('for both sizes copies the input, and its gradient is that of the output', () => {
    const pool = new AdaptiveAvgPool2d([null, null]);
    expect(pool.forward(x)).toEqual(x);
    expect(pool.backward(x, x.shape)).toEqual(x);
  });
});

describe('an output of 1×1', () => {
  test.each(worlds)('is global average pooling, bit for bit, in %s and %s', (layout, dtype) => {
    const generator = xoroshiro128plus(20_261_128);
    for (let size = 1; size <= 40; size++) {
      const shape = [...someLeading(generator), size, uniformInt(generator, 1, 40)];
      const values = Array.from({ length: product(shape) }, () => uniformInt(generator, -1e9, 1e9) / 3);
      const x = tensorOf(layout, values, shape, dtype);
      const expected = globalAvgPool2d(x, { layout });
      for (const outputSize of [1, [1, 1]]) {
        expect(adaptiveAvgPool2d(x, { outputSize, layout }), `${shape}`).toEqual(expected);
      }
      dispose(x, expected);
    }
  });
});

describe('adaptiveAvgPool2d', () => {
  const x = Tensor.from([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3]);

  test('takes a size, a pair, options or a pool', () => {
    const expected = [
      [3, 4],
      [6, 7],
    ];
    for (const options of [2, [2, 2], [2, 2] as const, { outputSize: 2 }, new AdaptiveAvgPool2d(2)]) {
      expect(adaptiveAvgPool2d(x, options as AdaptiveSize).toArray()).toEqual([expected]);
    }
    expect(adaptiveAvgPool2d(x, { outputSize: [1, null], layout: 'NHWC' }).shape).toEqual([1, 3, 3]);
  });

  test('repeats elements where the output is larger', () => {
    const row = Tensor.from([1, 3], [1, 1, 2]);
    expect(adaptiveAvgPool2d(row, [2, 3]).toArray()).toEqual([
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    ]);
  });
});

describe('out', () => {
  test('is written and returned, forward and backward', () => {
    const pool = new AdaptiveAvgPool2d([2, 3]);
    const x = Tensor.ones([2, 3, 5, 4]);
    const y = Tensor.full([2, 3, 2, 3], 7);
    expect(pool.forward(x, y)).toBe(y);
    expect(y).toEqual(Tensor.ones(y.shape));
    const dx = Tensor.full(x.shape, 7);
    expect(pool.backward(y, x.shape, dx)).toBe(dx);
    expect(dx).toEqual(pool.backward(y, x.shape));
  });
});

test.each(layouts)('a batch or a channel count of 0 gives an empty tensor, in %s', (layout) => {
  for (const shape of [
    [0, 3, 4, 5],
    [2, 0, 4, 5],
    [0, 4, 5],
    // Planes that are too large for a plan.
    [0, 1, 65_536, 131_072],
  ]) {
    const pool = new AdaptiveAvgPool2d({ outputSize: [7, null], layout });
    const x = Tensor.zeros(inLayout(layout, [], shape).shape);
    const y = pool.forward(x);
    expect(y.shape).toEqual(inLayout(layout, [], [...shape.slice(0, -2), 7, shape.at(-1) as number]).shape);
    expect(pool.backward(y, x.shape).shape).toEqual(x.shape);
  }
});

test('one pool serves inputs of different sizes, types and ranks in turn', () => {
  const pool = new AdaptiveAvgPool2d([3, 2]);
  for (const shape of [
    [1, 5, 7],
    [2, 3, 6, 4],
    [1, 2, 2],
    [1, 5, 7],
  ]) {
    for (const dtype of dtypes) {
      expect(pool.forward(Tensor.ones(shape, dtype))).toEqual(Tensor.ones([...shape.slice(0, -2), 3, 2], dtype));
    }
  }
});

describe('the element types that are only stored', () => {
  const sizes = [1, 2, 3, 5, 7, 12];

  /** Visits small planes of three channels, by the sizes of the input and of the output. */
  const visit = (call: (shape: number[], outputSize: [number, number], values: number[]) => void) => {
    for (const height of sizes) {
      for (const width of sizes) {
        for (const outputSize of [
          [1, 1],
          [2, 3],
          [5, 4],
          [13, 7],
        ] as [number, number][]) {
          const values = Array.from({ length: 3 * height * width }, (_, i) => (i * 37 + height * width) % 256);
          call([3, height, width], outputSize, values);
        }
      }
    }
  };

  test('uint8 rounds the averages of float64 to whole numbers, halves up', () => {
    visit((shape, outputSize, values) => {
      const exact = adaptiveAvgPool2d(Tensor.from(values, shape, 'float64'), outputSize);
      // A sum is whole, and no average is nearer to a half than the rounding error.
      const expected = Array.from(exact.data, (value) => Math.floor(value + 0.5));
      const bytes = adaptiveAvgPool2d(Tensor.from(values, shape, 'uint8'), outputSize);
      expect([...bytes.data], `${shape} to ${outputSize}`).toEqual(expected);
    });
  });

  test('float16 rounds the averages and gradients of float32', () => {
    visit((shape, outputSize, values) => {
      const pool = new AdaptiveAvgPool2d(outputSize);
      for (const direction of ['forward', 'backward'] as const) {
        const [wide, half] = (['float32', 'float16'] as const).map((dtype) => {
          if (direction === 'forward') {
            return pool.forward(Tensor.from(values, shape, dtype));
          }
          const outputShape = pool.outputShape(shape);
          const size = outputShape.reduce((product, size) => product * size, 1);
          const gradients = Array.from({ length: size }, (_, i) => (i * 29) % 256);
          return pool.backward(Tensor.from(gradients, outputShape, dtype), shape);
        }) as [Tensor, Tensor];
        const rounded = Tensor.from(wide, undefined, 'float16');
        expect(half.toArray(), `${direction}, ${shape} to ${outputSize}`).toEqual(rounded.toArray());
      }
    });
  });
});
