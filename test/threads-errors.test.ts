// Threads: wrong arguments, platforms without threads, and running out of memory or of the stack. Each program runs in a
// process of its own.

import { describe, expect, test } from 'vitest';
import { runModule } from './program.js';
import { runThreads, share, watchWorkers } from './threads-program.js';

/** Starts the state that a failure must not change. `isSame` says whether it is as it was. */
const state = `
  const { pool, x, out, gradient, works } = setUp();
  const view = x.data;
  const usage = JSON.stringify(memoryUsage());
  const isSame = () => view.length === x.size && x.data === view && JSON.stringify(memoryUsage()) === usage && works();`;

/** Makes the engine refuse shared memories with more pages than this at most. */
const limitMemory = (pages: number) => `
  const asked = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(descriptor) {
      asked.push(descriptor.maximum);
      if (descriptor.maximum > ${pages}) throw new RangeError('could not allocate memory');
      super(descriptor);
    }
  };`;

describe('a wrong argument of threads', () => {
  const most = 'must be a positive integer, got';
  const wrong: [call: string, error: string][] = [
    ['threads(0)', `RangeError: count ${most} 0`],
    ['threads(-1)', `RangeError: count ${most} -1`],
    ['threads(61)', 'RangeError: count must be a positive integer, at most 60, got 61'],
    ['threads(1.5)', `RangeError: count ${most} 1.5`],
    ['threads(NaN)', `RangeError: count ${most} NaN`],
    ['threads(Infinity)', `RangeError: count ${most} Infinity`],
    ["threads('2')", `TypeError: count ${most} "2"`],
    ['threads()', `TypeError: count ${most} undefined`],
    ['threads(2n)', `TypeError: count ${most} 2n`],
    ['threads({ valueOf: () => 2 })', `TypeError: count ${most} a plain object`],
    ['threads(2, { required: true })', 'TypeError: unknown option "required"'],
    ['threads(2, { require: 1 })', 'TypeError: require must be'],
    ["threads(2, { require: 'yes' })", 'TypeError: require must be'],
    ['threads(2, { bytes: [0, 97] })', 'TypeError: bytes must be an ArrayBuffer or a view of one, got [0, 97]'],
    ["threads(2, { bytes: 'file' })", 'TypeError: bytes must be an ArrayBuffer or a view of one, got "file"'],
    ['threads(2, null)', 'TypeError: '],
    ['threads(2, true)', 'TypeError: '],
    // The check comes first: a wrong argument is an error where nothing would have to change.
    ['threads(1, { require: 1 })', 'TypeError: require must be'],
  ];

  test.each([1, 2])('rejects with an error that shows the value, and changes nothing, with %i in use', (count) => {
    const calls = wrong.map(([call]) => `() => ${call}`).join(', ');
    const program = `
      await threads(${count});
      ${state}
      const started = workers.length;
      const isPromise = [];
      const errors = [];
      for (const call of [${calls}]) {
        errors.push(await attempt(() => {
          const promise = call();
          isPromise.push(promise instanceof Promise);
          return promise;
        }));
      }
      print(errors, isPromise.every(Boolean), isSame(), workers.length - started);`;
    const [errors, ...rest] = runThreads(program, watchWorkers) as [string[], ...unknown[]];
    for (const [i, [call, error]] of wrong.entries()) {
      expect(errors[i]?.slice(0, error.length), `${call}: ${errors[i]}`).toBe(error);
    }
    expect(rest).toEqual([true, true, 0]);
  });
});

