// Packs the package and installs it in an empty folder, before the matrix runs.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFiltered } from '../../scripts/count-tests.mjs';
import { copyInstalled, installPacked } from '../../scripts/packed.mjs';
import { statedHash } from './document.mjs';
import { here, jsonOf } from './tools.mjs';

/** Provides `folder`, with the package and the programs, and `hash`, which every target must find. */
export default async function setup({ provide, vitest }) {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-runtimes-'));
  await installPacked(folder);
  cpSync(join(here, 'programs'), folder, { recursive: true });
  // wrangler and Next.js resolve packages from their own folder.
  copyInstalled(folder, here);

  // A full run writes the hash to the document. Any other run compares with the hash there.
  const inThisNode = () => jsonOf(process.execPath, ['main.mjs'], { cwd: folder });
  provide('folder', folder);
  provide('hash', isFiltered(vitest) ? statedHash() : (await inThisNode()).hash);
  return () => rmSync(folder, { recursive: true, force: true });
}
