// Runs commands and prints errors for the other scripts. It knows no particular command.

import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ExecaError, execa } from 'execa';

/** The root of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** An error that the user can act on. Its message is printed without a stack. */
export class UserError extends Error {}

/** Announces a step. */
export function say(sentence) {
  console.log(`\u001b[1m▸ ${sentence}\u001b[0m`);
}

// Every command runs in the root and finds the programs of npm packages.
const options = { cwd: root, preferLocal: true };

/** Runs a command with its output shown. A failure throws. */
export const run = execa({ ...options, stdio: 'inherit' });

/** The standard output of a command, or undefined if the command is missing or fails. */
export async function ask(command, args, env = {}) {
  const { failed, stdout } = await execa(command, args, { ...options, env, reject: false });
  return failed ? undefined : stdout;
}

/** Runs `body` if the script with this `import.meta.url` is the program. Errors set the exit code. */
export async function main(url, body) {
  if (realpathSync(process.argv[1] ?? '.') !== fileURLToPath(url)) {
    return;
  }
  try {
    await body();
  } catch (error) {
    console.error(`\u001b[31m✘\u001b[0m ${messageOf(error)}`);
    process.exitCode = 1;
  }
}

/** The part of an error that is for the user. */
export function messageOf(error) {
  if (error instanceof ExecaError) {
    return error.shortMessage;
  }
  return error instanceof UserError ? error.message : (error.stack ?? error);
}
