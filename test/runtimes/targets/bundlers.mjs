// Bundlers: each minifies and tree-shakes programs for browsers and for Node.
//
// Chromium runs the smoke program. Node runs a program that mixes ES modules, CommonJS and several entries.

import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import commonjs from '@rollup/plugin-commonjs';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { rspack } from '@rspack/core';
import { build as esbuild } from 'esbuild';
import { execa } from 'execa';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import { expect } from 'vitest';
import webpack from 'webpack';
import { isolated, onPage } from '../browsers.mjs';
import { check, smoke } from '../target.mjs';
import { installed, jsonOf, versionOf } from '../tools.mjs';

/** A page that runs a program. */
const pageOf = (program) => `<!doctype html><title>avgpool</title><script type="module" src="./${program}"></script>`;

/** Makes an empty folder for a bundle. */
function emptyFolder(folder, ...names) {
  const out = join(folder, ['out', ...names].join('-').replaceAll(' ', '-'));
  mkdirSync(out);
  return out;
}

/**
 * The smoke program in a browser. `bundle(folder, program, out)` writes it, under its own name, into `out`. With threads,
 * the page is isolated.
 */
function page(name, bundle, program = 'bundled.mjs', threads = undefined) {
  const entry = program === 'bundled.mjs' ? '' : `\`avgpool/${program.split('-')[0]}\`, `;
  const headers = threads ? isolated : {};
  const run = async (folder) => {
    const out = emptyFolder(folder, name, program);
    writeFileSync(join(out, 'index.html'), pageOf(program));
    await bundle(folder, program, out);
    return (await onPage(out, 'result', { headers })).value;
  };
  smoke(name, `${entry}bundle in Chromium`, run, { version: () => versionOf(name.toLowerCase()), threads });
}

/**
 * A program that Node runs from a bundle for browsers or for Node, since it uses nothing of a browser. The bundle must
 * contain the module once, and the program must print what is `expected`.
 */
function program(file, expected, how) {
  return (name, bundle, platform) => {
    const run = async (folder) => {
      const out = emptyFolder(folder, name, platform, file);
      await bundle(folder, file, out, platform);
      const texts = readdirSync(out).map((written) => readFileSync(join(out, written), 'utf8'));
      const digits = readFileSync(join(folder, 'node_modules/avgpool/dist/avgpool.wasm'), 'hex');
      // Kernels of different element types share shorter runs of digits.
      const middle = digits.slice(digits.length / 4, digits.length / 2);
      expect(texts.join('').split(middle).length - 1, 'copies of the module').toBe(1);
      const found = await jsonOf(process.execPath, [join(out, file)]);
      expect(new Set(found.outputs)).toEqual(new Set([1]));
      expect(found).toMatchObject(expected);
    };
    check(name, `bundle for ${platform}: ${how}`, run, { quick: true });
  };
}

const single = program('single.mjs', { tensors: 2 }, 'it contains the module once');
const mixed = program(
  'mixed.mjs',
  { tensors: 15, threads: [3, 3, 2, 2] },
  'an ES module and a CommonJS dependency share one module, one memory and all threads',
);

/** Vite's input is a page, so it replaces the page too. */
async function withVite(folder, program, out) {
  const input = join(folder, 'vite.html');
  writeFileSync(input, pageOf(program));
  const build = { outDir: out, emptyOutDir: true, rollupOptions: { input } };
  await vite({ root: folder, base: './', configFile: false, logLevel: 'error', build });
  renameSync(join(out, 'vite.html'), join(out, 'index.html'));
}

/** A program without a page. */
const withVitesMinifier = (minify) => async (folder, program, outDir, platform) => {
  const ssr = platform === 'Node';
  const rollupOptions = { input: join(folder, program), output: { entryFileNames: program } };
  const build = { outDir, minify, ssr, rollupOptions };
  await vite({ root: folder, configFile: false, logLevel: 'error', ssr: { noExternal: true }, build });
};

const withWebpackOr = (bundler) => async (folder, program, out, platform) => {
  const stats = await promisify(bundler)({
    mode: 'production',
    target: platform === 'Node' ? 'node' : 'web',
    performance: false,
    context: folder,
    entry: `./${program}`,
    experiments: { outputModule: true },
    output: { path: out, filename: program },
  });
  if (stats.hasErrors() || stats.hasWarnings()) {
    throw new Error(stats.toString('errors-warnings'));
  }
};

async function withRollup(folder, program, out, platform) {
  const input = join(folder, program);
  const plugins = [nodeResolve({ browser: platform !== 'Node' }), commonjs(), terser()];
  const bundle = await rollup({ input, plugins, onwarn: refuse });
  await bundle.write({ file: join(out, program), format: 'es' });
  await bundle.close();
}

async function withEsbuild(folder, program, out, platform) {
  const options = { outfile: join(out, program), bundle: true, format: 'esm', minify: true };
  const forNode = platform === 'Node' ? { platform: 'node' } : {};
  const { warnings } = await esbuild({ entryPoints: [join(folder, program)], ...options, ...forNode });
  warnings.forEach(refuse);
}

async function withBun(folder, program, out, platform) {
  const flags = ['--minify', '--target', platform === 'Node' ? 'node' : 'browser', '--outfile', join(out, program)];
  await execa(installed('.bin/bun'), ['build', program, ...flags], { cwd: folder });
}

/** Parcel reads no `exports`, unless a project asks for it. */
async function withParcel(folder, program, out) {
  const flags = ['--dist-dir', out, '--cache-dir', join(out, '../parcel-cache'), '--no-source-maps'];
  await execa(installed('.bin/parcel'), ['build', program, ...flags], { cwd: folder });
  renameSync(join(out, program.replace('.mjs', '.js')), join(out, program));
}

function refuse(warning) {
  throw new Error(warning.message ?? warning.text);
}

page('Vite', withVite);
page('Vite', withVite, 'slim-vite.mjs');
page('webpack', withWebpackOr(webpack));
page('webpack', withWebpackOr(webpack), 'slim-webpack.mjs');
page('Rollup', withRollup);
page('esbuild', withEsbuild);
page('Vite', withVite, 'threads-bundled.mjs', 2);
page('webpack', withWebpackOr(webpack), 'threads-bundled.mjs', 2);
page('Rollup', withRollup, 'threads-bundled.mjs', 2);
page('esbuild', withEsbuild, 'threads-bundled.mjs', 2);

const bundlers = {
  Vite: withVitesMinifier('oxc'),
  'Vite with terser': withVitesMinifier('terser'),
  webpack: withWebpackOr(webpack),
  Rspack: withWebpackOr(rspack),
  'Rollup with terser': withRollup,
  esbuild: withEsbuild,
  Bun: withBun,
};
for (const [name, bundle] of Object.entries(bundlers)) {
  single(name, bundle, 'browsers');
  mixed(name, bundle, 'browsers');
  mixed(name, bundle, 'Node');
}
single('Parcel', withParcel, 'browsers');
mixed('Parcel', withParcel, 'browsers');
