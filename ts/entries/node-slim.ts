// The slim entry for `import` in Node: the CommonJS build by another name, as in node.ts.

export { AvgPool2d, avgPool2d, init, initSync, memoryUsage, reserve, Tensor } from './slim.cjs';
