// The documents: programs print what their comments say, links lead to something, and every command finds its section.
//
// It knows Markdown, and nothing of pooling.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runModule } from './program.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const markdownIn = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'));

const manual = ['README.md', ...markdownIn('docs').map((name) => `docs/${name}`)];
const documents = [...new Set([...manual, ...markdownIn('.')])];

/** The fenced blocks of a document, each with the language that it names. */
function fences(file: string): { file: string; language: string; source: string }[] {
  return [...read(file).matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, language, source]) => ({
    file,
    language: language as string,
    source: source as string,
  }));
}

describe('in the README and in docs/', () => {
  test.each(manual)('every fenced block of %s is a program, or in a language that is not JavaScript', (file) => {
    const found = fences(file);
    for (const { language } of found) {
      expect(['js', 'html', 'sh', 'text']).toContain(language);
    }
    const marks = read(file).match(/^\s*(```|~~~)/gm) ?? [];
    expect(marks).toHaveLength(2 * found.length);
  });

  test.each(manual.flatMap(fences).filter(({ language }) => language === 'js'))(
    'this program of $file prints what its comments say:\n$source',
    ({ source }) => {
      const comments = [...source.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text as string);
      expect(comments.length).toBeGreaterThan(0);
      expect(source.match(/console\.log/g)).toHaveLength(comments.length);
      // A comment that starts with an article describes the output. Any other one is the output, but for line breaks.
      const patterns = comments.map((text) =>
        /^an? /.test(text) ? '.+' : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
      );
      expect(runModule(source).replace(/\s+/g, ' ')).toMatch(new RegExp(`^${patterns.join(' ')}$`));
    },
  );
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
  ['npm run test:runtimes', 'docs/runtimes.md'],
])('%s finds its section in %s', (command, file) => {
  expect(read(file).split(`<!-- ${command} writes from here -->`)[1]).toContain('<!-- to here -->');
});

test('the README has at most 160 lines and 9,000 bytes', () => {
  const text = readFileSync(join(root, 'README.md'));
  expect(text.toString().split('\n').length - 1).toBeLessThanOrEqual(160);
  expect(text.length).toBeLessThanOrEqual(9000);
});

test('the README states the number of set-ups that gave the same bits', () => {
  const hashes = read('docs/runtimes.md').match(/`[0-9a-f]{16}`/g) ?? [];
  expect(new Set(hashes).size).toBe(1);
  expect(read('README.md')).toContain(`the same bits in [${hashes.length} set-ups](docs/runtimes.md)`);
});
