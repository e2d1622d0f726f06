// The public names, whichever way the module comes in.

export { AvgPool2d, avgPool2d } from './avg-pool2d.js';
export type { AvgPool2dOptions, Layout, Padding, Size } from './options.js';
export { memoryUsage, type NestedArray, reserve, type Shape, Tensor } from './tensor.js';
export type { DType } from './wasm/bindings.js';
