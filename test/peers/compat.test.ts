// Compares avgpool/compat, and poolings without options, with the projects that have them, on seeded random poolings. Tests
// the error messages of avgpool/compat.

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as layers from '@tensorflow/tfjs-layers';
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  type AvgPool2dOptions,
  avgPool2d,
  globalAvgPool2d,
  type Shape,
  Tensor,
} from 'avgpool';
import {
  fromOnnx,
  fromTfjs,
  fromWebNN,
  type OnnxAveragePool,
  type TfjsAveragePooling2d,
  type TfjsAvgPool,
  type WebNNPool2dOptions,
} from 'avgpool/compat';
import proto from 'onnx-proto';
import * as ort from 'onnxruntime-node';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { beforeAll, describe, expect, test } from 'vitest';
import { inLayout } from '../layouts.js';

const CASES = 500;

const generator = xoroshiro128plus(20_261_123);
const below = (limit: number) => uniformInt(generator, 0, limit - 1);
const upTo = (limit: number) => uniformInt(generator, 1, limit);
const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;

/** Random elements between −1 and 1 for a tensor of this shape. */
const elements = (shape: readonly number[]) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return Float32Array.from({ length: size }, () => uniformInt(generator, -1000, 1000) / 1000);
};

/** Expects |result − expected| ≤ (kH + kW)·2^−23, the rounding error of either order of summation if |x| ≤ 1. */
function expectSame(
  options: AvgPool2dOptions,
  x: Float32Array,
  shape: number[],
  expected: ArrayLike<number>,
  of: string,
) {
  const pool = new AvgPool2d(options);
  const input = Tensor.from(x, shape);
  const output = pool.forward(input);
  const [height, width] = options.kernelSize as readonly [number, number];
  const wrong = output.data.findIndex(
    (value, i) => !(Math.abs(value - (expected[i] as number)) <= (height + width) * 2 ** -23),
  );
  expect(output.size, of).toBe(expected.length);
  expect(wrong, `${of}: element ${wrong} is ${output.data[wrong]}, not ${expected[wrong]}`).toBe(-1);
  input.dispose();
  output.dispose();
}

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;

const { FLOAT, FLOAT16, UINT8 } = TensorProto.DataType;

/** A node of an ONNX graph. */
const node = (opType: string, input: string[], output: string, attributes: object = {}) => {
  const { INTS, INT, STRING } = AttributeProto.AttributeType;
  const attribute = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === 'string') {
      return { name, type: STRING, s: new TextEncoder().encode(value) };
    }
    return Array.isArray(value) ? { name, type: INTS, ints: value } : { name, type: INT, i: Number(value) };
  });
  return { opType, input, output: [output], attribute };
};

/** An ONNX model of `nodes`, from `x` to `y`. */
function modelOf(
  nodes: object[],
  shape: readonly number[],
  [inputType, outputType]: readonly [number, number],
  initializer: object[] = [],
): Uint8Array {
  const dim = shape.map((dimValue) => ({ dimValue }));
  const input = [{ name: 'x', type: { tensorType: { elemType: inputType, shape: { dim } } } }];
  const output = [{ name: 'y', type: { tensorType: { elemType: outputType } } }];
  const graph = { name: 'pool', node: nodes, input, output, initializer };
  const opsetImport = [
    { domain: '', version: 22 },
    { domain: 'com.microsoft', version: 1 },
  ];
  return ModelProto.encode(ModelProto.fromObject({ irVersion: 10, opsetImport, graph })).finish();
}

/** An ONNX model of one AveragePool. */
const model = (attributes: OnnxAveragePool, shape: number[]) =>
  modelOf([node('AveragePool', ['x'], 'y', attributes)], shape, [FLOAT, FLOAT]);

async function run(bytes: Uint8Array, x: ort.Tensor): Promise<ort.Tensor> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    logSeverityLevel: 4,
  });
  const { y } = await session.run({ x });
  await session.release();
  return y as ort.Tensor;
}

const onnxRuntime = (attributes: OnnxAveragePool, x: Float32Array, shape: number[]) =>
  run(model(attributes, shape), new ort.Tensor('float32', x, shape));

