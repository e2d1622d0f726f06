// Browsers: the smoke program on a page of a static server.

import { expect } from 'vitest';
import { engines, isolated, onPage } from '../browsers.mjs';
import { smoke } from '../target.mjs';
import { onThreads } from './isolation.mjs';

/** Evaluates an expression for the smoke program's result, and returns it with the version of the browser. */
async function resultOnPage(folder, expression, options) {
  const { value, version } = await onPage(folder, expression, options);
  return { ...value, version };
}

smoke('Chromium', 'page with an import map', (folder) => resultOnPage(folder, 'result'), { quick: true });

const inWorker = `new Promise((resolve, reject) => {
  const worker = new Worker('./page-worker.mjs', { type: 'module' });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
})`;
smoke('Chromium', 'module worker', (folder) => resultOnPage(folder, inWorker), { quick: true, threads: 1 });

const inAudioWorklet = `(async () => {
  const context = new OfflineAudioContext(1, 128, 44100);
  await context.audioWorklet.addModule('./audio-worklet.mjs');
  const { port } = new AudioWorkletNode(context, 'smoke');
  const result = new Promise((resolve) => { port.onmessage = ({ data }) => resolve(data); });
  await context.startRendering();
  return result;
})()`;
smoke('Chromium', 'audio worklet', (folder) => resultOnPage(folder, inAudioWorklet), { quick: true });

smoke(
  'Chromium',
  '`avgpool/slim`, compiled while it downloads',
  async (folder) => {
    const { streamed, ...found } = await resultOnPage(folder, 'result', { path: 'slim.html' });
    expect(streamed).toBe(1);
    return found;
  },
  { quick: true },
);

for (const engine of ['Firefox', 'WebKit']) {
  smoke(engine, 'page with an import map', (folder) => resultOnPage(folder, 'result', { engine }));
}

for (const engine of engines) {
  const options = { quick: engine === 'Chromium', threads: 2 };
  const page = { path: 'empty.html', headers: isolated, engine };
  smoke(engine, '`avgpool/threads`, isolated page', (folder) => resultOnPage(folder, onThreads(), page), options);
  smoke(
    engine,
    '`avgpool/threads`, worker of an isolated page',
    (folder) => resultOnPage(folder, inWorker, page),
    options,
  );
}
