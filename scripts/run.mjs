// Runs commands for the other scripts: shows them, and turns a failure into one sentence. Knows no particular command.

import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root, where every command runs. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** A failure that is already explained: its message is all that the user needs. */
export class Failure extends Error {}

/** Says what is about to be done, and why if that is not plain. */
export function say(sentence) {
  console.log(`\u001b[1m▸ ${sentence}\u001b[0m`);
}

/** Runs a command with its output shown; a non-zero exit is a Failure. */
export function run(command, args, env = process.env) {
  const { error, status, signal } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (error || status !== 0) {
    const reason = error ? error.message : signal ? `stopped by ${signal}` : `exit code ${status}`;
    throw new Failure(`\`${[command, ...args].join(' ')}\` failed: ${reason}`);
  }
}

/** What a command prints on its standard output, or nothing if it is not there or fails. */
export function ask(command, args, env = process.env) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Runs a script's body if the script, by its import.meta.url, is the program; a Failure ends it with its sentence. */
export function main(url, body) {
  if (realpathSync(process.argv[1] ?? '.') !== fileURLToPath(url)) {
    return;
  }
  try {
    body();
  } catch (error) {
    console.error(error instanceof Failure ? `\u001b[31m✘\u001b[0m ${error.message}` : error);
    process.exitCode = 1;
  }
}
