// Every bad argument throws the documented kind of error with the values in the message, and changes no existing
// object.

import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  adaptiveAvgPool2d,
  avgPool2d,
  globalAvgPool2d,
  memoryUsage,
  reserve,
  Tensor,
} from 'avgpool';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from './program.js';

// The compiler rejects the types of bad arguments, too.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Any = any;

const pool = new AvgPool2d(2);
const shape = [1, 2, 4, 4];
const outShape = [1, 2, 2, 2];

/** The tensors that a failing call may touch, made anew for each test. */
let x: Tensor<'float32'>;
let out: Tensor<'float32'>;
let wrongOut: Tensor<'float32'>;
let double: Tensor<'float64'>;
let doubleOut: Tensor<'float64'>;
let disposed: Tensor<'float32'>;

const values = { x: Array.from({ length: 32 }, (_, i) => i), out: Array(8).fill(7) };

beforeEach(() => {
  x = Tensor.from(values.x, shape);
  out = Tensor.full(outShape, 7);
  wrongOut = Tensor.full([1, 3, 2, 2], 7);
  double = Tensor.zeros(shape, 'float64');
  doubleOut = Tensor.zeros(outShape, 'float64');
  disposed = Tensor.ones(shape);
  disposed.dispose();
});

/** All existing tensors are unchanged, and work as input, as out and with dispose. */
afterEach(() => {
  expect([...x.data]).toEqual(values.x);
  expect([...out.data]).toEqual(values.out);
  expect(pool.backward(out, shape, x).data[0]).toBe(7 / 4);
  expect(pool.forward(x, out).data[0]).toBe(7 / 4);
  expect(new AvgPool2d(1).forward(wrongOut, Tensor.zeros(wrongOut.shape)).data[0]).toBe(7);
  expect(new AvgPool2d(1).forward(Tensor.ones(wrongOut.shape), wrongOut).data[0]).toBe(1);
  expect(pool.forward(double, doubleOut)).toBe(doubleOut);
  expect(pool.backward(doubleOut, shape, double)).toBe(double);
  const tensors = [x, out, wrongOut, double, doubleOut];
  const before = memoryUsage().tensors;
  for (const tensor of tensors) {
    tensor.dispose();
  }
  expect(memoryUsage().tensors).toBe(before - tensors.length);
});

const tooLarge = 2 ** 31;
const [wider, lower, larger] = [
  [1, 2, 2, 3],
  [2, 2, 2],
  [1, 2, 5, 5],
].map((shape) => Tensor.zeros(shape));
const [noHeight, noWidth] = [
  [1, 2, 0, 4],
  [2, 4, 0],
].map((shape) => Tensor.zeros(shape)) as [Tensor, Tensor];

const cycle: unknown[] = [];
cycle.push(cycle);

const detached = Tensor.ones([1, 1, 4]).data;
Tensor.zeros([1, 1, memoryUsage().bytes / 4]).dispose();

/** A failing call, the class of its error, and the whole message. */
type BadCall = readonly [
  what: string,
  call: () => unknown,
  type: typeof RangeError | typeof TypeError,
  message: string,
];

const positive = (name: string) => `${name} must be a positive integer or a pair of them`;
const padding = 'padding must be a non-negative integer, a pair of them, or two pairs of them';
const divisor = 'divisorOverride must be null or a number that is finite and nonzero in float32';
const sizes = (name: string) => `${name} must be an array of 3 or 4 non-negative integers`;

/** Its stride is no property of an instance. */
class Config {
  kernelSize = 2;
  get stride() {
    return 1;
  }
}

const make =
  (options: Any, ...rest: Any[]) =>
  () =>
    new (AvgPool2d as Any)(options, ...rest);

