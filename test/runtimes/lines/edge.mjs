// Edge platforms: the package, bundled with their conditions, in their runtimes.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';
import { here, versionOf, withServer } from '../app.mjs';

/** Bundles a program with the conditions of a platform, to `worker.js` in a folder, and gives the text of it. */
async function bundle({ folder }, program, outdir, options) {
  await build({
    absWorkingDir: folder,
    entryPoints: [{ in: program, out: 'worker' }],
    outdir,
    bundle: true,
    format: 'esm',
    ...options,
  });
  const text = readFileSync(join(outdir, 'worker.js'), 'utf8');
  // avgpool/slim can compile bytes, for whoever gives it bytes.
  if (program === 'worker.mjs' && /new WebAssembly\.Module\(|WebAssembly\.(compile|instantiate)\b/.test(text)) {
    throw new Error(`the bundle in ${outdir} compiles WebAssembly from bytes`);
  }
  return text;
}

/** Where dates are older, workerd also forbids to compile while a worker starts, and has no FinalizationRegistry. */
const inWorkerd = (date, program = 'worker.mjs', how = 'condition workerd') => ({
  name: `workerd, compatibility date ${date}`,
  how,
  quick: true,
  version: () => versionOf('workerd'),
  async run(app) {
    const folder = join(app.folder, `workerd-${date}-${program}`);
    await bundle(app, program, folder, {
      conditions: ['workerd', 'worker', 'browser'],
      loader: { '.wasm': 'copy' },
      assetNames: '[name]',
    });
    writeFileSync(
      join(folder, 'config.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [
      (name = "worker.js", esModule = embed "worker.js"),
      (name = "avgpool.wasm", wasm = embed "avgpool.wasm"),
    ],
    compatibilityDate = "${date}",
  ))],
  sockets = [(name = "http", service = "main")],
);
`,
    );
    const args = (port) => ['serve', join(folder, 'config.capnp'), `--socket-addr=http=127.0.0.1:${port}`];
    return withServer(join(here, 'node_modules/.bin/workerd'), args, {}, async (address) =>
      (await fetch(address)).json(),
    );
  },
});

export default [
  inWorkerd('2024-09-01'),
  inWorkerd('2026-04-01'),
  inWorkerd('2026-04-01', 'slim-worker.mjs', '`avgpool/slim`'),
  {
    name: 'edge-runtime',
    how: 'condition edge-light',
    version: () => versionOf('edge-runtime'),
    async run(app) {
      const text = await bundle(app, 'worker.mjs', join(app.folder, 'edge-light'), {
        conditions: ['edge-light', 'worker', 'browser'],
        format: 'iife',
        globalName: 'worker',
        plugins: [
          {
            // What the platform's bundler makes of the import: a module that it has compiled beforehand.
            name: 'compiled beforehand',
            setup: ({ onResolve, onLoad }) => {
              onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
              onLoad({ filter: /.*/, namespace: 'compiled' }, () => ({ contents: 'export default compiledModule' }));
            },
          },
        ],
      });
      const bytes = readFileSync(join(app.folder, 'node_modules/avgpool/dist/avgpool.wasm'));
      const runtime = new EdgeRuntime({
        initialCode: `${text}\naddEventListener('fetch', (event) => event.respondWith(worker.default.fetch(event.request)));`,
        extend: (context) => Object.assign(context, { compiledModule: new WebAssembly.Module(bytes) }),
      });
      const response = await runtime.dispatchFetch('http://localhost/');
      return response.json();
    },
  },
];
