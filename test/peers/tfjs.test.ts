// Compares avgpool/tfjs with the kernels of TensorFlow.js that it replaces: on seeded random poolings, in training, and in
// what it must leave alone.

import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as layers from '@tensorflow/tfjs-layers';
import { memoryUsage } from 'avgpool';
import { type RegisterOptions, register, type TensorFlow, type TfjsBackend } from 'avgpool/tfjs';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTraining } from '../../bench/training.mjs';
import { runModule } from '../program.js';

const CASES = 300;

const backendNames: TfjsBackend[] = ['cpu', 'wasm'];

/** All calls, so that none is left to TensorFlow.js. */
const always = { kernels: ['AvgPool', 'AvgPoolGrad'] } as const;

const generator = xoroshiro128plus(20_261_127);
const upTo = (limit: number) => uniformInt(generator, 1, limit);
const below = (limit: number) => upTo(limit) - 1;
const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;

const elements = (shape: readonly number[]) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => uniformInt(generator, -1000, 1000) / 1000),
    shape as number[],
  );
};

type Pairs = [number, number][];
interface Attributes {
  filterSize: [number, number];
  strides: [number, number];
  pad: 'same' | 'valid' | number | Pairs;
  dimRoundingMode: 'floor' | 'round' | 'ceil' | undefined;
}

interface Case {
  shape: number[];
  attributes: Attributes;
  of: string;
  /** What the backend cpu of TensorFlow.js computes; and the gradient of the output, which is random. */
  values: Record<'x' | 'y' | 'dy' | 'dx', { data: Float32Array; shape: number[] }>;
}

/** A random pooling in TensorFlow.js; `undefined` if some window holds only padding, whose average is NaN there. */
function randomCase(): Case | undefined {
  const filterSize: [number, number] = [upTo(5), upTo(5)];
  const isSquare = below(3) === 0;
  const strides: [number, number] = [upTo(4), upTo(4)];
  const largest = (size: number) => Math.ceil(size / 2) - 1;
  const pairs: Pairs = [[0, 0], ...filterSize.map((size): [number, number] => [below(largest(size) + 1), 0]), [0, 0]];
  const pad = isSquare ? largest(filterSize[0]) : pick<Attributes['pad']>(['same', 'valid', pairs]);
  const attributes: Attributes = {
    filterSize: isSquare ? [filterSize[0], filterSize[0]] : filterSize,
    strides: isSquare ? [strides[0], strides[0]] : strides,
    pad,
    dimRoundingMode: typeof pad === 'string' ? undefined : pick(['floor', 'round', 'ceil', undefined] as const),
  };
  const shape = [upTo(3), 4 + upTo(12), 4 + upTo(12), upTo(9)];
  const x = elements(shape);
  const y = forward(x, attributes);
  const dy = elements(y.shape);
  const values = [x, y, dy, backward(dy, x, attributes)].map((tensor) => ({
    data: tensor.dataSync() as Float32Array,
    shape: tensor.shape,
  }));
  if (values[1]?.data.some(Number.isNaN)) {
    return undefined;
  }
  const [input, output, gradOutput, gradInput] = values as [Value, Value, Value, Value];
  const of = `${shape} ${JSON.stringify(attributes)}`;
  return { shape, attributes, of, values: { x: input, y: output, dy: gradOutput, dx: gradInput } };
}

type Value = Case['values']['x'];
const tensorOf = ({ data, shape }: Value) => tf.tensor(data, shape);

/** Whether the output size is rounded up. The gradient of TensorFlow.js does not learn of it, and is wrong there. */
const isRoundedUp = ({ attributes, values }: Case) =>
  ['round', 'ceil'].includes(attributes.dimRoundingMode ?? 'floor') &&
  forward(tensorOf(values.x), { ...attributes, dimRoundingMode: 'floor' }).shape.join() !== values.y.shape.join();

/** What `use` returns, which is no tensor. All tensors that it made are disposed. */
function tidily<T>(use: () => T): T {
  tf.engine().startScope();
  try {
    return use();
  } finally {
    tf.engine().endScope();
  }
}

const cases: Case[] = [];

