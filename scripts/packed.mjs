// Installs the package as npm would publish it. It knows no program that uses it.

import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { root } from './run.mjs';

/** Packs the built package, and installs it in an empty folder. */
export async function installPacked(folder) {
  const packed = await execa({ cwd: root })`npm pack --ignore-scripts --json --pack-destination ${folder}`;
  const [{ filename }] = JSON.parse(packed.stdout);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  await execa({ cwd: folder })`npm install --offline --no-audit --no-fund ${`./${filename}`}`;
}

/** Copies the package that is installed in `folder` to the packages of another folder. */
export function copyInstalled(folder, target) {
  const copy = join(target, 'node_modules/avgpool');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(folder, 'node_modules/avgpool'), copy, { recursive: true });
}