const options: BadCall[] = [
  ...(['kernelSize', 'stride', 'dilation'] as const).flatMap((name): BadCall[] => {
    const given = (value: unknown) => make({ kernelSize: 2, [name]: value });
    return [
      [`${name} 0`, given(0), RangeError, `${positive(name)}, got 0`],
      [`${name} −1`, given(-1), RangeError, `${positive(name)}, got -1`],
      [`${name} 2.5`, given(2.5), RangeError, `${positive(name)}, got 2.5`],
      [`${name} NaN`, given(Number.NaN), RangeError, `${positive(name)}, got NaN`],
      [`${name} Infinity`, given(Number.POSITIVE_INFINITY), RangeError, `${positive(name)}, got Infinity`],
      [`${name} 2^31`, given(tooLarge), RangeError, `${positive(name)}, at most 2147483647, got 2147483648`],
      [`${name} 2^32`, given(2 ** 32), RangeError, `${positive(name)}, at most 2147483647, got 4294967296`],
      [`${name} [2, 0]`, given([2, 0]), RangeError, `${positive(name)}, got [2, 0]`],
      [`${name} '2'`, given('2'), TypeError, `${positive(name)}, got "2"`],
      [`${name} 2n`, given(2n), TypeError, `${positive(name)}, got 2n`],
      [`${name} true`, given(true), TypeError, `${positive(name)}, got true`],
      [`${name} [2]`, given([2]), RangeError, `${positive(name)}, got [2]`],
      [`${name} [2, 2, 2]`, given([2, 2, 2]), RangeError, `${positive(name)}, got [2, 2, 2]`],
      [`${name} []`, given([]), RangeError, `${positive(name)}, got []`],
      [`${name} [2, [2, 2]]`, given([2, [2, 2]]), TypeError, `${positive(name)}, got [2, [2, 2]]`],
      [`${name} [2, '2']`, given([2, '2']), TypeError, `${positive(name)}, got [2, "2"]`],
      [`${name} {}`, given({}), TypeError, `${positive(name)}, got a plain object`],
    ];
  }),
  ['a missing kernelSize', make({}), TypeError, `${positive('kernelSize')}, got undefined`],
  ['kernelSize null', make(null), TypeError, `${positive('kernelSize')}, got null`],
  [
    'a typed array as kernelSize',
    make(Int32Array.of(2, 2)),
    TypeError,
    `${positive('kernelSize')}, got an instance of Int32Array`,
  ],
  ['a Map as kernelSize', make(new Map()), TypeError, `${positive('kernelSize')}, got an instance of Map`],
  ['sizes in an array that contains itself', make(cycle), RangeError, `${positive('kernelSize')}, got [[[…]]]`],
  ['no arguments', () => new (AvgPool2d as Any)(), TypeError, `${positive('kernelSize')}, got undefined`],
  ['padding −1', make(2, 2, -1), RangeError, `${padding}, got -1`],
  ['padding 0.5', make(2, 2, 0.5), RangeError, `${padding}, got 0.5`],
  ['padding [0, −1]', make(2, 2, [0, -1]), RangeError, `${padding}, got [0, -1]`],
  ['padding 2^31', make(2, 2, tooLarge), RangeError, `${padding}, at most 2147483647, got 2147483648`],
  [
    'padding [[0, 1], [0, −1]]',
    make(2, 2, [
      [0, 1],
      [0, -1],
    ]),
    RangeError,
    `${padding}, got [[0, 1], [0, -1]]`,
  ],
  ['padding [[0, 1], 2]', make(2, 2, [[0, 1], 2]), TypeError, `${padding}, got [[0, 1], 2]`],
  ['padding [1, 2, 3, 4]', make(2, 2, [1, 2, 3, 4]), RangeError, `${padding}, got [1, 2, 3, 4]`],
  ['padding [[0, 1], [2]]', make(2, 2, [[0, 1], [2]]), RangeError, `${padding}, got [[0, 1], [2]]`],
  [
    'padding [[0, 1], [[2, 3], 4]]',
    make(2, 2, [
      [0, 1],
      [[2, 3], 4],
    ]),
    TypeError,
    `${padding}, got [[0, 1], [[…], 4]]`,
  ],
  ...['same', 'valid', 'SAME', 'VALID'].map(
    (name): BadCall => [
      `padding '${name}'`,
      make(2, 2, name),
      TypeError,
      `${padding}, got "${name}"; fromTfjs and fromOnnx of avgpool/compat translate such names`,
    ],
  ),
  ['an instance of a class', make(new Config()), TypeError, `${positive('kernelSize')}, got an instance of Config`],
  [
    'an object that inherits its options',
    make(Object.create({ kernelSize: 2 })),
    TypeError,
    `${positive('kernelSize')}, got a plain object`,
  ],
  [
    'an array of 2^32 − 1 holes',
    make(new Array(2 ** 32 - 1)),
    RangeError,
    `${positive('kernelSize')}, got [${'undefined, '.repeat(8)}…]`,
  ],
  ['a tensor as options', () => make(x)(), TypeError, `${positive('kernelSize')}, got an instance of Tensor`],
  ['the shape of a tensor as kernelSize', make(shape), RangeError, `${positive('kernelSize')}, got [1, 2, 4, 4]`],
  ['padding null', make(2, 2, null), TypeError, `${padding}, got null`],
  ['ceilMode 1', make({ kernelSize: 2, ceilMode: 1 }), TypeError, 'ceilMode must be true or false, got 1'],
  ['countIncludePad null', make(2, 2, 0, false, null), TypeError, 'countIncludePad must be true or false, got null'],
  ['divisorOverride 0', make({ kernelSize: 2, divisorOverride: 0 }), RangeError, `${divisor}, got 0`],
  ['divisorOverride −0', make({ kernelSize: 2, divisorOverride: -0 }), RangeError, `${divisor}, got -0`],
  ['divisorOverride NaN', make({ kernelSize: 2, divisorOverride: Number.NaN }), RangeError, `${divisor}, got NaN`],
  [
    'divisorOverride 1e-50, which is 0 in float32',
    make({ kernelSize: 2, divisorOverride: 1e-50 }),
    RangeError,
    `${divisor}, got 1e-50`,
  ],
  [
    'divisorOverride 1e39, which is infinite in float32',
    make({ kernelSize: 2, divisorOverride: 1e39 }),
    RangeError,
    `${divisor}, got 1e+39`,
  ],
  ["divisorOverride '4'", make({ kernelSize: 2, divisorOverride: '4' }), TypeError, `${divisor}, got "4"`],
  ["layout 'HWC'", make({ kernelSize: 2, layout: 'HWC' }), TypeError, 'layout must be "NCHW" or "NHWC", got "HWC"'],
  [
    'an unknown option',
    make({ kernel_size: 2 }),
    TypeError,
    'unknown option "kernel_size"; the options are kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dilation, layout',
  ],
  [
    'an object of options behind the kernel size',
    make(2, { padding: 1 } as never),
    TypeError,
    'expected options by position, or one object of all: { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dilation, layout }, got a plain object among others',
  ],
  [
    'six options by position',
    make(2, 2, 0, false, true, 1),
    TypeError,
    'expected at most 5 options by position, got 6',
  ],
  [
    'an object of options and a stride',
    make({ kernelSize: 2 }, 2),
    TypeError,
    'expected an object of options and nothing else, got 2',
  ],
];

/** `type` and the size of its elements are those of a tensor of this shape. */
const shapes = (name: string, call: (shape: Any) => unknown, type = 'float32', bytes = 4): BadCall[] => [
  [`${name} of rank 2`, () => call([2, 2]), RangeError, `${sizes(name)}, got [2, 2]`],
  [`${name} of rank 5`, () => call([1, 1, 1, 2, 2]), RangeError, `${sizes(name)}, got [1, 1, 1, 2, 2]`],
  [`${name} with −1`, () => call([1, -1, 2, 2]), RangeError, `${sizes(name)}, got [1, -1, 2, 2]`],
  [`${name} with 1.5`, () => call([1, 1, 1.5, 2]), RangeError, `${sizes(name)}, got [1, 1, 1.5, 2]`],
  [`${name} with NaN`, () => call([1, 1, Number.NaN, 2]), RangeError, `${sizes(name)}, got [1, 1, NaN, 2]`],
  [`${name} with '2'`, () => call([1, 1, '2', 2]), TypeError, `${sizes(name)}, got [1, 1, "2", 2]`],
  [
    `${name} with a hole`,
    () => call(Object.assign([1, 1], { 3: 2 })),
    TypeError,
    `${sizes(name)}, got [1, 1, undefined, 2]`,
  ],
  [
    `${name} of 2^32 − 1 holes`,
    () => call(new Array(2 ** 32 - 1)),
    RangeError,
    `${sizes(name)}, got [${'undefined, '.repeat(8)}…]`,
  ],
  [`${name} 4`, () => call(4), TypeError, `${sizes(name)}, got 4`],
  [`${name} undefined`, () => call(undefined), TypeError, `${sizes(name)}, got undefined`],
  [
    `${name} of 2^31 bytes`,
    () => call([1, 1, 2 ** 15, 2 ** 16 / bytes]),
    RangeError,
    `a tensor of shape [1, 1, 32768, ${2 ** 16 / bytes}] and type ${type} takes 2147483648 bytes, more than the limit of 2147483632`,
  ],
  [
    `${name} with 2^32`,
    () => call([0, 1, 2 ** 32, 2]),
    RangeError,
    `${sizes(name)}, at most 2147483647, got [0, 1, 4294967296, 2]`,
  ],
];

const nhwc = new AvgPool2d({ kernelSize: 2, layout: 'NHWC' });

const layouts: BadCall[] = [
  [
    'an out of the other layout',
    () => nhwc.forward(x, out),
    RangeError,
    'expected out to be a tensor of shape [1, 1, 2, 4], got [1, 2, 2, 2]',
  ],
  [
    'a gradient of the other layout',
    () => nhwc.backward(out, shape),
    RangeError,
    'expected gradOutput to be a tensor of shape [1, 1, 2, 4], got [1, 2, 2, 2]',
  ],
  [
    'a gradient with the wrong number of channels',
    () => nhwc.backward(out, [1, 4, 4, 3]),
    RangeError,
    'expected gradOutput to be a tensor of shape [1, 2, 2, 3], got [1, 2, 2, 2]',
  ],
  [
    'a window longer than the height of NHWC',
    () => new AvgPool2d({ kernelSize: 3, layout: 'NHWC' }).forward(x),
    RangeError,
    'the output height must be at least 1: a window of 3 does not fit in the input of 2 with padding [0, 0]',
  ],
  [
    'a height of 0 in NHWC',
    () => nhwc.outputShape([0, 4, 3]),
    RangeError,
    'the height of the input must be at least 1, got 0',
  ],
];

