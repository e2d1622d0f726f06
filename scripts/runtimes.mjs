// Installs the runtimes and runs the packed package in them. Vitest gets all arguments: `-t Deno`, `--tags-filter quick`.

import { build } from './build.mjs';
import { installDebian } from './debian.mjs';
import { installLocked } from './install.mjs';
import { main, run, say, UserError } from './run.mjs';

const browsers = { quick: ['chromium'], others: ['firefox-esr', 'webkit2gtk-driver', 'xvfb'] };

/** Installs browsers: all of them, or the one for the quick part. Targets without their browser are skipped. */
export async function installBrowsers({ quick }) {
  try {
    await installDebian('browsers', quick ? browsers.quick : Object.values(browsers).flat());
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
  await installBrowsers({ quick: args.join().includes('quick') });
  say('Running the package in its runtimes');
  await run('vitest', ['run', '--root', 'test/runtimes', ...args]);
});
