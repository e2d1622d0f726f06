// The default entry for `import` in Node: the names of the CommonJS build, because two builds would have two memories.

export {
  AdaptiveAvgPool2d,
  AvgPool2d,
  adaptiveAvgPool2d,
  avgPool2d,
  globalAvgPool2d,
  memoryUsage,
  reserve,
  Tensor,
} from './index.cjs';
