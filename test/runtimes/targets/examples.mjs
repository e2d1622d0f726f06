// The examples, used as their users would.

import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { onPage } from '../browsers.mjs';
import { check } from '../target.mjs';
import { here, installed, root, versionOf, withServer } from '../tools.mjs';
import { checkAndRun } from './deno.mjs';

const examples = join(root, 'examples');

check(
  'wrangler dev',
  'example: Cloudflare Worker',
  async () => {
    // The copy finds the package in the node_modules beside it.
    const cwd = join(here, 'worker');
    rmSync(cwd, { recursive: true, force: true });
    cpSync(join(examples, 'cloudflare-worker'), cwd, { recursive: true });
    const flags = ['--local', '--ip', '127.0.0.1', '--show-interactive-dev-session=false'];
    const argsFor = (port) => ['dev', '--port', `${port}`, ...flags];
    const env = { CI: '1', WRANGLER_SEND_METRICS: 'false' };
    await withServer(installed('.bin/wrangler'), argsFor, { cwd, env, stdin: 'ignore' }, checkWorker);
    await checkMemory(join(cwd, 'src/index.js'));
  },
  { version: () => versionOf('wrangler') },
);

check(
  'Deno',
  'example: program',
  async (folder) => {
    const stdout = await checkAndRun(folder, 'examples/deno/shades.ts', '8');
    // A ring: dark corners and a dark middle.
    expect(stdout.split('\n')).toHaveLength(4);
    expect(stdout).toMatch(/^ [^ ]+.* \n/);
  },
  { version: () => versionOf('deno') },
);

check('Chromium', 'example: page', async (folder) => {
  const page = join(folder, 'page');
  mkdirSync(page);
  cpSync(join(examples, 'browser/index.html'), join(page, 'index.html'));
  symlinkSync(join(folder, 'node_modules'), join(page, 'node_modules'));
  const { value } = await onPage(
    page,
    `(() => {
      const first = summary.value;
      kernel.value = 40;
      kernel.dispatchEvent(new Event('input'));
      return [first, summary.value, canvas.width, canvas.height];
    })()`,
  );
  expect(value).toEqual(['40 × 27 means', '12 × 8 means', 12, 8]);
});

/** Sends valid and invalid requests. */
async function checkWorker(address) {
  const post = (query, body) => fetch(`${address}/?${query}`, { method: 'POST', body, duplex: 'half' });
  const answer = await post('shape=1,2,4&kernel=2', new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]));
  expect(answer.headers.get('x-shape')).toBe('1,1,2');
  expect([...new Float32Array(await answer.arrayBuffer())]).toEqual([3.5, 5.5]);

  const got = await fetch(address);
  expect(got.status, await got.text()).toBe(405);

  const eight = new Float32Array(8);
  const chunks = (count) => ReadableStream.from(Array.from({ length: count }, () => new Uint8Array(2 ** 20)));
  // The last three are refused before their body is read. The server may close the connection after them.
  for (const [query, body, status, sentence] of [
    ['shape=1,2,4&kernel=2', new Uint8Array(7), 400, /4 bytes each, got a body of 7 bytes/],
    ['shape=1,2,4&kernel=2', new Float32Array(7), 400, /has 8 elements, got 7 values/],
    ['shape=1,2,4', eight, 400, /the query needs kernel/],
    ['shape=1,two,4&kernel=2', eight, 400, /the query needs shape, .* got "1,two,4"/],
    ['shape=1,2,4&kernel=0', eight, 400, /kernelSize must be .* got 0/],
    ['shape=1,2,4&kernel=3', eight, 400, /the output height must be at least 1/],
    ['shape=1,2,4&kernel=2,2,2', eight, 400, /kernelSize must be .* got \[2, 2, 2\]/],
    ['shape=1,2,4&kernel=2&padding=4000', eight, 413, /an answer may have 2097152 bytes/],
    ['shape=1,2,4&kernel=2', new Uint8Array(2 * 2 ** 20 + 4), 413, /a body may have 2097152 bytes/],
    ['shape=1,2,4&kernel=2', chunks(3), 413, /a body may have 2097152 bytes/],
  ]) {
    const refused = await post(query, body);
    const text = await refused.text();
    expect(refused.status, `${query}: ${text}`).toBe(status);
    expect(text).toMatch(sentence);
  }
}

/** Sends the largest requests. A worker has 128 MB of memory. */
async function checkMemory(file) {
  const [{ default: worker }, { memoryUsage }] = await Promise.all([
    import(pathToFileURL(file).href),
    import('avgpool'),
  ]);
  for (const query of [
    'shape=1,1,524288&kernel=1',
    'shape=1,524288,1&kernel=1',
    'shape=1,724,724&kernel=3&stride=1&padding=1',
    'shape=1,1,524288&kernel=1,7&stride=1&padding=0,3',
    'shape=524288,1,1&kernel=1',
    'shape=1,4,131072&kernel=3&stride=1&padding=1',
    'shape=1,131072,4&kernel=3&stride=1&padding=1',
  ]) {
    const [, ...sizes] = query.match(/^shape=(\d+),(\d+),(\d+)/);
    const body = new Float32Array(sizes.reduce((product, size) => product * size));
    const { status } = await worker.fetch(new Request(`http://localhost/?${query}`, { method: 'POST', body }));
    expect(status, query).toBe(200);
  }
  expect(memoryUsage().bytes).toBeLessThan(100e6);
  expect(memoryUsage().tensors).toBe(0);
}
