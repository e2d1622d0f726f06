// Runs the programs of docs/recipes.md as files beside the packages that their recipes name, and nothing else.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { expectStated, fences, read } from '../documents.js';

const installed = fileURLToPath(new URL('./node_modules', import.meta.url));

const recipes = read('docs/recipes.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ title: text.slice(0, text.indexOf('\n')), blocks: fences(text) }));

const programs = recipes.flatMap(({ title, blocks }) => {
  const [, packages = ''] =
    blocks.find(({ language }) => language === 'sh')?.source.match(/^npm install (.+)\n$/) ?? [];
  const sources = blocks.filter(({ language }) => language === 'js').map(({ source }) => source);
  return sources.map((source) => ({ title, source, packages: packages.split(' ') }));
});

test('there are several recipes, each with one program or with commands alone', () => {
  expect(programs.length).toBeGreaterThan(5);
  expect(new Set(programs.map(({ title }) => title)).size).toBe(programs.length);
  for (const { title, blocks } of recipes) {
    expect(blocks[0]?.language, title).toBe('sh');
  }
});

test.each(programs)('the recipe $title prints what its comments say, with the packages that it names', (recipe) => {
  const { source, packages } = recipe;
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-recipe-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of packages) {
    expect(source).toContain(` from '${name}'`);
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(installed, name), link, 'dir');
  }
  writeFileSync(join(folder, 'recipe.mjs'), source);
  const output = execFileSync(process.execPath, ['recipe.mjs'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  expectStated(source, output.trim());
});
