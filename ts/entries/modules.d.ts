// The types of files that entries import. TypeScript does not see them, because the build or the platform provides them.

declare module '*/index.cjs' {
  export {
    AdaptiveAvgPool2d,
    AvgPool2d,
    adaptiveAvgPool2d,
    avgPool2d,
    globalAvgPool2d,
    memoryUsage,
    reserve,
    Tensor,
  } from './index.js';
}

declare module '*/slim.cjs' {
  export {
    AdaptiveAvgPool2d,
    AvgPool2d,
    adaptiveAvgPool2d,
    avgPool2d,
    globalAvgPool2d,
    init,
    initSync,
    memoryUsage,
    reserve,
    Tensor,
  } from './slim.js';
}

declare module '*/avgpool.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*/threads.cjs' {
  export { threads } from './threads.js';
}

declare module '*?text' {
  const text: string;
  export default text;
}

declare module 'node:worker_threads';
