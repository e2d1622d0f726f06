// Builds the site to site/dist/: the playground with the packed package, and the reference. With --serve, serves it too.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { build } from './build.mjs';
import { installLocked } from './install.mjs';
import { main, root, run, say } from './run.mjs';

const site = join(root, 'site');

/** Builds the package if it changed, and the site. */
export async function buildSite() {
  await build({ ifChanged: true });
  installLocked('site');
  await installPacked();
  say('Bundling the playground');
  await run('vite', ['build', 'site'], { localDir: site });
  say('Writing the reference');
  await run('typedoc', ['--options', 'site/reference'], { localDir: site });
}

/** Installs the package as npm would publish it, so that the site shows what users get. */
async function installPacked() {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-site-'));
  try {
    const packed = await execa({ cwd: root })`npm pack --ignore-scripts --json --pack-destination ${folder}`;
    const [{ filename }] = JSON.parse(packed.stdout);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    await execa({ cwd: folder })`npm install --offline --no-audit --no-fund ${`./${filename}`}`;
    const copy = join(site, 'node_modules/avgpool');
    rmSync(copy, { recursive: true, force: true });
    cpSync(join(folder, 'node_modules/avgpool'), copy, { recursive: true });
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