const reserveBytes = 'bytes must be an integer from 0 to 2147483632';

const tensors: BadCall[] = [
  ...shapes('shape', (shape) => Tensor.zeros(shape)),
  [
    'too few values',
    () => Tensor.from([1, 2, 3], [1, 2, 2]),
    RangeError,
    'a tensor of shape [1, 2, 2] has 4 elements, got 3 values',
  ],
  [
    'too many values',
    () => Tensor.from(new Float64Array(5), [1, 2, 2]),
    RangeError,
    'a tensor of shape [1, 2, 2] has 4 elements, got 5 values',
  ],
  [
    'strings as values',
    () => Tensor.from(['a'] as Any, [1, 1, 1]),
    TypeError,
    'values must be numbers in one flat array, got "a" at index 0',
  ],
  [
    'values with a hole',
    () => Tensor.from(Object.assign([1], { 2: 3 }), [1, 1, 3]),
    TypeError,
    'values must be numbers in one flat array, got undefined at index 1',
  ],
  [
    'bigints as values',
    () => Tensor.from(new BigInt64Array(1) as Any, [1, 1, 1]),
    TypeError,
    'values must be numbers in one flat array, got an instance of BigInt64Array',
  ],
  [
    'a string instead of an array of values',
    () => Tensor.from('1' as Any, [1, 1, 1]),
    TypeError,
    'values must be an array or a typed array of numbers, got "1"',
  ],
  [
    'null instead of values',
    () => Tensor.from(null as Any, [1, 1, 1]),
    TypeError,
    'values must be an array or a typed array of numbers, got null',
  ],
  [
    'a Map instead of values',
    () => Tensor.from(new Map() as Any, [1, 1, 1]),
    TypeError,
    'values must be an array or a typed array of numbers, got an instance of Map',
  ],
  [
    'nested values',
    () => Tensor.from([[1], [2]] as Any, [1, 1, 2]),
    TypeError,
    'values must be numbers in one flat array, got [1] at index 0',
  ],
  [
    'an empty array of bigints',
    () => Tensor.from(new BigUint64Array(0) as Any, [0, 1, 1]),
    TypeError,
    'values must be numbers in one flat array, got an instance of BigUint64Array',
  ],
  [
    'a detached view as values',
    () => Tensor.from(detached, [1, 1, 4]),
    RangeError,
    'a tensor of shape [1, 1, 4] has 4 elements, got 0 values: the memory has grown since this view was made; read data again',
  ],
  [
    'an empty typed array as values',
    () => Tensor.from(new Float32Array(0), [1, 2, 2]),
    RangeError,
    'a tensor of shape [1, 2, 2] has 4 elements, got 0 values',
  ],
  [
    'a typed array whose buffer has been transferred',
    () => {
      const values = new Float32Array(4);
      structuredClone(values, { transfer: [values.buffer] });
      return Tensor.from(values, [1, 2, 2]);
    },
    RangeError,
    'a tensor of shape [1, 2, 2] has 4 elements, got 0 values: its buffer has been transferred',
  ],
  [
    'a typed array that its resized buffer no longer holds',
    () => {
      const buffer = new (ArrayBuffer as Any)(16, { maxByteLength: 16 });
      const values = new Float32Array(buffer, 0, 4);
      buffer.resize(4);
      return Tensor.from(values, [1, 2, 2]);
    },
    RangeError,
    'a tensor of shape [1, 2, 2] has 4 elements, got 0 values: it lies outside its resized buffer',
  ],
  [
    'sizes instead of a shape',
    () => (Tensor.zeros as Any)(1, 2, 2),
    TypeError,
    'shape must be an array of 3 or 4 non-negative integers, got 1',
  ],
  [
    'four sizes instead of a shape',
    () => (Tensor.ones as Any)(1, 2, 3, 4),
    TypeError,
    'shape must be an array of 3 or 4 non-negative integers, got 1',
  ],
  ...(
    [
      ['a generator', (function* () {})(), 'Generator'],
      ['an iterator', [1, 2][Symbol.iterator](), 'Array Iterator'],
      ['a Set', new Set([1]), 'Set'],
      ['a promise', Promise.resolve(1), 'Promise'],
      ['an ArrayBuffer', new ArrayBuffer(4), 'ArrayBuffer'],
      ['the Math object', Math, 'Math'],
    ] as [string, Any, string][]
  ).flatMap(([name, given, shown]): [string, () => unknown, ErrorConstructor, string][] => [
    [
      `${name} as values`,
      () => Tensor.from(given, [1, 1, 1]),
      TypeError,
      `values must be an array or a typed array of numbers, got an instance of ${shown}`,
    ],
    [
      `${name} as a shape`,
      () => Tensor.zeros(given),
      TypeError,
      `shape must be an array of 3 or 4 non-negative integers, got an instance of ${shown}`,
    ],
  ]),
  [
    'a hole in the values',
    // biome-ignore lint/suspicious/noSparseArray: this is the case
    () => Tensor.from([1, 2, , 4] as Any, [1, 2, 2]),
    TypeError,
    'values must be numbers in one flat array, got undefined at index 2',
  ],
  [
    'a bigint among the values',
    () => Tensor.from([1, 2, 3, 4n] as Any, [1, 2, 2]),
    TypeError,
    'values must be numbers in one flat array, got 4n at index 3',
  ],
  [
    'an array as dtype',
    () => Tensor.zeros([1, 1, 1], ['float32'] as Any),
    TypeError,
    'dtype must be "float32", "float64", "float16" or "uint8", got ["float32"]',
  ],
  [
    'null as dtype',
    () => Tensor.zeros([1, 1, 1], null as Any),
    TypeError,
    'dtype must be "float32", "float64", "float16" or "uint8", got null',
  ],
  [
    'an unknown dtype',
    () => Tensor.zeros([1, 1, 1], 'int8' as Any),
    TypeError,
    'dtype must be "float32", "float64", "float16" or "uint8", got "int8"',
  ],
  [
    'an inherited property as dtype',
    () => Tensor.zeros([1, 1, 1], 'toString' as Any),
    TypeError,
    'dtype must be "float32", "float64", "float16" or "uint8", got "toString"',
  ],
  ['a string as value', () => Tensor.full([1, 1, 1], '1' as Any), TypeError, 'value must be a number, got "1"'],
  [
    'new Tensor',
    () => new (Tensor as Any)(shape, 'float32'),
    TypeError,
    'a Tensor is made by Tensor.from, Tensor.zeros, Tensor.ones or Tensor.full, not by new',
  ],
  ['data of a disposed tensor', () => disposed.data, TypeError, 'the tensor is disposed; its shape was [1, 2, 4, 4]'],
  [
    'clone of a disposed tensor',
    () => disposed.clone(),
    TypeError,
    'the tensor is disposed; its shape was [1, 2, 4, 4]',
  ],
  [
    'toArray of a disposed tensor',
    () => disposed.toArray(),
    TypeError,
    'the tensor is disposed; its shape was [1, 2, 4, 4]',
  ],
  ...[1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31 - 15, 2 ** 31, 2 ** 32].map(
    (bytes): BadCall => [
      `reserve of ${bytes} bytes`,
      () => reserve(bytes),
      RangeError,
      `${reserveBytes}, got ${bytes}`,
    ],
  ),
  ["reserve of '1'", () => reserve('1' as Any), TypeError, `${reserveBytes}, got "1"`],
  ['reserve of 1n', () => reserve(1n as Any), TypeError, `${reserveBytes}, got 1n`],
  ['reserve of nothing', () => (reserve as Any)(), TypeError, `${reserveBytes}, got undefined`],
  ['reserve with true', () => reserve(1, true as Any), TypeError, 'options must be an object, got true'],
  ['reserve with null', () => reserve(1, null as Any), TypeError, 'options must be an object, got null'],
  [
    'reserve with an unknown option',
    () => reserve(1, { fix: true } as Any),
    TypeError,
    'unknown option "fix"; the options are fixed',
  ],
  ['reserve with fixed of 1', () => reserve(1, { fixed: 1 } as Any), TypeError, 'fixed must be true or false, got 1'],
];

