// The CommonJS build as the entry for Node sees it: what the default entry exports, made by the same run of the bundler.

declare module '*/index.cjs' {
  export { AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from './index.js';
}