beforeAll(async () => {
  await tf.setBackend('cpu');
  while (cases.length < CASES) {
    const found = tidily(randomCase);
    cases.push(...(found ? [found] : []));
  }
});

const forward = (x: tf.Tensor, { filterSize, strides, pad, dimRoundingMode }: Attributes) =>
  tf.avgPool(x as tf.Tensor4D, filterSize, strides, pad as 'same', dimRoundingMode);

/** The kernel that autograd calls. */
const backward = (dy: tf.Tensor, input: tf.Tensor, { filterSize, strides, pad }: Attributes) =>
  tf.engine().runKernel('AvgPoolGrad', { dy, input }, { filterSize, strides, pad: pad as 'same' }) as tf.Tensor;

/** Calls `use` while avgpool's kernels are registered. */
function registered<T>(options: RegisterOptions, use: () => T): T {
  const restore = register(tf, options);
  try {
    return use();
  } finally {
    restore();
  }
}

/** Expects a tensor to have these values within 10 roundings of the largest magnitude. */
function expectClose(actual: tf.Tensor, expected: Value, of: string) {
  expect(actual.shape, of).toEqual(expected.shape);
  const values = actual.dataSync();
  const wrong = values.findIndex((value, i) => !(Math.abs(value - (expected.data[i] as number)) <= 10 * 2 ** -23));
  expect(wrong, `${of}: element ${wrong} is ${values[wrong]}, not ${expected.data[wrong]}`).toBe(-1);
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

type Network = Omit<Parameters<typeof startTraining>[1], 'size'>;

/** The losses of 50 steps. */
function train(network: Network): number[] {
  const training = startTraining(tf, network);
  const losses = Array.from({ length: 50 }, () => training.step());
  training.dispose();
  return losses;
}

const originals = () =>
  backendNames.flatMap((backend) => ['AvgPool', 'AvgPoolGrad'].map((name) => tf.getKernel(name, backend).kernelFunc));
const before = originals();

afterEach(() => {
  expect(originals()).toEqual(before);
  expect(memoryUsage().tensors).toBe(0);
});

test('kernels that are registered before a backend starts work, and so do those that they replace', async () => {
  const restore = register(tf);
  await tf.setBackend('wasm');
  const x = tf.ones([1, 4, 4, 1]) as tf.Tensor4D;
  expect([...tf.avgPool(x, 3, 1, 'same').dataSync()]).toEqual(Array(16).fill(1));
  expect([...tf.avgPool(x, 2, 2, 'valid').dataSync()]).toEqual(Array(4).fill(1));
  restore();
  expect([...tf.avgPool(x, 2, 2, 'valid').dataSync()]).toEqual(Array(4).fill(1));
});

describe.each(backendNames)('on the backend %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  const options = { backend, ...always };

  test(`the forward pass equals that of the backend cpu of TensorFlow.js on ${CASES} random poolings`, () => {
    for (const { attributes, values, of } of cases) {
      tf.tidy(() =>
        expectClose(
          registered(options, () => forward(tensorOf(values.x), attributes)),
          values.y,
          of,
        ),
      );
    }
  });

  test(`so it does with the default options, where TensorFlow.js computes some calls`, () => {
    for (const { attributes, values, of } of cases) {
      tf.tidy(() =>
        expectClose(
          registered({}, () => forward(tensorOf(values.x), attributes)),
          values.y,
          of,
        ),
      );
    }
  });

  test(`the gradient is the transpose of the forward pass on ${CASES} random poolings`, () => {
    for (const { shape, attributes, values, of } of cases) {
      const { x, y, dy } = values;
      tf.tidy(() => {
        const dx = registered(options, () => backward(tensorOf(dy), tensorOf(x), attributes));
        expect(dx.shape, of).toEqual(shape);
        expect(Math.abs(dot(y.data, dy.data) - dot(x.data, dx.dataSync() as Float32Array)), of).toBeLessThan(1e-4);
      });
    }
  });

  test("with gradient 'tfjs', it equals that of TensorFlow.js where the output size is not rounded up", () => {
    const counts = { compared: 0, differing: 0 };
    for (const { attributes, values, of } of cases.filter((item) => !tidily(() => isRoundedUp(item)))) {
      tf.tidy(() => {
        const [dy, x] = [tensorOf(values.dy), tensorOf(values.x)];
        const actual = registered({ ...options, gradient: 'tfjs' }, () => backward(dy, x, attributes));
        expectClose(actual, values.dx, of);
        const exact = registered(options, () => backward(dy, x, attributes));
        const [difference] = tf.max(tf.abs(tf.sub(exact, actual))).dataSync();
        counts.compared += 1;
        counts.differing += (difference as number) > 1e-3 ? 1 : 0;
      });
    }
    // Otherwise, the option would do nothing.
    expect(counts.compared).toBeGreaterThan(CASES / 2);
    expect(counts.differing).toBeGreaterThan(CASES / 5);
  });

  test('autograd, tf.pool, tensors of rank 3 and layers use the kernels', () => {
    let calls = 0;
    const restore = register(tf, options);
    const restoreCount = count(backend, () => {
      calls += 1;
    });
    tf.tidy(() => {
      const x = tf.ones([8, 8, 2]) as tf.Tensor3D;
      const loss = (input: tf.Tensor) => tf.sum(tf.avgPool(input as tf.Tensor3D, 2, 2, 'valid'));
      expect([...tf.grad(loss)(x).dataSync()]).toEqual(Array(128).fill(0.25));
      expect(calls).toBe(2);
      expect(tf.pool(x, 2, 'avg', 'valid', 1, 2).shape).toEqual([4, 4, 2]);
      expect(calls).toBe(3);
      const layer = layers.layers.averagePooling2d({ poolSize: 2 });
      expect((layer.apply(tf.expandDims(x)) as tf.Tensor).shape).toEqual([1, 4, 4, 2]);
      expect(calls).toBe(4);
    });
    restoreCount();
    restore();
  });

  test.each<[string, (x: tf.Tensor4D) => tf.Tensor]>([
    ['a window of padding only', (x) => tf.avgPool(x, 1, 1, 1)],
    ['a pad for which TensorFlow.js computes another width', (x) => tf.avgPool(x, [2, 1], [1, 2], 0)],
  ])('%s is left to TensorFlow.js', (_, call) => {
    tf.tidy(() => {
      const x = tf.ones([1, 4, 4, 1]) as tf.Tensor4D;
      const expected = call(x);
      const actual = registered(options, () => call(x));
      expect(actual.shape).toEqual(expected.shape);
      expect(actual.dataSync()).toEqual(expected.dataSync());
    });
  });

  test('an empty batch gives an empty result', () => {
    tf.tidy(() => {
      const x = tf.zeros([0, 4, 4, 1]) as tf.Tensor4D;
      expect(registered(options, () => tf.avgPool(x, 2, 2, 'valid')).shape).toEqual([0, 2, 2, 1]);
    });
  });

  test('thousands of calls of different shapes use a constant amount of memory', () => {
    const call = (height: number) =>
      tf.tidy(() => {
        const x = tf.ones([1, height, 16, 4]) as tf.Tensor4D;
        tf.grad((input: tf.Tensor) => tf.sum(tf.avgPool(input as tf.Tensor4D, 3, 2, 'same')))(x);
      });
    registered(options, () => {
      for (let i = 0; i < 200; i++) {
        call(4 + i);
      }
      const [{ bytes }, { numTensors, numBytes }] = [memoryUsage(), tf.memory()];
      for (let i = 0; i < 4000; i++) {
        call(4 + (i % 200));
      }
      expect([memoryUsage().bytes, tf.memory().numTensors, tf.memory().numBytes]).toEqual([
        bytes,
        numTensors,
        numBytes,
      ]);
    });
  });

  // Windows without padding have the same gradient in both.
  test.each<[Network, RegisterOptions]>([
    [{ pad: 'valid' }, {}],
    [{ pad: 'same' }, { gradient: 'tfjs' }],
    [{ network: 'poolformer' }, { gradient: 'tfjs' }],
  ])('50 steps of training %j with options %j have the losses of TensorFlow.js within 1e-4', (network, more) => {
    const expected = train(network);
    for (const kernels of backend === 'wasm' ? [undefined, always.kernels] : [undefined]) {
      const losses = registered({ backend, kernels, ...more }, () => train(network));
      for (const [step, loss] of losses.entries()) {
        expect(Math.abs(loss - (expected[step] as number)), `step ${step}`).toBeLessThan(1e-4);
      }
    }
    expect(expected.at(-1)).toBeLessThan(0.9 * (expected[0] as number));
  });

  test('with the exact gradient, training under padding reduces the loss along another curve', () => {
    const expected = train({ pad: 'same' });
    const losses = registered({ backend }, () => train({ pad: 'same' }));
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
    expect(Math.max(...losses.map((loss, i) => Math.abs(loss - (expected[i] as number))))).toBeGreaterThan(1e-3);
  });
});

