// The entry avgpool/compat: translates the pooling options of other projects into options of AvgPool2d.
//
// It does no pooling and does not load the WebAssembly module. A translator is a file of its own.

export { fromOnnx, type OnnxAveragePool } from './onnx.js';
export { fromTfjs, type TfjsAveragePooling2d, type TfjsAvgPool } from './tfjs.js';
export { fromWebNN, type WebNNPool2dOptions } from './webnn.js';