describe('where threads cannot be had', () => {
  const worker = (text: string) => `${watchWorkers} before = () => ${JSON.stringify(text)};`;
  const missing: [name: string, before: string, reason: RegExp][] = [
    ['without SharedArrayBuffer', 'delete globalThis.SharedArrayBuffer;', /: there is no SharedArrayBuffer here$/],
    [
      'without cross-origin isolation',
      'globalThis.crossOriginIsolated = false;',
      /: the page is not cross-origin isolated: .* Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp$/,
    ],
    [
      'with a Worker that throws',
      "(await import('node:worker_threads')).default.Worker = class { constructor() { throw new Error('forbidden here'); } };",
      /: a worker did not start \(forbidden here\)$/,
    ],
    ['with workers that fail', worker("throw new Error('failed here');"), /: a worker did not start \(failed here\)$/],
    ['with workers that end', worker('process.exit();'), /: a worker did not start \(it ended at once\)$/],
    [
      'with one worker that fails',
      `${watchWorkers} before = (number) => number % 2 ? "throw new Error('failed here');" : '';`,
      /: a worker did not start \(failed here\)$/,
    ],
    [
      'without address space',
      limitMemory(16),
      /: there is no address space for a shared memory \(could not allocate memory\)$/,
    ],
    [
      'where compiling is forbidden',
      "WebAssembly.compile = async () => { throw new WebAssembly.CompileError('forbidden here'); };",
      /: the module cannot be compiled \(forbidden here\)$/,
    ],
  ];

  test.each(missing)(
    '%s, they resolve to 1 and change nothing; require rejects with the reason',
    (_, before, reason) => {
      const program = `${state}
      const counts = [await threads(3), await threads(3, { require: false })];
      const error = await attempt(() => threads(3, { require: true }));
      // An error of a worker is known a little before its end.
      await until(() => typeof workers === 'undefined' || workers.length === ended);
      print(counts, error, isSame(), await threads(1, { require: true }));`;
      const [counts, error, ...rest] = runThreads(program, before) as [number[], string, ...unknown[]];
      expect(error).toMatch(/^Error: avgpool cannot use 3 threads: /);
      expect(error).toMatch(reason);
      expect([counts, ...rest]).toEqual([[1, 1], true, 1]);
    },
  );

  test('a failure while others are in use leaves those', () => {
    const program = `
      await threads(2);
      ${state}
      before = () => "throw new Error('failed here');";
      const results = [await threads(4), await attempt(() => threads(3, { require: true })), memoryUsage().threads, isSame()];
      before = () => '';
      print(results, await threads(3), works(), await threads(1), workers.length, ended);`;
    expect(runThreads(program, watchWorkers)).toEqual([
      [2, 'Error: avgpool cannot use 3 threads: a worker did not start (failed here)', 2, true],
      3,
      true,
      1,
      8,
      8,
    ]);
  });

  test('another attempt works as soon as nothing is missing', () => {
    const program = `${state}
      const { SharedArrayBuffer } = globalThis;
      delete globalThis.SharedArrayBuffer;
      const first = await threads(2);
      globalThis.SharedArrayBuffer = SharedArrayBuffer;
      before = () => 'process.exit();';
      const second = await threads(2);
      before = () => '';
      print([first, second], isSame(), await threads(2), works());`;
    expect(runThreads(program, watchWorkers)).toEqual([[1, 1], true, 2, true]);
  });

  test.each([
    ['of no module', '[1, 2, 3]'],
    ['none', '[]'],
    ['of another module', '[0, 97, 115, 109, 1, 0, 0, 0]'],
    ['cut off', '[...file.subarray(0, 1000)]'],
  ])('bytes that are %s make slim resolve to 1 and change nothing; require rejects', (_, bytes) => {
    const program = `
      import { readFileSync } from 'node:fs';
      import { avgPool2d, init, memoryUsage, Tensor } from 'avgpool/slim';
      import { threads } from 'avgpool/threads';
      const file = readFileSync('dist/avgpool.wasm');
      await init(file);
      const x = Tensor.ones([1, 512, 1024]);
      const view = x.data;
      const bytes = Uint8Array.from(${bytes});
      const error = await threads(2, { bytes, require: true }).catch((error) => error.constructor.name + ': ' + error.message);
      const count = await threads(2, { bytes });
      const same = x.data === view && view.length === x.size && avgPool2d(x, 2).data[0] === 1;
      const right = await threads(2, { bytes: file, require: true });
      const result = avgPool2d(x, 2).data.every((value) => value === 1);
      console.log(JSON.stringify([error, count, same, memoryUsage().threads, right, result]));`;
    const [error, ...rest] = JSON.parse(runModule(program));
    expect(error).toMatch(/^Error: avgpool cannot use 2 threads: the (module cannot be compiled|bytes are) /);
    expect(rest).toEqual([1, true, 2, 2, true]);
  });
});

