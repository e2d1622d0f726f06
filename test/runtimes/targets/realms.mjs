// Realms that lack globals, and the test runners and servers that make realms of their own.

import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { createServer } from 'vite';
import { expect } from 'vitest';
import { check } from '../target.mjs';
import { installed, jsonOf, versionOf } from '../tools.mjs';

check(
  'Node',
  'realms without a global of the web, one after the other: every build pools',
  async (folder) => {
    const args = ['--experimental-vm-modules', 'missing-globals.mjs'];
    const { runs, failures } = await jsonOf(process.execPath, args, { cwd: folder });
    expect(failures).toEqual([]);
    expect(runs).toBeGreaterThan(4 * 60);
  },
  { quick: true },
);

for (const environment of ['jsdom', 'node']) {
  check(
    'Jest',
    `${environment}: tests pool, as CommonJS and as an ES module`,
    async (folder) => {
      const config = {
        rootDir: join(folder, 'jest'),
        cacheDirectory: join(folder, 'jest-cache'),
        testEnvironment: installed(`jest-environment-${environment}`),
        testMatch: ['**/*.test.?js'],
        moduleFileExtensions: ['js', 'mjs', 'cjs'],
        transform: {},
      };
      const args = [installed('jest/bin/jest.js'), '--ci', '--runInBand', '--config', JSON.stringify(config)];
      const env = { NODE_OPTIONS: '--experimental-vm-modules', NO_COLOR: '1' };
      const { all } = await execa(process.execPath, args, { env, all: true });
      expect(all).toMatch(/Tests: +2 passed, 2 total/);
    },
    { quick: true, version: () => versionOf('jest') },
  );
}

/** Loads a program in Vite's server for SSR, which transforms the files of the package. */
async function loadInVite(root, options) {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    ...options,
  });
  try {
    return await server.ssrLoadModule('/entries.mjs');
  } finally {
    await server.close();
  }
}

const vite = { quick: true, version: () => versionOf('vite') };

check(
  'Vite',
  'SSR of a package that is noExternal',
  async (folder) => {
    expect(await loadInVite(folder, { ssr: { noExternal: ['avgpool'] } })).toMatchObject({ mean: 2.5 });
  },
  vite,
);

check(
  'Vite',
  'SSR of a linked package',
  async (folder) => {
    const [linked, program] = ['linked', 'linked-program'].map((name) => join(folder, name));
    cpSync(join(folder, 'node_modules/avgpool'), linked, { recursive: true });
    mkdirSync(join(program, 'node_modules'), { recursive: true });
    symlinkSync(linked, join(program, 'node_modules/avgpool'));
    cpSync(join(folder, 'entries.mjs'), join(program, 'entries.mjs'));
    expect(await loadInVite(program)).toMatchObject({ mean: 2.5 });
  },
  vite,
);