/** Counts the calls of the kernels that are registered now. Returns a function that ends it. */
function count(backendName: TfjsBackend, onCall: () => void): () => void {
  const counted = ['AvgPool', 'AvgPoolGrad'].map((name) => tf.getKernel(name, backendName));
  const put = (kernel: tf.KernelConfig) => {
    tf.unregisterKernel(kernel.kernelName, backendName);
    tf.registerKernel(kernel);
  };
  for (const kernel of counted) {
    put({
      ...kernel,
      kernelFunc: (call) => {
        onCall();
        return kernel.kernelFunc(call);
      },
    });
  }
  return () => counted.forEach(put);
}

/** Runs a program in a process of its own, beside the peers. */
const runAlone = (lines: string) =>
  runModule(`import * as tf from '@tensorflow/tfjs';
    import { memoryUsage, reserve } from 'avgpool';
    import { register } from 'avgpool/tfjs';
    await tf.setBackend('cpu');
    ${lines}`);

test('calls without memory in avgpool are left to TensorFlow.js', () => {
  const output = runAlone(`
    reserve(2 ** 20, { fixed: true });
    register(tf);
    const x = tf.ones([1, 1024, 1024, 1]);
    const dx = tf.grad((input) => tf.sum(tf.avgPool(input, 2, 2, 'valid')))(x);
    console.log(tf.avgPool(x, 2, 2, 'valid').dataSync()[0], dx.dataSync()[0], memoryUsage().tensors);`);
  expect(output).toBe('1 0.25 0');
});

