// Builds the package, installs the engines that it is compared with, and runs the benchmark with the same arguments.

import { copyFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { build, compileModule } from './build.mjs';
import { main, root, run, say } from './run.mjs';
import { installLocked } from './setup.mjs';

main(import.meta.url, () => {
  const args = process.argv.slice(2);
  build({ ifChanged: true });
  // The install script of onnxruntime-node would download builds for graphics cards.
  installLocked('bench', ['--ignore-scripts']);
  if (args.includes('--algorithms')) {
    buildSeparable();
  }
  say('Running the benchmark');
  run('node', ['bench/cli.mjs', ...args]);
});

/** Copies dist/ to bench/separable/dist/, with a module that has no algorithm but Separable. */
function buildSeparable() {
  const outDir = join(root, 'target/separable');
  const copy = join(root, 'bench/separable/dist');
  say('Compiling a second module, which has only the algorithm Separable');
  compileModule({ features: ['separable-only'], outDir });
  cpSync(join(root, 'dist'), copy, { recursive: true });
  copyFileSync(join(outDir, 'avgpool_wasm_bg.wasm'), join(copy, 'avgpool.wasm'));
}
