// A user's program: it uses everything that the package exports. The test compiles and runs it.

import {
  AdaptiveAvgPool2d,
  type AdaptiveAvgPool2dOptions,
  type AdaptiveSize,
  AvgPool2d,
  type AvgPool2dOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  type DType,
  globalAvgPool2d,
  type Layout,
  memoryUsage,
  type NestedArray,
  type NestedNumbers,
  type Padding,
  type Picture,
  type Pool,
  reserve,
  type Shape,
  type Size,
  type Source,
  type StridedValues,
  Tensor,
  type View,
} from 'avgpool';
import {
  fromOnnx,
  fromTfjs,
  fromWebNN,
  type Integer,
  type Integers,
  type OnnxAveragePool,
  type TfjsAveragePooling2d,
  type TfjsAvgPool,
  type WebNNPool2dOptions,
} from 'avgpool/compat';
import * as slim from 'avgpool/slim';
import {
  type RegisterOptions,
  register,
  type TensorFlow,
  type TensorFlowKernel,
  type TfjsBackend,
  type TfjsGradient,
  type TfjsKernel,
} from 'avgpool/tfjs';
import { type ThreadsOptions, threads } from 'avgpool/threads';

const kernelSize: Size = [2, 2];
const layout: Layout = 'NCHW';
const padding: Padding = [
  [0, 1],
  [1, 0],
];
const options: AvgPool2dOptions = {
  kernelSize,
  stride: null,
  padding,
  ceilMode: true,
  countIncludePad: false,
  divisorOverride: null,
  dilation: 1,
  layout,
};
const shape: Shape = [1, 1, 4, 4];
const dtype: DType = 'float64';

reserve(2 ** 16);
reserve(0, { fixed: false });
const single: Tensor<'float32'> = Tensor.ones(shape);
const double: Tensor<'float64'> = Tensor.from(new Float64Array(16).fill(2), shape);
const mixed: Tensor[] = [single, double, Tensor.full(shape, 3, dtype)];
const singleData: Float32Array = single.data;
const doubleData: View<'float64'> = Tensor.zeros([1, 1, 2, 2], 'float64').data;
const fromArray: Tensor<'float32'> = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
const chosen: Tensor<'float64'> = Tensor.from([1, 2, 3, 4], [1, 2, 2], 'float64');
const narrowed: Tensor<'float32'> = Tensor.from(new Float64Array(4), [1, 2, 2], 'float32');

const bytes: Tensor<'uint8'> = Tensor.from(new Uint8ClampedArray(4).fill(3), [1, 2, 2]);
const pixels: Uint8Array = bytes.data;
const half: Tensor<'float16'> = Tensor.full([1, 2, 2], 1.5, 'float16');
half.data.set(half.data.slice());
const fromBits: Tensor<'float16'> = Tensor.from(Uint16Array.of(0x3c00), [1, 1, 1], 'float16');
const numbers: NestedNumbers = [[[1, 2]], [[3, 4]]];
const fromNested: Tensor<'float32'> = Tensor.from(numbers);
const fromNestedArray: Tensor<'uint8'> = Tensor.from(fromNested.toArray(), undefined, 'uint8');
const ndarray = { data: new Float64Array(8), shape: [1, 2, 2], stride: [0, -2, 1], offset: 2 };
const fromNdarray: Tensor<'float64'> = Tensor.from(ndarray);
const fromOrt: Tensor<'float16'> = Tensor.from({ data: new Uint16Array(4), dims: [1, 2, 2], type: 'float16' });
const strided: StridedValues = ndarray;
const picture: Picture = { data: new Uint8Array(12), width: 2, height: 2 };
const sources: Source[] = [numbers, strided, picture];
const fromSources: Tensor[] = sources.map((source) => Tensor.from(source));
const fromPicture: Tensor<'uint8'> = Tensor.from({ data: new Uint8Array(12), width: 2, height: 2 });
const fromTensors: [Tensor<'float16'>, Tensor<'uint8'>, Tensor<'float32'>] = [
  Tensor.from(half),
  Tensor.from(bytes),
  Tensor.from(double, undefined, 'float32'),
];

const pool = new AvgPool2d(options);
const given: Size | null = pool.stride;
const output: Tensor<'float64'> = pool.forward(double);
const gradient: Tensor<'float64'> = pool.backward(output, shape, double.clone());
const nested: NestedArray = avgPool2d(fromArray, 2, 2, 0, false, true).toArray();
const alsoNested: number[][][][] = avgPool2d(single, { kernelSize: 4 }).toArray();
const ofRank3: number[][][] = fromArray.toArray();
const element: number | undefined = fromArray.toArray()[0]?.[1]?.[1];
const elementOfBatch: number | undefined = single.toArray()[0]?.[0]?.[3]?.[3];
const mutable: number[] = output.shape;
const json: { shape: number[]; dtype: 'float64'; data: number[] | null } = double.toJSON();
const values: Float32Array | undefined = single.values;
const sizes: number[] = pool.outputShape(shape);