/** The result of an operator over float16. The model makes its halves, because ONNX Runtime takes no Float16Array in Node. */
async function onnxRuntimeInHalf(opType: string, attributes: object, x: Tensor<'float16'>): Promise<Tensor<'float16'>> {
  const nodes = [node('Cast', ['x'], 'halves', { to: FLOAT16 }), node(opType, ['halves'], 'y', attributes)];
  const y = await run(modelOf(nodes, x.shape, [FLOAT, FLOAT16]), new ort.Tensor('float32', numbersOf(x), x.shape));
  return Tensor.from({ data: y.data as Uint16Array, dims: y.dims, type: 'float16' });
}

const numbersOf = (tensor: Tensor) => Float32Array.from(tensor.toJSON().data as number[]);

/** Random attributes that ONNX Runtime accepts: each padding is shorter than the window, and the window fits. */
function randomOnnx(): { attributes: OnnxAveragePool; shape: number[] } {
  for (;;) {
    const shape = [upTo(2), upTo(3), upTo(32), upTo(32)];
    const autoPad = pick(['NOTSET', 'NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'] as const);
    const kernel = [upTo(7), upTo(7)] as const;
    const strides = [upTo(4), upTo(4)];
    const dilations = autoPad.startsWith('SAME') ? [1, 1] : [upTo(3), upTo(3)];
    const pads = [...kernel, ...kernel].map(below);
    const fits = kernel.every((size, i) => {
      const padding = autoPad === 'NOTSET' ? (pads[i] as number) + (pads[i + 2] as number) : 0;
      const effectiveSize = (dilations[i] as number) * (size - 1) + 1;
      return autoPad.startsWith('SAME') || effectiveSize <= (shape[2 + i] as number) + padding;
    });
    if (fits) {
      const attributes: OnnxAveragePool = {
        kernel_shape: kernel,
        strides,
        dilations,
        ceil_mode: autoPad === 'VALID' ? 0 : below(2),
        count_include_pad: below(2),
        ...(autoPad === 'NOTSET' ? { pads } : { auto_pad: autoPad }),
      };
      return { attributes, shape };
    }
  }
}

/** The options of WebNN for ONNX's attributes with pads and without counted padding. */
function webnnOf({ kernel_shape, strides, dilations, pads, ceil_mode }: OnnxAveragePool): WebNNPool2dOptions {
  const [top, left, bottom, right] = pads as [number, number, number, number];
  return {
    windowDimensions: kernel_shape,
    strides,
    dilations,
    padding: [top, bottom, left, right],
    outputShapeRounding: ceil_mode ? 'ceil' : 'floor',
  };
}

/** Whether an error is a RangeError with this message, as the translators promise. */
const isRefusal = (error: unknown, message: RegExp) => error instanceof RangeError && message.test(error.message);

/** Whether a window contains no element. ONNX Runtime then divides by zero or returns uninitialised memory. */
function hasEmptyWindow(options: AvgPool2dOptions, shape: number[]): boolean {
  const ones = Tensor.ones(shape);
  const output = new AvgPool2d(options).forward(ones);
  const empty = output.data.includes(0);
  ones.dispose();
  output.dispose();
  return empty;
}

describe('ONNX', () => {
  test(`fromOnnx gives the results of ONNX Runtime on ${CASES} random poolings`, async () => {
    let compared = 0;
    let skipped = 0;
    while (compared < CASES) {
      const { attributes, shape } = randomOnnx();
      const of = `${JSON.stringify(attributes)} on ${JSON.stringify(shape)}`;
      let options: AvgPool2dOptions;
      try {
        options = fromOnnx(attributes, shape);
      } catch (error) {
        expect(isRefusal(error, /would need a padding of -\d+ at the start of the/), `${of}: ${error}`).toBe(true);
        skipped += 1;
        continue;
      }
      if (hasEmptyWindow(options, shape)) {
        skipped += 1;
        continue;
      }
      const x = elements(shape);
      const y = await onnxRuntime(attributes, x, shape);
      expect(new AvgPool2d(options).outputShape(shape), of).toEqual(y.dims);
      expectSame(options, x, shape, y.data as Float32Array, of);
      compared += 1;
    }
    expect(skipped, 'at least three in four poolings are compared').toBeLessThan(CASES / 4);
  });
});

