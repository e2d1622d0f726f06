// Loads each build in realms that lack a global, one after the other, and pools there. Prints the failures as JSON.
//
// A realm is a context of node:vm with the globals of Node. Run it with --experimental-vm-modules.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

const dist = 'node_modules/avgpool/dist';
const module = readFileSync(join(dist, 'avgpool.wasm'));

// A new context has only the globals of the language; Node adds the others.
const ofLanguage = Object.getOwnPropertyNames(vm.runInNewContext('globalThis'));
const ofNode = Object.getOwnPropertyNames(globalThis).filter((name) => !ofLanguage.includes(name));
/** Names that a context has and some engine lacks. */
const optional = [
  ...['Atomics', 'FinalizationRegistry', 'Intl', 'SharedArrayBuffer', 'WeakRef', 'console', 'escape', 'eval'],
  ...['Error.captureStackTrace', 'Symbol.dispose', 'Uint8Array.fromHex', 'WebAssembly.compileStreaming'],
];

function contextWithout(missing) {
  const context = vm.createContext();
  for (const name of ofNode) {
    Object.defineProperty(context, name, { ...Object.getOwnPropertyDescriptor(globalThis, name), configurable: true });
  }
  vm.runInContext(missing.map((name) => `delete globalThis.${name};`).join(''), context);
  return context;
}

/** The exports of a build: CommonJS or ES modules, by the extension. */
const load = { cjs: requireIn, js: importIn };

function requireIn(context, file, loaded = new Map()) {
  if (!loaded.has(file)) {
    const exports = {};
    loaded.set(file, exports);
    const wrapper = vm.runInContext(`(function (exports, require) {${readFileSync(join(dist, file))}\n})`, context);
    wrapper(exports, (name) => requireIn(context, join(name), loaded));
  }
  return loaded.get(file);
}

async function importIn(context, file) {
  const loaded = new Map();
  const moduleOf = (name) => {
    const path = join(name);
    const made = loaded.get(path) ?? new vm.SourceTextModule(`${readFileSync(join(dist, path))}`, { context });
    loaded.set(path, made);
    return made;
  };
  const entry = moduleOf(file);
  await entry.link(moduleOf);
  await entry.evaluate();
  return entry.namespace;
}

/** Pools by a build, and looks at errors and memory. */
function use({ AvgPool2d, initSync, memoryUsage, Tensor }) {
  initSync?.(module);
  const tensors = [Tensor.from([1, 2, 3, 4], [1, 2, 2]), Tensor.full([1, 1, 2, 2], 8, 'float64')];
  const pool = new AvgPool2d({ kernelSize: 2 });
  tensors.push(pool.forward(tensors[0]), pool.forward(tensors[1]), pool.backward(tensors[0], [1, 4, 4]));
  const means = tensors.map((tensor) => tensor.data[0]).join();
  let message;
  try {
    pool.forward(Tensor.from([1], [1, 1, 1]));
  } catch (error) {
    message = error.message;
  }
  const texts = [String(pool), String(tensors[0])].join();
  for (const tensor of tensors) {
    tensor.dispose();
  }
  // The tensor of the error is not disposed.
  return [means, message, texts, memoryUsage().tensors].join('; ');
}

const failures = [];
let runs = 0;
for (const entry of ['index', 'slim']) {
  for (const [extension, loadIn] of Object.entries(load)) {
    const expected = use(await loadIn(contextWithout([]), `${entry}.${extension}`));
    for (const missing of [[], ...[...ofNode, ...optional].map((name) => [name]), [...ofNode, ...optional]]) {
      runs += 1;
      try {
        const found = use(await loadIn(contextWithout(missing), `${entry}.${extension}`));
        if (found !== expected) {
          throw new Error(`expected ${expected}, got ${found}`);
        }
      } catch (error) {
        failures.push(`${entry}.${extension} without ${missing.join()}: ${error}`);
      }
    }
  }
}
console.log(JSON.stringify({ runs, failures }));
process.exit();
