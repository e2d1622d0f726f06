// Installs npm packages from lock files. It has no dependencies, because it runs before any package is installed.
//
// As a program: node scripts/install.mjs [folder] [flags of npm ci]

import { spawnSync } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the packages of a folder, unless they are newer than its lock file. */
export function installLocked(folder, flags = []) {
  const changed = (file) => statSync(join(root, folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  // npm writes this file last.
  if (changed('node_modules/.package-lock.json') > changed('package-lock.json')) {
    return;
  }
  console.log(`▸ Installing the npm packages of ${join(folder, 'package-lock.json')}`);
  const command = ['npm', 'ci', '--prefix', folder, '--no-fund', '--no-audit', ...flags];
  const { error, status } = spawnSync(command[0], command.slice(1), { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`✘ \`${command.join(' ')}\` failed: ${error?.message ?? `exit code ${status}`}`);
    process.exit(1);
  }
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (Number.parseInt(process.versions.node, 10) < 20) {
    console.error(`✘ Working on avgpool needs Node 20 or later. This is Node ${process.versions.node}.`);
    process.exit(1);
  }
  const [folder = '.', ...flags] = process.argv.slice(2);
  installLocked(folder, flags);
}