describe('avgpool/slim', () => {
  test('needs the bytes of its module for threads, unless it has been started with them', () => {
    const program = (source: string) => `
      import { readFileSync } from 'node:fs';
      import { avgPool2d, init, memoryUsage, Tensor } from 'avgpool/slim';
      import { threads } from 'avgpool/threads';
      const file = readFileSync('dist/avgpool.wasm');
      await init(${source});
      const x = Tensor.ones([1, 512, 1024]);
      const counts = [await threads(2)];
      const error = await threads(2, { require: true }).catch((error) => error.constructor.name + ': ' + error.message);
      const within = Uint8Array.from([1, 2, ...file, 3]);
      counts.push(await threads(2, { bytes: within.subarray(2, -1) }));
      counts.push(await threads(3, { bytes: Uint8Array.from(file).buffer, require: true }), memoryUsage().threads);
      const right = avgPool2d(x, 2).data.every((value) => value === 1);
      console.log(JSON.stringify([counts, error, right]));`;
    expect(JSON.parse(runModule(program('WebAssembly.compile(file)')))).toEqual([
      [1, 2, 3, 3],
      'Error: avgpool cannot use 2 threads: avgpool/slim keeps no bytes of its module: give the option bytes',
      true,
    ]);
  });

  test('has no threads before it is started', () => {
    const program = `
      import { init, memoryUsage } from 'avgpool/slim';
      import { threads } from 'avgpool/threads';
      const error = await threads(2, { require: true }).catch((error) => error.constructor.name + ': ' + error.message);
      console.log(JSON.stringify([await threads(1), await threads(2), error]));`;
    const [one, two, error] = JSON.parse(runModule(program));
    expect([one, two]).toEqual([1, 1]);
    expect(error).toMatch(/^Error: avgpool cannot use 2 threads: avgpool has not been started/);
  });
});

