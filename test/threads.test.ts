// Threads: the move to a shared memory, the bits of results, the order of changes, errors and running out of memory. Each
// program runs in a process of its own.

import { describe, expect, test } from 'vitest';
import { runThreads, share, watchWorkers } from './threads-program.js';

describe('threads', () => {
  test('keeps tensors, pools and plans, detaches the views of before, and makes views that never detach', () => {
    const program = `
      const { pool, x, works } = setUp();
      const others = ['float64', 'float16', 'uint8'].map((dtype) => randomTensor(randomFrom(2), [2, 3, 5], dtype));
      const copies = others.map(({ values }) => [...values]);
      const before = x.data;
      const count = await threads(2);
      const detached = [before.length, x.data === before];
      const after = x.data;
      const kinds = [x, ...others].map(({ data }) => data.buffer.constructor.name);
      const kept = others.every(({ values }, i) => [...values].every((value, j) => value === copies[i][j]));
      const { bytes } = memoryUsage();
      const larger = Tensor.full([1, 1, bytes], 3);
      const grown = memoryUsage().bytes > bytes;
      after[5] = 42;
      const same = [after.length === x.size, x.data[5], larger.data[bytes - 1], pool.forward(x).data.length];
      after[5] = before.length;
      print(count, detached, kinds, kept, grown, same);`;
    const shared = 'SharedArrayBuffer';
    expect(runThreads(program)).toEqual([
      2,
      [0, false],
      [shared, shared, shared, shared],
      true,
      true,
      [true, 42, 3, 4 * 8 * 96 * 96],
    ]);
  });

  test('can be changed at any time, and memoryUsage tells their number', () => {
    const program = `
      const { works, x } = setUp();
      const counts = [memoryUsage().threads];
      const results = [];
      let view;
      for (const count of [2, 3, 1, 1, 4, 2, 2, 1, 3]) {
        const calls = shared;
        counts.push([await threads(count), memoryUsage().threads]);
        results.push(works());
        // The two calls are shared if there are several threads. The first view of the shared memory stays valid.
        view ??= x.data;
        results.push(shared - calls === (count > 1 ? 2 : 0), view.length === x.size && view.every((value, i) => value === x.data[i]));
      }
      await threads(1);
      print(counts, results.every(Boolean), workers.length, ended);`;
    const counts = [2, 3, 1, 1, 4, 2, 2, 1, 3].map((count) => [count, count]);
    // A number that does not change starts no workers. All others start a new team.
    expect(runThreads(program, share + watchWorkers)).toEqual([[1, ...counts], true, 9, 9]);
  });

  test('resolve in order if they are called without waiting', () => {
    const program = `
      const order = [];
      const note = async (count) => { order.push([count, await threads(count), memoryUsage().threads]); };
      const { works } = setUp();
      await Promise.all([2, 4, 1, 3, 3].map(note));
      const ok = works();
      const errors = await Promise.all([threads(0).catch(() => 'refused'), threads(2), threads(1)]);
      print(order, ok, errors, workers.length, ended);`;
    const order = [2, 4, 1, 3, 3].map((count) => [count, count, count]);
    expect(runThreads(program, watchWorkers)).toEqual([order, true, ['refused', 2, 1], 7, 7]);
  });

  test('and the memory are shared by import and require', () => {
    const program = `
      const { createRequire } = await import('node:module');
      const require = createRequire(process.cwd() + '/program.js');
      const { threads: required } = require('avgpool/threads');
      const main = require('avgpool');
      const { works, x } = setUp();
      const counts = [await required(3), memoryUsage().threads, await threads(2), main.memoryUsage().threads];
      const y = main.avgPool2d(x, 2);
      const same = x.data.buffer === y.data.buffer && y instanceof Tensor && main.memoryUsage().tensors === memoryUsage().tensors;
      print(counts, same, works(), [await required(2), await required(1), workers.length, ended]);`;
    expect(runThreads(program, watchWorkers)).toEqual([[3, 3, 2, 2], true, true, [2, 1, 3, 3]]);
  });

  test('come and go 1,000 times without growth and without workers that stay', () => {
    const program = `
      const { works } = setUp();
      const sizes = [];
      let broken = 0;
      for (let i = 0; i < 1000; i++) {
        if ((await threads(2)) !== 2) broken++;
        const tensors = [1000, 50_000, 300_000].map((size) => Tensor.full([1, 1, size], i));
        if (!works() || tensors.some(({ data, size }) => data[size - 1] !== i)) broken++;
        for (const tensor of tensors) tensor.dispose();
        if ((await threads(1)) !== 1 || ended !== i + 1) broken++;
        sizes.push(memoryUsage().bytes);
      }
      print(broken, sizes[3] === sizes[999], workers.length, ended, memoryUsage().tensors);`;
    expect(runThreads(program, watchWorkers)).toEqual([0, true, 1000, 1000, 3]);
  });

  test('do not keep a program alive', () => {
    expect(runThreads('await threads(3); print(setUp().works(), memoryUsage().threads);')).toEqual([true, 3]);
    expect(runThreads('threads(2); print(memoryUsage().threads);')).toEqual([1]);
  });
});