describe('attributes as parsers of files give them', () => {
  /** A list as `form` gives it. */
  const forms: [string, (list: readonly number[]) => unknown][] = [
    ['Int32Array', (list) => Int32Array.from(list)],
    ['BigInt64Array', (list) => BigInt64Array.from(list, BigInt)],
    ['an array of bigints', (list) => list.map(BigInt)],
    [
      'an array of Longs',
      (list) => list.map((value) => ({ low: value, high: 0, unsigned: false, toNumber: () => value })),
    ],
  ];

  test.each(forms)('lists as %s, and integers alike, mean the same as numbers', (_, form) => {
    for (let i = 0; i < 100; i++) {
      const { attributes, shape } = randomOnnx();
      const given = Object.entries(attributes).map(([name, value]) => {
        const integer = typeof value === 'number' ? (form([value]) as ArrayLike<unknown>)[0] : value;
        return [name, Array.isArray(value) ? form(value) : integer];
      });
      const result = (a: OnnxAveragePool, s: Shape) => {
        try {
          return fromOnnx(a, s);
        } catch (error) {
          return String(error);
        }
      };
      const parsed = { dilations: null, ...Object.fromEntries(given) };
      expect(result(parsed, form(shape) as Shape)).toEqual(result(attributes, shape));
    }
    const list = (...values: number[]) => form(values) as number[];
    const webnn = { windowDimensions: [3, 2], padding: [1, 0, 0, 1], strides: [2, 1] };
    expect(
      fromWebNN({ windowDimensions: list(3, 2), padding: list(1, 0, 0, 1), strides: list(2, 1) }, list(1, 2, 9, 8)),
    ).toEqual(fromWebNN(webnn, [1, 2, 9, 8]));
    expect(fromTfjs({ filterSize: list(3, 2), strides: list(2, 1), pad: 'same' }, list(1, 9, 8, 2))).toEqual(
      fromTfjs({ filterSize: [3, 2], strides: [2, 1], pad: 'same' }, [1, 9, 8, 2]),
    );
  });

  test('the attributes of a decoded model are taken as they are', () => {
    for (let i = 0; i < 100; i++) {
      const { attributes, shape } = randomOnnx();
      const [node] = ModelProto.decode(model(attributes, shape)).graph?.node ?? [];
      const decoded = (node?.attribute ?? []).map(({ name, type, ints, i, s }) => {
        const { INTS, STRING } = AttributeProto.AttributeType;
        return [name, type === INTS ? ints : type === STRING ? s : i];
      });
      const translated = (given: OnnxAveragePool) => {
        try {
          return fromOnnx(given, shape);
        } catch (error) {
          return String(error);
        }
      };
      expect(translated(Object.fromEntries(decoded))).toEqual(translated(attributes));
    }
  });

  test('pads of zeros beside auto_pad mean nothing', () => {
    for (const auto_pad of ['SAME_UPPER', 'SAME_LOWER', 'VALID'] as const) {
      const attributes = { kernel_shape: [3, 3], strides: [2, 2], auto_pad };
      expect(fromOnnx({ ...attributes, pads: [0, 0, 0, 0] }, [1, 1, 9, 9])).toEqual(fromOnnx(attributes, [1, 1, 9, 9]));
    }
  });

  test('integers that a number cannot hold are refused as they were given', () => {
    const huge = 2n ** 60n + 1n;
    expect(() => fromOnnx({ kernel_shape: [huge, 1n] }, [1, 1, 8, 8])).toThrow(
      new TypeError('kernel_shape must be 2 positive integers, got [1152921504606846977n, 1]'),
    );
    const long = { low: 1, high: 2 ** 28, toNumber: () => Number(huge), toString: () => String(huge) };
    expect(() => fromOnnx({ kernel_shape: [long, 1] }, [1, 1, 8, 8])).toThrow('got [1152921504606846977n, 1]');
    expect(() => fromOnnx({ kernel_shape: BigInt64Array.of(-3n, 1n) }, [1, 1, 8, 8])).toThrow(
      new RangeError('kernel_shape must be 2 positive integers, got [-3, 1]'),
    );
  });

  test('the shape is asked for only where the result depends on it', () => {
    const explicit = { kernel_shape: [3, 2], pads: [1, 0, 0, 1], ceil_mode: 1 };
    expect(fromOnnx(explicit)).toEqual(fromOnnx(explicit, [1, 1, 9, 9]));
    expect(fromOnnx({ kernel_shape: [3, 2], auto_pad: 'VALID' })).toEqual(fromOnnx({ kernel_shape: [3, 2] }));
    expect(fromTfjs({ filterSize: 2, strides: 2, pad: 'valid' })).toEqual(fromTfjs({ poolSize: 2 }));
    for (const call of [
      () => fromOnnx({ kernel_shape: [3, 2], auto_pad: 'SAME_UPPER' }),
      () => fromOnnx({ kernel_shape: [3, 2], auto_pad: 'VALID', ceil_mode: 1 }),
      () => fromTfjs({ filterSize: 2, strides: 2, pad: 1 }),
      () => fromTfjs({ poolSize: 2, padding: 'same' }),
    ]) {
      expect(call).toThrow(new TypeError('these options need inputShape, the shape of the input, got undefined'));
    }
  });

  test('options that a library adds to Object.prototype change nothing', () => {
    const polluted = { auto_pad: 'SAME_UPPER', ceil_mode: 1, strides: [3, 3], dimRoundingMode: 'ceil', layout: 'nhwc' };
    const translations = () => [
      fromOnnx({ kernel_shape: [2, 2] }, [1, 1, 9, 9]),
      fromWebNN({ windowDimensions: [2, 2] }, [1, 1, 9, 9]),
      fromTfjs({ filterSize: 2, strides: 2, pad: 0 }, [1, 9, 9, 1]),
      fromTfjs({ poolSize: 3 }, [1, 9, 9, 1]),
    ];
    const expected = translations();
    try {
      for (const [name, value] of Object.entries(polluted)) {
        Object.defineProperty(Object.prototype, name, { value, configurable: true });
      }
      expect(translations()).toEqual(expected);
    } finally {
      for (const name of Object.keys(polluted)) {
        Reflect.deleteProperty(Object.prototype, name);
      }
    }
  });
});

