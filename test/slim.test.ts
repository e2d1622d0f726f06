// avgpool/slim: all forms of a module, and all failures to start one. Each test runs in a process of its own, because a
// module starts once per process.

import { describe, expect, test } from 'vitest';
import { runModule } from './program.js';

const imports = `
  import { readFileSync } from 'node:fs';
  import * as slim from 'avgpool/slim';
  const file = new URL(import.meta.resolve('avgpool/avgpool.wasm'));
  const bytes = readFileSync(file);
  const response = (init) => new Response(bytes, { headers: { 'content-type': 'application/wasm' }, ...init });
  const works = () => console.log(slim.avgPool2d(slim.Tensor.from([1, 2, 3, 6], [1, 2, 2]), 2).data[0]);
  const messageOf = async (attempt) => {
    try {
      await attempt();
      return 'nothing was thrown';
    } catch (error) {
      return error.name + ': ' + error.message + (error.cause ? ' // ' + error.cause.name : '');
    }
  };`;

/** The output of a program that imports only avgpool/slim. */
const run = (program: string) => runModule(imports + program);

describe('init accepts', () => {
  test.each([
    ['a module', 'new WebAssembly.Module(bytes)'],
    ['a promise of a module', 'WebAssembly.compile(bytes)'],
    ['a Uint8Array', 'new Uint8Array(bytes)'],
    ['a part of a buffer', 'Uint8Array.from([1, 2, ...bytes, 3]).subarray(2, -1)'],
    ['an ArrayBuffer', 'new Uint8Array(bytes).buffer'],
    ['a promise of bytes', "import('node:fs/promises').then(({ readFile }) => readFile(file))"],
    ['a response', 'response()'],
    ['a promise of a response', 'Promise.resolve(response())'],
    ['a URL', "new URL('data:application/wasm;base64,' + bytes.toString('base64'))"],
    ['a URL as text', "'data:application/wasm;base64,' + bytes.toString('base64')"],
    [
      'a module of another realm',
      "(await import('node:vm')).runInNewContext('new WebAssembly.Module(bytes)', { bytes })",
    ],
    [
      'a buffer of another realm',
      "(await import('node:vm')).runInNewContext('Uint8Array.from(bytes).buffer', { bytes })",
    ],
  ])('%s', (_, source) => {
    expect(run(`await slim.init(${source}); works();`)).toBe('3');
  });
});

describe('initSync accepts', () => {
  test.each([
    ['a module', 'new WebAssembly.Module(bytes)'],
    ['bytes', 'bytes'],
    ['an ArrayBuffer', 'new Uint8Array(bytes).buffer'],
  ])('%s', (_, source) => {
    expect(run(`slim.initSync(${source}); works();`)).toBe('3');
  });
});

describe('a failed call can be repeated:', () => {
  const accepted = 'a WebAssembly.Module, bytes, a Response or a URL';
  test.each([
    ['init()', `TypeError: init takes ${accepted}, got undefined`],
    ['init(null)', `TypeError: init takes ${accepted}, got null`],
    ['init({ memory: 1 })', `TypeError: init takes ${accepted}, got a plain object`],
    ['init(Promise.resolve(5))', `TypeError: init takes ${accepted}, got 5`],
    ["init(Promise.reject(new RangeError('of its own')))", 'RangeError: of its own'],
    ['initSync(response())', 'TypeError: initSync takes a WebAssembly.Module or bytes, got an instance of Response'],
    ["initSync('avgpool.wasm')", 'TypeError: initSync takes a WebAssembly.Module or bytes, got "avgpool.wasm"'],
    ['init(new Uint8Array(3))', /^Error: avgpool could not compile its module: .+ \/\/ CompileError$/],
    ['initSync(new Uint8Array(3))', /^Error: avgpool could not compile its module: .+ \/\/ CompileError$/],
    [
      "init(response({ status: 404, statusText: 'Not Found' }))",
      /^Error: avgpool could not fetch its module: 404 Not Found/,
    ],
    ['init(response({ status: 404 }))', /^Error: avgpool could not fetch its module: 404$/],
    ['init(new Response(null, { status: 500 }))', /^Error: avgpool could not fetch its module: 500$/],
    ['init(new Uint8Array(0))', /^Error: avgpool could not compile its module: .+ \/\/ CompileError$/],
    [
      "init(new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }))",
      /^Error: avgpool could not compile its module from a response, of type text\/html: .+ \/\/ CompileError$/,
    ],
    ['init(file)', /^Error: avgpool could not fetch its module from file:.+; give init the bytes of the file instead/],
    [
      "init('http://127.0.0.1:1/avgpool.wasm')",
      /^Error: avgpool could not fetch its module from http:\/\/127.0.0.1:1\/avgpool.wasm: .+ \/\/ TypeError$/,
    ],
    [
      'init(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))',
      /^Error: avgpool could not start its module: it exports \[\]; the module must be avgpool.wasm of the same version \/\/ TypeError$/,
    ],
  ])('slim.%s', (call, message) => {
    const printed = run(`console.log(await messageOf(() => slim.${call})); await slim.init(bytes); works();`);
    const [error, result] = printed.split('\n');
    expect(error).toMatch(message);
    expect(result).toBe('3');
  });
});

