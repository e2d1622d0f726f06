// PyTorch, where python3 has it: timed in a process of its own, so its times are not in turn with the others'.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const formats = { NCHW: 'PyTorch NCHW', NHWC: 'PyTorch channels-last' };

/** Whether `python3 -c 'import torch'` works. */
export function isThere() {
  return spawnSync('python3', ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
}

/** The version, and for every case, of one direction each, the times and the results of both formats. */
export async function measure(cases, { count, least, warm }, progress) {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-bench-'));
  try {
    const named = cases.map((each, i) => ({ ...each, file: join(folder, `${i}.bin`) }));
    const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
    const python = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    python.stdin.end(JSON.stringify({ cases: named, rounds: count, least, warm }));
    const lines = [];
    for await (const line of createInterface({ input: python.stdout })) {
      lines.push(JSON.parse(line));
      progress(lines.length - 1);
    }
    const [{ version }, ...times] = lines;
    const results = times.map((each, i) => {
      const read = (format) => new Float32Array(Uint8Array.from(readFileSync(`${named[i].file}.${format}`)).buffer);
      return { times: each, computed: Object.keys(formats).map(read) };
    });
    return { version, results };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
