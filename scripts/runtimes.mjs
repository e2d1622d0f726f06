// Installs the runtimes and runs the packed package in all of them; with --quick in those that `npm test` is for.

import { build } from './build.mjs';
import { installDebian } from './debian.mjs';
import { Failure, main, run, say } from './run.mjs';
import { installLocked } from './setup.mjs';

const browsers = {
  quick: ['chromium'],
  others: ['firefox-esr', 'webkit2gtk-driver', 'xvfb'],
};

main(import.meta.url, () => {
  const args = process.argv.slice(2);
  build({ ifChanged: true });
  installLocked('test/runtimes');
  try {
    installDebian('browsers', args.includes('--quick') ? browsers.quick : Object.values(browsers).flat());
  } catch (failure) {
    if (!(failure instanceof Failure)) {
      throw failure;
    }
    // The lines that miss them say so.
    console.log(failure.message);
  }
  say('Running the package in the runtimes');
  run('node', ['test/runtimes/run.mjs', ...args]);
});
