// Builds the package, installs the engines that it is compared with, and runs the benchmark with the same arguments.

import { build } from './build.mjs';
import { main, run, say } from './run.mjs';
import { installLocked } from './setup.mjs';

main(import.meta.url, () => {
  const args = process.argv.slice(2);
  build({ ifChanged: true });
  // The install script of onnxruntime-node would download builds for graphics cards.
  installLocked('bench', ['--ignore-scripts']);
  say('Running the benchmark');
  run('node', ['bench/cli.mjs', ...args]);
});
