// The examples, and the recipe for a page, used as their users would.

import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { Miniflare } from 'miniflare';
import { expect } from 'vitest';
import { fences, read } from '../../documents.ts';
import { bomb, chunk, expectThumbnail, header, mutatedPictures, pictures, png, queryOf } from '../../pictures.ts';
import { bodyOf, LIMIT, requests } from '../../requests.ts';
import { onPage } from '../browsers.mjs';
import { check } from '../target.mjs';
import { here, installed, root, versionOf, withServer } from '../tools.mjs';
import { checkAndRun } from './deno.mjs';

const examples = join(root, 'examples');

/** The start of a page whose video shows two halves, black and white, once its program waits for it. */
const videoHead = `<!doctype html>
<script type="importmap">{ "imports": { "avgpool": "./node_modules/avgpool/dist/index.js" } }</script>
<script type="module">
  const source = Object.assign(document.createElement('canvas'), { width: 64, height: 60 });
  const context = source.getContext('2d');
  const draw = () => {
    context.fillStyle = 'black';
    context.fillRect(0, 0, 64, 60);
    context.fillStyle = 'white';
    context.fillRect(32, 0, 32, 60);
  };
  document.getElementById('video').srcObject = source.captureStream();
  setInterval(draw, 20);
</script>
`;

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
  },
  { version: () => versionOf('wrangler') },
);

check(
  'workerd',
  'example: Cloudflare Worker, 10,000 random requests',
  (folder) => withWorkerd(folder, 'random-requests', sendRandomRequests),
  { version: () => versionOf('workerd') },
);

check(
  'workerd',
  'example: Cloudflare Worker, 10,000 random pictures',
  (folder) => withWorkerd(folder, 'random-pictures', sendRandomPictures),
  { version: () => versionOf('workerd') },
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

for (const engine of ['Chromium', 'Firefox']) {
  check(engine, 'recipe: blur of a video on a page', async (folder) => {
    const page = join(folder, `video-${engine}`);
    mkdirSync(page);
    symlinkSync(join(folder, 'node_modules'), join(page, 'node_modules'));
    const recipe = fences(read('docs/recipes.md')).find(({ language }) => language === 'html');
    writeFileSync(join(page, 'index.html'), videoHead + recipe.source.replace(' src="video.webm"', ''));
    const { value } = await onPage(
      page,
      `(async () => {
        const context = canvas.getContext('2d');
        const pixel = (column) => [...context.getImageData(column, 30, 1, 1).data];
        for (let turn = 0; turn < 500 && pixel(10)[3] === 0; turn++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return [canvas.width, canvas.height, pixel(10)[0], pixel(50)[0], pixel(32)[0]];
      })()`,
      { engine },
    );
    // The left half is black, the right half white, and five of the nine columns at the edge are white.
    const [black, white, edge] = value.slice(2);
    expect(value.slice(0, 2)).toEqual([64, 60]);
    expect(black).toBeLessThan(10);
    expect(white).toBeGreaterThan(245);
    expect(Math.abs(edge - (255 * 5) / 9)).toBeLessThan(10);
  });
}

/** Bundles the service, and runs `use` with a function that sends it a request by POST, and one that returns its memory. */
async function withWorkerd(folder, name, use) {
  const out = join(folder, name);
  const source = `
    import { memoryUsage } from 'avgpool';
    import service from ${JSON.stringify(join(examples, 'cloudflare-worker/src/index.js'))};
    export default {
      fetch: (request) => (request.method === 'GET' ? Response.json(memoryUsage()) : service.fetch(request)),
    };`;
  await build({
    stdin: { contents: source, resolveDir: folder },
    outfile: join(out, 'worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    // The example lies outside of the folder with the package.
    nodePaths: [join(folder, 'node_modules')],
  });
  const worker = new Miniflare({
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    modules: true,
    modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
    modulesRoot: out,
    scriptPath: join(out, 'worker.js'),
  });
  const post = (query, body) =>
    worker.dispatchFetch(`http://localhost/?${query}`, { method: 'POST', body, duplex: 'half' }).catch(closedEarly);
  try {
    await use(post, async () => (await worker.dispatchFetch('http://localhost/')).json());
  } finally {
    await worker.dispose();
  }
}

/** Sends random requests, one after the other. Prints the statuses, the largest memory and the slowest request. */
async function sendRandomRequests(post, memoryUsage) {
  const statuses = {};
  let slowest = { milliseconds: 0 };
  const send = async ({ query, size, chunk }) => {
    const start = performance.now();
    const response = await post(query, size > 0 ? bodyOf(4 * size, chunk) : new Uint8Array(0));
    const { byteLength } = await response.arrayBuffer();
    return { status: response.status, byteLength, milliseconds: performance.now() - start };
  };
  const property = fc.asyncProperty(requests, async (request) => {
    const { status, byteLength, milliseconds } = await send(request);
    if (milliseconds > slowest.milliseconds) {
      slowest = { milliseconds, request };
    }
    statuses[status] = (statuses[status] ?? 0) + 1;
    expect([200, 413]).toContain(status);
    expect(byteLength).toBeLessThanOrEqual(4 * LIMIT);
  });
  await fc.assert(property, { seed: 20_261_126, numRuns: 10_000 });
  const memory = await memoryUsage();
  // Other processes delay some requests. The slowest one is sent again, for what it costs by itself.
  const again = [await send(slowest.request), await send(slowest.request), await send(slowest.request)];
  const alone = Math.min(...again.map(({ milliseconds }) => milliseconds));
  console.log('random requests', JSON.stringify({ statuses, memory, slowest, alone }));
  expectLittleMemory(memory);
  expect(statuses[200]).toBeGreaterThan(8000);
}

/** Sends valid and hostile pictures, one after the other, beside bodies that stall. Prints the statuses and the memory. */
async function sendRandomPictures(post, memoryUsage) {
  const statuses = {};
  const send = async (request) => {
    const response = await post(queryOf(request), request.png);
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    return { status: response.status, answer: new Uint8Array(await response.arrayBuffer()) };
  };
  const valid = fc.asyncProperty(pictures, async (request) => {
    const { status, answer } = await send(request);
    expect(status, `${request.what}: ${new TextDecoder().decode(answer)}`).toBe(200);
    await expectThumbnail(request, answer);
  });
  const hostile = fc.asyncProperty(mutatedPictures, async (request) => {
    const { status, answer } = await send(request);
    expect([200, 400, 413], request.what).toContain(status);
    if (status !== 200) {
      expect(new TextDecoder().decode(answer), request.what).toMatch(/^(the body is not a PNG|a picture may have) /);
    }
  });
  const pixels = Uint8Array.from({ length: 2 ** 22 }, (_, i) => i >> 8);
  const largest = encode({ width: 1024, height: 1024, channels: 4, data: pixels });
  const stalled = Array.from({ length: 40 }, () => post('thumbnail=8x8', stalledBody()));
  await fc.assert(valid, {
    seed: 20_261_128,
    numRuns: 5000,
    examples: [[{ png: largest, box: [512, 512], what: 'the largest picture' }]],
  });
  await fc.assert(hostile, { seed: 20_261_128, numRuns: 5000 });
  const explosive = png(header(1024, 1024, 8, 6), chunk('IDAT', bomb(900)));
  const refused = await Promise.all(Array.from({ length: 100 }, () => post('thumbnail=8x8', explosive)));
  expect(refused.every(({ status }) => [400, 503].includes(status))).toBe(true);
  const late = (await Promise.all(stalled)).map(({ status }) => status);
  expect(late).toEqual(Array(40).fill(408));
  const memory = await memoryUsage();
  console.log('random pictures', JSON.stringify({ statuses, memory }));
  expectLittleMemory(memory);
  expect(statuses[200]).toBeGreaterThan(5000);
}

/** Three bytes, and no end. */
const stalledBody = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) });

