// PyTorch, if python3 has it. It runs in a process of its own, so it is not timed in turn with the other engines.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One name for each memory format. */
export const names = ['PyTorch NCHW', 'PyTorch channels-last'];

export function isAvailable() {
  return spawnSync('python3', ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
}

/**
 * Times PyTorch on cases, each of one element type and one direction, on this many threads.
 *
 * @returns the version, and for each case the median times and the outputs by name, as numbers.
 */
export async function measure(cases, timing, threads, showProgress) {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-bench-'));
  try {
    const requests = cases.map(({ options, shape, outputShape, dtype, direction }, i) => {
      const outputFiles = names.map((_, k) => join(folder, `${i}.${k}`));
      return { options, shape, outputShape, dtype, direction, outputFiles };
    });
    const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
    const python = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    python.stdin.end(JSON.stringify({ ...timing, cases: requests, threads }));
    const answers = [];
    for await (const line of createInterface({ input: python.stdout })) {
      answers.push(JSON.parse(line));
      showProgress(answers.length - 1);
    }
    const [{ version }, ...times] = answers;
    const byName = (values) => Object.fromEntries(names.map((name, k) => [name, values[k]]));
    const measured = times.map((microseconds, i) => ({
      microseconds: byName(microseconds),
      outputs: byName(requests[i].outputFiles.map((file) => readElements(file, requests[i].dtype))),
    }));
    return { version, measured };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readElements(file, dtype) {
  const TypedArray = dtype === 'float64' ? Float64Array : Float32Array;
  return new TypedArray(Uint8Array.from(readFileSync(file)).buffer);
}
