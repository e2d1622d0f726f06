// The service for Cloudflare Workers, in Node, and requests to it. It does not know their queries and bodies.

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { memoryUsage } from 'avgpool';
import { afterAll, expect } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

// The copy finds the packages in the node_modules beside it.
const folder = mkdtempSync(join(tmpdir(), 'avgpool-worker-'));
for (const name of ['package.json', 'src']) {
  cpSync(join(root, 'examples/cloudflare-worker', name), join(folder, name), { recursive: true });
}
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/avgpool'), 'dir');
symlinkSync(join(root, 'node_modules/fast-png'), join(folder, 'node_modules/fast-png'), 'dir');

afterAll(() => rmSync(folder, { recursive: true }));

/** The address of its module. */
export const service = pathToFileURL(join(folder, 'src/index.js')).href;

const { default: worker } = await import(service);

export type Body = Float32Array | Uint8Array | ReadableStream | null;

export function send(method: string, query: string, body: Body = null, headers: object = {}): Promise<Response> {
  const init = { method, body, headers, duplex: 'half' };
  return worker.fetch(new Request(`http://localhost/?${query}`, init as object));
}

export const post = (query: string, body: Body, headers?: object) => send('POST', query, body, headers);

/** The most bytes that the WebAssembly memory may have after any requests. */
const MOST_MEMORY = 8 * 2 ** 20;

export function expectLittleMemory(): void {
  const { bytes, tensors } = memoryUsage();
  expect([tensors, Math.max(bytes, MOST_MEMORY)]).toEqual([0, MOST_MEMORY]);
}