const four = new Float32Array(4);
const bytes = Tensor.ones(outShape, 'uint8');

const sources: BadCall[] = [
  [
    'a value of 300 for uint8',
    () => Tensor.from([1, 2, 3, 4, 5, 300], [1, 2, 3], 'uint8'),
    RangeError,
    'values of type uint8 must be integers from 0 to 255, got 300 at index 5',
  ],
  [
    'a Float32Array with −1 for uint8',
    () => Tensor.from(Float32Array.of(1, -1), [1, 1, 2], 'uint8'),
    RangeError,
    'values of type uint8 must be integers from 0 to 255, got -1 at index 1',
  ],
  [
    'full of 300 for uint8',
    () => Tensor.full([1, 1, 2], 300, 'uint8'),
    RangeError,
    'values of type uint8 must be integers from 0 to 255, got 300',
  ],
  [
    'a gradient of uint8',
    () => pool.backward(bytes, shape),
    TypeError,
    'uint8 has no gradient, because its averages are rounded to whole numbers: use float32',
  ],
  [
    'nested arrays of rank 2',
    () => Tensor.from([[1, 2]] as Any),
    RangeError,
    'values must be nested arrays of 3 or 4 levels of numbers, got 2 levels of 1',
  ],
  [
    'typed arrays in nested arrays',
    () => Tensor.from([[Float32Array.of(1, 2)]] as Any),
    RangeError,
    'values must be nested arrays of 3 or 4 levels of numbers, got 2 levels of an instance of Float32Array',
  ],
  [
    'nested arrays of rank 5',
    () => Tensor.from([[[[[1]]]]] as Any),
    RangeError,
    'values must be nested arrays of 3 or 4 levels of numbers, got 5 levels of 1',
  ],
  [
    'nested arrays that contain themselves',
    () => Tensor.from(cycle as Any),
    RangeError,
    'values must be nested arrays of 3 or 4 levels of numbers, got 5 levels of [[[…]]]',
  ],
  [
    'a longer row in nested arrays',
    () =>
      Tensor.from([
        [
          [1, 2],
          [3, 4, 5],
        ],
      ]),
    RangeError,
    'values[0][1] has 3 elements, expected 2',
  ],
  [
    'a number instead of a row in nested arrays',
    () => Tensor.from([[[1, 2], 3]] as Any),
    TypeError,
    'values[0][1] must be an array of 2 elements, got 3',
  ],
  [
    'a row instead of a number in nested arrays',
    () => Tensor.from([[[1, [2]]]] as Any),
    TypeError,
    'values[0][0][1] must be a number, got [2]',
  ],
  ['flat values without a shape', () => Tensor.from([1, 2] as Any), TypeError, `${sizes('shape')}, got undefined`],
  [
    'a shape beside a source that has its own',
    () => Tensor.from({ data: four, shape: [1, 2, 2] } as Any, [1, 2, 2]),
    TypeError,
    'shape must be undefined for values with a shape of their own, got [1, 2, 2]',
  ],
  [
    'a tensor and a shape',
    () => Tensor.from(x as Any, shape),
    TypeError,
    'shape must be undefined for values with a shape of their own, got [1, 2, 4, 4]',
  ],
  [
    'a disposed tensor as a source',
    () => Tensor.from(disposed),
    TypeError,
    'the tensor is disposed; its shape was [1, 2, 4, 4]',
  ],
  [
    'data without a shape',
    () => Tensor.from({ data: four } as Any),
    TypeError,
    'values with data must also have a shape, dims, or a width and a height, got { data }',
  ],
  [
    'a method as data',
    () => Tensor.from({ data: function data() {}, shape: [1, 2, 2] } as Any),
    TypeError,
    'data must be an array or a typed array of numbers, got the function data',
  ],
  [
    'bigints as data',
    () => Tensor.from({ data: new BigInt64Array(4), shape: [1, 2, 2] } as Any),
    TypeError,
    'values must be numbers in one flat array, got an instance of BigInt64Array',
  ],
  [
    'too few elements in data',
    () => Tensor.from({ data: four, shape: [1, 2, 3] }),
    RangeError,
    'a tensor of shape [1, 2, 3] has 6 elements, got 4 values',
  ],
  [
    'a stride beyond data',
    () => Tensor.from({ data: four, shape: [1, 2, 2], stride: [4, 2, 2] }),
    RangeError,
    'a view of shape [1, 2, 2], stride [4, 2, 2] and offset 0 has index 4 of data, which has 4 elements',
  ],
  [
    'a negative stride without an offset',
    () => Tensor.from({ data: four, shape: [1, 2, 2], stride: [4, 2, -1] }),
    RangeError,
    'a view of shape [1, 2, 2], stride [4, 2, -1] and offset 0 has index -1 of data, which has 4 elements',
  ],
  [
    'a stride into a detached view',
    () => Tensor.from({ data: detached, shape: [1, 2, 2], stride: [4, 2, 1] }),
    RangeError,
    'a view of shape [1, 2, 2], stride [4, 2, 1] and offset 0 has index 0 of data, which has 0 elements: the memory has grown since this view was made; read data again',
  ],
  [
    'a fraction as a stride',
    () => Tensor.from({ data: four, shape: [1, 2, 2], stride: [4, 1.5, 1] }),
    RangeError,
    'stride must be an array of 3 integers, got [4, 1.5, 1]',
  ],
  [
    'text as a stride',
    () => Tensor.from({ data: four, shape: [1, 2, 2], stride: [4, '2', 1] as Any }),
    TypeError,
    'stride must be an array of 3 integers, got [4, "2", 1]',
  ],
  [
    'too few strides',
    () => Tensor.from({ data: four, shape: [1, 2, 2], strides: [2, 1] }),
    RangeError,
    'stride must be an array of 3 integers, got [2, 1]',
  ],
  [
    'a number as stride',
    () => Tensor.from({ data: four, shape: [1, 2, 2], stride: 1 as Any }),
    TypeError,
    'stride must be an array of 3 integers, got 1',
  ],
  [
    'a negative offset',
    () => Tensor.from({ data: four, shape: [1, 2, 2], offset: -1 }),
    RangeError,
    'offset must be a non-negative integer, got -1',
  ],
  [
    'text among strided data',
    () => Tensor.from({ data: [1, '2', 3, 4] as Any, shape: [1, 2, 2], stride: [4, 1, 2] }),
    TypeError,
    'values must be numbers in one flat array, got "2" at index 1',
  ],
  [
    'a picture with a part of a pixel',
    () => Tensor.from({ data: new Uint8Array(9), width: 2, height: 2 }),
    RangeError,
    'a picture of width 2 and height 2 must have the same number of values at each position, got 9 values',
  ],
  [
    'a picture without pixels or channels',
    () => Tensor.from({ data: new Uint8Array(0), width: 0, height: 2 }),
    RangeError,
    'a picture of width 0 and height 2 must have the same number of values at each position, got 0 values',
  ],
  [
    'a picture in a detached view',
    () => Tensor.from({ data: detached, width: 2, height: 2 }),
    RangeError,
    'a picture of width 2 and height 2 must have the same number of values at each position, got 0 values: the memory has grown since this view was made; read data again',
  ],
  [
    'text as the number of channels',
    () => Tensor.from({ data: four, width: 2, height: 2, channels: '1' as Any }),
    TypeError,
    'channels must be a non-negative integer, got "1"',
  ],
  [
    'a picture with the wrong number of channels',
    () => Tensor.from({ data: new Uint8Array(12), width: 2, height: 2, channels: 4 }),
    RangeError,
    'a tensor of shape [2, 2, 4] has 16 elements, got 12 values',
  ],
  [
    'a fraction as a width',
    () => Tensor.from({ data: new Uint8Array(12), width: 1.5, height: 2 }),
    RangeError,
    'width must be a non-negative integer, got 1.5',
  ],
];

