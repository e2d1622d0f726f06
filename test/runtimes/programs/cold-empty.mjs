// Prints how many milliseconds the import of an empty module takes.

const start = performance.now();
await import('./nothing.mjs');
console.log(performance.now() - start);
