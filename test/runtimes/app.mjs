// The packed package, installed in an empty folder, with the programs that are run there.

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import getPort from 'get-port';
import sirv from 'sirv';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** This folder, with the runtimes in its node_modules. */
export const here = fileURLToPath(new URL('.', import.meta.url));

/** Why a line cannot be run on this machine: its message. */
export class NotRun extends Error {}

/** Packs the package and installs it as a user would. Gives the folder, and a function that removes it. */
export async function install() {
  const folder = mkdtempSync(join(tmpdir(), 'avgpool-runtimes-'));
  const packed = await execa({ cwd: root })`npm pack --json --pack-destination ${folder}`;
  const [{ filename }] = JSON.parse(packed.stdout);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  await execa({ cwd: folder })`npm install --no-audit --no-fund ${`./${filename}`}`;
  cpSync(join(here, 'programs'), folder, { recursive: true });
  // The tools that build and serve a worker look for packages where they are installed themselves.
  const copy = join(here, 'node_modules/avgpool');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(folder, 'node_modules/avgpool'), copy, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The first of these files that is there. */
export function program(...files) {
  const found = files.find(existsSync);
  if (!found) {
    throw new NotRun(`there is no ${files[0]}`);
  }
  return found;
}

/** What a program printed as its last line, as JSON. */
export const lastJson = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1));

/** The same of a program that is run for it. */
export const jsonOf = async (command, args, options) =>
  lastJson(await execa(command, args, { timeout: 120_000, ...options }));

/** Runs `use` with the address of a server that a command starts, and stops the server afterwards. */
export async function withServer(command, argsFor, options, use) {
  const port = await getPort();
  const server = execa(command, argsFor(port), { all: true, reject: false, forceKillAfterDelay: 2000, ...options });
  try {
    const address = `http://127.0.0.1:${port}`;
    await answers(address, server);
    return await use(address);
  } finally {
    server.kill();
    await server;
  }
}

async function answers(address, server) {
  let ended;
  server.then((result) => {
    ended = result;
  });
  for (let attempt = 0; attempt < 600; attempt++) {
    if (ended) {
      throw new Error(`${ended.escapedCommand} ended before it answered:\n${ended.all}`);
    }
    try {
      return await fetch(address);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`nothing answers at ${address}`);
}

/** Runs `use` with the address of a plain static server of a folder. */
export async function withFiles(folder, headers, use) {
  const serve = sirv(folder, {
    dev: true,
    setHeaders: (response) => {
      for (const [name, value] of Object.entries(headers)) {
        response.setHeader(name, value);
      }
    },
  });
  const server = createServer(serve);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The version of a package in this folder's node_modules. */
export function versionOf(name) {
  const file = join(here, 'node_modules', name, 'package.json');
  if (!existsSync(file)) {
    throw new NotRun(`npm has no ${name} for ${process.platform} on ${process.arch}`);
  }
  const { version } = JSON.parse(readFileSync(file, 'utf8'));
  return version.replace(/^v/, '');
}
