// Builds dist/ from the Rust and TypeScript sources. With --if-changed, only if a source is newer than dist/.

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeLicences } from './licences.mjs';
import { nameByOrder } from './order.mjs';
import { main, root, run, say } from './run.mjs';
import { environment, setUpToolchain } from './toolchain.mjs';

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
const lastBuilt = 'dist/slim.d.cts';

/** Installs missing tools and builds dist/. With `ifChanged`, a dist/ newer than its sources stays as it is. */
export async function build({ ifChanged = false } = {}) {
  await setUpToolchain();
  if (ifChanged && newest(lastBuilt) > Math.max(...sources.map(newest))) {
    return;
  }
  await compileModule();
  declareBindings();
  await writeLicences('dist/THIRD-PARTY-LICENSES.txt');
  say('Bundling dist/');
  await run('rollup', ['--config']);
}

/** Compiles the module and its bindings to `outDir`, with these features of the crate avgpool-wasm, and optimises it. */
export async function compileModule({ features = [], outDir = bindings } = {}) {
  const folder = resolve(root, outDir);
  say(['Compiling the kernels to WebAssembly', ...features].join(', with '));
  const flags = ['--mode', 'no-install', '--release', '--target', 'bundler', '--no-pack', '--out-dir', folder];
  const cargoFlags = [...features.flatMap((feature) => ['--features', feature]), '--config', remapPaths];
  const env = await environment();
  await run('wasm-pack', ['build', 'crates/avgpool-wasm', ...flags, '--', ...cargoFlags], { env });
  say('Optimising the module');
  const module = join(folder, 'avgpool_wasm_bg.wasm');
  await run('wasm-opt', [...optimisations, ...instructions, module, '-o', module]);
  nameByOrder(module);
  await run('wasm-opt', ['--reorder-functions-by-name', ...instructions, module, '-o', module]);
}

// Panic messages hold paths of crates. Without the machine's part of the path, every machine builds the same module.
const crates = join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'registry/src');
const remapPaths = `target.wasm32-unknown-unknown.rustflags=["--remap-path-prefix=${crates}=crates"]`;

const optimisations = [
  '-O3',
  // Fold constants into the offsets of loads and stores. The lowest kilobyte of memory is the unused end of the stack.
  '--low-memory-unused',
  // Keep row kernels out of line. Engines take longer to optimise large functions.
  '--one-caller-inline-max-function-size=0',
];

/** What rustc's target and `+simd128` use. wasm-opt refuses any other instruction. */
const instructions = [
  '--enable-bulk-memory',
  '--enable-multivalue',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
  '--enable-simd',
];

// wasm-pack declares the types of an entry that loads the module itself. avgpool imports the bindings behind that entry, and
// rollup.config.mjs turns the import of the module into hexadecimal digits.
function declareBindings() {
  const declarations = {
    'avgpool_wasm_bg.d.ts': [
      "export * from './avgpool_wasm.js';",
      'export function __wbg_set_wasm(exports: WebAssembly.Exports): void;',
    ],
    'avgpool_wasm_bg.wasm.d.ts': ['declare const hex: string;', 'export default hex;'],
  };
  for (const [file, lines] of Object.entries(declarations)) {
    writeFileSync(join(root, bindings, file), `${lines.join('\n')}\n`);
  }
}

/** The time of the last change of a file, or of the newest file in a folder; 0 if it is missing. Skips the bindings. */
function newest(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    return stat?.mtimeMs ?? 0;
  }
  const files = readdirSync(join(root, path)).map((name) => join(path, name));
  return Math.max(0, ...files.filter((file) => file !== bindings).map(newest));
}

main(import.meta.url, () => {
  const { values } = parseArgs({ options: { 'if-changed': { type: 'boolean' } } });
  return build({ ifChanged: values['if-changed'] });
});
