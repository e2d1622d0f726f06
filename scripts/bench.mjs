// Builds the package, installs the engines that it is compared with, and runs the benchmark with the same arguments.

import { copyFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { build, compileModule } from './build.mjs';
import { installLocked } from './install.mjs';
import { main, root, run, say } from './run.mjs';

main(import.meta.url, async () => {
  const args = process.argv.slice(2);
  await build({ ifChanged: true });
  // The install script of onnxruntime-node would download builds for graphics cards.
  installLocked('bench', ['--ignore-scripts']);
  if (args.includes('--algorithms')) {
    await buildSeparable();
  }
  say('Running the benchmark');
  await run('node', ['bench/cli.mjs', ...args]);
});

/** Copies dist/ to bench/separable/dist/, with a module that has no algorithm but Separable. */
async function buildSeparable() {
  const outDir = join(root, 'target/separable');
  const copy = join(root, 'bench/separable/dist');
  await compileModule({ features: ['separable-only'], outDir });
  cpSync(join(root, 'dist'), copy, { recursive: true });
  copyFileSync(join(outDir, 'avgpool_wasm_bg.wasm'), join(copy, 'avgpool.wasm'));
}
