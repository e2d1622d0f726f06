// Builds the package, installs what it is measured against, and runs the benchmark with whatever arguments come.

import { build } from './build.mjs';
import { main, run, say } from './run.mjs';
import { installLocked } from './setup.mjs';

main(import.meta.url, () => {
  build({ ifChanged: true });
  // No install scripts: the native peer would download builds for graphics cards.
  installLocked('bench', ['--ignore-scripts']);
  say('Measuring');
  run('node', ['bench/benchmark.mjs', ...process.argv.slice(2)]);
});