/** The memory never shrinks, so its size is the largest that it has had. */
function expectLittleMemory({ bytes, tensors }) {
  expect(tensors).toBe(0);
  expect(bytes).toBeLessThan(8 * 2 ** 20);
}

/** A refusal whose answer is lost, since workerd closes the connection while the body is still being written. */
function closedEarly(error) {
  if (['ECONNRESET', 'EPIPE'].includes(error.cause?.code)) {
    return new Response(null, { status: 413 });
  }
  throw error;
}

/** Sends valid and invalid requests. */
async function checkWorker(address) {
  const [picture] = fc.sample(pictures, { seed: 20_261_127, numRuns: 1 });
  const thumbnail = await fetch(`${address}/?${queryOf(picture)}`, { method: 'POST', body: picture.png });
  await expectThumbnail(picture, new Uint8Array(await thumbnail.arrayBuffer()));

  const post = (query, body) => fetch(`${address}/?${query}`, { method: 'POST', body, duplex: 'half' });
  const answer = await post('shape=1,2,4&kernel=2', new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]));
  expect(answer.headers.get('x-shape')).toBe('1,1,2');
  expect([...new Float32Array(await answer.arrayBuffer())]).toEqual([3.5, 5.5]);

  const got = await fetch(address);
  expect(got.status, await got.text()).toBe(405);

  const eight = new Float32Array(8);
  // The last two are refused before their body is read. The server may close the connection after them. Bodies that never
  // end are tested in test/example.test.ts: wrangler's proxy has an answer of its own for them.
  for (const [query, body, status, sentence] of [
    ['shape=1,2,4&kernel=2', new Uint8Array(7), 400, /needs a body of 32 bytes, got 7/],
    ['shape=1,2,4&kernel=2', new Float32Array(7), 400, /needs a body of 32 bytes, got 28/],
    ['shape=1,2,4', eight, 400, /the query needs kernel once/],
    ['shape=1,two,4&kernel=2', eight, 400, /the query needs shape once, .* got "1,two,4"/],
    ['shape=1,2,4&kernel=0', eight, 400, /kernelSize must be .* got 0/],
    ['shape=1,2,4&kernel=3', eight, 400, /the output height must be at least 1/],
    ['shape=1,2,4&kernel=2,2,2', eight, 400, /kernelSize must be .* got \[2, 2, 2\]/],
    ['shape=1,2,4&kernel=2&padding=4000', eight, 413, /an answer may have 1048576 bytes/],
    ['shape=1,1,262145&kernel=1', new Float32Array(262_145), 413, /a body may have 1048576 bytes/],
  ]) {
    const refused = await post(query, body);
    const text = await refused.text();
    expect(refused.status, `${query}: ${text}`).toBe(status);
    expect(text).toMatch(sentence);
  }
}
