// The types of the files that entries import and TypeScript does not know: the build makes them, or a runtime loads
// them.

declare module '*/index.cjs' {
  export { AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from './index.js';
}

declare module '*/slim.cjs' {
  export { AvgPool2d, avgPool2d, init, initSync, memoryUsage, reserve, Tensor } from './slim.js';
}

declare module '*/avgpool.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}
