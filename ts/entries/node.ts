// The default entry for `import` in Node: the CommonJS build by another name, since two builds would be two memories.

export { AvgPool2d, avgPool2d, memoryUsage, reserve, Tensor } from './index.cjs';
