// Installs the runtimes and runs the packed package in them. With --quick, it runs only the targets of `npm test`.
//
// Other arguments go to Vitest: `-t Deno` runs the targets with that name.

import { build } from './build.mjs';
import { installDebian } from './debian.mjs';
import { installLocked } from './install.mjs';
import { main, run, say, UserError } from './run.mjs';

const browsers = ['chromium', 'firefox-esr', 'webkit2gtk-driver', 'xvfb'];

/** Installs the browsers. Tests without their browser are skipped. */
export async function installBrowsers() {
  try {
    await installDebian('browsers', browsers);
  } catch (error) {
    if (!(error instanceof UserError)) {
      throw error;
    }
    console.log(error.message);
  }
}

main(import.meta.url, async () => {
  const args = process.argv.slice(2);
  await build({ ifChanged: true });
  installLocked('test/runtimes');
  await installBrowsers();
  say('Running the package in its runtimes');
  const filters = args.flatMap((arg) => (arg === '--quick' ? ['--tags-filter', 'quick'] : [arg]));
  await run('vitest', ['run', '--root', 'test/runtimes', ...filters]);
});
