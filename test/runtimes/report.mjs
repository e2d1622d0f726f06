// The matrix as a table, for the terminal and for the README.

import { readFileSync, writeFileSync } from 'node:fs';

const readme = new URL('../../README.md', import.meta.url);
const markers = ['<!-- npm run test:runtimes writes from here -->', '<!-- to here -->'];

/** Writes the table between the README's markers. */
export function writeReadme(results) {
  const text = readFileSync(readme, 'utf8');
  const start = text.indexOf(markers[0]) + markers[0].length;
  const end = text.indexOf(markers[1], start);
  writeFileSync(readme, `${text.slice(0, start)}\n\n${table(results)}\n\n${text.slice(end)}`);
  console.log('\nWritten to README.md.');
}

function table(results) {
  const smoke = results.filter(({ hash, notRun }) => hash ?? notRun);
  const cold = results.filter(({ milliseconds }) => milliseconds !== undefined);
  const cases = smoke.find((result) => result.cases)?.cases;
  return [
    '| runtime | version | how it gets the package | hash of all results |',
    '|---|---|---|---|',
    ...smoke.map(({ name, version, how, hash, notRun }) =>
      row(name, version ?? '–', how, hash ? `\`${hash}\`` : `**not run**: ${notRun}`),
    ),
    '',
    `Each line pools ${cases} seeded geometries, forward and backward, in both element types and layouts.`,
    '',
    'From the import to the first result, above what an empty module takes (medians): ' +
      `${cold.map(({ name, version, milliseconds }) => `${name} ${version} ${milliseconds.toFixed(1)} ms`).join(', ')}.`,
  ].join('\n');
}

const row = (...cells) => `| ${cells.join(' | ')} |`;
