// What Tensor.from takes: typed arrays, nested arrays, strided arrays of other libraries, pictures and tensors.

import { runInNewContext } from 'node:vm';
import { type DType, memoryUsage, Tensor } from 'avgpool';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runProgram } from './program.js';

// Other libraries have types of their own.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Any = any;

const { Float16Array } = globalThis as { Float16Array?: new (values: number[]) => ArrayLike<number> };

const shapes = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 4 }),
  fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 4 }),
);
const product = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);
const parameters = { seed: 20_261_126, numRuns: 500 };

describe('the element type of a tensor', () => {
  const shape = [1, 1, 2];

  test.each<[string, ArrayLike<number>, DType]>([
    ['a Float32Array', Float32Array.of(1, 2), 'float32'],
    ['a Float64Array', Float64Array.of(1, 2), 'float64'],
    ['a Uint8Array', Uint8Array.of(1, 2), 'uint8'],
    ['a Uint8ClampedArray', Uint8ClampedArray.of(1, 2), 'uint8'],
    ['a Buffer', Buffer.of(1, 2), 'uint8'],
    ['a Uint8Array of another realm', runInNewContext('Uint8Array.of(1, 2)'), 'uint8'],
    ['an Int8Array', Int8Array.of(1, 2), 'float32'],
    ['a Uint16Array', Uint16Array.of(1, 2), 'float32'],
    ['an Int32Array', Int32Array.of(1, 2), 'float32'],
    ['an array', [1, 2], 'float32'],
    ['an object like an array', { length: 2, 0: 1, 1: 2 }, 'float32'],
    ...(Float16Array ? [['a Float16Array', new Float16Array([1, 2]), 'float16'] as [string, Any, DType]] : []),
  ])('is that of %s unless another is given', (_, values, dtype) => {
    const tensor = Tensor.from(values, shape);
    expect([tensor.dtype, tensor.toArray()]).toEqual([dtype, [[[1, 2]]]]);
    for (const other of ['float32', 'float64', 'uint8'] as const) {
      expect(Tensor.from(values, shape, other)).toStrictEqual(Tensor.from([1, 2], shape, other));
    }
    if (!(values instanceof Uint16Array)) {
      expect(Tensor.from(values, shape, 'float16')).toStrictEqual(Tensor.from([1, 2], shape, 'float16'));
    }
  });

  test('decides what its views are and how many bytes they have', () => {
    const half = Float16Array ?? Uint16Array;
    for (const [dtype, View, bytes] of [
      ['float32', Float32Array, 4],
      ['float64', Float64Array, 8],
      ['float16', half, 2],
      ['uint8', Uint8Array, 1],
    ] as const) {
      for (let size = 1; size < 40; size++) {
        const tensor = Tensor.full([1, 1, size], 3, dtype);
        const { data } = tensor;
        expect([data.constructor, data.length, data.byteLength, data.byteOffset % 16]).toEqual([
          View,
          size,
          bytes * size,
          0,
        ]);
        expect(tensor.values?.constructor).toBe(View);
        expect([tensor.toArray()[0]?.[0], tensor.toJSON().data]).toEqual([Array(size).fill(3), Array(size).fill(3)]);
        tensor.dispose();
      }
    }
  });
});

test('a uint8 tensor takes exactly the integers from 0 to 255', () => {
  const { tensors } = memoryUsage();
  const wrong = [-1, 256, 300, 0.5, 254.999, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 32 + 1, -(2 ** 32)];
  for (const value of wrong) {
    const message = `values of type uint8 must be integers from 0 to 255, got ${value}`;
    for (const values of [[7, value, 8], Float64Array.of(7, value, 8)]) {
      expect(() => Tensor.from(values, [1, 1, 3], 'uint8')).toThrow(new RangeError(`${message} at index 1`));
    }
    expect(() => Tensor.full([1, 1, 3], value, 'uint8')).toThrow(new RangeError(message));
  }
  expect(memoryUsage().tensors).toBe(tensors);
  const all = [-0, ...Array.from({ length: 255 }, (_, i) => i + 1)];
  for (const values of [all, Float64Array.from(all), Float32Array.from(all), Uint16Array.from(all)]) {
    expect([...Tensor.from(values, [1, 16, 16], 'uint8').data]).toEqual([...Uint8Array.from(all)]);
  }
});

describe('nested arrays', () => {
  test('give the tensor whose toArray they are', () => {
    const property = fc.property(
      shapes,
      fc.constantFrom<DType>('float32', 'float64', 'float16', 'uint8'),
      (shape, dtype) => {
        const values = Array.from({ length: product(shape) }, (_, i) => i);
        const tensor = Tensor.from(values, shape, dtype);
        const nested = tensor.toArray();
        // The levels below an empty one are lost.
        fc.pre(!shape.slice(0, -1).includes(0));
        expect(Tensor.from(nested, undefined, dtype)).toStrictEqual(tensor);
        expect(Tensor.from(nested)).toStrictEqual(Tensor.from(values, shape));
        tensor.dispose();
      },
    );
    fc.assert(property, parameters);
  });
});