const big = new AvgPool2d(5);
const tensorsIn = '[an instance of Tensor]';
const proxy = 'input must be a Tensor, got a proxy of a tensor, or an object derived from one: pass the tensor itself';
const wide = new AvgPool2d({ kernelSize: 1, stride: 1, padding: 2 ** 31 - 1 });

const calls: BadCall[] = [
  ['an array as input', () => pool.forward([1] as Any), TypeError, 'input must be a Tensor, got [1]'],
  ['undefined as input', () => pool.forward(undefined as Any), TypeError, 'input must be a Tensor, got undefined'],
  [
    'an object like a tensor as input',
    () => pool.forward({ ...x } as Any),
    TypeError,
    'input must be a Tensor, got a plain object',
  ],
  ['a proxy of a tensor as input', () => pool.forward(new Proxy(x, {})), TypeError, proxy],
  ['an object derived from a tensor as input', () => pool.forward(Object.create(x)), TypeError, proxy],
  ['a disposed input', () => pool.forward(disposed), TypeError, 'input is disposed; its shape was [1, 2, 4, 4]'],
  ['a disposed out', () => pool.forward(x, disposed), TypeError, 'out is disposed; its shape was [1, 2, 4, 4]'],
  ['an array as out', () => pool.forward(x, [0] as Any), TypeError, 'out must be a Tensor, got [0]'],
  ['null as out', () => pool.forward(x, null as Any), TypeError, 'out must be a Tensor, got null'],
  ['the input as out', () => new AvgPool2d(1).forward(x, x), TypeError, 'out must be another tensor than input'],
  [
    'out of another type',
    () => pool.forward(x as Any, doubleOut as Any),
    TypeError,
    'out must be of type float32 like the input, got float64',
  ],
  [
    'out of another shape',
    () => pool.forward(x, wider as Any),
    RangeError,
    'expected out to be a tensor of shape [1, 2, 2, 2], got [1, 2, 2, 3]',
  ],
  [
    'out with another number of channels',
    () => pool.forward(x, wrongOut),
    RangeError,
    'expected out to be a tensor of shape [1, 2, 2, 2], got [1, 3, 2, 2]',
  ],
  [
    'out of another rank',
    () => pool.forward(x, lower as Any),
    RangeError,
    'expected out to be a tensor of shape [1, 2, 2, 2], got [2, 2, 2]',
  ],
  [
    'a window that does not fit',
    () => big.forward(x),
    RangeError,
    'the output height must be at least 1: a window of 5 does not fit in the input of 4 with padding [0, 0]',
  ],
  [
    'an input without height',
    () => pool.forward(noHeight),
    RangeError,
    'the height of the input must be at least 1, got 0',
  ],
  [
    'an input without width',
    () => pool.forward(noWidth),
    RangeError,
    'the width of the input must be at least 1, got 0',
  ],
  [
    'an output with more than 2^31 − 1 windows',
    () => wide.forward(x),
    RangeError,
    'the output height must be at most 2147483647, got 4294967298 for the input of 4 with padding [2147483647, 2147483647]',
  ],
  [
    'a padding that makes the output too large',
    () =>
      new AvgPool2d({
        kernelSize: 1,
        padding: [
          [2 ** 29, 2 ** 29],
          [2 ** 29, 0],
        ],
      }).forward(x),
    RangeError,
    'pooling planes of 4×4 with windows of 1×1 and padding [[536870912, 536870912], [536870912, 0]] needs more memory than WebAssembly can address',
  ],
  ...(
    [
      ['a kernel size and a stride in forward', 'pool.forward(input, out)', () => (pool as Any).forward(x, 2, 2), '2'],
      ['forward as a callback of map', 'pool.forward(input, out)', () => [x].map(pool.forward as Any, pool), tensorsIn],
      [
        'a fourth argument of backward',
        'pool.backward(gradOutput, inputShape, out)',
        () => (pool as Any).backward(out, shape, x, false),
        'false',
      ],
      [
        'a shape by position in outputShape',
        'pool.outputShape(inputShape)',
        () => (pool as Any).outputShape(1, 2, 4, 4),
        '2',
      ],
    ] as const
  ).map(([what, call, bad, got]): BadCall => [what, bad, TypeError, `expected ${call}, got a further argument ${got}`]),
  ['an index as out', () => pool.forward(x, 0 as Any), TypeError, 'out must be a Tensor, got 0'],
  ['no inputShape', () => (pool as Any).backward(out), TypeError, `${sizes('inputShape')}, got undefined`],
  [
    'a tensor as inputShape',
    () => pool.backward(out, x as Any),
    TypeError,
    `${sizes('inputShape')}, got an instance of Tensor: pass its shape`,
  ],
  [
    'a tensor as inputShape in outputShape',
    () => pool.outputShape(x as Any),
    TypeError,
    `${sizes('inputShape')}, got an instance of Tensor: pass its shape`,
  ],
  ['an array as gradOutput', () => pool.backward([1] as Any, shape), TypeError, 'gradOutput must be a Tensor, got [1]'],
  [
    'a disposed gradOutput',
    () => pool.backward(disposed, shape),
    TypeError,
    'gradOutput is disposed; its shape was [1, 2, 4, 4]',
  ],
  [
    'gradOutput of another shape',
    () => pool.backward(x, shape),
    RangeError,
    'expected gradOutput to be a tensor of shape [1, 2, 2, 2], got [1, 2, 4, 4]',
  ],
  [
    'gradOutput of another rank',
    () => pool.backward(out, [2, 4, 4]),
    RangeError,
    'expected gradOutput to be a tensor of shape [2, 2, 2], got [1, 2, 2, 2]',
  ],
  ...shapes('inputShape', (shape) => pool.backward(out, shape)),
  ...shapes('inputShape', (shape) => pool.outputShape(shape), 'uint8', 1).map(
    ([what, ...rest]) => [`${what}, in outputShape`, ...rest] as BadCall,
  ),
  [
    'gradOutput as out',
    () => new AvgPool2d(1).backward(out, outShape, out),
    TypeError,
    'out must be another tensor than gradOutput',
  ],
  [
    'out of another type in backward',
    () => pool.backward(out as Any, shape, double as Any),
    TypeError,
    'out must be of type float32 like the gradOutput, got float64',
  ],
  [
    'out of another shape in backward',
    () => pool.backward(out, shape, larger as Any),
    RangeError,
    'expected out to be a tensor of shape [1, 2, 4, 4], got [1, 2, 5, 5]',
  ],
  [
    'a string as kernelSize in avgPool2d',
    () => avgPool2d(x, '2' as Any),
    TypeError,
    `${positive('kernelSize')}, got "2"`,
  ],
];

