// Installs Debian packages. It needs root, on Debian or a derivative.

import { ask, run, say, UserError } from './run.mjs';

/** Installs `packages`, unless all are installed. Messages call them `name`. */
export async function installDebian(name, packages) {
  const status = await ask('dpkg', ['--status', ...packages]);
  if (status?.match(/^Status: install ok installed$/gm)?.length === packages.length) {
    return;
  }
  const install = ['apt-get', 'install', '--quiet', '--yes', '--no-install-recommends', ...packages];
  if ((await ask('apt-get', ['--version'])) === undefined) {
    throw new UserError(`Cannot install ${name}: apt-get is missing. The Debian packages are ${packages.join(' ')}.`);
  }
  if (process.getuid() !== 0) {
    throw new UserError(`Cannot install ${name}. As root, run: apt-get update && ${install.join(' ')}`);
  }
  say(`Installing ${name} from Debian packages: ${packages.join(' ')}`);
  await run('apt-get', ['update', '--quiet']);
  await run(install[0], install.slice(1), { env: { DEBIAN_FRONTEND: 'noninteractive' } });
}
