// The options of a pool as data: generic tools compare and copy them, and nothing but the options decides the results.

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import {
  AdaptiveAvgPool2d,
  type AdaptiveAvgPool2dOptions,
  AvgPool2d,
  type AvgPool2dOptions,
  globalAvgPool2d,
  Tensor,
} from 'avgpool';
import { describe, expect, test } from 'vitest';

// The compiler rejects some of these objects as options.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Any = any;

const base = { kernelSize: 3, stride: 2, padding: 1 } as const;

/** Values of each option that give different results on `x` beside the options of `base`. */
const values: { [Name in keyof AvgPool2dOptions]-?: readonly AvgPool2dOptions[Name][] } = {
  kernelSize: [3, 2, [3, 2], [2, 3]],
  stride: [2, null, 1, [1, 2], [2, 1]],
  padding: [1, 0, 2, [1, 0], [0, 1], ...sides()],
  ceilMode: [false, true],
  countIncludePad: [true, false],
  divisorOverride: [null, 4, -4, 0.1, 1 / 3],
  dilation: [1, 2, [1, 2], [2, 1]],
  layout: ['NCHW', 'NHWC'],
};

/** Paddings of one side only. */
function* sides(): Generator<readonly [[number, number], [number, number]]> {
  for (let side = 0; side < 4; side++) {
    const [top, bottom, left, right] = [0, 1, 2, 3].map((each) => (each === side ? 2 : 0)) as [
      number,
      number,
      number,
      number,
    ];
    yield [
      [top, bottom],
      [left, right],
    ];
  }
}

const names = Object.keys(values) as (keyof AvgPool2dOptions)[];
const variants = names.flatMap((name) =>
  values[name].map((value): [string, AvgPool2dOptions] => [
    `${name} ${JSON.stringify(value)}`,
    { ...base, [name]: value },
  ]),
);

const x = Tensor.from(
  Array.from({ length: 4 * 6 * 8 }, (_, i) => (i * 37) % 101),
  [4, 6, 8],
);

/** The shape and the elements of the result for `x`. */
function results(pool: AvgPool2d | AdaptiveAvgPool2d): unknown {
  const y = pool.forward(x);
  const dx = pool.backward(y, x.shape);
  return [y.shape, [...y.data], [...dx.data]];
}

class Named extends AvgPool2d {
  name = 'pool1';
  readonly #scale = 2;
  scaled(): number {
    return this.#scale;
  }
}

class NamedAdaptive extends AdaptiveAvgPool2d {
  name = 'pool1';
}

/** Options of adaptive poolings that give different results on `x`. */
const adaptiveVariants: AdaptiveAvgPool2dOptions[] = [
  ...[2, 3, [2, null], [null, 2], [null, null], [2, 3], [3, 2]].map((outputSize) => ({ outputSize })),
  { outputSize: 2, layout: 'NHWC' },
];

describe('two pools that differ in one option', () => {
  const pairs = names.flatMap((name) =>
    values[name].flatMap((a, i) =>
      values[name].slice(i + 1).map((b) => [name, JSON.stringify(a), JSON.stringify(b), a, b] as const),
    ),
  );

  test.each(pairs)('are different for generic tools, and pool differently: %s %s and %s', (name, _, __, a, b) => {
    for (const Class of [AvgPool2d, Named]) {
      const [one, other] = [a, b].map((value) => new Class({ ...base, [name]: value } as Any)) as [
        AvgPool2d,
        AvgPool2d,
      ];
      assert.notDeepStrictEqual(one, other);
      expect(one).not.toEqual(other);
      expect(one).not.toStrictEqual(other);
      expect(JSON.stringify(one)).not.toBe(JSON.stringify(other));
      assert.notDeepStrictEqual(structuredClone(one), structuredClone(other));
      expect(inspect(one, { depth: 3 })).not.toBe(inspect(other, { depth: 3 }));
      expect(String(one)).not.toBe(String(other));
      expect(results(one)).not.toEqual(results(other));
    }
  });
});

test('adaptive pools with different options are different for generic tools, and pool differently', () => {
  for (const [i, options] of adaptiveVariants.entries()) {
    for (const others of adaptiveVariants.slice(i + 1)) {
      for (const Class of [AdaptiveAvgPool2d, NamedAdaptive]) {
        const [one, other] = [new Class(options), new Class(others)];
        assert.notDeepStrictEqual(one, other);
        expect(one).not.toEqual(other);
        expect(JSON.stringify(one)).not.toBe(JSON.stringify(other));
        assert.notDeepStrictEqual(structuredClone(one), structuredClone(other));
        expect(inspect(one)).not.toBe(inspect(other));
        expect(String(one)).not.toBe(String(other));
        expect(results(one)).not.toEqual(results(other));
      }
    }
  }
});

