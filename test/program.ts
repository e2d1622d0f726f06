// Runs a short program with the built package in a process of its own, and so with a memory of its own.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The output of a program. The flags are Node's. If the program fails, the error has its standard error output. */
export function runProgram(source: string, ...flags: string[]): string {
  return runModule(
    `import { AdaptiveAvgPool2d, AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from 'avgpool';\n${source}`,
    ...flags,
  );
}

/** The output of a program that has its own imports. */
export function runModule(source: string, ...flags: string[]): string {
  const args = [...flags, '--input-type=module', '--eval', source];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 24 }).trim();
}