const globals: BadCall[] = [
  ['an array as input', () => globalAvgPool2d([1] as Any), TypeError, 'input must be a Tensor, got [1]'],
  ['an index as options', () => [x].map(globalAvgPool2d as Any), TypeError, 'expected an object of options, got 0'],
  [
    'out as options',
    () => globalAvgPool2d(x, out as Any),
    TypeError,
    'expected an object of options, got an instance of Tensor',
  ],
  ['null as options', () => globalAvgPool2d(x, null as Any), TypeError, 'expected an object of options, got null'],
  [
    'an unknown option',
    () => globalAvgPool2d(x, { keepdim: true } as Any),
    TypeError,
    'unknown option "keepdim"; the options are layout, out',
  ],
  [
    'a pool as options',
    () => globalAvgPool2d(x, pool as Any),
    TypeError,
    'unknown option "kernelSize"; the options are layout, out',
  ],
  [
    'layout null',
    () => globalAvgPool2d(x, { layout: null } as Any),
    TypeError,
    'layout must be "NCHW" or "NHWC", got null',
  ],
  ['out null', () => globalAvgPool2d(x, { out: null } as Any), TypeError, 'out must be a Tensor, got null'],
  ['the input as out', () => globalAvgPool2d(x, { out: x }), TypeError, 'out must be another tensor than input'],
  [
    'out of another type',
    () => globalAvgPool2d(x as Any, { out: double }),
    TypeError,
    'out must be of type float32 like the input, got float64',
  ],
  [
    'out of another shape',
    () => globalAvgPool2d(x, { out }),
    RangeError,
    'expected out to be a tensor of shape [1, 2, 1, 1], got [1, 2, 2, 2]',
  ],
  [
    'out of the other layout',
    () => globalAvgPool2d(x, { out, layout: 'NHWC' }),
    RangeError,
    'expected out to be a tensor of shape [1, 1, 1, 4], got [1, 2, 2, 2]',
  ],
  ['a disposed input', () => globalAvgPool2d(disposed), TypeError, 'input is disposed; its shape was [1, 2, 4, 4]'],
  [
    'an input without height',
    () => globalAvgPool2d(noHeight),
    RangeError,
    'the height of the input must be at least 1, got 0',
  ],
  [
    'an input without width',
    () => globalAvgPool2d(noWidth),
    RangeError,
    'the width of the input must be at least 1, got 0',
  ],
];

const adaptivePool = new AdaptiveAvgPool2d([2, null]);
const outputSize = 'outputSize must be a positive integer, or a pair of positive integers and nulls';
const makeAdaptive =
  (...args: Any[]) =>
  () =>
    new (AdaptiveAvgPool2d as Any)(...args);

