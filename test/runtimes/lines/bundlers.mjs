// Bundlers: each makes one file of the smoke program, minified and with what is unused dropped, and Chromium runs it.

import { cpSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import nodeResolve from '@rollup/plugin-node-resolve';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { versionOf } from '../app.mjs';
import { onPage } from './browsers.mjs';

/** `bundle(from, to)` makes the file `to` of the program `from`, both of absolute paths. */
const line = (name, bundle) => ({
  name,
  how: 'bundle in Chromium',
  version: () => versionOf(name.toLowerCase()),
  async run({ folder }) {
    const out = join(folder, `out-${name}`);
    mkdirSync(out);
    cpSync(join(folder, 'bundled.html'), join(out, 'index.html'));
    await bundle(join(folder, 'bundled.mjs'), join(out, 'bundled.mjs'));
    return onPage(out, 'result');
  },
});

export default [
  line('Vite', async (from, to) => {
    await vite({
      root: join(from, '..'),
      configFile: false,
      logLevel: 'error',
      build: { outDir: join(to, '../vite'), lib: { entry: from, formats: ['es'], fileName: () => 'bundled.mjs' } },
    });
    renameSync(join(to, '../vite/bundled.mjs'), to);
  }),
  line('webpack', async (from, to) => {
    const stats = await promisify(webpack)({
      mode: 'production',
      performance: false,
      context: join(from, '..'),
      entry: from,
      output: { path: join(to, '..'), filename: 'bundled.mjs' },
    });
    if (stats.hasErrors() || stats.hasWarnings()) {
      throw new Error(stats.toString('errors-warnings'));
    }
  }),
  line('Rollup', async (from, to) => {
    const bundle = await rollup({ input: from, plugins: [nodeResolve({ browser: true })], onwarn: refuse });
    await bundle.write({ file: to, format: 'es' });
    await bundle.close();
  }),
  line('esbuild', async (from, to) => {
    const { warnings } = await esbuild({ entryPoints: [from], outfile: to, bundle: true, format: 'esm', minify: true });
    warnings.forEach(refuse);
  }),
];

function refuse(warning) {
  throw new Error(warning.message ?? warning.text);
}
