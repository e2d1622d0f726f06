// The README's figures, each part between two marks that name the command which writes it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, root } from './run.mjs';

const file = join(root, 'README.md');

/** Puts `text` in place of what `command` wrote the last time. */
export function writeSection(command, text) {
  const [begin, end] = [`<!-- ${command} writes from here -->`, '<!-- to here -->'];
  const [before, rest] = readFileSync(file, 'utf8').split(begin);
  if (rest === undefined) {
    throw new Failure(`README.md has no place for ${command}: ${begin}`);
  }
  const after = rest.slice(rest.indexOf(end));
  writeFileSync(file, `${before}${begin}\n\n${text}\n\n${after}`);
  console.log('\nWritten to README.md.');
}

/** A table in Markdown; from column `numbers` on, cells are numbers. */
export function table(head, rows, numbers = head.length) {
  return [head, head.map((_, i) => (i < numbers ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
