// Programs and servers for the targets. It knows no particular runtime.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import getPort from 'get-port';
import sirv from 'sirv';

/** The root of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** This folder. Its node_modules hold the runtimes. */
export const here = fileURLToPath(new URL('.', import.meta.url));

/** This machine lacks the runtime of a target. The message says what is missing. */
export class MissingRuntime extends Error {}

/** The first of `files` that exists. */
export function firstOf(...files) {
  const found = files.find(existsSync);
  if (!found) {
    throw new MissingRuntime(`${files[0]} is missing`);
  }
  return found;
}

/** A file in this folder's node_modules. npm leaves out packages for other platforms. */
export function installed(path) {
  const file = join(here, 'node_modules', path);
  if (!existsSync(file)) {
    throw new MissingRuntime(`npm installed no ${path} on ${process.platform} ${process.arch}`);
  }
  return file;
}

/** The version of a package of this folder's node_modules. */
export function versionOf(name) {
  const file = installed(`${name}/package.json`);
  return JSON.parse(readFileSync(file, 'utf8')).version.replace(/^v/, '');
}

/** The last line that a program printed, as JSON. */
export const lastJson = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1));

/** Runs a program and returns the last line that it printed, as JSON. */
export const jsonOf = async (command, args, options) =>
  lastJson(await execa(command, args, { timeout: 120_000, ...options }));

/** Starts a server by a command, runs `use` with its address, and stops it. */
export async function withServer(command, argsFor, options, use) {
  const port = await getPort();
  const server = execa(command, argsFor(port), { all: true, reject: false, forceKillAfterDelay: 2000, ...options });
  try {
    const address = `http://127.0.0.1:${port}`;
    await untilAnswer(address, server);
    return await use(address);
  } finally {
    server.kill();
    await server;
  }
}

/** Tries to connect every 100 ms for a minute. */
async function untilAnswer(address, server) {
  const ended = server.then(({ escapedCommand, all }) => {
    throw new Error(`${escapedCommand} ended before it answered:\n${all}`);
  });
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = fetch(address).catch(() => setTimeout(100, false));
    if (await Promise.race([answer, ended])) {
      return;
    }
  }
  throw new Error(`nothing answers at ${address}`);
}

/** Serves the files of a folder with these headers, and runs `use` with the address. */
export async function withFiles(folder, headers, use) {
  const setHeaders = (response) => {
    for (const [name, value] of Object.entries(headers)) {
      response.setHeader(name, value);
    }
  };
  const server = createServer(sirv(folder, { dev: true, setHeaders }));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