test('without WebAssembly, registering throws, and TensorFlow.js stays as it is', () => {
  const output = runModule(`import * as tf from '@tensorflow/tfjs';
    delete globalThis.WebAssembly;
    const { register } = await import('avgpool/tfjs');
    await tf.setBackend('cpu');
    const { kernelFunc } = tf.getKernel('AvgPool', 'cpu');
    try {
      register(tf);
    } catch ({ message }) {
      console.log(tf.getKernel('AvgPool', 'cpu').kernelFunc === kernelFunc, message);
    }`);
  expect(output).toMatch(/^true avgpool cannot run here: WebAssembly is missing/);
});

test('on the backend wasm, tensors of another backend are pooled, while the heap grows for them', async () => {
  const size = 4096;
  await tf.setBackend('cpu');
  const x = tf.ones([1, size, size, 1]) as tf.Tensor4D;
  const dy = tf.ones([1, size / 2, size / 2, 1]);
  await tf.setBackend('wasm');
  const restore = register(tf, always);
  expect(tf.avgPool(x, 2, 2, 'valid').dataSync()[0]).toBe(1);
  const attributes: Attributes = { filterSize: [2, 2], strides: [2, 2], pad: 'valid', dimRoundingMode: undefined };
  expect(backward(dy, x, attributes).dataSync()[0]).toBe(0.25);
  restore();
  tf.disposeVariables();
  tf.dispose([x, dy]);
});

test('on the backend cpu, what is faster in TensorFlow.js is left to it', async () => {
  await tf.setBackend('cpu');
  let theirs = 0;
  const restoreCount = count('cpu', () => {
    theirs += 1;
  });
  const restore = register(tf);
  const x = tf.ones([1, 16, 16, 1]) as tf.Tensor4D;
  const calls: [number, number, boolean][] = [
    [1, 1, false],
    [1, 2, false],
    [2, 8, false],
    [2, 2, true],
    [3, 2, true],
  ];
  for (const [size, stride, own] of calls) {
    theirs = 0;
    tf.avgPool(x, size, stride, 'valid');
    expect(theirs, `${size}×${size}, stride ${stride}`).toBe(own ? 0 : 1);
  }
  restore();
  restoreCount();
});

