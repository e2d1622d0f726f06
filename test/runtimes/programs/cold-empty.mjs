// Prints the milliseconds for the import of an empty module.

const start = performance.now();
await import('./nothing.mjs');
console.log(performance.now() - start);
