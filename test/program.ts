// Runs a short program with the built package in a process of its own, and so with a memory of its own.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The output of a program. The flags are Node's. If the program fails, the error has its standard error output. */
export function runProgram(source: string, ...flags: string[]): string {
  return runModule(
    `import { AdaptiveAvgPool2d, AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from 'avgpool';\n${source}`,
    ...flags,
  );
}

/** The output of a program that has its own imports. Packages that are not installed in the root come from test/peers. */
export function runModule(source: string, ...flags: string[]): string {
  const args = [...flags, '--input-type=module', '--eval', source];
  const cwd = /from '(?!avgpool|node:)/.test(source) ? join(root, 'test/peers') : root;
  return execFileSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 24 }).trim();
}
