// Brings a fresh machine to a working build, and a ready one nowhere: under two seconds when there is nothing to do.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, main, root, run, say } from './run.mjs';
import { setUpToolchain } from './toolchain.mjs';

/** Installs what is missing: npm packages, the Rust toolchain for WebAssembly and its tools. */
export function setUp() {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 20) {
    throw new Failure(`Node 20 or later is needed to work on avgpool, and this is ${process.versions.node}.`);
  }
  installLocked('.');
  setUpToolchain();
}

/**
 * Installs the npm packages of a folder's lock file, unless they are there.
 *
 * npm leaves no mark of the lock file that node_modules came from, so this leaves one.
 */
export function installLocked(folder, flags = []) {
  const mark = join(root, folder, 'node_modules/.lock-file-hash');
  const lock = join(folder, 'package-lock.json');
  const hash = createHash('sha256')
    .update(readFileSync(join(root, lock)))
    .digest('hex');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== hash) {
    say(`Installing npm packages: node_modules does not match ${lock}`);
    run('npm', ['ci', '--prefix', folder, '--no-fund', '--no-audit', ...flags]);
    writeFileSync(mark, hash);
  }
}

main(import.meta.url, setUp);
