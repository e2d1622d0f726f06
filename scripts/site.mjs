// Builds the site to site/dist/: the playground with the packed package, and the reference. With --serve, serves it too.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { installLocked } from './install.mjs';
import { copyInstalled, installPacked } from './packed.mjs';
import { main, root, run, say } from './run.mjs';

const site = join(root, 'site');

/** Builds the package if it changed, and the site. */
export async function buildSite() {
  await build({ ifChanged: true });
  installLocked('site');
  await addPackage();
  say('Bundling the playground');
  await run('vite', ['build', 'site'], { localDir: site });
  say('Writing the reference');
  await run('typedoc', ['--options', 'site/reference'], { localDir: site });
}

/** Gives the site what users get. */
async function addPackage() {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-site-'));
  try {
    await installPacked(folder);
    copyInstalled(folder, site);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main(import.meta.url, async () => {
  const { values } = parseArgs({ options: { serve: { type: 'boolean' } } });
  await buildSite();
  if (values.serve) {
    await run('vite', ['preview', 'site'], { localDir: site });
  }
});