describe('strided values', () => {
  const classes = fc.constantFrom<[DType, (length: number) => ArrayLike<number>]>(
    ['float32', (length) => Float32Array.from({ length }, (_, i) => i)],
    ['float64', (length) => Float64Array.from({ length }, (_, i) => i)],
    ['uint8', (length) => Uint8ClampedArray.from({ length }, (_, i) => i)],
    ['float32', (length) => Int16Array.from({ length }, (_, i) => i)],
    ['float32', (length) => Array.from({ length }, (_, i) => i)],
  );
  const view = fc
    .record({
      shape: shapes,
      steps: fc.array(fc.integer({ min: -5, max: 9 }), { minLength: 4, maxLength: 4 }),
      spare: fc.nat(3),
    })
    .map(({ shape, steps, spare }) => {
      const stride = steps.slice(0, shape.length);
      const ends = shape.map((size, axis) => (size - 1) * (stride[axis] as number));
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
      const isEmpty = product(shape) === 0;
      const offset = isEmpty ? spare : spare - sum(ends.filter((end) => end < 0));
      const length = isEmpty ? 0 : offset + sum(ends.filter((end) => end > 0)) + 1;
      let indices = [offset];
      for (const [axis, size] of shape.entries()) {
        const step = stride[axis] as number;
        indices = indices.flatMap((index) => Array.from({ length: size }, (_, i) => index + i * step));
      }
      return { shape, stride, offset, length, indices, spare };
    });

  test('are gathered in row-major order, and refused if one index lies outside of the data', () => {
    const property = fc.property(view, classes, fc.boolean(), (view, [dtype, make], isOrt) => {
      const { shape, stride, offset, length, indices, spare } = view;
      const data = make(length);
      const source = (offset: number, data: ArrayLike<number>): Any =>
        isOrt ? { data, dims: shape, strides: stride, offset } : { data, shape, stride, offset };
      const tensor = Tensor.from(source(offset, data));
      expect([tensor.shape, tensor.dtype, Array.from(tensor.data)]).toEqual([shape, dtype, indices]);
      const double = Tensor.from(source(offset, data), undefined, 'float64');
      expect(double).toStrictEqual(Tensor.from(indices, shape, 'float64'));
      tensor.dispose();
      double.dispose();
      if (indices.length > 0) {
        const { tensors } = memoryUsage();
        const outside = /^RangeError: a view of shape .* has index -?\d+ of data, which has \d+ elements$/;
        const attempts = [
          () => Tensor.from(source(offset, make(length - 1))),
          () => Tensor.from(source(offset + 1, data)),
        ];
        for (const attempt of attempts) {
          expect(() => attempt()).toThrow(RangeError);
          try {
            attempt();
          } catch (error) {
            expect(String(error)).toMatch(outside);
          }
        }
        if (offset > spare) {
          expect(() => Tensor.from(source(offset - spare - 1, data))).toThrow(RangeError);
        }
        expect(memoryUsage().tensors).toBe(tensors);
      }
    });
    fc.assert(property, parameters);
  });

  test('have row-major order if they have no stride', () => {
    const data = Float32Array.of(0, 1, 2, 3, 4, 5);
    for (const shape of [{ shape: [1, 2, 2] }, { dims: [1, 2, 2] }]) {
      expect(Tensor.from({ data: data.subarray(1, 5), ...shape }).toArray()).toEqual([
        [
          [1, 2],
          [3, 4],
        ],
      ]);
      expect(Tensor.from({ data, ...shape, offset: 2 }).toArray()).toEqual([
        [
          [2, 3],
          [4, 5],
        ],
      ]);
    }
  });

  test('may have a length, like an ndarray of stdlib', () => {
    const data = Float64Array.of(1, 2, 3, 4);
    const source = { length: 4, data, shape: [1, 2, 2], strides: [0, 1, 2], offset: 0, dtype: 'float64' };
    expect(Tensor.from(source)).toStrictEqual(Tensor.from([1, 3, 2, 4], [1, 2, 2], 'float64'));
  });

  test('are read once, property by property', () => {
    const counts = new Map<string | symbol, number>();
    const counted = new Proxy(
      { data: [1, 2, 3, 4], shape: [1, 2, 2], stride: [4, 2, 1], offset: 0 },
      {
        get(target, name) {
          counts.set(name, (counts.get(name) ?? 0) + 1);
          return Reflect.get(target, name);
        },
      },
    );
    expect(Tensor.from(counted).toArray()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(new Set(counts.values())).toEqual(new Set([1]));
  });

  test('can be a view of this memory, even if the tensor grows it', () => {
    const program = `
      const results = [];
      for (const [stride, dtype] of [[[1, 1, 1], 'uint8'], [[1, 1, -1], 'float32'], [[1, 1, 1], 'float16']]) {
        const length = memoryUsage().bytes;
        const x = Tensor.zeros([1, 1, length], dtype === 'float16' ? 'float32' : dtype);
        const { data } = x;
        for (let i = 0; i < length; i++) data[i] = i % 100;
        const y = Tensor.from({ data, shape: [1, 1, length], stride, offset: stride[2] < 0 ? length - 1 : 0 }, undefined, dtype);
        const numbers = y.toArray()[0][0];
        if (stride[2] < 0) numbers.reverse();
        results.push(data.length, numbers.every((value, i) => value === i % 100));
      }
      console.log(results.join());`;
    expect(runProgram(program)).toBe('0,true,0,true,0,true');
  });
});

describe('half floats', () => {
  const bits = Uint16Array.of(0x3c00, 0xc100, 0x7c00, 0x0001);
  const numbers = [1, -2.5, Number.POSITIVE_INFINITY, 2 ** -24];
  const shape = [1, 2, 2];

  test('of ONNX Runtime are bits', () => {
    const source = { data: bits, dims: shape, type: 'float16' } as const;
    const half: Tensor<'float16'> = Tensor.from(source);
    expect([half.dtype, half.toJSON().data]).toEqual(['float16', numbers]);
    for (const dtype of ['float32', 'float64'] as const) {
      expect(Tensor.from(source, undefined, dtype)).toStrictEqual(Tensor.from(numbers, shape, dtype));
    }
    const transposed = Tensor.from({ ...source, strides: [4, 1, 2] });
    expect(transposed.toJSON()).toEqual({
      shape,
      dtype: 'float16',
      data: [numbers[0], numbers[2], numbers[1], numbers[3]],
    });
  });

  test('are bits in a Uint16Array given for float16, and whole numbers for any other type', () => {
    expect(Tensor.from(bits, shape, 'float16').toJSON().data).toEqual(numbers);
    expect(Tensor.from(bits, shape).toJSON().data).toEqual([...bits]);
    expect(Tensor.from(bits, shape, 'float64').toJSON().data).toEqual([...bits]);
  });

  test('are the same in data, values and a copy', () => {
    const half = Tensor.from(numbers, shape, 'float16');
    const copies = [half.clone(), Tensor.from(half), Tensor.from(half.data, shape, 'float16')];
    for (const copy of [...copies, Tensor.from(half.values as ArrayLike<number>, shape, half.dtype)]) {
      expect(copy).toStrictEqual(half);
    }
    const { buffer, byteOffset } = half.data;
    expect([...new Uint16Array(buffer, byteOffset, 4)]).toEqual([...bits]);
  });
});

test('a source that names an element type gives a tensor of it, whatever holds the values', () => {
  const types = ['float32', 'float64', 'float16', 'uint8'] as const;
  for (const data of [[1, 2], Float32Array.of(1, 2), Float64Array.of(1, 2), Uint8Array.of(1, 2)]) {
    for (const name of types) {
      const expected = Tensor.from([1, 2], [1, 1, 2], name);
      expect(Tensor.from({ data, shape: [1, 1, 2], dtype: name })).toStrictEqual(expected);
      expect(Tensor.from({ data, dims: [1, 1, 2], type: name })).toStrictEqual(expected);
    }
    const other = Tensor.from({ data, shape: [1, 1, 2], dtype: 'int32' });
    expect(other).toStrictEqual(Tensor.from(data, [1, 1, 2]));
  }
  expect(() => Tensor.from({ data: [1, 256], shape: [1, 1, 2], dtype: 'uint8' })).toThrow('got 256 at index 1');
});

test('a tensor is a source of all element types', () => {
  for (const dtype of ['float32', 'float64', 'float16', 'uint8'] as const) {
    const tensor = Tensor.from([1, 2, 3, 4], [1, 2, 2], dtype);
    expect(Tensor.from(tensor)).toStrictEqual(tensor);
    for (const other of ['float32', 'float64', 'float16', 'uint8'] as const) {
      expect(Tensor.from(tensor, undefined, other)).toStrictEqual(Tensor.from([1, 2, 3, 4], [1, 2, 2], other));
    }
  }
});

describe('a picture', () => {
  test.each([1, 2, 3, 4])('of %i channels has the shape [height, width, channels]', (channels) => {
    const data = Uint8ClampedArray.from({ length: 6 * channels }, (_, i) => i);
    for (const picture of [
      { data, width: 3, height: 2 },
      { data, width: 3, height: 2, channels },
    ]) {
      expect(Tensor.from(picture)).toStrictEqual(Tensor.from(data, [2, 3, channels]));
      expect(Tensor.from(picture, undefined, 'float32')).toStrictEqual(Tensor.from(data, [2, 3, channels], 'float32'));
    }
  });

  test('without pixels has the channels that are given', () => {
    expect(Tensor.from({ data: new Uint8Array(0), width: 0, height: 2, channels: 4 }).shape).toEqual([2, 0, 4]);
  });
});
