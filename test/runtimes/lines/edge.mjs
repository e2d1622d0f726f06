// Edge platforms: the package, bundled with their conditions, in their runtimes.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';
import { here, versionOf, withServer } from '../app.mjs';

/** Bundles the worker with the conditions of a platform. */
async function bundle({ folder }, name, program, options) {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [program],
    outdir: name,
    bundle: true,
    format: 'esm',
    write: false,
    ...options,
  });
  const text = outputFiles.find(({ path }) => path.endsWith('.js')).text;
  // avgpool/slim can compile bytes, for whoever gives it bytes.
  if (program === 'worker.mjs' && /new WebAssembly\.Module\(|WebAssembly\.(compile|instantiate)\b/.test(text)) {
    throw new Error(`the bundle for ${name} compiles WebAssembly from bytes`);
  }
  return { text, files: outputFiles };
}

/** Where dates are older, workerd also forbids to compile while a worker starts, and has no FinalizationRegistry. */
const inWorkerd = (date, program = 'worker.mjs', how = 'condition workerd') => ({
  name: `workerd, compatibility date ${date}`,
  how,
  quick: true,
  version: () => versionOf('workerd'),
  async run(app) {
    const { text, files } = await bundle(app, 'workerd', program, {
      conditions: ['workerd', 'worker', 'browser'],
      loader: { '.wasm': 'copy' },
      assetNames: '[name]',
    });
    const folder = join(app.folder, `workerd-${date}-${program}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'worker.js'), text);
    writeFileSync(join(folder, 'avgpool.wasm'), files.find(({ path }) => path.endsWith('.wasm')).contents);
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
      const { text } = await bundle(app, 'edge-light', 'worker.mjs', {
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
