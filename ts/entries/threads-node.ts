// Threads for `import` in Node: the CommonJS build, as in node.ts.

export { threads } from './threads.cjs';