test.each(['bool', 'int32'] as const)('a cast of %s to float32 is pooled as float32', async (dtype) => {
  for (const backend of backendNames) {
    await tf.setBackend(backend);
    const attributes: Attributes = { filterSize: [2, 2], strides: [1, 1], pad: 'valid', dimRoundingMode: undefined };
    const cast = tf.cast(tf.tensor([1, 0, 1, 1, 1, 0, 0, 0, 1], [1, 3, 3, 1], dtype), 'float32');
    const expected = [forward(cast, attributes), backward(cast, tf.ones([1, 4, 4, 1]), attributes)];
    const restore = register(tf, always);
    const actual = [forward(cast, attributes), backward(cast, tf.ones([1, 4, 4, 1]), attributes)];
    restore();
    expect(actual.map((tensor) => tensor.dataSync())).toEqual(expected.map((tensor) => tensor.dataSync()));
  }
});

test('calls that no function of TensorFlow.js makes end as they do there', async () => {
  await tf.setBackend('cpu');
  const x = tf.ones([4, 4, 1]);
  const calls: [tf.NamedTensorMap, tf.NamedAttrMap][] = [
    [{ x }, { filterSize: 2, strides: 2, pad: 'valid' }],
    [{ x: tf.ones([1, 4, 4, 1]) }, { strides: 2 }],
    [{ x: tf.ones([1, 4, 4, 1]) }, { filterSize: 2, strides: 2, pad: 'unknown' }],
  ];
  const ends = () =>
    calls.map(([inputs, attributes]) => {
      try {
        return String(tf.engine().runKernel('AvgPool', inputs, attributes));
      } catch (error) {
        return String(error);
      }
    });
  expect(registered(always, ends)).toEqual(ends());
});

test('integers are left to TensorFlow.js', async () => {
  await tf.setBackend('cpu');
  const x = tf.tensor4d([1, 2, 3, 5], [1, 2, 2, 1], 'int32');
  const attributes = { filterSize: 2, strides: 2, pad: 'valid' };
  const pool = () => tf.engine().runKernel('AvgPool', { x }, attributes) as tf.Tensor;
  const y = registered(always, pool);
  expect([y.dtype, ...y.dataSync()]).toEqual(['int32', ...pool().dataSync()]);
});

test.each<[string, [number, number], number, RegisterOptions, boolean]>([
  ['2×2 windows with stride 2', [2, 2], 2, {}, false],
  ['3×3 windows with stride 2', [3, 3], 2, {}, false],
  ['one window over the whole plane', [8, 8], 8, {}, false],
  ['3×3 windows with stride 1', [3, 3], 1, {}, true],
  ['7×7 windows with stride 2', [7, 7], 2, {}, true],
  ['2×2 windows with stride 2, if asked for', [2, 2], 2, always, true],
])('on the backend wasm, the forward pass of %s is computed where it is faster', async (_, size, stride, more, own) => {
  await tf.setBackend('wasm');
  let theirs = 0;
  const restoreCount = count('wasm', () => {
    theirs += 1;
  });
  const restore = register(tf, more);
  const x = tf.ones([1, 8, 8, 1]) as tf.Tensor4D;
  tf.grad((input: tf.Tensor) => tf.sum(tf.avgPool(input as tf.Tensor4D, size, stride, 'same')))(x);
  restore();
  restoreCount();
  expect(theirs).toBe(own ? 0 : 1);
});

test('a second registration undoes the first, also of kernels that it does not replace, and from another copy', () => {
  const { register: registerAgain } = createRequire(import.meta.url)('avgpool/tfjs');
  const kernelFuncs = () => ['AvgPool', 'AvgPoolGrad'].map((name) => tf.getKernel(name, 'cpu').kernelFunc);
  const [forwardFunc, gradientFunc] = kernelFuncs();
  for (const again of [register, registerAgain]) {
    const restoreFirst = register(tf);
    const restoreSecond = again(tf, { kernels: ['AvgPoolGrad'] });
    expect(kernelFuncs()[0]).toBe(forwardFunc);
    expect(kernelFuncs()[1]).not.toBe(gradientFunc);
    restoreFirst();
    expect(kernelFuncs()[1]).not.toBe(gradientFunc);
    restoreSecond();
    expect(kernelFuncs()).toEqual([forwardFunc, gradientFunc]);
  }
});

