// docs/runtimes.md: the hash that it states, and a reporter that writes its table after a full run.

import { readFileSync } from 'node:fs';
import { isFiltered } from '../../scripts/count-tests.mjs';
import { table, writeSection } from '../../scripts/sections.mjs';

const file = 'docs/runtimes.md';

/** The hash that the document states. It is undefined if the document states none, or several. */
export function statedHash() {
  const document = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const hashes = new Set(document.match(/`[0-9a-f]{16}`/g));
  return hashes.size === 1 ? [...hashes][0].slice(1, -1) : undefined;
}

/** Writes the table if all targets ran or were skipped, and none failed. */
export default class Document {
  onInit(vitest) {
    this.vitest = vitest;
  }

  onTestRunEnd([matrix], _errors, reason) {
    if (isFiltered(this.vitest) || reason !== 'passed') {
      return;
    }
    const tests = [...matrix.children.allTests()];
    const rows = tests.map((test) => ({ ...test.meta().row, skipped: test.result().note }));
    const smoke = rows.filter(({ hash }) => hash);
    const times = rows.filter(({ milliseconds }) => milliseconds !== undefined);
    const skipped = rows.filter((row) => row.skipped);
    const parts = [
      `Every row has the hash \`${smoke[0].hash}\`.`,
      table(
        ['runtime', 'version', 'how it loads the package'],
        smoke.map(({ name, version, how }) => [name, version, how]),
      ),
      `Each row pools ${smoke[0].cases} seeded geometries, fixed and adaptive, in four element types and two layouts, forward and backward. uint8 has no backward.`,
      'Rows of `avgpool/threads` use two threads. They also pool a tensor of 4 MB, and compare the bits with those of one thread.',
      `Median time from import to first result, above that of an empty module: ${times.map(timeOf).join(', ')}.`,
      ...skipped.map(({ name, how, skipped }) => `**Skipped**: ${name}, ${how}: ${skipped}.`),
    ];
    writeSection(file, 'npm run test:runtimes', parts.join('\n\n'));
  }
}

const timeOf = ({ name, version, milliseconds }) => `${name} ${version} ${milliseconds.toFixed(1)} ms`;