describe('the bits of one thread', () => {
  // The shape of a plane or, in brackets, of all planes, and the class of the pool with its options.
  const cases = `
    const cases = [
      ['2×2', 12, 56, 56, { kernelSize: 2 }],
      ['3×3, stride 1', 12, 35, 35, { kernelSize: 3, stride: 1, padding: 1 }],
      ['3×3, stride 1, without padding', 3, 112, 97, { kernelSize: 3, stride: 1 }],
      ['3×3, stride 2', 12, 57, 57, { kernelSize: 3, stride: 2, padding: 1 }],
      ['5×5', 5, 40, 41, { kernelSize: 5, stride: 1, padding: 2 }],
      ['9×9', 4, 64, 63, { kernelSize: 9, stride: 1, padding: 4 }],
      ['31×31', 3, 70, 71, { kernelSize: 31, stride: 1, padding: 15 }],
      ['31×31, stride 4', 3, 90, 91, { kernelSize: 31, stride: 4, padding: 3 }],
      ['a dilation', 5, 50, 51, { kernelSize: [3, 4], stride: [1, 2], dilation: [5, 2], padding: 2 }],
      ['ceilMode and excluded padding', 7, 44, 46, { kernelSize: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false }],
      ['an asymmetric padding and an own divisor', 7, 44, 46, { kernelSize: 4, stride: 3, padding: [[0, 2], [1, 0]], divisorOverride: 7 }],
      ['a kernel of rows', 1, 3, 60_000, { kernelSize: [1, 3], stride: 1 }],
      ['a kernel of columns', 1, 60_000, 3, { kernelSize: [5, 1], stride: 2 }],
      ['global', 64, 32, 33, { outputSize: 1 }],
      ['adaptive, even', 6, 56, 56, { outputSize: 7 }],
      ['adaptive, uneven', 6, 33, 47, { outputSize: [5, 7] }],
      ['many small planes', 512, 7, 7, { kernelSize: 3, stride: 1, padding: 1 }],
      ['many small planes, global', 512, 7, 7, { outputSize: 1 }],
      ['one plane', 1, 0, 1024, { kernelSize: 3, stride: 1, padding: 1 }],
      ['one plane, 2×2', 1, 0, 1030, { kernelSize: 2 }],
      ['one plane, 31×31', 1, 0, 1000, { kernelSize: 31, stride: 1, padding: 15 }],
      ['one plane, global', 1, 0, 1000, { outputSize: 1 }],
      ['one plane, adaptive, uneven', 1, 0, 999, { outputSize: [100, 13] }],
      ['one batch of 64 channels', 64, 0, 40, { kernelSize: 3, stride: 1, padding: 1 }],
      ['one batch of 64 channels, 2×2', 64, 0, 40, { kernelSize: 2 }],
      ['one batch of 64 channels, stride 2', 64, 0, 41, { kernelSize: 3, stride: 2, padding: 1 }],
      ['one batch of 3 channels, 9×9', 3, 0, 321, { kernelSize: 9, stride: 1, padding: 4 }],
      ['one batch of 64 channels, global', 64, 0, 33, { outputSize: 1 }],
    ];`;
  // All other calls are shared. One window has one result, and few long rows of float64 are pooled as a whole.
  const notSplit = [
    'one plane, global, NCHW, forward',
    'one plane, global, NHWC, forward',
    'one batch of 64 channels, global, NHWC, forward',
  ];
  const notSplitInFloat64 = ['NCHW', 'NHWC'].flatMap((layout) =>
    ['forward', 'backward'].map((direction) => `a kernel of rows, ${layout}, ${direction}`),
  );
  test.each(['float32', 'float64', 'float16', 'uint8'])(
    'are those of 2, 3 and 4, for all kinds of geometries, layouts and directions, of %s',
    (dtype) => {
      const program = `
      const dtype = '${dtype}';
      const random = randomFrom(3);
      const bytes = { float64: 8, float32: 4, float16: 2, uint8: 1 }[dtype];
      // Inputs of a little more than 1 MB.
      const elements = 1.1e6 / bytes;
      ${cases}
      const calls = cases.flatMap(([name, channels, rows, width, options]) => ['NCHW', 'NHWC'].flatMap((layout) => {
        const height = rows || Math.ceil(elements / (channels * width));
        const batch = Math.ceil(elements / (channels * height * width));
        const shape = layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels];
        const pool = new (options.outputSize ? AdaptiveAvgPool2d : AvgPool2d)({ ...options, layout });
        const x = randomTensor(random, shape, dtype);
        const out = Tensor.zeros(pool.outputShape(shape), dtype);
        const forward = { name: [name, layout, 'forward'].join(', '), result: out, run: () => pool.forward(x, out) };
        if (dtype === 'uint8') return [forward];
        const gradient = randomTensor(random, out.shape, dtype);
        const back = Tensor.zeros(shape, dtype);
        const run = () => pool.backward(gradient, shape, back);
        return [forward, { name: [name, layout, 'backward'].join(', '), result: back, run }];
      }));
      const { createHash } = await import('node:crypto');
      const hashOf = ({ result, run }) => {
        result.data.fill(9);
        run();
        return createHash('sha1').update(bits(result)).digest('hex');
      };
      const expected = calls.map(hashOf);
      const wrong = [];
      const alone = [];
      for (const count of [2, 3, 4]) {
        if ((await threads(count)) !== count) throw new Error('there are too few threads');
        calls.forEach((call, i) => {
          const before = shared;
          if (hashOf(call) !== expected[i]) wrong.push([count, call.name]);
          if (shared === before) alone.push([count, call.name]);
        });
      }
      // Those that look different are few: nearly all results were computed, and differ from each other.
      print(wrong, alone, taken, new Set(expected).size >= 0.9 * calls.length);`;
      const [wrong, alone, taken, differ] = runThreads(program, share) as [unknown, unknown[], number, boolean];
      const whole = dtype === 'float64' ? [...notSplit, ...notSplitInFloat64] : notSplit;
      const expected = [2, 3, 4].flatMap((count) => whole.map((name) => [count, name]));
      expect({ wrong, alone: alone.sort(), differ }).toEqual({ wrong: [], alone: expected.sort(), differ: true });
      // The workers have run their share, however busy the machine is.
      expect(taken).toBeGreaterThan(100);
    },
  );
});
