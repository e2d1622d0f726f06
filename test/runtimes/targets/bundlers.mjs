// Bundlers: each makes a minified, tree-shaken page of the smoke program, and Chromium runs it.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import nodeResolve from '@rollup/plugin-node-resolve';
import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { onPage } from '../browsers.mjs';
import { smoke } from '../target.mjs';
import { versionOf } from '../tools.mjs';

/** A page that runs a program. */
const pageOf = (program) => `<!doctype html><title>avgpool</title><script type="module" src="./${program}"></script>`;

/** A bundler; `bundle(folder, program, out)` writes the bundle of a program, under the program's name, into `out`. */
function bundler(name, bundle, program = 'bundled.mjs') {
  const how = program === 'bundled.mjs' ? 'bundle in Chromium' : '`avgpool/slim`, bundle in Chromium';
  const run = async (folder) => {
    const out = join(folder, `out-${name}-${program}`);
    mkdirSync(out);
    writeFileSync(join(out, 'index.html'), pageOf(program));
    await bundle(folder, program, out);
    return (await onPage(out, 'result')).value;
  };
  smoke(name, how, run, { version: () => versionOf(name.toLowerCase()) });
}

/** Vite's input is a page, so it replaces the page too. */
async function withVite(folder, program, out) {
  const input = join(folder, 'vite.html');
  writeFileSync(input, pageOf(program));
  const build = { outDir: out, emptyOutDir: true, rollupOptions: { input } };
  await vite({ root: folder, base: './', configFile: false, logLevel: 'error', build });
  renameSync(join(out, 'vite.html'), join(out, 'index.html'));
}

async function withWebpack(folder, program, out) {
  const stats = await promisify(webpack)({
    mode: 'production',
    performance: false,
    context: folder,
    entry: `./${program}`,
    output: { path: out, filename: program },
  });
  if (stats.hasErrors() || stats.hasWarnings()) {
    throw new Error(stats.toString('errors-warnings'));
  }
}

async function withRollup(folder, program, out) {
  const input = join(folder, program);
  const bundle = await rollup({ input, plugins: [nodeResolve({ browser: true })], onwarn: refuse });
  await bundle.write({ file: join(out, program), format: 'es' });
  await bundle.close();
}

async function withEsbuild(folder, program, out) {
  const options = { outfile: join(out, program), bundle: true, format: 'esm', minify: true };
  const { warnings } = await esbuild({ entryPoints: [join(folder, program)], ...options });
  warnings.forEach(refuse);
}

function refuse(warning) {
  throw new Error(warning.message ?? warning.text);
}

bundler('Vite', withVite);
bundler('Vite', withVite, 'slim-vite.mjs');
bundler('webpack', withWebpack);
bundler('webpack', withWebpack, 'slim-webpack.mjs');
bundler('Rollup', withRollup);
bundler('esbuild', withEsbuild);
