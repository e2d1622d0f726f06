// Pages that cannot start the threads: without cross-origin isolation, or under a policy without workers from a blob.

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { engines, isolated, onPage } from '../browsers.mjs';
import { check } from '../target.mjs';

/**
 * The smoke program on threads with these options, on a page with an import map. `required` is what `threads` resolves to
 * when the threads are required, or the message of its error.
 */
export const onThreads = (options = {}) => `(async () => {
  const load = [import('avgpool'), import('avgpool/threads'), import('./threads.mjs')];
  const [avgpool, { threads }, { smokeOnThreads }] = await Promise.all(load);
  const found = await smokeOnThreads(avgpool, threads, ${JSON.stringify(options)});
  const required = threads(2, ${JSON.stringify({ ...options, require: true })});
  return { ...found, required: await required.catch(({ message }) => message) };
})()`;

for (const engine of engines) {
  const evaluateOn = async (folder, headers, expression) =>
    (await onPage(folder, expression, { path: 'empty.html', headers, engine })).value;
  const options = { quick: engine === 'Chromium' };

  check(
    engine,
    'a page without isolation: one thread, and an error that names both headers',
    async (folder) => {
      const found = await evaluateOn(folder, {}, onThreads());
      expect(found).toMatchObject({ hash: inject('hash'), threads: 1 });
      expect(found.required).toMatch(
        /^avgpool cannot use 2 threads: .* Cross-Origin-Opener-Policy: same-origin .* Cross-Origin-Embedder-Policy: require-corp/,
      );
    },
    options,
  );

  check(
    engine,
    'a policy without workers from a blob: one thread, and two with workerUrl',
    async (folder) => {
      const headers = { ...isolated, 'content-security-policy': "worker-src 'self'" };
      const found = await evaluateOn(folder, headers, onThreads());
      expect(found).toMatchObject({ hash: inject('hash'), threads: 1 });
      expect(found.required).toMatch(/^avgpool cannot use 2 threads: a worker did not start/);
      cpSync(join(folder, 'node_modules/avgpool/dist/threads-worker.js'), join(folder, 'served-worker.js'));
      const withUrl = await evaluateOn(folder, headers, onThreads({ workerUrl: 'served-worker.js' }));
      expect(withUrl).toMatchObject({ hash: inject('hash'), threads: 2, required: 2 });
    },
    options,
  );
}
