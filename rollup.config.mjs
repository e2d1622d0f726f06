// Bundles the package's entries from the TypeScript sources, and writes the files beside them.
//
// An entry knows how the WebAssembly module is loaded. The entries of one format share the chunk core, and so one
// memory.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';
import { buildSync } from 'esbuild';
import dts from 'rollup-plugin-dts';

const module = 'crates/avgpool-wasm/pkg/avgpool_wasm_bg.wasm';
const bindings = 'crates/avgpool-wasm/pkg/avgpool_wasm_bg.js';
mkdirSync('dist', { recursive: true });
copyFileSync(module, 'dist/avgpool.wasm');
copyFileSync('ts/entries/avgpool.wasm.d.ts', 'dist/avgpool.wasm.d.ts');

// Resolvers that do not know `exports` look for a folder with the name of an entry.
const { '.': _, './package.json': __, ...others } = JSON.parse(readFileSync('package.json', 'utf8')).exports;
for (const [entry, conditions] of Object.entries(others)) {
  const { require = conditions, module = require } = conditions;
  const files = { main: require.default, module: module.default, types: module.types };
  const fields = Object.entries(files).flatMap(([field, file]) => (file ? [[field, join('..', file)]] : []));
  mkdirSync(entry, { recursive: true });
  writeFileSync(join(entry, 'package.json'), `${JSON.stringify(Object.fromEntries(fields), null, 2)}\n`);
}

/** Makes an import of the built module a string of hexadecimal digits, which no source map repeats. */
const hex = {
  name: 'hex',
  load: (id) =>
    id.endsWith(module) ? { code: `export default '${readFileSync(id, 'hex')}';`, map: { mappings: '' } } : null,
};

/**
 * The bindings without TextDecoder, which they make on import. Jest's jsdom and audio worklets lack it. The only texts
 * that they decode are messages of wasm-bindgen, in ASCII.
 */
const withoutTextDecoder = {
  name: 'without TextDecoder',
  load(id) {
    if (!id.endsWith(bindings)) {
      return null;
    }
    const decoder = /^let cachedTextDecoder = .*?^function decodeText\(ptr, len\) \{.*?^\}$/ms;
    const ascii = `function decodeText(ptr, len) {
    return String.fromCharCode(...getUint8ArrayMemory0().subarray(ptr, ptr + len));
}`;
    const code = readFileSync(id, 'utf8').replace(decoder, ascii);
    if (/TextDecoder|TextEncoder/.test(code)) {
      this.error('wasm-bindgen decodes text in another way than before: change this plugin');
    }
    return code;
  },
};

/** Makes an import of a file with `?text` the text of a script: a worker, with all that it imports. */
const scriptText = {
  name: 'script text',
  resolveId: (id, importer) => (id.endsWith('?text') ? join(dirname(importer), id) : null),
  load(id) {
    return id.endsWith('?text')
      ? { code: `export default ${JSON.stringify(script(id))};`, map: { mappings: '' } }
      : null;
  },
};

function script(id) {
  const entryPoints = [id.replace('?text', '')];
  // In other formats and for other platforms, esbuild replaces `require`.
  const options = { bundle: true, format: 'cjs', platform: 'node', minify: true, target: 'es2021', write: false };
  return buildSync({ entryPoints, ...options }).outputFiles[0].text;
}

// For pages whose policy forbids workers from a blob.
writeFileSync('dist/threads-worker.js', script('ts/threads/worker.ts'));

const inBothFormats = { index: 'ts/entries/index.ts', slim: 'ts/entries/slim.ts' };
const asModulesOnly = {
  workerd: 'ts/entries/workerd.ts',
  'edge-light': 'ts/entries/edge-light.ts',
  threads: 'ts/entries/threads.ts',
};
const asCommonJsOnly = { threads: 'ts/entries/threads-cjs.ts' };
// In Node, import and require must load the same build, because two builds would have two memories.
const forNode = {
  node: 'ts/entries/node.ts',
  'node-slim': 'ts/entries/node-slim.ts',
  'threads-node': 'ts/entries/threads-node.ts',
};
// Pure translations of options. They need no module, so nothing has to be shared.
const compat = { compat: 'ts/compat/index.ts' };

// It pools through the entry avgpool, which the runtime or its bundler finds by that name.
const tfjs = { tfjs: 'ts/tfjs/index.ts' };
const byName = {
  name: 'by name',
  resolveId: (id) => (id === '../api.js' ? { id: 'avgpool', external: true } : null),
};

// Threads where there are none. They share no state either.
const none = { 'threads-none': 'ts/entries/threads-none.ts' };

const types = { ...inBothFormats, ...compat, ...tfjs, threads: 'ts/entries/threads.ts' };

const core = { core: ['ts/api.ts', 'ts/wasm/start.ts'] };
// When a module imports a CommonJS file, Node searches the whole file for its names. The digits are in a file of their
// own.
const bytes = { bytes: [module] };

const js = (input, format, extension, manualChunks = {}, morePlugins = []) => ({
  input,
  // The runtime or its bundler loads these.
  external: [/^\.\/[\w-]+\.cjs$/, /^\.\/avgpool\.wasm/, /^node:/],
  plugins: [
    ...morePlugins,
    hex,
    scriptText,
    withoutTextDecoder,
    typescript({ noEmitOnError: true }),
    terser({
      module: true,
      // Error messages and debuggers show class names.
      keep_classnames: true,
      // Inlining a function that is used once would make a closure, and so an allocation, in every call.
      compress: { reduce_funcs: false },
      // Node prints the line that threw, so lines must be short.
      format: { comments: /@ts-self-types/, max_line_len: 120 },
    }),
  ],
  output: {
    dir: 'dist',
    format,
    sourcemap: true,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `[name].${extension}`,
    manualChunks,
    // Deno and JSR find the types by this comment; other tools read package.json.
    banner: ({ fileName }) => {
      const typed = [...Object.keys(types), 'core'].some((name) => fileName === `${name}.js`);
      return typed ? `/* @ts-self-types="./${fileName.replace('.js', '.d.ts')}" */` : '';
    },
  },
});

/** The docstring of an entry. rollup-plugin-dts keeps only those of declarations. */
function moduleDocstring({ facadeModuleId }) {
  const [docstring] = readFileSync(facadeModuleId, 'utf8').match(/^\/\*\*\n( \*.*\n)*? \* @module .*\n \*\/$/m) ?? [];
  if (!docstring) {
    throw new Error(`${facadeModuleId} has no docstring with @module`);
  }
  return docstring;
}

export default [
  js({ ...inBothFormats, ...asModulesOnly }, 'es', 'js', core),
  js({ ...inBothFormats, ...asCommonJsOnly }, 'cjs', 'cjs', { ...core, ...bytes }),
  js(forNode, 'es', 'js'),
  js(compat, 'es', 'js'),
  js(none, 'es', 'js'),
  js(compat, 'cjs', 'cjs'),
  js(tfjs, 'es', 'js', {}, [byName]),
  js(tfjs, 'cjs', 'cjs', {}, [byName]),
  {
    input: types,
    plugins: [dts({ sourcemap: true })],
    output: ['d.ts', 'd.cts'].map((extension) => ({
      dir: 'dist',
      sourcemap: true,
      entryFileNames: `[name].${extension}`,
      chunkFileNames: `core.${extension}`,
      banner: (chunk) => (chunk.isEntry ? moduleDocstring(chunk) : ''),
    })),
  },
];
