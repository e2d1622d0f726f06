// Packs the package and installs it in an empty folder, before the matrix runs.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { isFiltered } from '../../scripts/count-tests.mjs';
import { statedHash } from './document.mjs';
import { here, jsonOf, root } from './tools.mjs';

/** Provides `folder`, with the package and the programs, and `hash`, which every target must find. */
export default async function setup({ provide, vitest }) {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-runtimes-'));
  const packed = await execa({ cwd: root })`npm pack --ignore-scripts --json --pack-destination ${folder}`;
  const [{ filename }] = JSON.parse(packed.stdout);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  await execa({ cwd: folder })`npm install --offline --no-audit --no-fund ${`./${filename}`}`;
  cpSync(join(here, 'programs'), folder, { recursive: true });
  // wrangler and Next.js resolve packages from their own folder.
  const copy = join(here, 'node_modules/avgpool');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(folder, 'node_modules/avgpool'), copy, { recursive: true });

  // A full run writes the hash to the document. Any other run compares with the hash there.
  const inThisNode = () => jsonOf(process.execPath, ['main.mjs'], { cwd: folder });
  provide('folder', folder);
  provide('hash', isFiltered(vitest) ? statedHash() : (await inThisNode()).hash);
  return () => rmSync(folder, { recursive: true, force: true });
}
