// The same for a module with nothing in it.

const start = performance.now();
await import('./nothing.mjs');
console.log(performance.now() - start);
