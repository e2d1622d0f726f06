// Edge platforms: the package, bundled under their conditions, in their runtimes.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { expect } from 'vitest';
import { check, smoke } from '../target.mjs';
import { versionOf } from '../tools.mjs';

/** Bundles a program of `folder` into `outdir/worker.js`. */
async function bundle(folder, program, outdir, options) {
  await build({
    absWorkingDir: folder,
    entryPoints: [{ in: program, out: 'worker' }],
    outdir,
    bundle: true,
    format: 'esm',
    ...options,
  });
}

/** Fails if a bundle compiles WebAssembly from bytes. */
const expectNoCompiler = (text) =>
  expect(text).not.toMatch(/new WebAssembly\.Module\(|WebAssembly\.(compile|instantiate)\b/);

/** Under the older date, workerd forbids compilation at start-up and has no FinalizationRegistry. */
function workerd(compatibilityDate, program, how, threads) {
  const run = async (folder) => {
    const out = join(folder, `workerd-${compatibilityDate}-${program}`);
    await bundle(folder, program, out, {
      conditions: ['workerd', 'worker', 'browser'],
      loader: { '.wasm': 'copy' },
      assetNames: '[name]',
    });
    // avgpool/slim has a function that compiles bytes.
    if (program === 'worker.mjs') {
      expectNoCompiler(readFileSync(join(out, 'worker.js'), 'utf8'));
    }
    const worker = new Miniflare({
      compatibilityDate,
      modules: true,
      modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
      modulesRoot: out,
      scriptPath: join(out, 'worker.js'),
    });
    try {
      return await (await worker.dispatchFetch('http://localhost/')).json();
    } finally {
      await worker.dispose();
    }
  };
  const name = `workerd, compatibility date ${compatibilityDate}`;
  smoke(name, how, run, { quick: true, version: () => versionOf('workerd'), threads });
}

workerd('2024-09-01', 'worker.mjs', 'condition workerd', 1);
workerd('2026-04-01', 'worker.mjs', 'condition workerd', 1);
workerd('2026-04-01', 'slim-worker.mjs', '`avgpool/slim`');

for (const condition of ['workerd', 'edge-light']) {
  check(
    `esbuild, condition ${condition}`,
    'an ES module and a CommonJS dependency share one memory',
    async (folder) => {
      // Bundlers for edge platforms replace esbuild's own conditions, of which `module` is one.
      const conditions = [condition, 'worker', 'browser'];
      const options = {
        bundle: true,
        format: 'esm',
        write: false,
        metafile: true,
        external: ['*.wasm', '*.wasm?module'],
      };
      const { metafile } = await build({ absWorkingDir: folder, entryPoints: ['mixed.mjs'], conditions, ...options });
      const cores = Object.keys(metafile.inputs).filter((file) => /avgpool\/dist\/core\./.test(file));
      expect(cores).toEqual(['node_modules/avgpool/dist/core.js']);
    },
    { quick: true },
  );
}

/** Vercel's bundler replaces the import by a module that the platform has compiled. */
const compiledModule = {
  name: 'compiled module',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
    onLoad({ filter: /.*/, namespace: 'compiled' }, () => ({ contents: 'export default compiledModule' }));
  },
};

smoke(
  'edge-runtime',
  'condition edge-light',
  async (folder) => {
    const out = join(folder, 'edge-light');
    await bundle(folder, 'worker.mjs', out, {
      conditions: ['edge-light', 'worker', 'browser'],
      format: 'iife',
      globalName: 'worker',
      plugins: [compiledModule],
    });
    const text = readFileSync(join(out, 'worker.js'), 'utf8');
    expectNoCompiler(text);
    const bytes = readFileSync(join(folder, 'node_modules/avgpool/dist/avgpool.wasm'));
    const runtime = new EdgeRuntime({
      initialCode: `${text}\naddEventListener('fetch', (event) => event.respondWith(worker.default.fetch(event.request)));`,
      extend: (context) => Object.assign(context, { compiledModule: new WebAssembly.Module(bytes) }),
    });
    return (await runtime.dispatchFetch('http://localhost/')).json();
  },
  { version: () => versionOf('edge-runtime'), threads: 1 },
);