// Sizes that a program computes are arrays of any length to the compiler.
const computed: number[] = [2, 2];
const fromComputed = new AvgPool2d(computed, computed, computed);
const [height, width]: readonly [number, number] =
  typeof fromComputed.kernelSize === 'number'
    ? [fromComputed.kernelSize, fromComputed.kernelSize]
    : fromComputed.kernelSize;
new AvgPool2d({ kernelSize: computed, stride: computed, padding: [computed, computed], dilation: computed });
const copy = new AvgPool2d(new AvgPool2d(fromComputed));
const whole: Tensor<'float32'> = avgPool2d(single, single.shape.slice(-2));
const global: Tensor<'float64'> = globalAvgPool2d(double, {
  layout: 'NHWC',
  out: Tensor.zeros([1, 1, 1, 4], 'float64'),
});
const channels: Tensor<'float32'> = slim.globalAvgPool2d(globalAvgPool2d(single, {}));

const outputSize: AdaptiveSize = [null, 2];
const adaptiveOptions: AdaptiveAvgPool2dOptions = { outputSize, layout };
const adaptivePool = new AdaptiveAvgPool2d(adaptiveOptions);
const pools: Pool[] = [pool, adaptivePool];
const adapted: Tensor<'float64'> = adaptivePool.forward(double, Tensor.zeros([1, 1, 4, 2], 'float64'));
const adaptedGradient: Tensor<'float64'> = adaptivePool.backward(adapted, double.shape);
const keptSize: number | readonly [number | null, number | null] = new AdaptiveAvgPool2d(adaptivePool).outputSize;
const adaptive: Tensor<'float32'>[] = [
  adaptiveAvgPool2d(single, computed),
  adaptiveAvgPool2d(single, [2, null] as const),
  slim.adaptiveAvgPool2d(single, { outputSize: 1 }),
  adaptiveAvgPool2d(single, adaptivePool),
];

const two: Integer = 2n;
const twos: Integers = [two, 2];
const onnx: OnnxAveragePool = { kernel_shape: twos, pads: [0, 1, 0, 1] };
const webnn: WebNNPool2dOptions = { windowDimensions: [2, 2], layout: 'nchw' };
const tfjs: TfjsAvgPool = { filterSize: 2, strides: 2, pad: 'same' };
const parsed: OnnxAveragePool = { kernel_shape: new Int32Array([2, 2]), strides: new BigInt64Array(2), pads: [0n, 0n] };
const layer: TfjsAveragePooling2d = { poolSize: [2, 2], padding: 'valid', dataFormat: 'channelsFirst' };
const withoutShape: AvgPool2dOptions[] = [fromOnnx({ ...parsed, strides: null, pads: null }), fromTfjs(layer)];
const translated: AvgPool2dOptions[] = [fromOnnx(onnx, shape), fromWebNN(webnn, shape), fromTfjs(tfjs, shape)];

const threadsOptions: ThreadsOptions = { require: true, workerUrl: 'threads-worker.js', bytes: new Uint8Array(8) };
const inUse: Promise<number> = threads(1, threadsOptions);
const threadsBefore: number = memoryUsage().threads;

const registry = new Map<string, TensorFlowKernel>();
const tf: TensorFlow = {
  getKernel: (name, backend) => registry.get(`${backend} ${name}`) as TensorFlowKernel,
  registerKernel: (kernel: TensorFlowKernel) => {
    registry.set(`${kernel.backendName} ${kernel.kernelName}`, kernel);
  },
  unregisterKernel: (name, backend) => {
    registry.delete(`${backend} ${name}`);
  },
};
const backend: TfjsBackend = 'wasm';
const kernels: TfjsKernel[] = ['AvgPool', 'AvgPoolGrad'];
const exact: TfjsGradient = 'exact';
const registerOptions: RegisterOptions = { backend, kernels, gradient: exact };
for (const kernelName of kernels) {
  tf.registerKernel({ kernelName, backendName: backend, kernelFunc: () => kernelName });
}
const restore: () => void = register(tf, registerOptions);
restore();
const restored: unknown = tf.getKernel('AvgPool', backend).kernelFunc({ inputs: {}, backend: {} });