test('init works in older browsers, which refuse synchronous calls on their main thread', () => {
  const refusing = `
    for (const name of ['Module', 'Instance']) {
      WebAssembly[name] = class { constructor() { throw new RangeError('disallowed on the main thread'); } };
    }`;
  expect(run(`${refusing} await slim.init(bytes); works();`)).toBe('3');
  expect(run(`${refusing} await slim.init(response()); works();`)).toBe('3');
  expect(run(`${refusing} console.log(await messageOf(() => slim.initSync(bytes)));`)).toContain('disallowed');
});

test('a response of type application/wasm is compiled while it arrives, and any other after it has arrived', () => {
  const counting = `
    let streamed = 0;
    const { compileStreaming } = WebAssembly;
    WebAssembly.compileStreaming = (response) => (streamed++, compileStreaming.call(WebAssembly, response));
    const typed = (type) => response({ headers: { 'content-type': type } });`;
  const streamed = (type: string) =>
    run(`${counting} await slim.init(typed('${type}')); works(); console.log(streamed);`);
  expect(streamed('application/wasm')).toBe('3\n1');
  for (const type of [
    'Application/WASM',
    'application/wasm; charset=utf-8',
    'application/wasm;',
    'application/wasm-x',
    'text/html',
  ]) {
    expect(streamed(type), type).toBe('3\n0');
  }
});

test.each(['init', 'initSync'])('without WebAssembly, %s and every later use throw an error that says so', (name) => {
  // A response cannot be tested: without WebAssembly, Node cannot read one.
  const printed = run(`
    const module = new WebAssembly.Module(bytes);
    delete globalThis.WebAssembly;
    for (const source of [bytes, module]) {
      console.log(await messageOf(() => slim.${name}(source)));
      console.log(await messageOf(() => slim.Tensor.ones([1, 2, 2])));
    }`);
  for (const line of printed.split('\n')) {
    expect(line).toMatch(
      /avgpool (could not|has not been started because init).*WebAssembly is missing: Apple's Lockdown Mode/,
    );
  }
});

test('after a failed init, the first use throws the same reason', () => {
  const printed = run(`
    await messageOf(() => slim.init(response({ status: 404, statusText: 'Not Found' })));
    console.log(await messageOf(() => slim.memoryUsage()));
    slim.initSync(bytes);
    works();`);
  const [error, result] = printed.split('\n');
  expect(error).toMatch(
    /^Error: avgpool has not been started because init failed: avgpool could not fetch its module: 404/,
  );
  expect(result).toBe('3');
});

test('use before init throws an error that says what to call', () => {
  const printed = run(`
    console.log(await messageOf(() => slim.Tensor.ones([1, 2, 2])));
    console.log(await messageOf(() => slim.memoryUsage()));
    console.log(new slim.AvgPool2d(2).extraRepr());`);
  const sentence =
    'Error: avgpool has not been started: call `await init(source)` or `initSync(source)` of avgpool/slim first';
  expect(printed.split('\n')).toEqual([sentence, sentence, 'kernel_size=2, stride=None, padding=0']);
});

test('the first successful call counts: later ones do nothing, and tensors stay usable', () => {
  const printed = run(`
    await Promise.all([slim.init(bytes), slim.init(response()), slim.init(new URL('data:application/wasm;base64,' + bytes.toString('base64')))]);
    const x = slim.Tensor.ones([1, 2, 2]);
    await slim.init(new Uint8Array(3));
    await slim.init(Promise.reject(new Error('too late')));
    slim.initSync(new Uint8Array(3));
    console.log(slim.memoryUsage().tensors, slim.avgPool2d(x, 2).data[0]);`);
  expect(printed).toBe('1 1');
});

test('avgpool/slim and the default entry share one memory, and init does nothing', () => {
  const program = `
    import * as avgpool from 'avgpool';
    await slim.init(new Uint8Array(3));
    const x = avgpool.Tensor.ones([1, 2, 2]);
    console.log(slim.Tensor === avgpool.Tensor, slim.avgPool2d(x, 2).data[0], slim.memoryUsage().tensors);`;
  expect(run(program)).toBe('true 1 2');
});