describe('the memory', () => {
  test('is as large as the engine allows: the limit is halved until it works, and running out is a RangeError', () => {
    const program = `${state}
      const count = await threads(2, { require: true });
      const all = [];
      const error = await attempt(() => { for (;;) all.push(Tensor.full([1, 1, 250_000], 3)); });
      const full = memoryUsage().bytes / 65_536;
      const right = all.every(({ data }) => data.every((value) => value === 3)) && works();
      for (const tensor of all) tensor.dispose();
      const again = Tensor.full([1, 1, 250_000], 4);
      print(asked, count, error, full > 500 && full <= 512, right, again.data[9], works(), await threads(3), works());`;
    const [asked, count, error, full, right, ...rest] = runThreads(program, limitMemory(1000));
    expect([asked, count, full, right]).toEqual([[65_536, 32_768, 16_384, 8192, 4096, 2048, 1024, 512], 2, true, true]);
    expect(error).toMatch(
      /^RangeError: out of memory for a tensor of shape \[1, 1, 250000\] and type float32, of 1000000 bytes: the WebAssembly memory has \d+ bytes and \d+ live tensors; call dispose/,
    );
    expect(rest).toEqual([4, true, 3, true]);
  });

  test('can grow while the workers start', () => {
    const program = `${state}
      let late;
      before = () => ((late ??= Tensor.full([1, 1, 5_000_000], 6)), '');
      const count = await threads(2, { require: true });
      const { data } = late;
      print(count, works(), data.buffer instanceof SharedArrayBuffer, data.every((value) => value === 6));`;
    expect(runThreads(program, watchWorkers)).toEqual([2, true, true, true]);
  });

  test('that grows beyond the limit while the workers start stays as it is', () => {
    const program = `${state}
      let late;
      before = () => ((late ??= Tensor.full([1, 1, 9_000_000], 6)), '');
      const count = await threads(2);
      const { data } = late;
      const right = [works(), data.buffer instanceof ArrayBuffer, data.every((value) => value === 6), workers.length - ended];
      print(count, right, (await attempt(() => threads(2, { require: true }))), memoryUsage().threads);`;
    const [count, right, error, threads] = runThreads(program, limitMemory(500) + watchWorkers);
    expect([count, right, threads]).toEqual([1, [true, true, true, 0], 1]);
    expect(error).toMatch(/^Error: avgpool cannot use 2 threads: there is no address space for a shared memory/);
  });

  test.each([
    ['before', 'reserve(2 ** 23, { fixed: true }); count = await threads(3, { require: true });'],
    ['after', 'count = await threads(3, { require: true }); reserve(2 ** 23, { fixed: true });'],
  ])('that is fixed %s threads never grows, and keeps its views', (_, fix) => {
    const program = `${state}
      let count;
      ${fix}
      const { bytes } = memoryUsage();
      const kept = x.data;
      const all = [];
      const error = await attempt(() => { for (;;) all.push(Tensor.full([1, 1, 100_000], 3)); });
      const right = all.length > 10 && all.every(({ data }) => data.every((value) => value === 3)) && works();
      for (const tensor of all) tensor.dispose();
      const counts = [await threads(4), await threads(1), await threads(2)];
      const grown = memoryUsage().bytes - bytes;
      print(count, error, right, works(), x.data === kept && kept.length === x.size, counts, grown, ended);`;
    const [count, error, ...rest] = runThreads(program, watchWorkers);
    expect(count).toBe(3);
    expect(error).toMatch(/^RangeError: out of memory .* bytes, fixed by reserve, and \d+ live tensors/);
    expect(rest).toEqual([true, true, true, [4, 1, 2], 0, 5]);
  });

  test('of a disposed tensor serves others, and calls with out allocate nothing', () => {
    const program = `${state}
      await threads(3);
      works();
      const { bytes, tensors } = memoryUsage();
      let same = true;
      for (let i = 0; i < 300; i++) {
        const y = pool.forward(x);
        same &&= bits(y).equals(bits(out)) && pool.forward(x, y) === y;
        y.dispose();
        same &&= y.disposed;
      }
      const stable = memoryUsage().bytes;
      for (let i = 0; i < 300; i++) pool.forward(x).dispose();
      print(same, works(), memoryUsage().bytes - stable, memoryUsage().tensors - tensors);`;
    expect(runThreads(program, share)).toEqual([true, true, 0, 0]);
  });
});

/** Makes workers sleep between claiming a part and running it, so that a call ends before they do. */
const slowWorkers = (milliseconds: number) => `
  before = () => \`{
    const { compareExchange } = Atomics;
    const never = new Int32Array(new SharedArrayBuffer(4));
    Atomics.compareExchange = (control, index, expected, value) => {
      const old = compareExchange(control, index, expected, value);
      if (old === expected) Atomics.wait(never, 0, 0, ${milliseconds});
      return old;
    };
  }\`;`;

/**
 * A call, and what follows if it is interrupted. `isClean` disposes of its result, and says whether another tensor, which gets
 * the memory of the result, stays as it is, and whether the next call is right.
 */
