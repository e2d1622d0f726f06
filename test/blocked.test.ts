// Engines without WebAssembly or SIMD, and policies that forbid it. Importing works, and the first use throws an error
// that names the cause and the remedy.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runModule, runProgram } from './program.js';

/** The errors of the first uses, in a process that runs the program `before` first. */
function firstUse(before: string): string {
  return runProgram(
    `
    const pool = new AvgPool2d(2);
    const attempts = [() => Tensor.ones([1, 2, 2]), () => pool.outputShape([1, 4, 4]), memoryUsage, () => reserve(1)];
    const errors = attempts.map((attempt) => {
      try {
        return attempt();
      } catch (error) {
        return error.name + ': ' + error.message + ' // ' + error.cause?.message;
      }
    });
    console.log([...new Set(errors)].join());`,
    '--import',
    `data:text/javascript,${encodeURIComponent(before)}`,
  );
}

/** A program that makes `new WebAssembly.Module` throw. */
const failing = (error: string, more = '') => `
  WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError(${JSON.stringify(error)}); } };${more}`;

test('the module also starts in an engine without a function for hexadecimal digits', () => {
  const program = `
    delete globalThis.Buffer;
    delete Uint8Array.fromHex;
    const { avgPool2d, Tensor } = await import('./dist/index.js');
    console.log(avgPool2d(Tensor.ones([1, 2, 2]), 2).data[0]);`;
  expect(runModule(program)).toBe('1');
});

test.each([
  [
    'no WebAssembly',
    'delete globalThis.WebAssembly',
    "Error: avgpool cannot run here: WebAssembly is missing: Apple's Lockdown Mode, Node's --jitless, React Native's Hermes " +
      'and hardened browsers lack it. Exclude the site or app there, or use another engine // WebAssembly is not defined',
  ],
  [
    'a big-endian machine',
    'globalThis.Uint16Array = class { static of() { return Uint8Array.of(0, 1); } }',
    'Error: avgpool cannot run here: this machine is big-endian, and typed arrays would read the bytes of WebAssembly ' +
      'memory in the wrong order // big-endian',
  ],
  [
    'no SIMD',
    failing('invalid opcode 0xfd', 'WebAssembly.validate = () => false;'),
    'Error: avgpool cannot run here: WebAssembly has no SIMD (invalid opcode 0xfd): it needs Node 18, Chrome 91, ' +
      'Firefox 89, Safari 16.4 or later // invalid opcode 0xfd',
  ],
  [
    'a content security policy',
    failing("violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source"),
    'Error: avgpool cannot run here: compiling WebAssembly is forbidden (violates the following Content Security policy ' +
      "directive because 'unsafe-eval' is not an allowed source): on a page, add 'wasm-unsafe-eval' to script-src of the " +
      "content security policy; on an edge platform, bundle with its condition, 'workerd' or 'edge-light', or give " +
      "avgpool/slim a module // violates the following Content Security policy directive because 'unsafe-eval' is not an " +
      'allowed source',
  ],
  [
    'an edge platform',
    failing('Wasm code generation disallowed by embedder'),
    'Error: avgpool cannot run here: compiling WebAssembly is forbidden (Wasm code generation disallowed by embedder): on a ' +
      "page, add 'wasm-unsafe-eval' to script-src of the content security policy; on an edge platform, bundle with its " +
      "condition, 'workerd' or 'edge-light', or give avgpool/slim a module // Wasm code generation disallowed by embedder",
  ],
  [
    'an older browser on its main thread',
    failing('WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB.'),
    'Error: avgpool cannot run here: this browser compiles WebAssembly synchronously only in workers (WebAssembly.Compile ' +
      'is disallowed on the main thread, if the buffer size is larger than 4KB.): call the asynchronous init of ' +
      'avgpool/slim, use avgpool in a worker, or update the browser // WebAssembly.Compile is disallowed on the main ' +
      'thread, if the buffer size is larger than 4KB.',
  ],
  [
    'a proxy that blocks all of WebAssembly',
    "globalThis.WebAssembly = new Proxy(WebAssembly, { get() { throw new Error('blocked'); } })",
    'Error: avgpool cannot run here: its module did not start (blocked). It needs WebAssembly with SIMD and the ' +
      'permission to compile it // blocked',
  ],
  [
    'a thrown string',
    "WebAssembly.Module = class { constructor() { throw 'no'; } }",
    'Error: avgpool cannot run here: its module did not start (no). It needs WebAssembly with SIMD and the permission ' +
      'to compile it // undefined',
  ],
])('the first use explains what is wrong: %s', (_, before, message) => {
  expect(firstUse(before)).toBe(message);
});

test("Node's --jitless has no WebAssembly, and the first use says so", () => {
  const program = `
    const { Tensor } = await import('avgpool');
    try { Tensor.ones([1, 1, 1]); } catch (error) { console.log(error.message); }`;
  expect(runModule(program, '--jitless')).toContain("WebAssembly is missing: Apple's Lockdown Mode, Node's --jitless");
});

test.each([
  ['the default entry', "const { Tensor } = await import('avgpool'); print(() => Tensor.ones([1, 1, 1]));"],
  [
    'initSync of avgpool/slim',
    "const { initSync } = await import('avgpool/slim'); print(() => initSync(readFileSync('dist/avgpool.wasm')));",
  ],
  [
    'init of avgpool/slim',
    "const { init } = await import('avgpool/slim'); await init(readFileSync('dist/avgpool.wasm')).catch((e) => console.log(e.message));",
  ],
])('under a limit on address space, %s names the limit', (_, use) => {
  const program = `
    import { readFileSync } from 'node:fs';
    const print = (call) => { try { call(); console.log('done'); } catch (error) { console.log(error.message); } };
    ${use}`;
  const limited = (...flags: string[]) =>
    execFileSync(
      'bash',
      [
        '-c',
        'ulimit -v 4000000; exec "$@"',
        'bash',
        process.execPath,
        ...flags,
        '--input-type=module',
        '--eval',
        program,
      ],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
    ).trim();
  expect(limited()).toMatch(
    /there is no address space for a memory, for which engines reserve about 10 GB \(.+\): raise the limit \(ulimit -v\), or run Node with --disable-wasm-trap-handler$/,
  );
  expect(limited('--disable-wasm-trap-handler')).toMatch(/^(done)?$/);
});