/** All forms of starting avgpool/slim. Never called, because the default entry has started it. */
export async function start(module: slim.Module): Promise<void> {
  const sources: slim.ModuleSource[] = [module, new Uint8Array(8), new ArrayBuffer(8), 'avgpool.wasm'];
  await slim.init(sources[0] as slim.ModuleSource);
  await slim.init(Promise.resolve(module));
  const bytes: slim.Bytes = new Uint8Array(8);
  slim.initSync(bytes);
  const tensor: Tensor = slim.Tensor.ones(shape);
  tensor.dispose();
}

/** Mistakes that the compiler rejects. Never called. */
export function mistakes(): void {
  // @ts-expect-error: a number of threads is no text
  threads('2');
  // @ts-expect-error: there is no such backend
  register(tf, { backend: 'webgl' });
  // @ts-expect-error: a module cannot be a number
  slim.initSync(5);
  // @ts-expect-error: a promise cannot be started synchronously
  slim.initSync(Promise.resolve(new Uint8Array(8)));
  // @ts-expect-error: out is of another element type
  pool.forward(double, single);
  // @ts-expect-error: new does not make tensors
  new Tensor(shape, 'float32');
  // @ts-expect-error: there is no such option
  new AvgPool2d({ kernelSize: 2, kernel_size: 2 });
  // @ts-expect-error: the kernel size is missing
  new AvgPool2d({ stride: 2 });
  // @ts-expect-error: there is no such element type
  Tensor.zeros(shape, 'int8');
  // @ts-expect-error: a source has a shape of its own
  Tensor.from(ndarray, shape);
  // @ts-expect-error: flat values need a shape
  Tensor.from([1, 2, 3, 4]);
  // @ts-expect-error: a padding cannot be text
  avgPool2d(single, 2, 2, 'same');
  // @ts-expect-error: a tensor is not a shape
  pool.backward(single, single);
  // @ts-expect-error: forward takes an input and out
  pool.forward(single, 2, 2);
  // @ts-expect-error: there is no such option
  globalAvgPool2d(single, { keepdim: true });
  // @ts-expect-error: out is of another element type
  globalAvgPool2d(double, { out: single });
  // @ts-expect-error: null is a size only in a pair
  new AdaptiveAvgPool2d(null);
  // @ts-expect-error: there is no such option
  new AdaptiveAvgPool2d({ outputSize: 2, kernelSize: 2 });
  // @ts-expect-error: a pooling with windows has no output size
  adaptiveAvgPool2d(single, pool);
  // @ts-expect-error: out is of another element type
  adaptivePool.forward(double, single);
  // @ts-expect-error: options are read-only
  adaptivePool.outputSize = 3;
  // @ts-expect-error: fixed is a boolean
  reserve(0, { fixed: 1 });
  // @ts-expect-error: options are read-only
  pool.kernelSize = 3;
  // @ts-expect-error: the data of float64 is a Float64Array
  const data: Float32Array = double.data;
  data.fill(0);
  // @ts-expect-error: zeros are of float32 by default
  const zeros: Tensor<'float64'> = Tensor.zeros(shape);
  // @ts-expect-error: out is of float32
  pool.forward(zeros, Tensor.zeros(shape));
  // @ts-expect-error: the values can be of either type
  const copy: Tensor<'float32'> = Tensor.from(mixed[0]?.data ?? doubleData, shape);
  copy.dispose();
}

const facts = [
  [pixels.length, half.toArray(), fromBits.toArray(), fromNested.shape, fromNestedArray.dtype],
  [fromNdarray.shape, fromOrt.dtype, fromPicture.shape, fromTensors.map((tensor) => tensor.dtype)],
  [ofRank3, element, elementOfBatch, mutable, json.data?.length, values?.length],
  [height, width],
  withoutShape.length,
  copy.stride,
  whole.shape,
  global.shape,
  channels.shape,
  keptSize,
  adaptedGradient.shape,
  adaptive.map(({ shape }) => shape),
  `${adaptivePool}`,
  singleData.length,
  doubleData.length,
  chosen.dtype,
  narrowed.dtype,
  given,
  output.shape,
  gradient.size,
  nested,
  alsoNested,
  sizes,
  fromSources.length,
  pools.map((each) => each.outputShape(shape)),
  translated.map((each) => new AvgPool2d(each).outputShape(shape)),
  inUse instanceof Promise,
  threadsBefore,
  restored,
];
for (const tensor of mixed) {
  tensor.dispose();
}
console.log(
  JSON.stringify([
    ...facts,
    pool.extraRepr(),
    `${pool}`,
    memoryUsage().tensors > 0,
    mixed.every(({ disposed }) => disposed),
  ]),
);
