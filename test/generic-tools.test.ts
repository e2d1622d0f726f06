// Tools that know no tensors see what a tensor holds: they compare, print, clone and post its elements.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { type DType, memoryUsage, Tensor } from 'avgpool';
import { transformSync } from 'esbuild';
import { expect as jestExpect } from 'expect';
import fc from 'fast-check';
import isEqual from 'lodash.isequal';
import { describe, expect, test } from 'vitest';
import { runModule, runProgram } from './program.js';

const passes = (check: () => void): boolean => {
  try {
    check();
    return true;
  } catch {
    return false;
  }
};

/** Whether each tool takes two values for equal. */
const tools: [string, (a: unknown, b: unknown) => boolean][] = [
  ['assert.deepStrictEqual', (a, b) => passes(() => assert.deepStrictEqual(a, b))],
  ['util.isDeepStrictEqual', isDeepStrictEqual],
  ['toEqual of Vitest', (a, b) => passes(() => expect(a).toEqual(b))],
  ['toStrictEqual of Vitest', (a, b) => passes(() => expect(a).toStrictEqual(b))],
  ['toEqual of Jest', (a, b) => passes(() => jestExpect(a).toEqual(b))],
  ['toStrictEqual of Jest', (a, b) => passes(() => jestExpect(a).toStrictEqual(b))],
  ['isEqual of Lodash', isEqual],
  ['a snapshot', (a, b) => passes(() => assert.equal(JSON.stringify(a), JSON.stringify(b)))],
];

const shapes = [
  [1, 2, 2],
  [1, 1, 2, 2],
  [4, 1, 1],
  [0, 2, 2],
];
const someTensor = fc
  .record({
    shape: fc.constantFrom(...shapes),
    dtype: fc.constantFrom<DType>('float32', 'float64', 'float16', 'uint8'),
    values: fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 4, maxLength: 4 }),
    disposed: fc.boolean(),
  })
  .map((given) => ({ ...given, values: given.shape[0] === 0 ? [] : given.values }));

describe.each(tools)('%s', (_, areEqual) => {
  test('tells tensors apart exactly where shape, type, elements or disposal differ', () => {
    const property = fc.property(someTensor, someTensor, fc.boolean(), (first, other, same) => {
      const second = same ? first : other;
      const tensors = [first, second].map(({ shape, dtype, values, disposed }) => {
        const tensor = Tensor.from(values, shape, dtype);
        if (disposed) {
          tensor.dispose();
        }
        return tensor;
      });
      const facts = [first, second].map(({ shape, dtype, values, disposed }) =>
        JSON.stringify([shape, dtype, disposed || values, disposed]),
      );
      expect(areEqual(tensors[0], tensors[1])).toBe(facts[0] === facts[1]);
      for (const tensor of tensors) {
        tensor.dispose();
      }
    });
    fc.assert(property, { seed: 13, numRuns: 300 });
  });

  test('finds the tensors in other objects', () => {
    const of = (value: number) => ({ name: 'batch', tensors: [Tensor.full([1, 1, 2], value)] });
    expect([areEqual(of(1), of(1)), areEqual(of(1), of(2))]).toEqual([true, false]);
  });
});

test('tensors compare after the memory has grown', () => {
  const program = `
    import assert from 'node:assert/strict';
    import { memoryUsage, Tensor } from 'avgpool';
    const tensors = [1, 1, 2].map((value) => Tensor.full([1, 2, 2], value));
    const views = tensors.map((tensor) => tensor.data);
    Tensor.zeros([1, 1000, 1000], 'float64');
    assert.deepStrictEqual(tensors[0], tensors[1]);
    assert.notDeepStrictEqual(tensors[0], tensors[2]);
    console.log(views.map((view) => view.length).join());`;
  expect(runModule(program)).toBe('0,0,0');
});

describe('copies', () => {
  const values = [1, -0, Number.NaN, Number.POSITIVE_INFINITY];
  const posted = (value: unknown) => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(value);
    const received = receiveMessageOnPort(port2)?.message;
    port1.close();
    return received;
  };

  test.each([
    ['structuredClone', structuredClone],
    ['postMessage', posted],
    ['v8.serialize', (value: unknown) => deserialize(serialize(value))],
    ['the spread of an object', (value: object) => ({ ...value })],
    ['Object.assign', (value: object) => Object.assign({}, value)],
  ] as [string, (value: unknown) => Tensor][])('%s carries the elements, and not the memory', (_, copyOf) => {
    for (const dtype of ['float32', 'float64', 'float16', 'uint8'] as const) {
      const tensor = Tensor.from(dtype === 'uint8' ? [1, 0, 255, 7] : values, [1, 2, 2], dtype);
      const copy = copyOf(tensor);
      expect(copy).toEqual({ shape: [1, 2, 2], dtype, size: 4, values: tensor.data.slice() });
      // Node reads what it serialises into a pool of up to 64 kB.
      expect(copy.values?.buffer.byteLength).toBeLessThan(2 ** 17);
      expect(Tensor.from(copy.values as Float64Array, copy.shape, copy.dtype)).toStrictEqual(tensor);
      expect(Tensor.from(copy as never)).toStrictEqual(tensor);
    }
    const disposed = Tensor.ones([1, 1, 1]);
    disposed.dispose();
    expect(copyOf(disposed)).toEqual({ shape: [1, 1, 1], dtype: 'float32', size: 1, values: undefined });
  });

  test('JSON has the shape, the type and the elements as numbers', () => {
    for (const type of ['float32', 'float64', 'float16', 'uint8'] as const) {
      const tensor = Tensor.from([1, 2, 3, 255], [1, 2, 2], type);
      const text = JSON.stringify({ tensor });
      expect(text).toBe(`{"tensor":{"shape":[1,2,2],"dtype":"${type}","data":[1,2,3,255]}}`);
      const { data, shape, dtype } = JSON.parse(text).tensor;
      expect(Tensor.from(data, shape, dtype)).toStrictEqual(tensor);
      expect(Tensor.from({ data, shape, dtype })).toStrictEqual(tensor);
      tensor.dispose();
      expect(JSON.stringify(tensor)).toBe(`{"shape":[1,2,2],"dtype":"${type}","data":null}`);
    }
  });
});

