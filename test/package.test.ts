// The packed package, installed in an empty folder: its files are complete, and it runs and compiles there.

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import binaryen from 'binaryen';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'avgpool-package-'));

let files: string[];

/** The output of a command in the folder. If the command fails, the error has all its output. */
function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`${[command, ...args].join(' ')}\n${stdout}${stderr}`);
  }
  return stdout.trim();
}

beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ filename, files: entries }] = JSON.parse(packed);
  files = entries.map(({ path }: { path: string }) => path);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', `./${filename}`);
});

test('the package contains only the entries, their types and maps, licences, and the sources that the maps point to', () => {
  const sources = readdirSync(join(root, 'ts'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  expect(files.sort()).toEqual(
    [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      ...['avgpool.wasm', 'compat', 'slim', 'tfjs', 'threads', 'threads-worker.js'].map(
        (entry) => `${entry}/package.json`,
      ),
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/avgpool.wasm',
      'dist/avgpool.wasm.d.ts',
      'dist/bytes.cjs',
      'dist/bytes.cjs.map',
      ...['compat', 'core', 'index', 'slim', 'tfjs', 'threads'].flatMap((name) =>
        ['js', 'cjs', 'd.ts', 'd.cts'].flatMap((kind) => [`dist/${name}.${kind}`, `dist/${name}.${kind}.map`]),
      ),
      'dist/threads-worker.js',
      ...['edge-light', 'node', 'node-slim', 'threads-node', 'threads-none', 'workerd'].flatMap((name) => [
        `dist/${name}.js`,
        `dist/${name}.js.map`,
      ]),
      'package.json',
      ...sources,
    ].sort(),
  );
});

test('every map points to packed sources', () => {
  for (const map of files.filter((file) => file.endsWith('.map'))) {
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(root, map), 'utf8'));
    for (const [i, source] of sources.entries()) {
      // The map contains the text of the generated bindings.
      expect(sourcesContent?.[i] ?? files.includes(join('dist', source)), `${source} of ${map}`).toBeTruthy();
    }
  }
});

test('jsr.json has the same version and entries as package.json', () => {
  const [npm, jsr] = ['package.json', 'jsr.json'].map((name) => JSON.parse(readFileSync(join(root, name), 'utf8')));
  expect(jsr.version).toBe(npm.version);
  for (const [entry, file] of Object.entries(jsr.exports)) {
    expect(file).toBe(npm.exports[entry].default.default);
  }
});

test('the package carries the licence of each crate in the module, at its locked version', () => {
  const licences = text('THIRD-PARTY-LICENSES.txt');
  const flags =
    '--target wasm32-unknown-unknown --edges normal,no-proc-macro --prefix none --no-dedupe --locked --offline';
  const args = ['tree', '--package', 'avgpool-wasm', '--format', '{p};{l}', ...flags.split(' ')];
  const tree = execFileSync('cargo', args, { cwd: root, encoding: 'utf8' });
  const crates = new Set(tree.match(/^(?!avgpool).+$/gm));
  expect(crates.size).toBeGreaterThan(3);
  const sections = licences.split(/^-{80}\n/m);
  for (const [name, license] of [...crates].map((line) => line.split(';'))) {
    const title = `${name?.replace(' v', ' ')} (${license})\n`;
    const section = sections.find((text) => text.startsWith(title));
    expect(section, title).toMatch(/^Permission is hereby granted/m);
  }
});

test('packing a clone builds it first, and prints nothing else on the standard output', () => {
  const clone = mkdtempSync(join(tmpdir(), 'avgpool-clone-'));
  copyFileSync(join(root, 'package.json'), join(clone, 'package.json'));
  mkdirSync(join(clone, 'scripts'));
  writeFileSync(join(clone, 'scripts/install.mjs'), "console.log('installs');");
  const build =
    "import { mkdirSync, writeFileSync } from 'node:fs'; mkdirSync('dist'); writeFileSync('dist/index.js', '');";
  writeFileSync(join(clone, 'scripts/build.mjs'), `${build} console.log('builds');`);
  const packed = execFileSync('npm', ['pack', '--json', '--dry-run'], { cwd: clone, encoding: 'utf8', stdio: 'pipe' });
  expect(JSON.parse(packed)[0].files).toContainEqual(expect.objectContaining({ path: 'dist/index.js' }));
});

const text = (name: string) => readFileSync(join(root, 'dist', name), 'utf8');

