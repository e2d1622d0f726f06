// Reads the documents, and compares what their programs print with their comments. It knows Markdown, and nothing of
// pooling.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const read = (file: string) => readFileSync(join(root, file), 'utf8');

export interface Fence {
  readonly language: string;
  readonly source: string;
}

/** The fenced blocks of a text, each with the language that it names. */
export function fences(text: string): Fence[] {
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, language, source]) => ({
    language: language as string,
    source: source as string,
  }));
}

/**
 * Expects that a program prints what the comments after its calls of console.log say. A comment that starts with an article
 * describes the output. Any other one is the output, but for line breaks.
 */
export function expectStated(source: string, output: string): void {
  const comments = [...source.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text as string);
  expect(comments.length).toBeGreaterThan(0);
  expect(source.match(/console\.log/g)).toHaveLength(comments.length);
  const patterns = comments.map((text) => (/^an? /.test(text) ? '.+' : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')));
  expect(output.replace(/\s+/g, ' ')).toMatch(new RegExp(`^${patterns.join(' ')}$`));
}