test('a console shows the type, the first elements and the disposal', () => {
  const program = `
    const x = Tensor.from([1, 2.5, -0, NaN], [1, 2, 2]);
    console.log(x);
    console.log({ x, list: [Tensor.zeros([1, 2, 4], 'float64')] });
    console.log(Tensor.from([1, 2.5, -0, NaN], [1, 2, 2], 'float16'), Tensor.ones([1, 1, 2], 'uint8'));
    x.dispose();
    console.log(x, Tensor.zeros([0, 2, 2]), new Proxy(x, {}), Tensor.prototype);`;
  expect(runProgram(program).split('\n')).toEqual([
    'Tensor([1, 2, 2], float32) [1, 2.5, 0, NaN]',
    '{',
    '  x: Tensor([1, 2, 2], float32) [1, 2.5, 0, NaN],',
    '  list: [ Tensor([1, 2, 4], float64) [0, 0, 0, 0, 0, 0, …] ]',
    '}',
    'Tensor([1, 2, 2], float16) [1, 2.5, 0, NaN] Tensor([1, 1, 2], uint8) [1, 1]',
    'Tensor([1, 2, 2], float32, disposed) Tensor([0, 2, 2], float32) [] Tensor([1, 2, 2], float32) {}',
  ]);
});

describe('a member of Tensor', () => {
  const members = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => name !== 'constructor');
  const calls = [...members, 'values'];
  const bound = (tensor: object, name: string) => {
    const member = Reflect.get(tensor, name);
    return typeof member === 'function' ? member.call(tensor) : member;
  };
  const explained =
    /^TypeError: the tensor must be a Tensor, got (a proxy of a tensor, or an object derived from one: pass the tensor itself|undefined)$/;
  const outcome = (call: () => unknown) => {
    try {
      return `${call()}`;
    } catch (error) {
      return String(error);
    }
  };

  test.each(calls.filter((name) => name !== 'toString'))(
    '%s of a proxy or a derived object explains itself',
    (name) => {
      const tensor = Tensor.ones([1, 1, 1]);
      for (const other of [new Proxy(tensor, {}), Object.create(tensor)]) {
        expect(outcome(() => bound(other, name))).toMatch(explained);
      }
      expect(tensor.disposed).toBe(false);
    },
  );

  test.each(members)('%s explains itself without its tensor', (name) => {
    const { get, value } = Object.getOwnPropertyDescriptor(Tensor.prototype, name) as PropertyDescriptor;
    expect(outcome(() => (get ?? value).call(undefined))).toMatch(explained);
  });

  test('toString prints proxies and derived objects', () => {
    const tensor = Tensor.ones([1, 1, 1]);
    expect([`${new Proxy(tensor, {})}`, `${Object.create(tensor)}`]).toEqual(Array(2).fill(`${tensor}`));
  });
});

test('compiled `using` disposes of a tensor in an engine without Symbol.dispose', () => {
  const { code } = transformSync('{ using x = Tensor.ones([1, 1, 1]); print(x.disposed); kept = x; }', {
    loader: 'ts',
    supported: { using: false },
  });
  expect(code).toContain('Symbol.for("Symbol." + name)');
  const program = `
    const Real = Symbol;
    globalThis.Symbol = (description) => Real(description);
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(Real))) {
      if (!['dispose', 'asyncDispose', 'prototype', 'length', 'name'].includes(name)) {
        Object.defineProperty(Symbol, name, descriptor);
      }
    }
    const { Tensor, memoryUsage } = await import('avgpool');
    const print = console.log;
    let kept;
    ${code}
    print(Symbol.dispose, kept.disposed, memoryUsage().tensors);`;
  expect(runModule(program)).toBe('false\nundefined true 0');
});

test('nothing that another library adds to Object.prototype changes a tensor', () => {
  const program = `
    import { createRequire } from 'node:module';
    const require = createRequire(process.cwd() + '/');
    require('avgpool/compat');
    for (const name of ['get', 'set', 'toJSON', 'data', 'values']) {
      Object.prototype[name] = () => 'wrong';
    }
    const { Tensor, AvgPool2d } = require('avgpool');
    const x = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
    console.log(new AvgPool2d(2).forward(x).data[0], x.values.join(), x.toJSON().data.join());`;
  expect(runModule(program)).toBe('2.5 1,2,3,4 1,2,3,4');
});

test('making and dropping tensors for tools leaves no memory behind', () => {
  const { tensors } = memoryUsage();
  const tensor = Tensor.ones([1, 2, 2]);
  structuredClone(tensor);
  JSON.stringify(tensor);
  tensor.dispose();
  expect(memoryUsage().tensors).toBe(tensors);
});