describe('a copy of a pool', () => {
  const copies: [string, (pool: AvgPool2d | AdaptiveAvgPool2d) => Any][] = [
    ['by structuredClone', structuredClone],
    ['by JSON', (pool) => JSON.parse(JSON.stringify(pool))],
    ['by spread', (pool) => ({ ...pool })],
    ['by spread, frozen', (pool) => Object.freeze({ ...pool })],
    ['without a prototype', (pool) => Object.assign(Object.create(null), pool)],
    ['of another realm', (pool) => runInNewContext(`(${JSON.stringify(pool)})`)],
    ['in getters of its own', (pool) => getters(pool)],
    ['in a proxy', (pool) => new Proxy({ ...pool }, {})],
    ['as the pool itself', (pool) => pool],
    ['as a proxy of the pool', (pool) => new Proxy(pool, {})],
    ['as an object derived from the pool', Object.create],
    ['as a pool of a subclass with fields', named],
    ['as a proxy of such a pool', (pool) => new Proxy(named(pool), {})],
  ];

  function named(pool: AvgPool2d | AdaptiveAvgPool2d): AvgPool2d | AdaptiveAvgPool2d {
    return pool instanceof AvgPool2d ? new Named(pool) : new NamedAdaptive(pool);
  }

  /** An object whose options are getters, each of which can be read once. */
  function getters(pool: AvgPool2d | AdaptiveAvgPool2d): object {
    return Object.defineProperties(
      {},
      Object.fromEntries(
        Object.entries(pool).map(([name, value]) => {
          let reads = 0;
          return [
            name,
            { enumerable: true, get: () => (reads++ === 0 ? value : expect.fail(`${name} is read twice`)) },
          ];
        }),
      ),
    );
  }

  test.each(copies)('%s makes an equal pool with the same results, for every option', (_, copy) => {
    for (const [name, options] of [...variants, ['padding −0', { kernelSize: 2, padding: -0 }] as const]) {
      const pool = new AvgPool2d(options);
      const made = new AvgPool2d(copy(pool));
      assert.deepStrictEqual(made, pool, name);
      expect(made).toStrictEqual(pool);
      expect(results(made), name).toEqual(results(pool));
      expect(results(new Named(copy(pool))), name).toEqual(results(pool));
    }
    for (const options of adaptiveVariants) {
      const pool = new AdaptiveAvgPool2d(options);
      const made = new AdaptiveAvgPool2d(copy(pool));
      expect(made).toStrictEqual(pool);
      expect(results(made)).toEqual(results(pool));
      expect(results(new NamedAdaptive(copy(pool)))).toEqual(results(pool));
    }
  });

  test('has no field of its subclass', () => {
    const named = new Named(2);
    expect(Object.keys(new AvgPool2d(named))).toEqual(names);
    expect([named.name, named.scaled()]).toEqual(['pool1', 2]);
  });
});

/** The result of a call while an object has a property more. */
function withProperty<T>(object: object, name: PropertyKey, property: PropertyDescriptor, call: () => T): T {
  Object.defineProperty(object, name, { ...property, configurable: true });
  try {
    return call();
  } finally {
    delete (object as Any)[name];
  }
}