test.each(['workerd.js', 'edge-light.js', 'core.js'])('%s, for edge platforms, compiles no bytes', (name) => {
  expect(text(name)).not.toMatch(/WebAssembly\.(Module\(|compile|instantiate)|\beval\(|\bFunction\(/);
});

test.each(['index.js', 'index.cjs', 'core.js', 'core.cjs'])('%s uses nothing that a runtime may lack', (name) => {
  expect(text(name)).not.toMatch(/\bimport\(|import\.meta|\basync\b|\beval\(|\bfetch\(|\bprocess\b|['"]node:/);
});

test('the package has no dependencies', () => {
  const installed = JSON.parse(run('npm', 'ls', '--all', '--json'));
  expect(Object.keys(installed.dependencies)).toEqual(['avgpool']);
  // npm lists optional peers that are not installed, too, without a version.
  const own: { version?: string }[] = Object.values(installed.dependencies.avgpool.dependencies ?? {});
  expect(own.filter(({ version }) => version)).toEqual([]);
});

/** The current compiler, the last one before it, and the oldest supported one. */
const compilers = ['typescript', 'typescript-5.9', 'typescript-5.4'];

describe('where the package is installed', () => {
  const lines =
    'const pool = new AvgPool2d(2, 2); console.log(pool.forward(Tensor.ones([1, 64, 56, 56])).shape.join())';
  const names = '{ AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor }';

  test('import runs', () => {
    expect(run('node', '--input-type=module', '--eval', `import ${names} from 'avgpool'; ${lines}`)).toBe('1,64,28,28');
  });

  test('require runs', () => {
    expect(run('node', '--eval', `const ${names} = require('avgpool'); ${lines}`)).toBe('1,64,28,28');
  });

  test('import and require in one process share one memory', () => {
    const program = `
      import * as imported from 'avgpool';
      import { createRequire } from 'node:module';
      const required = createRequire(process.cwd() + '/')('avgpool');
      const x = required.Tensor.ones([1, 4, 4]);
      console.log(new imported.AvgPool2d(2).forward(x).data[0], imported.memoryUsage().tensors, required.memoryUsage().tensors);`;
    expect(run('node', '--input-type=module', '--eval', program)).toBe('1 2 2');
  });

  test.each([
    ['index.js', 'avgpool'],
    ['slim.js', 'avgpool/slim'],
    ['compat.js', 'avgpool/compat'],
    ['tfjs.js', 'avgpool/tfjs'],
  ])('%s exports the same names as require of %s', async (file, entry) => {
    const module = await import(join(folder, 'node_modules/avgpool/dist', file));
    expect(Object.keys(module).sort()).toEqual(Object.keys(require(entry)).sort());
  });

  test.each(['workerd.js', 'edge-light.js'])('%s exports the names of the default entry', (file) => {
    const [, names] = text(file).match(/export ?\{([^}]*)\}/) as RegExpMatchArray;
    const exported = (names as string).split(',').map((name) => name.replace(/.* as /, '').trim());
    expect(exported.sort()).toEqual(Object.keys(require('avgpool')).sort());
  });

  describe.each(compilers)('a program compiles with %s', (compiler) => {
    const tsc = require.resolve(`${compiler}/lib/tsc.js`);
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--target', 'ES2022', '--skipLibCheck', 'false'];

    test.each([
      ['without the DOM library', 'ES2022', 'program.mts'],
      ['with the DOM library', 'ES2022,DOM', 'program.mts'],
      ['with the newest library, which may have Float16Array', 'ESNext', 'program.mts'],
      ['with the library of workers', 'ES2022,WebWorker', 'program.mts'],
      ['as CommonJS', 'ES2022', 'program.cts'],
    ])('%s', (_, lib, name) => {
      // The program prints with console, which only the DOM and worker libraries declare.
      writeFileSync(
        join(folder, 'console.d.ts'),
        /DOM|WebWorker/.test(lib) ? '' : 'declare const console: { log(text: string): void };',
      );
      copyFileSync(new URL('./consumer/program.ts', import.meta.url), join(folder, name));
      run('node', tsc, ...strict, '--module', 'nodenext', '--lib', lib, 'console.d.ts', name);
      const printed = run('node', name.replace('ts', 'js'));
      expect(JSON.parse(printed)).toEqual([
        [
          4,
          [
            [
              [1.5, 1.5],
              [1.5, 1.5],
            ],
          ],
          [[[1]]],
          [2, 1, 2],
          'uint8',
        ],
        [[1, 2, 2], 'float16', [2, 2, 3], ['float16', 'uint8', 'float32']],
        [
          [
            [
              [1, 2],
              [3, 4],
            ],
          ],
          4,
          1,
          [1, 1, 2, 3],
          16,
          16,
        ],
        [2, 2],
        2,
        [2, 2],
        [1, 1, 1, 1],
        [1, 1, 1, 4],
        [1, 1, 1, 1],
        [null, 2],
        [1, 1, 4, 4],
        [
          [1, 1, 2, 2],
          [1, 1, 2, 4],
          [1, 1, 1, 1],
          [1, 1, 4, 2],
        ],
        'AdaptiveAvgPool2d(output_size=(None, 2))',
        16,
        4,
        'float64',
        'float32',
        null,
        [1, 1, 2, 3],
        16,
        [[[2.5]]],
        [[[[1]]]],
        [1, 1, 2, 3],
        3,
        [
          [1, 1, 2, 3],
          [1, 1, 4, 2],
        ],
        [
          [1, 1, 3, 5],
          [1, 1, 3, 3],
          [1, 1, 2, 4],
        ],
        true,
        1,
        'AvgPool',
        'kernel_size=(2, 2), stride=None, padding=((0, 1), (1, 0))',
        'AvgPool2d(kernel_size=(2, 2), stride=None, padding=((0, 1), (1, 0)), ceil_mode=True, count_include_pad=False)',
        true,
        true,
      ]);
    });

    test.each(['DOM', 'WebWorker'])('%s takes the data of a tensor', (library) => {
      copyFileSync(new URL('./consumer/platform.ts', import.meta.url), join(folder, 'platform.mts'));
      run('node', tsc, ...strict, '--module', 'nodenext', '--noEmit', '--lib', `ES2022,${library}`, 'platform.mts');
    });
  });
});

test.each(compilers)('the module can be imported, and `using` disposes of tensors, in %s', (compiler) => {
  const program = `
    import module from 'avgpool/avgpool.wasm';
    import { initSync, Tensor } from 'avgpool/slim';
    initSync(module);
    using x = Tensor.ones([1, 2, 2]);
    x.data.fill(1);`;
  writeFileSync(join(folder, 'using.mts'), program);
  const libraries = ['--lib', 'ES2022,ESNext.Disposable', '--target', 'ES2022', '--skipLibCheck', 'false'];
  run('node', require.resolve(`${compiler}/lib/tsc.js`), '--strict', '--module', 'nodenext', ...libraries, 'using.mts');
});

test('the module uses 128-bit vectors of every element type', () => {
  const bytes = readFileSync(join(root, 'dist/avgpool.wasm'));
  const module = binaryen.readBinary(bytes).emitText();
  for (const instruction of [
    'v128.load',
    'v128.store',
    'f32x4.add',
    'f32x4.div',
    'f64x2.add',
    'f64x2.div',
    'i16x8.add',
    'i32x4.extend_low_i16x8_u',
    'i8x16.shuffle',
  ]) {
    expect(module, instruction).toContain(`(${instruction}`);
  }
  expect(module).not.toContain('relaxed');
  for (const name of ['index.js', 'bytes.cjs']) {
    expect(text(name)).toContain(bytes.toString('hex'));
  }
});

test('the module contains no path of the machine that built it', () => {
  const bytes = readFileSync(join(root, 'dist/avgpool.wasm'), 'latin1');
  expect(bytes).toContain('crates/avgpool-wasm/src/plans.rs');
  expect(bytes).not.toContain(homedir());
  expect(bytes).not.toContain(root);
});

test('the sizes that the README states are those of this build', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const stated = [...readme.matchAll(/^\| (.+) \| ([\d.]+) kB \|$/gm)].map(([, name, size]) => [name, Number(size)]);
  const measured = JSON.parse(
    execFileSync(join(root, 'node_modules/.bin/size-limit'), ['--json'], { cwd: root, encoding: 'utf8' }),
  );
  expect(stated.map(([name]) => name)).toEqual(measured.map(({ name }: { name: string }) => name));
  for (const [i, [name, size]] of stated.entries()) {
    // Compilers differ a little.
    expect(Math.abs(Number(size) / (measured[i].size / 1000) - 1), `${name}: npm run sizes`).toBeLessThan(0.03);
  }
});