describe('TensorFlow.js', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test(`fromTfjs gives the results of the CPU backend on ${CASES} random poolings`, () => {
    let compared = 0;
    let skipped = 0;
    while (compared < CASES) {
      const shape = [upTo(2), upTo(32), upTo(32), upTo(9)] as [number, number, number, number];
      const filterSize = [upTo(7), upTo(7)] as [number, number];
      const strides = [upTo(4), upTo(4)] as [number, number];
      const pads = filterSize.map((size) => [below(size), below(size)] as [number, number]);
      const explicit = [[0, 0], ...pads, [0, 0]] as [
        [number, number],
        [number, number],
        [number, number],
        [number, number],
      ];
      const pad = pick([explicit, below(Math.min(...filterSize)), 'same', 'valid'] as const);
      const dimRoundingMode =
        typeof pad === 'string' ? undefined : pick(['floor', 'ceil', 'round', undefined] as const);
      const call: TfjsAvgPool = { filterSize, strides, pad, dimRoundingMode };
      const of = `${JSON.stringify(call)} on ${JSON.stringify(shape)}`;
      const x = elements(shape);
      let options: AvgPool2dOptions;
      try {
        options = fromTfjs(call, shape);
        new AvgPool2d(options).outputShape(shape);
      } catch (error) {
        expect(
          isRefusal(error, /would contain only padding|must be at least 1|would compute an output width/),
          `${of}: ${error}`,
        ).toBe(true);
        skipped += 1;
        continue;
      }
      tf.tidy(() => {
        const y = tf.avgPool(tf.tensor4d(x, shape), filterSize, strides, pad, dimRoundingMode);
        expect(new AvgPool2d(options).outputShape(shape), of).toEqual(y.shape);
        expectSame(options, x, shape, y.dataSync(), of);
      });
      compared += 1;
    }
    expect(skipped, 'most poolings are compared').toBeLessThan(CASES / 2);
  });

  test(`fromTfjs gives the results of the layer averagePooling2d on ${CASES} random poolings`, () => {
    let compared = 0;
    while (compared < CASES) {
      const shape = [upTo(2), upTo(24), upTo(24), upTo(24)] as [number, number, number, number];
      const poolSize = pick([undefined, upTo(5), [upTo(5), upTo(5)] as [number, number]]);
      const strides = pick([undefined, upTo(4), [upTo(4), upTo(4)] as [number, number]]);
      const padding = pick(['valid', 'same', undefined] as const);
      const dataFormat = pick(['channelsLast', 'channelsFirst', undefined] as const);
      const args = {
        ...(poolSize && { poolSize }),
        ...(strides && { strides }),
        ...(padding && { padding }),
        ...(dataFormat && { dataFormat }),
        ...(below(2) && { inputShape: shape.slice(1) }),
      };
      const of = `${JSON.stringify(args)} on ${JSON.stringify(shape)}`;
      const layer = layers.layers.averagePooling2d(args as Parameters<typeof layers.layers.averagePooling2d>[0]);
      const options = fromTfjs(args, shape);
      expect(fromTfjs(layer.getConfig() as TfjsAveragePooling2d, shape), of).toEqual(options);
      try {
        new AvgPool2d(options).outputShape(shape);
      } catch {
        continue;
      }
      const x = elements(shape);
      tf.tidy(() => {
        const y = layer.apply(tf.tensor4d(x, shape)) as tf.Tensor;
        expect(new AvgPool2d(options).outputShape(shape), of).toEqual(y.shape);
        expectSame(options, x, shape, y.dataSync(), of);
      });
      compared += 1;
    }
  });

  test('fromTfjs refuses a window of only padding, for which TensorFlow.js returns NaN', () => {
    const call: TfjsAvgPool = { filterSize: 2, strides: 2, pad: 1, dimRoundingMode: 'ceil' };
    const theirs = tf.avgPool(tf.ones<tf.Rank.R4>([1, 3, 3, 1]), 2, 2, 1, 'ceil');
    expect(theirs.dataSync().some(Number.isNaN)).toBe(true);
    expect(() => fromTfjs(call, [1, 3, 3, 1])).toThrow(
      'window 2 along the height would contain only padding, which has no average',
    );
  });
});

