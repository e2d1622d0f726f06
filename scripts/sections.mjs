// Sections of documents that commands write. A section lies between two markers, and the first one names its command.
//
// It knows Markdown and markers, and nothing of the figures.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/**
 * Replaces the section of `command` in `file` with `text`.
 *
 * @param file a path relative to the root of the repository.
 * @param command the command as a user types it: `npm run sizes`.
 */
export function writeSection(file, command, text) {
  const path = join(root, file);
  const [begin, end] = [`<!-- ${command} writes from here -->`, '<!-- to here -->'];
  const document = readFileSync(path, 'utf8');
  const start = document.indexOf(begin);
  const stop = document.indexOf(end, start);
  if (start < 0 || stop < 0) {
    throw new Error(`${file} has no section for ${command}: ${begin} … ${end}`);
  }
  writeFileSync(path, `${document.slice(0, start)}${begin}\n\n${text}\n\n${document.slice(stop)}`);
  console.log(`\nWritten to ${file}.`);
}

/** A table in Markdown. Columns from number `numbers` on are aligned to the right. */
export function table(head, rows, numbers = head.length) {
  return [head, head.map((_, i) => (i < numbers ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
