// The rules of WebAssembly memory: who owns it, when it grows, what a view survives, and how running out of it fails.

import { AdaptiveAvgPool2d, AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from 'avgpool';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { runModule, runProgram } from './program.js';

const { gc } = globalThis as unknown as { gc: () => void };

/** Collects garbage and lets the finalizers run. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Makes the memory grow, which detaches all existing views. */
function growMemory(): void {
  const { bytes } = memoryUsage();
  Tensor.zeros([1, 1, Math.ceil(bytes / 4)]).dispose();
  expect(memoryUsage().bytes).toBeGreaterThan(bytes);
}

/** The start of a program: calls that may fail, and a pool and tensors that must still work afterwards. */
const attempt = `
  const attempt = (call) => {
    try { call(); return 'done'; } catch (error) { return error.constructor.name + ': ' + error.message; }
  };
  // An existing pool with existing tensors computes the right results.
  const pool = new AvgPool2d(3, 1, 1);
  const works = () => {
    x.data.fill(1);
    const corner = pool.forward(x, out).data[0];
    const gradient = pool.backward(out, x.shape, x).data[0];
    return corner === Math.fround(4 / 9) && Math.abs(gradient - (4 / 9 + 6 / 9 + 6 / 9 + 1) / 9) < 1e-6;
  };
  const x = Tensor.ones([1, 1, 4, 4]);
  const out = Tensor.ones([1, 1, 4, 4]);
  works();`;

describe('a view', () => {
  test('has the element type and the size of its tensor, and is aligned to 16 bytes', () => {
    for (let size = 1; size < 40; size++) {
      const single: Float32Array = Tensor.ones([1, 1, size]).data;
      const double: Float64Array = Tensor.ones([1, 1, size], 'float64').data;
      expect([single.constructor, single.length, single.byteOffset % 16]).toEqual([Float32Array, size, 0]);
      expect([double.constructor, double.length, double.byteOffset % 16]).toEqual([Float64Array, size, 0]);
    }
  });

  test('shows the memory itself: values written to it are pooled', () => {
    const x = Tensor.zeros([1, 2, 2]);
    x.data.set([1, 2, 3, 4]);
    expect(avgPool2d(x, 2).data[0]).toBe(2.5);
  });

  test('is the same object until the memory grows, and then a new one with the same elements', () => {
    const x = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
    const before = x.data;
    expect(x.data).toBe(before);
    growMemory();
    expect(before.length).toBe(0);
    expect([...x.data]).toEqual([1, 2, 3, 4]);
  });

  test('keeps its tensor from being collected until it is dropped itself', async () => {
    await collect();
    const { tensors } = memoryUsage();
    let view: Float32Array | undefined = new AvgPool2d(2).forward(Tensor.full([1, 64, 64], 3)).data;
    await collect();
    expect(memoryUsage().tensors).toBe(tensors + 1);
    // These overwrite all freed memory, but not the view.
    const others = Array.from({ length: 50 }, () => Tensor.full([1, 32, 32], 9));
    expect(view.every((value) => value === 3)).toBe(true);
    view = undefined;
    others.length = 0;
    await collect();
    expect(memoryUsage().tensors).toBe(tensors);
  });

  test.each([
    ['the whole view', (data: Float32Array) => data],
    ['a part of the view', (data: Float32Array) => data.subarray(1, 1 + data.length / 2)],
  ])('can be copied by Tensor.from, even if that grows the memory: %s', (_, part) => {
    const length = Math.ceil(memoryUsage().bytes / 2);
    const x = Tensor.zeros([1, 1, length]);
    const { data } = x;
    for (let i = 0; i < length; i++) {
      data[i] = i % 1000;
    }
    const source = part(data);
    const offset = source.byteOffset - data.byteOffset;
    const copy = Tensor.from(source, [1, 1, source.length]);
    expect(source.length, 'the memory has grown').toBe(0);
    expect(copy.data.every((value, i) => value === (i + offset / 4) % 1000)).toBe(true);
    copy.dispose();
    x.dispose();
  });
});

describe('a tensor', () => {
  test('is disposed of immediately, and disposing of it again does nothing', () => {
    const { tensors } = memoryUsage();
    const x = Tensor.ones([1, 2, 2]);
    expect([x.disposed, memoryUsage().tensors]).toEqual([false, tensors + 1]);
    x.dispose();
    x.dispose();
    expect([x.disposed, memoryUsage().tensors]).toEqual([true, tensors]);
    expect(`${x}`).toBe('Tensor([1, 2, 2], float32, disposed)');
  });

  test.skipIf(!Symbol.dispose)('is disposed of by `using`, if the engine has Symbol.dispose', () => {
    const x = Tensor.ones([1, 2, 2]);
    x[Symbol.dispose]();
    expect(x.disposed).toBe(true);
  });

  test('leaves its memory to later tensors when it is disposed of', () => {
    const sizes = [1, 3, 64, 1000, 50_000];
    const round = () =>
      sizes.map((size) => Tensor.ones([1, 1, size], 'float64')).forEach((tensor) => void tensor.dispose());
    round();
    const { bytes } = memoryUsage();
    for (let i = 0; i < 10_000; i++) {
      round();
    }
    expect(memoryUsage().bytes).toBe(bytes);
  });

  test('is freed by the garbage collector if it is dropped', async () => {
    await collect();
    const { tensors } = memoryUsage();
    (() => Tensor.ones([1, 2, 2]))();
    await collect();
    expect(memoryUsage().tensors).toBe(tensors);
  });

  test('shares no elements with its clone', () => {
    const x = Tensor.from([1, 2], [1, 1, 2], 'float64');
    const copy = x.clone();
    copy.data[0] = 5;
    expect([copy.dtype, copy.shape, [...copy.data], [...x.data]]).toEqual(['float64', [1, 1, 2], [5, 2], [1, 2]]);
  });
});

describe('growing the memory', () => {
  /** A pattern of 10,000 allocations: their sizes in bytes lie between powers of two, and some of them are freed. */
  const patterns = fc.record({
    least: fc.integer({ min: 2, max: 16 }),
    spread: fc.integer({ min: 0, max: 12 }),
    freed: fc.constantFrom(0, 0.3, 0.7, 1),
    pools: fc.boolean(),
    pages: fc.constantFrom(65_536, 65_536, 2000, 100),
    seed: fc.nat(),
  });
  const program = (pattern: object) => `
    let { least, spread, freed, pools, seed } = ${JSON.stringify(pattern)};
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
    const live = [];
    let total = 0;
    const free = () => {
      const i = Math.floor(random() * live.length);
      const [tensor] = live.splice(i, 1);
      total -= 4 * tensor.size;
      tensor.dispose();
    };
    const sizes = [memoryUsage().bytes];
    for (let step = 0; step < 10_000; step++) {
      const size = Math.min(2 ** 17, Math.ceil(2 ** (least - 2 + spread * random())));
      try {
        live.push(Tensor.zeros([1, 1, size]));
        total += 4 * size;
        if (pools) new AvgPool2d(1).forward(live.at(-1)).dispose();
      } catch (error) {
        if (!error.message.startsWith('out of memory')) throw error;
        while (live.length > 1 && random() > 0.1) free();
      }
      // The machine that runs this needs no more than 400 MB.
      while (total > 2e8) free();
      if (live.length > 0 && random() < freed) free();
      const { bytes } = memoryUsage();
      if (bytes !== sizes.at(-1)) sizes.push(bytes);
    }
    console.log(JSON.stringify(sizes));`;

  test('happens at most 60 times in 10,000 allocations of any pattern, by a quarter or more below the limit', () => {
    fc.assert(
      fc.property(patterns, (pattern) => {
        const limit = pattern.pages * 65_536;
        const sizes: number[] = JSON.parse(runProgram(program(pattern), `--wasm-max-mem-pages=${pattern.pages}`));
        expect(sizes.length - 1).toBeLessThanOrEqual(60);
        for (const [i, size] of sizes.slice(0, -1).entries()) {
          // Steps are counted in pages. Where a quarter exceeds the limit, at least half of what is left is added.
          const step = Math.min(Math.floor(size / 65_536 / 4), Math.ceil((limit - size) / 65_536 / 2));
          expect(sizes[i + 1]).toBeGreaterThanOrEqual(size + step * 65_536);
        }
      }),
      { numRuns: 8, seed: 1, endOnFailure: true },
    );
  });

  test('reaches the limit: tensors fill what is below it', () => {
    const [before, bytes, filled] = JSON.parse(
      runProgram(
        `
        const before = memoryUsage().bytes;
        const all = [];
        try { for (;;) all.push(Tensor.ones([1, 1, 1000])); } catch {}
        console.log(JSON.stringify([before, memoryUsage().bytes, 4000 * all.length]));`,
        '--wasm-max-mem-pages=100',
      ),
    );
    expect(bytes).toBe(100 * 65_536);
    expect(filled).toBeGreaterThan(0.97 * (bytes - before));
  });
});

describe('reserve', () => {
  test('grows the memory now, so that a later tensor of at most this size detaches no view', () => {
    for (const size of [1, 100, 16_384, 100_000, 1_000_000]) {
      reserve(4 * size);
      const { data } = Tensor.ones([1, 1, 1]);
      reserve(4 * size);
      const before = memoryUsage().bytes;
      const x = Tensor.ones([1, 1, size]);
      expect([memoryUsage().bytes, data.length]).toEqual([before, 1]);
      x.dispose();
    }
  });

  test.each([1, 2, 3])(
    'with fixed leaves space for tensors with 80 bytes more than their elements, seed %i',
    (seed) => {
      const program = `
      let seed = ${seed};
      const random = (below) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % below; };
      const sizes = Array.from({ length: 20_000 }, () => 1 + random(2 ** random(12)));
      reserve(sizes.reduce((sum, size) => sum + 4 * size + 80, 0), { fixed: true });
      const { bytes } = memoryUsage();
      const all = sizes.map((size) => Tensor.ones([1, 1, size]));
      console.log(memoryUsage().bytes - bytes, all.length);`;
      expect(runProgram(program)).toBe('0 20000');
    },
  );

  test.each([1, 2, 3])('with fixed keeps every view attached in a random program, seed %i', (seed) => {
    const program = `${attempt}
      let seed = ${seed};
      const random = (below) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % below; };
      reserve(2 ** 20, { fixed: true });
      const { bytes } = memoryUsage();
      const view = x.data;
      const live = [];
      const outcomes = new Set();
      let broken = 0;
      for (let step = 0; step < 5000; step++) {
        const choice = random(12);
        outcomes.add(attempt(() => {
          if (choice < 4) live.push(Tensor.zeros([1, 1, 1 + random(2 ** random(18))], random(2) ? 'float32' : 'float64'));
          else if (choice < 7) live.splice(random(live.length), 1)[0]?.dispose();
          else if (choice < 9) new AvgPool2d(1 + random(9), 1, 0).forward(Tensor.ones([1, 9, 9 + random(99)])).dispose();
          else if (choice < 10) live.push(live[random(live.length)]?.clone() ?? x.clone());
          else if (choice < 11) reserve(random(2 ** random(21)), { fixed: random(2) === 1 });
          else {
            const wide = Tensor.from([1, 2, 3], [1, 1, 3]);
            try { new AvgPool2d({ kernelSize: [1, 3], stride: 1, padding: [0, random(2)] }).forward(wide).dispose(); } finally { wide.dispose(); }
          }
        }).split(' for')[0]);
        if (attempt(works) !== 'done' || !works() || x.data !== view || view.length !== 16) broken++;
      }
      console.log(JSON.stringify([[...outcomes].sort(), broken, memoryUsage().bytes - bytes]));`;
    expect(JSON.parse(runProgram(program))).toEqual([['RangeError: out of memory', 'done'], 0, 0]);
  });

  test('with fixed cannot be undone, and the error for running out says that the memory is fixed', () => {
    const program = `${attempt}
      reserve(2 ** 20, { fixed: true });
      const again = [{ fixed: false }, {}, { fixed: true }].map((options) => [
        attempt(() => reserve(2 ** 20, options)),
        attempt(() => reserve(2 ** 22, options)),
      ]);
      console.log(JSON.stringify([again, attempt(() => Tensor.ones([1, 1024, 1024])), works()]));`;
    const [again, error, ok] = JSON.parse(runProgram(program));
    const message = (what: string) =>
      new RegExp(
        `^RangeError: out of memory for ${what}: the WebAssembly memory has \\d+ bytes, fixed by reserve, and 2 live tensors; call dispose\\(\\)`,
      );
    for (const [same, more] of again) {
      expect(same).toBe('done');
      expect(more).toMatch(message('a reserve of 4194304 bytes'));
    }
    expect(error).toMatch(message('a tensor of shape \\[1, 1024, 1024\\] and type float32, of 4194304 bytes'));
    expect(ok).toBe(true);
  });

  test('with fixed that fails does not fix the memory', () => {
    const program = `${attempt}
      const { bytes } = memoryUsage();
      const error = attempt(() => reserve(2 ** 24, { fixed: true }));
      const state = attempt(() => { for (;;) x.clone(); }).includes('fixed');
      console.log(JSON.stringify([error.split(':')[0], state, memoryUsage().bytes > bytes, works()]));`;
    expect(JSON.parse(runProgram(program, '--wasm-max-mem-pages=64'))).toEqual(['RangeError', false, true, true]);
  });

  test('with fixed in one entry fixes the memory of all', () => {
    const program = `
      import * as main from 'avgpool';
      import * as slim from 'avgpool/slim';
      slim.reserve(2 ** 20, { fixed: true });
      try { main.Tensor.ones([1, 1024, 1024]); } catch (error) { console.log(error.message.includes('fixed by reserve')); }`;
    expect(runModule(program)).toBe('true');
  });
});

describe('pooling with out', () => {
  const pools = [
    new AvgPool2d(2),
    new AvgPool2d(3, 1, 1),
    new AvgPool2d({ kernelSize: 12, stride: 1, dilation: 2, padding: 11 }),
    new AdaptiveAvgPool2d([5, null]),
  ];
  const shapes = [
    [2, 3, 16, 16],
    [1, 4, 13, 29],
  ];

  test('returns out, and allocates nothing after the first call with each of two alternating shapes', () => {
    const steps = pools.flatMap((pool) =>
      shapes.flatMap((shape) =>
        (['float32', 'float16', 'uint8'] as const).map((dtype) => {
          const x = Tensor.ones(shape, dtype);
          const y = pool.forward(x);
          const dx = dtype === 'uint8' ? undefined : pool.backward(y, shape);
          return () => {
            expect(pool.forward(x, y)).toBe(y);
            if (dx) {
              expect(pool.backward(y, shape, dx)).toBe(dx);
            }
          };
        }),
      ),
    );
    const before = memoryUsage();
    for (let i = 0; i < 100; i++) {
      for (const step of steps) {
        step();
      }
    }
    expect(memoryUsage()).toEqual(before);
  });

  test('does not grow the memory again for a size and element type that have been pooled', () => {
    const program = `
      const pool = new AvgPool2d({ kernelSize: 101, stride: 1, padding: 50 });
      const shape = [1, 1, 300, 3000];
      const call = (dtype) => {
        const [x, out] = [Tensor.ones(shape, dtype), Tensor.ones(shape, dtype)];
        const { bytes } = memoryUsage();
        const view = x.data;
        pool.forward(x, out);
        if (dtype !== 'uint8') pool.backward(out, shape, x);
        x.dispose();
        out.dispose();
        return [memoryUsage().bytes - bytes, view.length];
      };
      const dtypes = ['float32', 'float64', 'float16', 'uint8'];
      dtypes.map(call);
      console.log(JSON.stringify([...dtypes, 'float32'].map(call)));`;
    expect(JSON.parse(runProgram(program))).toEqual(Array(5).fill([0, 900_000]));
  });

  test('allocates nothing in the JavaScript heap either', () => {
    const program = `
      const pools = [new AvgPool2d(3, 1, 1), new AdaptiveAvgPool2d([3, null])];
      const cases = [[1, 1, 4, 4], [1, 2, 5, 3]].flatMap((shape) => pools.map((pool) => (
        { pool, shape, x: Tensor.ones(shape), y: Tensor.ones(pool.outputShape(shape)), dx: Tensor.ones(shape) }
      )));
      const rounds = (count) => {
        for (let i = 0; i < count; i++) {
          const { pool, shape, x, y, dx } = cases[i & 3];
          pool.forward(x, y);
          pool.backward(y, shape, dx);
        }
      };
      rounds(200_000);
      const grown = Array.from({ length: 3 }, () => {
        gc();
        const before = process.memoryUsage().heapUsed;
        rounds(100_000);
        return process.memoryUsage().heapUsed - before;
      });
      console.log(Math.min(...grown));`;
    // The young generation is so large that nothing is collected meanwhile. One small object per call would take 3.2
    // MB. The engine's compiler takes about 0.2 MB.
    const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256'];
    expect(Number(runProgram(program, ...flags))).toBeLessThan(500_000);
  });
});

describe('ten thousand', () => {
  const bytes = (loop: string) =>
    Number(
      runProgram(`
        const largest = [1, 2, 120, 120];
        const once = (shape, options) => {
          const pool = new AvgPool2d(options);
          const x = Tensor.ones(shape);
          const y = pool.forward(x);
          pool.backward(y, shape, x);
          x.dispose();
          y.dispose();
        };
        ${loop}
        console.log(memoryUsage().bytes);`),
    );
  const tensorBytes = 2 * 120 * 120 * 4;
  let alone: number;
  beforeAll(() => {
    alone = bytes('once(largest, { kernelSize: 21, stride: 1, padding: 10 });');
  });

  test('changes of shape do not grow the memory if the largest shape came first', () => {
    const shape = '[1, 2, 120 - Math.floor(i / 100), 120 - (i % 100)]';
    expect(bytes(`for (let i = 0; i < 10_000; i++) once(${shape}, { kernelSize: 21, stride: 1, padding: 10 });`)).toBe(
      alone,
    );
  });

  // The allocator grows the memory by the size of a tensor, even if a part of that is already free, or by a quarter.
  test.each([
    ['rising', '[1, 2, 21 + Math.floor(i / 100), 21 + (i % 100)]'],
    ['in no order', '[1, 2, 21 + (i % 100), 21 + (Math.imul(i, 37) % 100)]'],
  ])(
    'changes of shape grow the memory to at most the need of the largest shape, one tensor and a quarter: %s',
    (_, shape) => {
      const loop = `for (let i = 0; i < 10_000; i++) once(${shape}, { kernelSize: 21, stride: 1, padding: 10 });`;
      expect(bytes(loop)).toBeLessThanOrEqual(1.25 * (alone + Math.ceil(tensorBytes / 65_536) * 65_536));
    },
  );

  test('new pools do not grow the memory', () => {
    const pools = 'once(largest, { kernelSize: 1 + (i % 21), stride: 1 + (i % 3), padding: (i % 21) >> 1 })';
    expect(bytes(`once(largest, { kernelSize: 1 }); for (let i = 0; i < 10_000; i++) ${pools};`)).toBe(alone);
  });
});

test.each([
  ['by other sizes', (pool: AvgPool2d) => pool],
  ['by another pool', () => new AvgPool2d(2)],
])('a pool still works after its plan has been replaced in the cache %s', (_, otherPool) => {
  const pool = new AvgPool2d(2);
  const x = Tensor.ones([1, 4, 4]);
  const y = pool.forward(x);
  const other = otherPool(pool);
  for (let size = 2; size < 300; size++) {
    other.forward(Tensor.ones([1, size, size])).dispose();
  }
  y.data.fill(0);
  expect(pool.forward(x, y).data[0]).toBe(1);
});

describe('running out of memory', () => {
  // 64 pages of 64 KiB: 4 MiB.
  const limit = '--wasm-max-mem-pages=64';
  const message = (what: string) =>
    new RegExp(
      `^RangeError: out of memory for ${what}: the WebAssembly memory has \\d+ bytes and \\d+ live tensors; call dispose\\(\\) on tensors that you no longer need$`,
    );

  test('with one huge tensor throws a RangeError, and all existing objects work', () => {
    const [error, ok] = JSON.parse(
      runProgram(
        `${attempt}
      const error = attempt(() => Tensor.zeros([1, 1, 1024, 1024]));
      console.log(JSON.stringify([error, works()]));`,
        limit,
      ),
    );
    expect(error).toMatch(message('a tensor of shape \\[1, 1, 1024, 1024\\] and type float32, of 4194304 bytes'));
    expect(ok).toBe(true);
  });

  test('with many small tensors of any size throws a RangeError, and all existing objects work', () => {
    for (const size of [1, 2, 5, 16, 61, 1000]) {
      const [error, count, ok, again] = JSON.parse(
        runProgram(
          `${attempt}
        const all = [];
        const error = attempt(() => { for (;;) all.push(Tensor.full([1, 1, ${size}], 2)); });
        const full = all.length;
        const ok = works();
        all.slice(-50).forEach((tensor) => tensor.dispose());
        console.log(JSON.stringify([error, full, ok, attempt(() => Tensor.ones([1, 1, ${size}]))]));`,
          limit,
        ),
      );
      expect(error).toMatch(message(`a tensor of shape \\[1, 1, ${size}\\] and type float32, of ${4 * size} bytes`));
      expect(count).toBeGreaterThan(100);
      expect([ok, again]).toEqual([true, 'done']);
    }
  });

  test('with new pools and shapes in a full memory throws a RangeError and never traps', () => {
    const [errors, ok] = JSON.parse(
      runProgram(
        `${attempt}
      const all = [];
      for (let size = 2 ** 18; size >= 1; size = Math.floor(size / 2)) attempt(() => { for (;;) all.push(Tensor.ones([1, 1, size])); });
      const errors = [];
      for (let kernel = 1; kernel < 200; kernel++) {
        const padded = new AvgPool2d({ kernelSize: kernel, stride: 1, padding: kernel });
        errors.push(attempt(() => padded.forward(x)).split(' for')[0]);
        errors.push(attempt(() => padded.backward(out, x.shape)).split(' for')[0].split(', got')[0]);
      }
      console.log(JSON.stringify([[...new Set(errors)], works()]));`,
        limit,
      ),
    );
    for (const error of errors) {
      expect(error).toMatch(
        /^(done|RangeError: out of memory|RangeError: expected gradOutput to be a tensor of shape .*)$/,
      );
    }
    expect(errors).toContain('RangeError: out of memory');
    expect(ok).toBe(true);
  });

  test('with the workspace of a plan leaves no result tensor behind', () => {
    const [error, tensors, ok] = JSON.parse(
      runProgram(
        `${attempt}
      const { tensors } = memoryUsage();
      const wide = Tensor.zeros([1, 1, 1, 500_000]);
      const error = attempt(() => new AvgPool2d([1, 3], 1).forward(wide));
      wide.dispose();
      console.log(JSON.stringify([error, memoryUsage().tensors - tensors, works()]));`,
        limit,
      ),
    );
    expect(error).toMatch(message('pooling planes of 1×500000 with windows of 1×3'));
    expect([tensors, ok]).toEqual([0, true]);
  });

  test.each([
    ['one row', 'NCHW', [1, 1, 1, 1_000_000]],
    ['two rows', 'NCHW', [1, 1, 2, 500_000]],
    ['one row of three channels', 'NHWC', [1, 1, 333_333, 3]],
  ])('does not happen to planes of %s if they fit beside a workspace of their size', (_, layout, shape) => {
    const program = `${attempt}
      const along = new AvgPool2d({ kernelSize: [1, 3], stride: 1, padding: [0, 1], layout: '${layout}' });
      const row = Tensor.ones(${JSON.stringify(shape)});
      const averages = along.forward(row);
      console.log(along.backward(averages, row.shape, row).data[300], averages.data[300], works());`;
    // 13.5 MiB: 1.3 for the module and small tensors, 3 times 3.8, and 0.25.
    expect(runProgram(program, '--wasm-max-mem-pages=216')).toBe('1 1 true');
  });

  test.each([2, 3, 4])('with plans of growing needs leaves the existing plans as they were, seed %i', (seed) => {
    // Tensors of all sizes come and go, and plans of all needs are tried. After each step the first pool must work.
    const program = `${attempt}
      let seed = ${seed};
      const random = (below) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % below; };
      const live = [];
      const outcomes = new Set();
      let broken = 0;
      for (let step = 0; step < 10_000; step++) {
        const choice = random(10);
        outcomes.add(attempt(() => {
          if (choice < 4) live.push(Tensor.zeros([1, 1, 1 + random(2 ** random(18))], random(2) ? 'float32' : 'float64'));
          else if (choice < 6) live.splice(random(live.length), 1)[0]?.dispose();
          else if (choice < 9) {
            const wide = Tensor.zeros([1, 1, 1, 3 + random(2 ** random(17))]);
            try {
              new AvgPool2d([1, 3], 1).forward(wide).dispose();
            } finally {
              wide.dispose();
            }
          }
        }).split(' for')[0]);
        if (attempt(works) !== 'done' || !works()) broken++;
      }
      console.log(JSON.stringify([[...outcomes].sort(), broken]));`;
    const outcomes = ['RangeError: out of memory', 'done'];
    expect(JSON.parse(runProgram(program, '--wasm-max-mem-pages=40'))).toEqual([outcomes, 0]);
  });

  test('in reserve throws a RangeError', () => {
    expect(runProgram(`${attempt} console.log(attempt(() => reserve(2 ** 24)))`, limit)).toMatch(
      message('a reserve of 16777216 bytes'),
    );
  });
});

describe('a stack overflow', () => {
  test('in the middle of a call leaves all tensors usable, with any values in the result', () => {
    const program = `${attempt}
      const dive = (call) => { call(); dive(call); };
      const large = new AvgPool2d({ kernelSize: 21, stride: 2, padding: 10 });
      const input = Tensor.ones([1, 1, 40, 40]);
      const output = large.forward(input);
      const grad = Tensor.ones(output.shape);
      const gradInput = Tensor.ones(input.shape);
      const expected = [output.values, large.backward(grad, input.shape).values];
      const overflows = [
        attempt(() => dive(() => large.forward(input, output))),
        attempt(() => dive(() => large.backward(grad, input.shape, gradInput))),
      ];
      const unchanged = [input, grad].map(({ data }) => data.every((value) => value === 1));
      const results = [large.forward(input, output), large.backward(grad, input.shape, gradInput)];
      const equal = results.map(({ values }, i) => values.every((value, j) => value === expected[i][j]));
      for (const tensor of [input, output, grad, gradInput]) tensor.dispose();
      const disposed = [input, output, grad, gradInput].every((tensor) => tensor.disposed);
      console.log(JSON.stringify({ overflows, unchanged, equal, disposed, works: works() }));`;
    const overflow = 'RangeError: Maximum call stack size exceeded';
    expect(JSON.parse(runProgram(program))).toEqual({
      overflows: [overflow, overflow],
      unchanged: [true, true],
      equal: [true, true],
      disposed: true,
      works: true,
    });
  });

  // Each leaves up to 2 kB on the module's own stack of 1 MB.
  test('can happen 1,500 times', () => {
    const program = `${attempt}
      const dive = (call) => { call(); dive(call); };
      const large = new AvgPool2d({ kernelSize: 21, stride: 2, padding: 10 });
      const errors = new Set();
      for (let i = 0; i < 1500; i++) {
        const input = Tensor.ones([1, 1, 40, 40]);
        const out = large.forward(input);
        errors.add(attempt(() => dive(() => large.forward(input, out))));
      }
      console.log(JSON.stringify([[...errors], works()]));`;
    expect(JSON.parse(runProgram(program, '--stack-size=100'))).toEqual([
      ['RangeError: Maximum call stack size exceeded'],
      true,
    ]);
  });

  test.each([1, 2])('never interrupts the allocator, so every tensor is whole afterwards, seed %i', (seed) => {
    const program = `
      let seed = ${seed};
      const random = (below) => { seed = (Math.imul(seed, 1103515245) + 12345) >>> 0; return (seed >>> 8) % below; };
      const live = [];
      const act = () => {
        if (live.length < 100 || random(2)) live.push(Tensor.zeros([1, 1, 1 + random(2 ** random(14))]));
        else {
          const i = random(live.length);
          live[i].dispose();
          live.splice(i, 1);
        }
      };
      for (let i = 0; i < 200; i++) act();
      // The depth at which nothing more can be called, once the engine has settled.
      let todo = () => {};
      const down = (depth) => { if (depth > 0) down(depth - 1); else todo(); };
      let deepest;
      for (let round = 0; round < 5; round++) {
        deepest = 1;
        for (let step = 2 ** 16; step >= 1; step /= 2) {
          try { down(deepest + step); deepest += step; } catch {}
        }
      }
      todo = act;
      // Arguments move the end of the stack by 8 bytes each.
      const start = (depth, ...args) => down(depth);
      let inModule = 0;
      let broken = 0;
      for (let i = 0; i < 10_000; i++) {
        try {
          start(deepest - random(40), ...new Array(i % 97).fill(0));
        } catch (error) {
          if (error.message !== 'Maximum call stack size exceeded') broken++;
          if (/wasm/.test(error.stack.split('\\n')[1])) inModule++;
        }
        if (i % 50 === 0) {
          live.forEach((tensor, id) => tensor.data.fill(id));
          if (!live.every((tensor, id) => tensor.data.every((value) => value === id))) broken++;
        }
      }
      console.log(JSON.stringify([inModule > 100, broken, live.length - memoryUsage().tensors]));`;
    // Without optimisation of JavaScript, all frames keep their sizes.
    expect(JSON.parse(runProgram(program, '--no-opt', '--no-sparkplug', '--stack-size=100'))).toEqual([true, 0, 0]);
  });
});
