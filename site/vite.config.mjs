// Bundles the playground, and writes the service worker that keeps it. Relative addresses let it lie in any folder of a server.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { generateSW } from 'workbox-build';

const dist = fileURLToPath(new URL('dist', import.meta.url));

/** After the first load, the playground needs no network. Pages of the reference are kept once they were read. */
const serviceWorker = {
  name: 'service-worker',
  apply: 'build',
  async closeBundle() {
    await generateSW({
      globDirectory: dist,
      globPatterns: ['index.html', 'assets/*'],
      swDest: join(dist, 'service-worker.js'),
      inlineWorkboxRuntime: true,
      sourcemap: false,
      skipWaiting: true,
      clientsClaim: true,
      // Their names have hashes.
      dontCacheBustURLsMatching: /assets\//,
      // The page has its state after the #, and some servers add parameters.
      ignoreURLParametersMatching: [/./],
      runtimeCaching: [{ urlPattern: /\/api\//, handler: 'StaleWhileRevalidate', options: { cacheName: 'reference' } }],
    });
  },
};

export default defineConfig({
  base: './',
  build: { outDir: 'dist', target: 'es2022' },
  worker: { format: 'es' },
  plugins: [serviceWorker],
});
