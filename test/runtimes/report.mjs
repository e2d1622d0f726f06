// The matrix as tables, for the README.

import { readFileSync } from 'node:fs';
import { table, writeSection } from '../../scripts/readme.mjs';

/** The hash that the README states, if all its lines have the same. */
export function stated() {
  const hashes = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').match(/`[0-9a-f]{16}`/g) ?? [];
  return new Set(hashes).size === 1 ? hashes[0].slice(1, -1) : undefined;
}

/** Writes what every runtime found to the README. */
export function publish(results) {
  const smoke = results.filter(({ hash, notRun }) => hash ?? notRun);
  const cold = results.filter(({ milliseconds }) => milliseconds !== undefined);
  const rows = smoke.map(({ name, version = '–', how, hash, notRun }) => [
    name,
    version,
    how,
    hash ? `\`${hash}\`` : `**not run**: ${notRun}`,
  ]);
  const { cases } = smoke.find((result) => result.cases);
  const times = cold.map(({ name, version, milliseconds }) => `${name} ${version} ${milliseconds.toFixed(1)} ms`);
  writeSection(
    'npm run test:runtimes',
    [
      table(['runtime', 'version', 'how it gets the package', 'hash of all results'], rows),
      `Each line pools ${cases} seeded geometries, forward and backward, in both element types and layouts.`,
      `From import to first result, above what an empty module takes, medians: ${times.join(', ')}.`,
    ].join('\n\n'),
  );
}