describe('nothing but the options decides the results', () => {
  const prototypes = [Object, Array].map(({ name, prototype }) => [name, prototype] as const);

  test.each(prototypes)('a method toJSON of %s.prototype does not', (_, prototype) => {
    const expected = variants.map(([, options]) => results(new AvgPool2d(options)));
    const pooled = withProperty(prototype, 'toJSON', { value: () => 0 }, () =>
      variants.map(([, options]) => results(new AvgPool2d(options))),
    );
    expect(pooled).toEqual(expected);
  });

  const properties = (value: unknown): PropertyDescriptor[] => [
    { value, enumerable: true, writable: true },
    { value },
    { get: () => value, set: () => {} },
  ];

  test.each(names)('a property %s of Object.prototype does not', (name) => {
    for (const value of values[name]) {
      for (const property of properties(value)) {
        const make = () => [
          new AvgPool2d(base.kernelSize, base.stride, base.padding),
          new AvgPool2d(base),
          new AvgPool2d({ ...base, [name]: undefined, kernelSize: 3 }),
          new AvgPool2d([3, 2]),
          new AvgPool2d({ kernelSize: 3 }),
          new Named(base),
        ];
        const expected = make();
        const made = withProperty(Object.prototype, name, property, make);
        for (const [i, pool] of made.entries()) {
          assert.deepStrictEqual(pool, expected[i]);
          expect(results(pool)).toEqual(results(expected[i] as AvgPool2d));
        }
      }
    }
  });

  test.each(['value', 'get', 'set'])(
    'a property %s of Object.prototype, as of a property descriptor, does not',
    (name) => {
      const make = () => [new AvgPool2d(base), new Named(base)];
      const expected = make();
      const made = withProperty(Object.prototype, name, { value: () => 5, enumerable: true }, make);
      for (const [i, pool] of made.entries()) {
        assert.deepStrictEqual(pool, expected[i]);
        assert.deepEqual(Object.getOwnPropertyDescriptors(pool), Object.getOwnPropertyDescriptors(expected[i]));
      }
    },
  );

  test('a property of Object.prototype does not change an adaptive pool', () => {
    for (const [name, value] of Object.entries({ outputSize: 5, layout: 'NHWC', value: 5 })) {
      for (const property of properties(value)) {
        const make = () => [new AdaptiveAvgPool2d(2), new AdaptiveAvgPool2d({ outputSize: [null, 2] })];
        const expected = make();
        const made = withProperty(Object.prototype, name, property, make);
        assert.deepStrictEqual(made, expected);
        expect(made.map(results)).toEqual(expected.map(results));
      }
    }
  });

  test('a size of Object.prototype does not stand for a missing one', () => {
    for (const property of properties(2)) {
      for (const [name, Class] of Object.entries({ kernelSize: AvgPool2d, outputSize: AdaptiveAvgPool2d })) {
        const make = () => new Class({} as Any);
        expect(() => withProperty(Object.prototype, name, property, make)).toThrow(TypeError);
      }
    }
  });

  test('options of Object.prototype do not change globalAvgPool2d', () => {
    const expected = globalAvgPool2d(x);
    for (const [name, value] of Object.entries({ layout: 'NHWC', out: Tensor.zeros([1, 1, 8]), other: 1 })) {
      for (const property of properties(value)) {
        const y = withProperty(Object.prototype, name, property, () => globalAvgPool2d(x, {}));
        expect(y).not.toBe(value);
        expect([y.shape, ...y.data]).toEqual([[4, 1, 1], ...expected.data]);
      }
    }
  });
});

describe('String(pool)', () => {
  test.each([
    [{ kernelSize: 2 }, 'kernel_size=2, stride=None, padding=0'],
    [{ kernelSize: [3, 2], stride: 1, padding: [1, 0] }, 'kernel_size=(3, 2), stride=1, padding=(1, 0)'],
    [
      { kernelSize: 2, ceilMode: true, countIncludePad: false, divisorOverride: 0.5, dilation: [1, 2], layout: 'NHWC' },
      'kernel_size=2, stride=None, padding=0, ceil_mode=True, count_include_pad=False, divisor_override=0.5, dilation=(1, 2), layout="NHWC"',
    ],
  ] as [AvgPool2dOptions, string][])('of %j shows what differs from the defaults', (options, expected) => {
    expect(String(new AvgPool2d(options))).toBe(`AvgPool2d(${expected})`);
  });

  test('shows the extraRepr of a subclass', () => {
    class Scaled extends AvgPool2d {
      override extraRepr(): string {
        return `${super.extraRepr()}, scale=2`;
      }
    }
    const scaled = new Scaled({ kernelSize: 2, dilation: 3 });
    expect(String(scaled)).toBe('AvgPool2d(kernel_size=2, stride=None, padding=0, scale=2, dilation=3)');
  });

  test.each([
    [5, 'output_size=5'],
    [[5, 7], 'output_size=(5, 7)'],
    [[null, 7], 'output_size=(None, 7)'],
    [[null, null], 'output_size=(None, None)'],
  ])('of an adaptive pool to %j is that of PyTorch, with a layout other than NCHW', (outputSize, expected) => {
    const pool = new AdaptiveAvgPool2d(outputSize);
    expect([pool.extraRepr(), String(pool)]).toEqual([expected, `AdaptiveAvgPool2d(${expected})`]);
    const channelsLast = new AdaptiveAvgPool2d({ outputSize, layout: 'NHWC' });
    expect(channelsLast.extraRepr()).toBe(expected);
    expect(String(channelsLast)).toBe(`AdaptiveAvgPool2d(${expected}, layout="NHWC")`);
  });

  test('of every option leaves extraRepr as lucid prints it', () => {
    for (const [, options] of variants) {
      expect(new AvgPool2d(options).extraRepr()).toMatch(
        /^kernel_size=[^a-z]+, stride=(None|[^a-z]+), padding=[^a-z]+$/,
      );
    }
  });
});
