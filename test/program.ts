// Runs a program of a few lines in a process of its own, with the built package and a memory of its own.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the program prints. Flags are those of Node; a failure throws with what it printed on standard error. */
export function runProgram(source: string, ...flags: string[]): string {
  const program = `import { AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from 'avgpool';\n${source}`;
  const args = [...flags, '--input-type=module', '--eval', program];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 24 }).trim();
}
