// The built reference: its links lead somewhere, its pages are small, and screen readers can read them.
//
// It knows the addresses that TypeDoc gives to pages.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { LinkChecker } from 'linkinator';
import { expect, test } from 'vitest';
import { onPage } from '../../test/runtimes/browsers.mjs';
import { MissingRuntime } from '../../test/runtimes/tools.mjs';

const site = fileURLToPath(new URL('../dist', import.meta.url));
const files = readdirSync(join(site, 'api'), { recursive: true });
const pages = files.filter((file) => file.endsWith('.html'));
const assets = files.filter((file) => file.startsWith('assets/'));
const read = (file) => readFileSync(join(site, 'api', file));

test('every entry on JSR has a page', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../../jsr.json', import.meta.url), 'utf8'));
  const modules = Object.keys(exports).map(
    (entry) => `modules/${entry.replace('.', 'avgpool').replace('/', '_')}.html`,
  );
  expect(pages).toEqual(expect.arrayContaining(modules));
});

test('every link between pages leads to a page, to a file or to a heading', async () => {
  const { links } = await new LinkChecker().check({
    path: 'api/',
    serverRoot: `${site}/`,
    recurse: true,
    checkFragments: true,
    linksToSkip: async (link) => !link.startsWith('http://localhost:'),
  });
  const found = links.map(({ url, parent, state }) => ({ url, parent, state }));
  expect(found.filter(({ state }) => state === 'BROKEN')).toEqual([]);
  // Text such as CHANGELOG.md is no address.
  expect(found.filter(({ url, state }) => state === 'SKIPPED' && !url.startsWith('https:'))).toEqual([]);
  for (const page of pages.filter((page) => page.startsWith('documents/'))) {
    expect(found).toContainEqual(expect.objectContaining({ url: expect.stringContaining(page), state: 'OK' }));
  }
});

test('every page leads to the playground', () => {
  for (const page of pages) {
    const links = [
      ...read(page)
        .toString()
        .matchAll(/href="([^"]*)"[^>]*>Playground/g),
    ];
    const addresses = links.map(([, link]) => new URL(link, `http://site/api/${page}`).pathname);
    expect(new Set(addresses), page).toEqual(new Set(['/']));
  }
});

test('no page is larger than 150 kB after gzip, with the index of the search and all other assets', () => {
  const size = (file) => gzipSync(read(file)).length;
  const shared = assets.map(size).reduce((sum, more) => sum + more);
  for (const page of pages) {
    expect(shared + size(page), page).toBeLessThan(150_000);
  }
});

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The mistakes on a page in both themes of colours. The page is hidden at first, and makes its navigation by itself. */
const mistakes = `(async () => {
  ${axe}
  const start = performance.now();
  while (document.body.offsetHeight === 0 || !document.querySelector('#tsd-nav-container a')) {
    if (performance.now() - start > 20_000) {
      throw new Error('the page shows no navigation');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const found = {};
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset.theme = theme;
    const { violations, passes } = await axe.run();
    found[theme] = violations.flatMap(({ help, nodes }) => nodes.map(({ html }) => help + ': ' + html));
    found.passed = passes.length;
  }
  return found;
})()`;

test.for([
  'index.html',
  'modules/avgpool.html',
  'classes/avgpool.Tensor.html',
  'functions/avgpool.reserve.html',
  'interfaces/avgpool.AvgPool2dOptions.html',
  'types/avgpool.StridedValues.html',
  'documents/docs_semantics.html',
])('axe finds no mistake on %s', async (page, { skip }) => {
  try {
    const { value } = await onPage(site, mistakes, { path: `api/${page}` });
    expect(value).toEqual({ light: [], dark: [], passed: expect.any(Number) });
    expect(value.passed).toBeGreaterThan(20);
  } catch (error) {
    if (error instanceof MissingRuntime) {
      skip(error.message);
    }
    throw error;
  }
});