describe('WebNN', () => {
  test('fromWebNN gives the output sizes of worked examples', () => {
    const shape = [1, 2, 5, 5];
    const sizes = (options: WebNNPool2dOptions, inputShape = shape) =>
      new AvgPool2d(fromWebNN(options, inputShape)).outputShape(inputShape);
    expect(sizes({})).toEqual([1, 2, 1, 1]);
    expect(sizes({ windowDimensions: [3, 3] })).toEqual([1, 2, 3, 3]);
    expect(sizes({ windowDimensions: [5, 5], padding: [2, 2, 2, 2] })).toEqual([1, 2, 5, 5]);
    const uneven: WebNNPool2dOptions = { windowDimensions: [3, 3], padding: [1, 0, 0, 1], strides: [2, 2] };
    expect(sizes(uneven)).toEqual([1, 2, 2, 2]);
    expect(sizes({ ...uneven, outputShapeRounding: 'ceil' })).toEqual([1, 2, 3, 3]);
    expect(sizes({ ...uneven, roundingType: 'ceil' })).toEqual([1, 2, 3, 3]);
    expect(sizes({ ...uneven, outputShapeRounding: 'floor', outputSizes: [3, 3] })).toEqual([1, 2, 3, 3]);
    expect(sizes({ ...uneven, layout: 'nhwc' }, [1, 5, 5, 2])).toEqual([1, 2, 2, 2]);
    expect(sizes({ windowDimensions: [2, 2], dilations: [2, 2] })).toEqual([1, 2, 3, 3]);
    // Padding does not count in the divisor, so the average of ones in a padded corner is 1.
    const corner = new AvgPool2d(fromWebNN({ windowDimensions: [2, 2], padding: [1, 0, 1, 0] }, shape));
    expect(corner.forward(Tensor.ones(shape)).data[0]).toBe(1);
  });

  test(`fromWebNN equals fromOnnx without counted padding in both layouts, on ${CASES} random poolings`, () => {
    let compared = 0;
    while (compared < CASES) {
      const { attributes, shape } = randomOnnx();
      if (!attributes.pads) {
        continue;
      }
      const onnx = fromOnnx({ ...attributes, count_include_pad: 0 }, shape);
      const layout = pick(['nchw', 'nhwc'] as const);
      const ours = layout === 'nhwc' ? 'NHWC' : 'NCHW';
      const x = inLayout(ours, Array.from(elements(shape)), shape);
      let options: AvgPool2dOptions;
      try {
        options = fromWebNN({ ...webnnOf(attributes), layout }, x.shape);
      } catch (error) {
        expect(isRefusal(error, /would contain only padding/), String(error)).toBe(true);
        continue;
      }
      const expected = new AvgPool2d({ ...onnx, layout: ours }).forward(Tensor.from(x.values, x.shape));
      expectSame(options, Float32Array.from(x.values), x.shape, expected.data.slice(), JSON.stringify(attributes));
      expected.dispose();
      compared += 1;
    }
  });
});