const adaptive: BadCall[] = [
  ...(
    [
      ['0', 0, RangeError, '0'],
      ['−1', -1, RangeError, '-1'],
      ['2.5', 2.5, RangeError, '2.5'],
      ['NaN', Number.NaN, RangeError, 'NaN'],
      ['Infinity', Number.POSITIVE_INFINITY, RangeError, 'Infinity'],
      ['[2, 0]', [2, 0], RangeError, '[2, 0]'],
      ['[null, 0.5]', [null, 0.5], RangeError, '[null, 0.5]'],
      ['[null]', [null], RangeError, '[null]'],
      ['[2, 2, 2]', [2, 2, 2], RangeError, '[2, 2, 2]'],
      ['[]', [], RangeError, '[]'],
      ["'2'", '2', TypeError, '"2"'],
      ['2n', 2n, TypeError, '2n'],
      ['true', true, TypeError, 'true'],
      ['null', null, TypeError, 'null'],
      ['undefined', undefined, TypeError, 'undefined'],
      ['[2, undefined]', [2, undefined], TypeError, '[2, undefined]'],
      ['[2, [2, 2]]', [2, [2, 2]], TypeError, '[2, [2, 2]]'],
      ['of a typed array', Int32Array.of(2, 2), TypeError, 'an instance of Int32Array'],
    ] as const
  ).flatMap(([what, value, type, got]): BadCall[] => [
    [`outputSize ${what}`, makeAdaptive(value), type, `${outputSize}, got ${got}`],
    [`outputSize ${what}, by name`, makeAdaptive({ outputSize: value }), type, `${outputSize}, got ${got}`],
    [
      `outputSize ${what} in adaptiveAvgPool2d`,
      () => adaptiveAvgPool2d(x, value as Any),
      type,
      `${outputSize}, got ${got}`,
    ],
  ]),
  ['outputSize 2^31', makeAdaptive(tooLarge), RangeError, `${outputSize}, at most 2147483647, got 2147483648`],
  ['no arguments', makeAdaptive(), TypeError, `${outputSize}, got undefined`],
  ['a missing outputSize', makeAdaptive({}), TypeError, `${outputSize}, got undefined`],
  ['a tensor as options', () => makeAdaptive(x)(), TypeError, `${outputSize}, got an instance of Tensor`],
  [
    "layout 'HWC'",
    makeAdaptive({ outputSize: 2, layout: 'HWC' }),
    TypeError,
    'layout must be "NCHW" or "NHWC", got "HWC"',
  ],
  [
    'an unknown option',
    makeAdaptive({ output_size: 2 }),
    TypeError,
    'unknown option "output_size"; the options are outputSize, layout',
  ],
  [
    'an AvgPool2d as options',
    makeAdaptive(pool),
    TypeError,
    'unknown option "kernelSize"; the options are outputSize, layout',
  ],
  [
    'an AdaptiveAvgPool2d as options of AvgPool2d',
    make(adaptivePool),
    TypeError,
    'unknown option "outputSize"; the options are kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dilation, layout',
  ],
  [
    'an AdaptiveAvgPool2d as options of globalAvgPool2d',
    () => globalAvgPool2d(x, adaptivePool as Any),
    TypeError,
    'unknown option "outputSize"; the options are layout, out',
  ],
  ['two sizes by position', makeAdaptive(2, 2), TypeError, 'expected one option by position, got 2'],
  [
    'two sizes by position in adaptiveAvgPool2d',
    () => (adaptiveAvgPool2d as Any)(x, 2, 2),
    TypeError,
    'expected one option by position, got 2',
  ],
  [
    'an object of options and a size',
    makeAdaptive({ outputSize: 2 }, 2),
    TypeError,
    'expected an object of options and nothing else, got 2',
  ],
  ['an array as input', () => adaptivePool.forward([1] as Any), TypeError, 'input must be a Tensor, got [1]'],
  [
    'a disposed input',
    () => adaptivePool.forward(disposed),
    TypeError,
    'input is disposed; its shape was [1, 2, 4, 4]',
  ],
  [
    'the input as out',
    () => new AdaptiveAvgPool2d([null, null]).forward(x, x),
    TypeError,
    'out must be another tensor than input',
  ],
  [
    'out of another type',
    () => new AdaptiveAvgPool2d(2).forward(x as Any, doubleOut as Any),
    TypeError,
    'out must be of type float32 like the input, got float64',
  ],
  [
    'out of another shape',
    () => adaptivePool.forward(x, out),
    RangeError,
    'expected out to be a tensor of shape [1, 2, 2, 4], got [1, 2, 2, 2]',
  ],
  [
    'gradOutput of another shape',
    () => adaptivePool.backward(out, shape),
    RangeError,
    'expected gradOutput to be a tensor of shape [1, 2, 2, 4], got [1, 2, 2, 2]',
  ],
  [
    'a further argument of forward',
    () => (adaptivePool as Any).forward(x, undefined, 2),
    TypeError,
    'expected pool.forward(input, out), got a further argument 2',
  ],
  [
    'an input without height',
    () => adaptivePool.forward(noHeight),
    RangeError,
    'the height of the input must be at least 1, got 0',
  ],
  [
    'an input without width whose size is kept',
    () => adaptivePool.outputShape(noWidth.shape),
    RangeError,
    'the width of the input must be at least 1, got 0',
  ],
  [
    'an output that is too large',
    () => adaptiveAvgPool2d(x, 2 ** 31 - 1),
    RangeError,
    'pooling planes of 4×4 to 2147483647×2147483647 needs more memory than WebAssembly can address',
  ],
  [
    'an output that is larger than a tensor',
    () => adaptiveAvgPool2d(x, [1, 2 ** 28]),
    RangeError,
    'a tensor of shape [1, 2, 1, 268435456] and type float32 takes 2147483648 bytes, more than the limit of 2147483632',
  ],
  ...shapes('inputShape', (shape) => adaptivePool.backward(out, shape)),
];

/** Each method of a pool with a call of it on a tensor or a shape. */
const methods = (pool: AvgPool2d | AdaptiveAvgPool2d): readonly (readonly [string, (receiver: Any) => unknown])[] => [
  ['pool.forward(input, out)', (receiver) => pool.forward.call(receiver, x as Any)],
  ['pool.backward(gradOutput, inputShape, out)', (receiver) => pool.backward.call(receiver, out as Any, shape)],
  ['pool.outputShape(inputShape)', (receiver) => pool.outputShape.call(receiver, shape)],
  ['pool.extraRepr()', (receiver) => pool.extraRepr.call(receiver)],
  ['pool.toString()', (receiver) => pool.toString.call(receiver)],
];
const onThePool = 'must be called on the pool itself, or bound to it, got';
class Named extends AvgPool2d {
  name = 'pool1';
}
class NamedAdaptive extends AdaptiveAvgPool2d {
  name = 'pool1';
}
const classes = [
  { Class: AvgPool2d, pool, named: new Named(2) },
  { Class: AdaptiveAvgPool2d, pool: adaptivePool, named: new NamedAdaptive(2) },
];
const derivedFrom = ({ pool, named }: (typeof classes)[number]) =>
  [
    ['on a proxy of a pool', new Proxy(pool, {}), pool],
    ['on a proxy of a pool of a subclass', new Proxy(named, {}), named],
    ['on an object derived from a pool', Object.create(pool), pool],
  ] as (readonly [what: string, value: AvgPool2d | AdaptiveAvgPool2d, of: AvgPool2d | AdaptiveAvgPool2d])[];
const receivers: BadCall[] = classes.flatMap((each) => {
  const { Class, pool } = each;
  const strangers: [what: string, value: unknown, got: string][] = [
    ['on undefined, as an unbound method', undefined, 'undefined'],
    ['on null', null, 'null'],
    ['on a number', 5, '5'],
    ['on another object', { kernelSize: 2 }, 'a plain object'],
    ['on the prototype', Class.prototype, 'an instance of Pool'],
    ['on the class', Class, `the function ${Class.name}`],
  ];
  return methods(pool).flatMap(([call, method]): BadCall[] => {
    const badCall = (what: string, value: unknown, got: string): BadCall => [
      `${call} of ${Class.name} ${what}`,
      () => method(value),
      TypeError,
      `${call} ${onThePool} ${got}`,
    ];
    const others = classes.filter((other) => other.Class !== Class);
    return [
      ...strangers.map(([what, value, got]) => badCall(what, value, got)),
      ...(/Repr|String/.test(call)
        ? others.map(({ Class, pool }) => badCall('on a pool of another class', pool, `an instance of ${Class.name}`))
        : derivedFrom(each).map(([what, value]) =>
            badCall(what, value, 'a proxy of a pool, or an object derived from one'),
          )),
    ];
  });
});

