// Debian's packages, where the machine is Debian's and the user is root.

import { ask, Failure, run, say } from './run.mjs';

/** Installs those of the packages that are missing; `what` they are is said. */
export function installDebian(what, packages) {
  const isInstalled = (name) => ask('dpkg', ['--status', name])?.includes('\nStatus: install ok installed\n');
  if (packages.every(isInstalled)) {
    return;
  }
  if (!ask('apt-get', ['--version'])) {
    throw new Failure(`${what} cannot be installed: this machine has no apt-get for ${packages.join(' ')}.`);
  }
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages];
  if (process.getuid() !== 0) {
    throw new Failure(`${what} cannot be installed. As root, run: apt-get update && ${install.join(' ')}`);
  }
  say(`Installing ${what} from Debian's packages: ${packages.join(' ')}`);
  run('apt-get', ['update', '--quiet']);
  run(install[0], install.slice(1), { ...process.env, DEBIAN_FRONTEND: 'noninteractive' });
}