test('planes of 2^31 − 1 rows and columns are translated without a loop over windows, and no padding is −0', () => {
  const huge = 2 ** 31 - 1;
  expect(fromWebNN({ windowDimensions: [1, 1] }, [1, 1, huge, huge]).padding).toEqual([
    [0, 0],
    [0, 0],
  ]);
  const strided: OnnxAveragePool = { kernel_shape: [1, 1], strides: [2, 2], auto_pad: 'SAME_UPPER' };
  expect(fromOnnx(strided, [1, 1, 6, 6]).padding).toStrictEqual([
    [0, 0],
    [0, 0],
  ]);
});

describe('a translator refuses wrong options, and options that AvgPool2d cannot express exactly', () => {
  const shape = [1, 1, 8, 8];
  test.each<[string, () => unknown, ErrorConstructor, string]>([
    [
      'ONNX: SAME with dilation',
      () => fromOnnx({ kernel_shape: [3, 3], dilations: [2, 1], auto_pad: 'SAME_UPPER' }, shape),
      RangeError,
      'ONNX and ONNX Runtime disagree on auto_pad SAME_UPPER with a dilation of 2; give pads instead',
    ],
    [
      'ONNX: SAME with a negative padding at the start',
      () => fromOnnx({ kernel_shape: [2, 2], strides: [4, 4], auto_pad: 'SAME_UPPER' }, shape),
      RangeError,
      'auto_pad SAME_UPPER would need a padding of -1 at the start of the height (size 8, kernel 2, stride 4); give pads instead',
    ],
    [
      'ONNX: VALID with an output size that ceil_mode rounds up',
      () => fromOnnx({ kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'VALID', ceil_mode: 1 }, shape),
      RangeError,
      'ONNX and ONNX Runtime disagree on auto_pad VALID with ceil_mode on a height of 8; give pads instead',
    ],
    [
      'ONNX: pads together with auto_pad',
      () => fromOnnx({ kernel_shape: [3, 3], pads: [1, 1, 1, 1], auto_pad: 'VALID' }, shape),
      RangeError,
      'pads cannot be combined with auto_pad VALID, got [1, 1, 1, 1]',
    ],
    [
      'TensorFlow.js: options of the function and of the layer',
      () => fromTfjs({ filterSize: 2, strides: 2, pad: 'same', poolSize: 2 } as unknown as TfjsAvgPool, shape),
      TypeError,
      'unknown option "poolSize"; the options are filterSize, strides, pad, dimRoundingMode',
    ],
    [
      'TensorFlow.js: an unknown padding of the layer',
      () => fromTfjs({ poolSize: 2, padding: 'causal' as 'same' }, shape),
      TypeError,
      'padding must be one of "valid", "same", got "causal"',
    ],
    [
      'ONNX: an unknown attribute',
      () => fromOnnx({ kernelShape: [3, 3] } as unknown as OnnxAveragePool, shape),
      TypeError,
      'unknown attribute "kernelShape"; the attributes are kernel_shape, strides, pads, dilations, ceil_mode, count_include_pad, auto_pad',
    ],
    [
      'ONNX: no kernel_shape',
      () => fromOnnx({} as OnnxAveragePool, shape),
      TypeError,
      'kernel_shape must be 2 positive integers, got undefined',
    ],
    [
      'ONNX: three axes',
      () => fromOnnx({ kernel_shape: [3, 3, 3] }, shape),
      RangeError,
      'kernel_shape must be 2 positive integers, got [3, 3, 3]',
    ],
    [
      'WebNN: outputSizes that neither rounding gives',
      () => fromWebNN({ windowDimensions: [3, 3], strides: [2, 2], outputSizes: [5, 3] }, shape),
      RangeError,
      'outputSizes must have a height of 3 or 4, got [5, 3]',
    ],
    [
      'WebNN: outputSizes of 0',
      () => fromWebNN({ windowDimensions: [2, 2], outputSizes: 0 as unknown as number[] }, shape),
      TypeError,
      'outputSizes must be 2 positive integers, got 0',
    ],
    [
      'WebNN: outputSizes where no window fits',
      () => fromWebNN({ windowDimensions: [10, 2], outputSizes: [1, 7] }, shape),
      RangeError,
      'outputSizes cannot be met: no window fits in the height, got [1, 7]',
    ],
    [
      'WebNN: one number for both axes',
      () => fromWebNN({ windowDimensions: 2 as unknown as number[] }, shape),
      TypeError,
      'windowDimensions must be 2 positive integers, got 2',
    ],
    [
      'WebNN: roundingType with an unknown value',
      () => fromWebNN({ outputShapeRounding: 'ceil', roundingType: Symbol('up') as unknown as 'ceil' }, shape),
      TypeError,
      'roundingType must be one of "floor", "ceil", got Symbol(up)',
    ],
    [
      'ONNX: a batch that is not a number',
      () => fromOnnx({ kernel_shape: [2, 2] }, ['N', 1, 8, 8] as unknown as number[]),
      TypeError,
      'inputShape must be an array of 3 or 4 non-negative integers, with a height and a width of at least 1, got ["N", 1, 8, 8]',
    ],
    [
      'WebNN: outputShapeRounding and roundingType that differ',
      () => fromWebNN({ outputShapeRounding: 'ceil', roundingType: 'floor' }, shape),
      RangeError,
      'outputShapeRounding and roundingType, its older name, must be equal, got "ceil" and "floor"',
    ],
    [
      'WebNN: a layout in upper case',
      () => fromWebNN({ layout: 'NHWC' as 'nhwc' }, shape),
      TypeError,
      'layout must be one of "nchw", "nhwc", got "NHWC"',
    ],
    [
      'TensorFlow.js: dimRoundingMode with pad same',
      () => fromTfjs({ filterSize: 2, strides: 2, pad: 'same', dimRoundingMode: 'ceil' }, shape),
      RangeError,
      'dimRoundingMode needs a pad of numbers, got "ceil" with the pad "same"',
    ],
    [
      'TensorFlow.js: padding of channels',
      () =>
        fromTfjs(
          {
            filterSize: 2,
            strides: 2,
            pad: [
              [0, 0],
              [1, 1],
              [1, 1],
              [1, 0],
            ],
          },
          shape,
        ),
      RangeError,
      'pad must be [0, 0] for the batch and the channels, got [[0, 0], [1, 1], [1, 1], [1, 0]]',
    ],
    [
      'TensorFlow.js: a pad of one number where it computes a wrong width',
      () => fromTfjs({ filterSize: [4, 3], strides: [1, 2], pad: 0 }, [1, 8, 6, 2]),
      RangeError,
      'TensorFlow.js would compute an output width of 3 instead of 2: if pad is one number, it uses the filterSize and strides of the height for both axes; give four pairs',
    ],
    [
      'TensorFlow.js: a shape of rank 2',
      () => fromTfjs({ filterSize: 2, strides: 2, pad: 0 }, [8, 8]),
      RangeError,
      'inputShape must be an array of 3 or 4 non-negative integers, with a height and a width of at least 1, got [8, 8]',
    ],
  ])('%s', (_, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});

describe('ONNX, in other types and without windows', () => {
  test(`fromOnnx and fromWebNN give the results of ONNX Runtime in float16 on ${CASES} random poolings`, async () => {
    let both = 0;
    for (let compared = 0; compared < CASES; ) {
      const { attributes, shape } = randomOnnx();
      const of = `${JSON.stringify(attributes)} on ${JSON.stringify(shape)}`;
      let options: AvgPool2dOptions;
      try {
        options = fromOnnx(attributes, shape);
      } catch {
        continue;
      }
      if (hasEmptyWindow(options, shape)) {
        continue;
      }
      const x = Tensor.from(elements(shape), shape, 'float16');
      const y = await onnxRuntimeInHalf('AveragePool', attributes, x);
      // The bits are the same, because float32 holds nearly all of these sums exactly.
      expect(new AvgPool2d(options).forward(x), of).toStrictEqual(y);
      if (attributes.pads && !attributes.count_include_pad) {
        try {
          options = fromWebNN(webnnOf(attributes), shape);
        } catch (error) {
          expect(isRefusal(error, /would contain only padding/), `${of}: ${error}`).toBe(true);
          continue;
        }
        expect(new AvgPool2d(options).forward(x), `WebNN: ${of}`).toStrictEqual(y);
        both += 1;
      }
      compared += 1;
    }
    expect(both).toBeGreaterThan(CASES / 10);
  });

  test('GlobalAveragePool is globalAvgPool2d and AdaptiveAvgPool2d to 1×1, in float32 and float16', async () => {
    for (let i = 0; i < 100; i++) {
      const shape = [upTo(2), upTo(9), upTo(32), upTo(32)];
      const of = JSON.stringify(shape);
      const x = elements(shape);
      const globalModel = modelOf([node('GlobalAveragePool', ['x'], 'y')], shape, [FLOAT, FLOAT]);
      const y = await run(globalModel, new ort.Tensor('float32', x, shape));
      expectSame({ kernelSize: [shape[2] as number, shape[3] as number] }, x, shape, y.data as Float32Array, of);
      const single = Tensor.from(x, shape);
      const half = Tensor.from(x, shape, 'float16');
      for (const tensor of [single, half]) {
        expect(new AdaptiveAvgPool2d(1).forward(tensor)).toStrictEqual(globalAvgPool2d(tensor));
      }
      expect(globalAvgPool2d(single)).toStrictEqual(avgPool2d(single, [shape[2] as number, shape[3] as number]));
      expect(globalAvgPool2d(half), of).toStrictEqual(await onnxRuntimeInHalf('GlobalAveragePool', {}, half));
    }
  });

  test('AdaptiveAvgPool2d is AveragePool where its size divides that of the input, as exporters write it', async () => {
    for (let i = 0; i < 100; i++) {
      const outputSize = [upTo(8), upTo(8)] as const;
      const kernel_shape = [upTo(5), upTo(5)] as const;
      const shape = [upTo(2), upTo(4), outputSize[0] * kernel_shape[0], outputSize[1] * kernel_shape[1]];
      const attributes = { kernel_shape, strides: kernel_shape };
      const x = elements(shape);
      const y = await onnxRuntime(attributes, x, shape);
      const of = `${JSON.stringify(outputSize)} of ${JSON.stringify(shape)}`;
      const input = Tensor.from(x, shape);
      expect(new AdaptiveAvgPool2d(outputSize).forward(input), of).toStrictEqual(
        avgPool2d(input, fromOnnx(attributes)),
      );
      expectSame(fromOnnx(attributes), x, shape, y.data as Float32Array, of);
    }
  });

  test('AveragePool has no uint8', async () => {
    const shape = [1, 1, 2, 2];
    const bytes = modelOf([node('AveragePool', ['x'], 'y', { kernel_shape: [2, 2] })], shape, [UINT8, UINT8]);
    await expect(run(bytes, new ort.Tensor('uint8', new Uint8Array(4), shape))).rejects.toThrow('tensor(uint8)');
  });

  test('QLinearAveragePool differs from uint8 only in halves, which it rounds to even', async () => {
    const shape = [1, 4, 64, 64];
    const x = Uint8Array.from({ length: 4 * 64 * 64 }, () => below(256));
    const pool = {
      ...node('QLinearAveragePool', ['x', 'scale', 'zero', 'scale', 'zero'], 'y', {
        kernel_shape: [2, 2],
        strides: [2, 2],
      }),
      domain: 'com.microsoft',
    };
    const constants = [
      { name: 'scale', dataType: FLOAT, floatData: [1] },
      { name: 'zero', dataType: UINT8, int32Data: [0] },
    ];
    const y = await run(modelOf([pool], shape, [UINT8, UINT8], constants), new ort.Tensor('uint8', x, shape));
    const input = Tensor.from(x, shape);
    const exact = avgPool2d(Tensor.from(input, undefined, 'float32'), 2).data;
    const ours = avgPool2d(input, 2);
    expect(ours.shape).toEqual(y.dims);
    const toEven = (value: number) => (value % 2 === 0.5 ? value - 0.5 : Math.round(value));
    expect([...(y.data as Uint8Array)]).toEqual(Array.from(exact, toEven));
    expect([...ours.data]).toEqual(Array.from(exact, Math.round));
    expect([...ours.data]).not.toEqual([...(y.data as Uint8Array)]);
  });
});