describe.each([
  ['options', options],
  ['layouts', layouts],
  ['tensors', tensors],
  ['sources', sources],
  ['calls', calls],
  ['calls of globalAvgPool2d', globals],
  ['adaptive poolings', adaptive],
  ['receivers of a method', receivers],
])('bad %s throw an error', (_, badCalls) => {
  test.each(badCalls)('%s', (_, call, type, message) => {
    let error: unknown;
    const { tensors } = memoryUsage();
    try {
      call();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toBe(message);
    expect(memoryUsage().tensors, 'no tensor is left behind').toBe(tensors);
  });
});

test('a kernel and padding of 10^9 on a tiny input need no more memory or time than small ones', () => {
  const { bytes } = memoryUsage();
  const ones = Tensor.ones([1, 1, 4, 4]);
  for (const stride of [1, 3, 10 ** 9]) {
    for (const dilation of [1, 7]) {
      const kernelSize = 10 ** 8;
      const huge = new AvgPool2d({
        kernelSize,
        stride,
        dilation,
        padding: (dilation * kernelSize) / 2,
        divisorOverride: 1,
      });
      const y = huge.forward(ones);
      const middle = dilation === 1 ? 16 : 1;
      expect(Math.max(...y.data), `stride ${stride}, dilation ${dilation}`).toBe(middle);
      expect(huge.backward(y, ones.shape).shape).toEqual(ones.shape);
    }
  }
  expect(memoryUsage().bytes).toBe(bytes);
});

test('a batch of 0 works with planes that are too large for a plan', () => {
  const y = new AvgPool2d(2).forward(Tensor.zeros([0, 1, 65_536, 131_072]));
  expect(y.shape).toEqual([0, 1, 32_768, 65_536]);
  expect(new AvgPool2d([1, 3]).forward(Tensor.zeros([0, 1, 4, 2 ** 27])).size).toBe(0);
});

test('trailing arguments that are undefined are ignored', () => {
  expect(new (AvgPool2d as Any)({ kernelSize: 2 }, undefined, undefined).kernelSize).toBe(2);
});

test('tensors and pools cannot be changed', () => {
  const { dtype, size } = x;
  for (const change of [
    () => Object.assign(x, { shape: [1, 2, 8, 8] }),
    () => Object.assign(x, { dtype: 'float64' }),
    () => Object.assign(x, { size: 4000 }),
    () => Object.assign(x.shape, { 0: 9 }),
    () => Object.assign(pool, { kernelSize: 4 }),
    () => Object.assign(new AvgPool2d([2, 2]).kernelSize, { 0: 3 }),
    () => Object.assign(adaptivePool, { outputSize: 4 }),
    () => Object.assign(adaptivePool.outputSize, { 0: 3 }),
  ]) {
    expect(change).toThrow(TypeError);
  }
  expect([x.shape, x.dtype, x.size, pool.kernelSize]).toEqual([shape, dtype, size, 2]);
});

test.each(classes.flatMap(derivedFrom))('a pool prints its options %s, too', (_, value, of) => {
  expect(value.extraRepr()).toBe(of.extraRepr());
  expect(String(value)).toBe(String(of));
});

test('a class of pools can be subclassed', () => {
  for (const named of [new Named(2), new NamedAdaptive(2)]) {
    named.name = 'pool2';
    expect([named.name, named.forward(x).shape]).toEqual(['pool2', outShape]);
  }
});

test('the options of a subclass cannot be changed, since its results would not follow', () => {
  for (const [named, pool] of [
    [new Named([2, 2]), new AvgPool2d(2)],
    [new NamedAdaptive([2, 2]), new AdaptiveAvgPool2d(2)],
  ] as const) {
    for (const name of Object.keys(pool)) {
      expect(() => Object.assign(named, { [name]: 3 }), name).toThrow(TypeError);
      expect(() => Object.defineProperty(named, name, { value: 3 }), name).toThrow(TypeError);
    }
  }
  class Other extends AvgPool2d {
    override kernelSize = 3;
  }
  expect(() => new Other(2)).toThrow(TypeError);
});

test('arguments are read once, so the checked values are the ones in use', () => {
  const changing = (...values: unknown[]) => {
    let reads = 0;
    return Object.defineProperty([1, 2, 2], 1, { get: () => values[Math.min(reads++, values.length - 1)] }) as Any;
  };
  expect(Tensor.zeros(changing(2, 1e6)).shape).toEqual([1, 2, 2]);
  const pair = Object.defineProperty([2, 2], 1, { get: () => (reads++ === 0 ? 2 : -1) }) as Any;
  let reads = 0;
  expect(new AvgPool2d(pair).kernelSize).toEqual([2, 2]);
  reads = 0;
  expect(new AdaptiveAvgPool2d(pair).outputSize).toEqual([2, 2]);
  expect(Tensor.from(changing(7, 8), [1, 1, 3]).toArray()).toEqual([[[1, 7, 2]]]);
});

test.each(['gradOutput', 'out'] as const)(
  'backward throws the error for a disposed tensor if a getter in inputShape disposes of %s',
  (name) => {
    const tensors = { gradOutput: Tensor.ones(outShape), out: Tensor.ones(shape) };
    const get = () => {
      tensors[name].dispose();
      return 4;
    };
    const inputShape = Object.defineProperty([...shape], 3, { get });
    const message = `${name} is disposed; its shape was [${tensors[name].shape.join(', ')}]`;
    expect(() => pool.backward(tensors.gradOutput, inputShape, tensors.out)).toThrow(new TypeError(message));
  },
);

test('reserve reads only own options', () => {
  const program = `
    Object.prototype.fixed = true;
    reserve(0);
    reserve(0, {});
    const { bytes } = memoryUsage();
    Tensor.zeros([1, 1, bytes]);
    console.log(memoryUsage().bytes > bytes);`;
  expect(runProgram(program)).toBe('true');
});

test('a tensor of the largest documented size can be made', () => {
  const program = `
    const x = Tensor.zeros([1, 1, (2 ** 31 - 16) / 4]);
    x.data[x.size - 1] = 3;
    console.log(x.data.at(-1));
    x.dispose();
    reserve(2 ** 31 - 16);`;
  expect(runProgram(program)).toBe('3');
});

test('a tensor of another copy of the package is refused with an error that says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-copy-'));
  cpSync(new URL('../dist', import.meta.url), folder, { recursive: true });
  const other = await import(pathToFileURL(join(folder, 'index.js')).href);
  const foreign = other.Tensor.ones(shape);
  const message = 'input must be a Tensor, got a tensor of another copy of this package, whose memory is separate';
  expect(() => pool.forward(foreign)).toThrow(new TypeError(message));
  expect(() => pool.forward(x, foreign)).toThrow(TypeError);
  expect(foreign.data.length).toBe(32);
  expect(new other.AvgPool2d(2).forward(foreign).data.length).toBe(8);
  // Options hold no memory, so a pool of another copy can be copied.
  const Other: typeof AvgPool2d = other.AvgPool2d;
  class OtherNamed extends Other {
    name = 'pool1';
  }
  expect(new AvgPool2d(new OtherNamed(2))).toStrictEqual(pool);
  expect(new AdaptiveAvgPool2d(new other.AdaptiveAvgPool2d([2, null]))).toStrictEqual(adaptivePool);
});
