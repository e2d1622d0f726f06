// Runs a program of a few lines in a process of its own, with the built package and a memory of its own.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the program prints. Flags are those of Node; a failure throws with what it printed on standard error. */
export function runProgram(source: string, ...flags: string[]): string {
  return runModule(
    `import { AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from 'avgpool';\n${source}`,
    ...flags,
  );
}

/** The same for a program that imports what it needs itself. */
export function runModule(source: string, ...flags: string[]): string {
  const args = [...flags, '--input-type=module', '--eval', source];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 24 }).trim();
}