test('a second registration replaces the first, and each restores only what is its own', async () => {
  await tf.setBackend('cpu');
  const x = tf.ones([1, 3, 3, 1]) as tf.Tensor4D;
  const corner = () =>
    tf
      .grad((input: tf.Tensor) => tf.sum(tf.avgPool(input as tf.Tensor4D, 3, 3, 1)))(x)
      .dataSync()[0]
      ?.toFixed(4);
  const theirs = corner();
  const restoreFirst = register(tf);
  const exact = corner();
  expect(exact).not.toBe(theirs);
  const restoreSecond = register(tf, { gradient: 'tfjs' });
  expect(corner()).toBe(theirs);
  restoreFirst();
  expect(tf.getKernel('AvgPoolGrad', 'cpu').kernelFunc).not.toBe(before[1]);
  restoreSecond();
  restoreSecond();
  expect(tf.getKernel('AvgPoolGrad', 'cpu').kernelFunc).toBe(before[1]);
});

const withoutGradient = {
  ...tf,
  getKernel: (name: string, backend: string) => (name === 'AvgPool' ? tf.getKernel(name, backend) : undefined),
} as unknown as TensorFlow;

test('of a TensorFlow.js without the kernel of the gradient, the other one is replaced', () => {
  const restore = register(withoutGradient, { backend: 'cpu' });
  expect(tf.getKernel('AvgPool', 'cpu').kernelFunc).not.toBe(before[0]);
  expect(tf.getKernel('AvgPoolGrad', 'cpu').kernelFunc).toBe(before[1]);
  restore();
});

describe('wrong arguments are refused before anything is registered', () => {
  const withoutKernels = { ...tf, getKernel: () => undefined } as unknown as TensorFlow;
  const namespaces = { undefined, 'a plain object': {}, TensorFlow: tf, withoutKernels, withoutGradient };
  test.each<[keyof typeof namespaces, unknown, ErrorConstructor, string]>([
    [
      'undefined',
      {},
      TypeError,
      'tf must be the namespace of @tensorflow/tfjs or @tensorflow/tfjs-core, got undefined',
    ],
    [
      'a plain object',
      {},
      TypeError,
      'tf must be the namespace of @tensorflow/tfjs or @tensorflow/tfjs-core, got a plain object',
    ],
    ['TensorFlow', 'wasm', TypeError, 'options must be an object, got "wasm"'],
    [
      'TensorFlow',
      { backends: 'cpu' },
      TypeError,
      'unknown option "backends"; the options are backend, kernels, gradient',
    ],
    ['TensorFlow', { backend: 'webgl' }, TypeError, 'backend must be "cpu" or "wasm", got "webgl"'],
    ['TensorFlow', { kernels: 'AvgPool' }, TypeError, "kernels must be an array of 'AvgPool', 'AvgPoolGrad' or both"],
    ['TensorFlow', { kernels: [] }, RangeError, "kernels must be an array of 'AvgPool', 'AvgPoolGrad' or both, got []"],
    [
      'TensorFlow',
      { kernels: ['MaxPool'] },
      TypeError,
      'each of kernels must be "AvgPool" or "AvgPoolGrad", got "MaxPool"',
    ],
    ['TensorFlow', { gradient: 'wrong' }, TypeError, 'gradient must be "exact" or "tfjs", got "wrong"'],
    ['withoutKernels', {}, Error, 'TensorFlow.js has no backend cpu or wasm: import @tensorflow/tfjs-backend-cpu or'],
    ['withoutKernels', { backend: 'wasm' }, Error, 'no backend wasm: import @tensorflow/tfjs-backend-wasm first'],
    ['withoutGradient', always, Error, 'TensorFlow.js has no kernel AvgPoolGrad for its backend cpu'],
  ])('%s with options %j', (name, options, type, message) => {
    const call = () => register(namespaces[name] as TensorFlow, options as RegisterOptions);
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
