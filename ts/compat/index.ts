// The entry avgpool/compat: translates the pooling options of other projects into options of AvgPool2d.
//
// It does no pooling and does not load the WebAssembly module. A translator is a file of its own.

/**
 * Translates the pooling options of ONNX, WebNN and TensorFlow.js into options of `AvgPool2d` of `avgpool`. Options without
 * an exact translation throw an error that says why.
 *
 * @example
 * ```js
 * import { AvgPool2d } from 'avgpool';
 * import { fromTfjs } from 'avgpool/compat';
 *
 * const shape = [1, 9, 9, 8];
 * const pool = new AvgPool2d(fromTfjs({ filterSize: 3, strides: 2, pad: 'same' }, shape));
 * console.log(pool.outputShape(shape)); // [ 1, 5, 5, 8 ]
 * ```
 *
 * @module avgpool/compat
 */

export type { Integer, Integers } from './axis.js';
export { fromOnnx, type OnnxAveragePool } from './onnx.js';
export { fromTfjs, type TfjsAveragePooling2d, type TfjsAvgPool } from './tfjs.js';
export { fromWebNN, type WebNNPool2dOptions } from './webnn.js';
