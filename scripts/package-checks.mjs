// The commands that check the built package, for `npm test` and for releases.

export const packageChecks = {
  'The manifest': 'publint --strict',
  'Types under every resolution': 'attw --pack --exclude-entrypoints ./avgpool.wasm ./threads-worker.js',
  'The sizes': 'size-limit',
};
