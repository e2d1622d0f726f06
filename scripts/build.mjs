// Builds dist/ from the Rust and TypeScript sources; with --if-changed only if one of them is newer.

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { main, root, run, say } from './run.mjs';
import { setUp } from './setup.mjs';
import { environment } from './toolchain.mjs';

const sources = [
  '.cargo',
  'Cargo.lock',
  'Cargo.toml',
  'crates',
  'package-lock.json',
  'package.json',
  'rollup.config.mjs',
  'scripts',
  'ts',
  'tsconfig.json',
];
const bindings = 'crates/avgpool-wasm/pkg';
const result = 'dist/slim.d.cts';

/** Sets up what is missing and builds; `ifChanged` leaves a build alone that is newer than its sources. */
export function build({ ifChanged = false } = {}) {
  setUp();
  if (ifChanged && newest(result) > Math.max(...sources.map(newest))) {
    return;
  }
  say('Compiling the kernels to WebAssembly');
  const output = ['--out-dir', join(root, bindings), '--target', 'bundler', '--no-pack'];
  const crate = ['build', 'crates/avgpool-wasm', '--mode', 'no-install', '--release', ...output];
  run('wasm-pack', [...crate, '--', '--config', samePaths], environment());
  declareBindings();
  say('Optimising the module');
  run('node_modules/.bin/wasm-opt', [
    '-O3',
    // Constants may be folded into the offsets of loads: the lowest kilobyte is the far end of the stack.
    '--low-memory-unused',
    // Row kernels stay out of line, for engines keep large functions in their baseline compilers for longer.
    '--one-caller-inline-max-function-size=0',
    ...features,
    `${bindings}/avgpool_wasm_bg.wasm`,
    '-o',
    `${bindings}/avgpool_wasm_bg.wasm`,
  ]);
  say('Bundling dist/');
  run('node_modules/.bin/rollup', ['--config']);
}

// The module names the sources of what may panic: not by where they lie on this machine, so that it is the same from every one.
const crates = join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'registry/src');
const samePaths = `target.wasm32-unknown-unknown.rustflags=["--remap-path-prefix=${crates}=crates"]`;

// What Rust's target and `+simd128` use; wasm-opt refuses what it is not told of.
const features = [
  '--enable-bulk-memory',
  '--enable-multivalue',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
  '--enable-simd',
];

// wasm-pack declares the types of its own entry, which loads the module in its own way. avgpool takes the glue behind that
// entry, and imports the module as rollup.config.mjs gives it: as hexadecimal digits.
function declareBindings() {
  const glue = [
    "export * from './avgpool_wasm.js';",
    'export function __wbg_set_wasm(exports: WebAssembly.Exports): void;',
  ];
  const module = ['declare const hex: string;', 'export default hex;'];
  writeFileSync(join(root, bindings, 'avgpool_wasm_bg.d.ts'), `${glue.join('\n')}\n`);
  writeFileSync(join(root, bindings, 'avgpool_wasm_bg.wasm.d.ts'), `${module.join('\n')}\n`);
}

/** When a file, or the newest file in a folder, was last written; 0 if there is none. */
function newest(path) {
  const full = join(root, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    return stat?.mtimeMs ?? 0;
  }
  const inside = readdirSync(full).filter((name) => name !== 'pkg');
  return Math.max(0, ...inside.map((name) => newest(join(path, name))));
}

main(import.meta.url, () => {
  const { values } = parseArgs({ options: { 'if-changed': { type: 'boolean' } } });
  build({ ifChanged: values['if-changed'] });
});
