// The examples, used as their users would.

import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { here, versionOf, withServer } from '../app.mjs';
import { onPage } from './browsers.mjs';
import { deno } from './deno.mjs';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));

export default [
  {
    name: 'wrangler dev',
    how: 'example: Cloudflare Worker',
    checks: true,
    version: () => versionOf('wrangler'),
    async run() {
      // Beside the node_modules that have the package.
      const cwd = join(here, 'worker');
      rmSync(cwd, { recursive: true, force: true });
      cpSync(join(examples, 'cloudflare-worker'), cwd, { recursive: true });
      const args = (port) => [
        'dev',
        '--local',
        '--port',
        `${port}`,
        '--ip',
        '127.0.0.1',
        '--show-interactive-dev-session=false',
      ];
      const env = { CI: '1', WRANGLER_SEND_METRICS: 'false' };
      await withServer(join(here, 'node_modules/.bin/wrangler'), args, { cwd, env, stdin: 'ignore' }, checkWorker);
      await checkMemory(join(cwd, 'src/index.js'));
    },
  },
  {
    name: 'Deno',
    how: 'example: program',
    checks: true,
    version: () => versionOf('deno'),
    async run({ folder }) {
      cpSync(join(examples, 'deno/shades.ts'), join(folder, 'shades.ts'));
      await deno(folder, 'check', 'shades.ts');
      const { stdout } = await deno(folder, 'run', '--no-prompt', 'shades.ts', '8');
      // A ring: dark corners and a dark middle.
      deepStrictEqual(stdout.split('\n').length, 4);
      match(stdout, /^ [^ ]+.* \n/);
    },
  },
  {
    name: 'Chromium',
    how: 'example: page',
    checks: true,
    async run({ folder }) {
      const page = join(folder, 'page');
      mkdirSync(page);
      cpSync(join(examples, 'browser/index.html'), join(page, 'index.html'));
      symlinkSync(join(folder, 'node_modules'), join(page, 'node_modules'));
      const found = await onPage(
        page,
        `(() => {
          const first = summary.value;
          kernel.value = 40;
          kernel.dispatchEvent(new Event('input'));
          return [first, summary.value, canvas.width, canvas.height];
        })()`,
      );
      deepStrictEqual(found, ['40 × 27 means', '12 × 8 means', 12, 8]);
    },
  },
];

/** Right and wrong requests. */
async function checkWorker(address) {
  const post = (query, body) => fetch(`${address}/?${query}`, { method: 'POST', body, duplex: 'half' });
  const answer = await post('shape=1,2,4&kernel=2', new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]));
  strictEqual(answer.headers.get('x-shape'), '1,1,2');
  deepStrictEqual([...new Float32Array(await answer.arrayBuffer())], [3.5, 5.5]);

  const got = await fetch(address);
  strictEqual(got.status, 405, await got.text());

  const eight = new Float32Array(8);
  const chunks = (count) => ReadableStream.from(Array.from({ length: count }, () => new Uint8Array(2 ** 20)));
  // Those that are refused before they have been read come last: the connection may be closed after them.
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
    strictEqual(refused.status, status, `${query}: ${text}`);
    match(text, sentence);
  }
}

/** The largest requests, of which workers have no more memory than this. */
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
    strictEqual(status, 200, query);
  }
  ok(memoryUsage().bytes < 100e6, `the memory grew to ${memoryUsage().bytes} bytes`);
  strictEqual(memoryUsage().tensors, 0);
}
