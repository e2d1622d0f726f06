// The slim entry for `import` in Node: the names of the CommonJS build, as in node.ts.

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
} from './slim.cjs';