const interruption = `
  const spin = (milliseconds) => {
    const end = process.hrtime.bigint() + BigInt(milliseconds * 1e6);
    while (process.hrtime.bigint() < end) {}
  };
  const x = randomTensor(randomFrom(1), [4, 8, 100, 100], 'float32');
  const expected = Buffer.from(bits(pool.forward(x)));
  const fives = Buffer.alloc(expected.length, 5);
  const isClean = (out, milliseconds) => {
    out.dispose();
    const other = Tensor.zeros(x.shape);
    const view = bits(other).fill(5);
    spin(milliseconds);
    const stays = view.equals(fives);
    pool.forward(x, other);
    const isRight = view.equals(expected);
    other.dispose();
    return stays && isRight;
  };`;

describe('a stack overflow', () => {
  test('in the middle of a shared call leaves everything usable, and no worker changes a tensor afterwards', () => {
    const program = `
      const pool = new AvgPool2d(31, 1, 15);
      ${interruption}
      const random = randomFrom(1);
      await threads(3);
      let todo;
      const down = (depth) => { if (depth > 0) down(depth - 1); else todo(); };
      // Arguments move the end of the stack by 8 bytes each.
      const start = (depth, ...args) => down(depth);
      let depth = 1000;
      let overflows = 0;
      const broken = [];
      for (let i = 0; i < 2500; i++) {
        const before = shared;
        const out = Tensor.zeros(x.shape);
        todo = () => { pool.forward(x, out); };
        let step = 1;
        try {
          start(depth + random(5), ...new Array(random(97)).fill(0));
        } catch (error) {
          if (error.message !== 'Maximum call stack size exceeded') broken.push(error.message);
          if (shared > before) overflows++;
          step = -1;
        }
        // The depth comes and stays close to the greatest at which a call ends.
        depth += step;
        if (step < 0 && shared > before && !isClean(out, 1)) broken.push(i);
        out.dispose();
      }
      print(broken, overflows, memoryUsage().threads, memoryUsage().tensors);`;
    // Without optimisation of JavaScript, all frames keep their sizes.
    const flags = ['--no-opt', '--no-sparkplug', '--stack-size=100'];
    const [broken, overflows, ...rest] = runThreads(program, share, ...flags);
    expect([broken, ...rest]).toEqual([[], 3, 1]);
    expect(overflows).toBeGreaterThan(100);
  });

  test('where the caller waits for its workers lets the next operation wait for them', () => {
    const program = `
      const pool = new AvgPool2d(3, 1, 1);
      ${interruption}
      ${slowWorkers(5)}
      await threads(3);
      const { exchange } = Atomics;
      const broken = [];
      let overflows = 0;
      for (let i = 0; i < 100; i++) {
        const out = Tensor.zeros(x.shape);
        // The caller calls it before it waits.
        Atomics.exchange = () => { throw new RangeError('Maximum call stack size exceeded'); };
        try { pool.forward(x, out); } catch { overflows++; }
        Atomics.exchange = exchange;
        if (!isClean(out, 10)) broken.push(i);
      }
      print(broken, overflows, taken > 100, memoryUsage().threads, memoryUsage().tensors);`;
    expect(runThreads(program, share + watchWorkers)).toEqual([[], 100, true, 3, 1]);
  });
});

test('a timeout that ends the program in the middle of a shared call lets the next operation wait for the workers', () => {
  const program = `
    const { default: vm } = await import('node:vm');
    const pool = new AvgPool2d(3, 1, 1);
    ${interruption}
    ${slowWorkers(30)}
    await threads(3);
    const broken = [];
    let ends = 0;
    for (let i = 0; i < 30; i++) {
      const out = Tensor.zeros(x.shape);
      const call = () => pool.forward(x, out);
      try { vm.runInNewContext('call()', { call }, { timeout: 10 }); } catch (error) { ends += error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'; }
      if (!isClean(out, 40)) broken.push(i);
    }
    print(broken, ends > 10, taken > 50, memoryUsage().threads, memoryUsage().tensors);`;
  expect(runThreads(program, share + watchWorkers)).toEqual([[], true, true, 3, 1]);
});
