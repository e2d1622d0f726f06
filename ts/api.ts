// The public names, which all entries share. It does not know how the module is loaded.

export { AdaptiveAvgPool2d, adaptiveAvgPool2d, globalAvgPool2d } from './adaptive-avg-pool2d.js';
export { AvgPool2d, avgPool2d } from './avg-pool2d.js';
export type { DType, View } from './dtype.js';
export type { Layout } from './layout.js';
export { memoryUsage, reserve } from './memory.js';
export type { AdaptiveAvgPool2dOptions, AdaptiveSize, AvgPool2dOptions, Padding, Size } from './options.js';
export type { Pool } from './pooling.js';
export type { NestedNumbers, Picture, Source, StridedValues } from './sources.js';
export { type NestedArray, type Shape, Tensor } from './tensor.js';
