// Makes the package's entries from the TypeScript sources.
//
// An entry says how the WebAssembly module comes in. What they share is a chunk of its own, core, so that all entries of one
// format have one memory. The module itself is a file beside them.

import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';
import dts from 'rollup-plugin-dts';

const module = 'crates/avgpool-wasm/pkg/avgpool_wasm_bg.wasm';
mkdirSync('dist', { recursive: true });
copyFileSync(module, 'dist/avgpool.wasm');
copyFileSync('ts/entries/avgpool.wasm.d.ts', 'dist/avgpool.wasm.d.ts');

/** Whoever imports the module's file from where it is built gets its bytes as hexadecimal digits; no source map repeats them. */
const hex = {
  name: 'hex',
  load: (id) =>
    id.endsWith(module) ? { code: `export default '${readFileSync(id, 'hex')}';`, map: { mappings: '' } } : null,
};

const inBothFormats = { index: 'ts/entries/index.ts', slim: 'ts/entries/slim.ts' };
const asModulesOnly = { workerd: 'ts/entries/workerd.ts', 'edge-light': 'ts/entries/edge-light.ts' };
// In Node, import and require have to end at one build: two would be two memories.
const forNode = { node: 'ts/entries/node.ts', 'node-slim': 'ts/entries/node-slim.ts' };
// Pure translations of options, with no module and so nothing that has to be shared.
const compat = { compat: 'ts/compat.ts' };

const types = { ...inBothFormats, ...compat };

// Node looks through a whole CommonJS file for its names when a module imports it: not through this one.
const apart = { bytes: [module] };

const js = (input, format, extension, manualChunks) => ({
  input,
  // These are loaded by the runtime, or by its bundler.
  external: [/^\.\/[\w-]+\.cjs$/, /^\.\/avgpool\.wasm/],
  plugins: [
    hex,
    typescript({ noEmitOnError: true }),
    terser({
      module: true,
      // Messages and debuggers show the names of classes.
      keep_classnames: true,
      // A function that is used once would become one that is made at every use: an allocation in every call.
      compress: { reduce_funcs: false },
      // Node prints the line that threw.
      format: { comments: /@ts-self-types/, max_line_len: 120 },
    }),
  ],
  output: {
    dir: 'dist',
    format,
    sourcemap: true,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: ({ name }) => `${name === 'bytes' ? name : 'core'}.${extension}`,
    manualChunks,
    // What Deno and JSR go by; the others read package.json.
    banner: ({ fileName }) => {
      const typed = [...Object.keys(types), 'core'].some((name) => fileName === `${name}.js`);
      return typed ? `/* @ts-self-types="./${fileName.replace('.js', '.d.ts')}" */` : '';
    },
  },
});

export default [
  js({ ...inBothFormats, ...asModulesOnly }, 'es', 'js'),
  js(inBothFormats, 'cjs', 'cjs', apart),
  js(forNode, 'es', 'js'),
  js(compat, 'es', 'js'),
  js(compat, 'cjs', 'cjs'),
  {
    input: types,
    plugins: [dts({ sourcemap: true })],
    output: ['d.ts', 'd.cts'].map((extension) => ({
      dir: 'dist',
      sourcemap: true,
      entryFileNames: `[name].${extension}`,
      chunkFileNames: `core.${extension}`,
    })),
  },
];
