// The documents: programs print what their comments say, links lead to something, and every command finds its section.
//
// It knows Markdown, and nothing of pooling.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectStated, fences, read, root } from './documents.js';
import { runModule } from './program.js';

const markdownIn = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));

const manual = ['README.md', ...markdownIn('docs').map((name) => `docs/${name}`)];
const documents = [...new Set([...manual, ...markdownIn('.')])];

/** The programs. test/peers runs those of the recipes. */
const programs = manual
  .filter((file) => file !== 'docs/recipes.md')
  .flatMap((file) => fences(read(file)).map((fence) => ({ file, ...fence })))
  .filter(({ language }) => language === 'js');

/** The section that a command writes to a document; empty if a marker is missing. */
function section(file: string, command: string): string {
  const [, after = ''] = read(file).split(`<!-- ${command} writes from here -->`);
  return after.slice(0, Math.max(0, after.indexOf('<!-- to here -->')));
}

/** The rows of the first table of a section, without its head. */
function tableRows(file: string, command: string): string[] {
  const [table = ''] = section(file, command).match(/(^\|.*\n)+/m) ?? [];
  return table.split('\n').slice(2, -1);
}

describe('in the README and in docs/', () => {
  test('there are programs in more than one document', () => {
    expect(programs.filter(({ file }) => file === 'README.md').length).toBeGreaterThan(2);
    expect(programs.length).toBeGreaterThan(5);
  });

  test.each(manual)('every fenced block of %s is a program, or in a language that is not JavaScript', (file) => {
    const found = fences(read(file));
    for (const { language } of found) {
      expect(['js', 'html', 'sh', 'text']).toContain(language);
    }
    const marks = read(file).match(/^\s*(```|~~~)/gm) ?? [];
    expect(marks).toHaveLength(2 * found.length);
  });

  test.each(programs)('this program of $file prints what its comments say:\n$source', ({ source }) => {
    expectStated(source, runModule(source));
  });
});

/** The anchors of a document's headings, as GitHub makes them. */
function anchors(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(documents)('every relative link of %s leads to a file and to a heading that exist', (file) => {
  for (const [, link] of read(file).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
    const [path, anchor] = (link as string).split('#');
    const target = path ? join(dirname(file), path) : file;
    expect(existsSync(join(root, target)), link).toBe(true);
    if (anchor) {
      expect(anchors(target), link).toContain(anchor);
    }
  }
});

test.each([
  ['npm run sizes', 'README.md'],
  ['npm run bench', 'README.md'],
  ['npm run bench', 'docs/benchmarks.md'],
  ['npm run bench -- --threads', 'docs/benchmarks.md'],
  ['npm run bench -- --tfjs', 'docs/benchmarks.md'],
  ['npm run test:runtimes', 'docs/runtimes.md'],
])('%s finds its section in %s', (command, file) => {
  expect(section(file, command)).toMatch(/^\| /m);
});

test('the README has at most 160 lines and 9,000 bytes', () => {
  const text = readFileSync(join(root, 'README.md'));
  expect(text.toString().split('\n').length - 1).toBeLessThanOrEqual(160);
  expect(text.length).toBeLessThanOrEqual(9000);
});

describe('the reasons at the start of the README', () => {
  const [reasons = ''] = read('README.md').match(/(^- .*\n)+/m) ?? [];

  test('state the number of environments that gave the same bits', () => {
    const hashes = section('docs/runtimes.md', 'npm run test:runtimes').match(/`[0-9a-f]{16}`/g) ?? [];
    expect(new Set(hashes).size).toBe(1);
    const { length } = tableRows('docs/runtimes.md', 'npm run test:runtimes');
    expect(reasons).toContain(`the same bits in [${length} environments](docs/runtimes.md)`);
  });

  test('state the number of results of PyTorch that are compared', () => {
    const files = ['pytorch-avg-pool2d.json', 'pytorch-adaptive-avg-pool2d.json'];
    const { length } = files.flatMap((file) => JSON.parse(read(`test/fixtures/${file}`)));
    expect(reasons).toContain(`${length} results of PyTorch are reproduced`);
  });

  test('state the size of the default entry', () => {
    const [, size] = tableRows('README.md', 'npm run sizes')[0]?.match(/([\d.]+) kB/) ?? [];
    expect(reasons).toContain(`${Math.round(Number(size))} kB compressed`);
  });

  // A speedup is rounded down to one digit, so that it holds for most runs of the benchmark.
  test.each([
    ['tfjs-wasm', 'forward', /forward is (\d+)× faster than TensorFlow\.js/],
    ['onnxruntime-web', 'forward', /(\d+)× faster than ONNX Runtime Web/],
    ['tfjs-wasm', 'backward', /Backward is (\d+)× faster than TensorFlow\.js/],
  ])('state at most the measured speedup over %s, %s', (engine, direction, claim) => {
    const lines = section('docs/benchmarks.md', 'npm run bench').split('\n');
    const row = lines.find((line) => line.startsWith(`| ${engine} | ${direction} |`));
    const measured = Number(row?.match(/([\d.]+)×/)?.[1]);
    const stated = Number(reasons.match(claim)?.[1]);
    expect(stated).toBeLessThanOrEqual(measured);
    expect(stated).toBeGreaterThan(measured / 2);
  });
});
