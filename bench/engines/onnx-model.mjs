// Runs a model of one AveragePool in either build of ONNX Runtime, which has no backward pass and no NHWC. In float16,
// both add conversions to float32 and back.

import { Tensor } from 'avgpool';
import proto from 'onnx-proto';
import { pairsOf } from '../cases.mjs';
import { numbersOf } from './avgpool.mjs';

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;

export async function prepareWith(ort, sessionOptions, { options, shape }, direction, { input, outputShape }, dtype) {
  if (direction === 'backward' || options.layout === 'NHWC') {
    return undefined;
  }
  const session = await ort.InferenceSession.create(model(options, shape, dtype), sessionOptions);
  const toTensor = (tensor) => {
    const { values, shape } = tensor;
    tensor.dispose();
    return new ort.Tensor(dtype, values, shape);
  };
  const feeds = { x: toTensor(Tensor.from(input, shape, dtype)) };
  // Results go to existing memory, as avgpool's do. Only the native build can do that.
  const fetches = ort.env.versions.web ? undefined : { y: toTensor(Tensor.zeros(outputShape, dtype)) };
  let result;
  return {
    run: async () => {
      result = await (fetches ? session.run(feeds, fetches) : session.run(feeds));
    },
    read: () => numbersOf(result.y),
    dispose: () => session.release(),
  };
}

function model(options, shape, dtype) {
  const { kernels, strides, paddings } = pairsOf(options);
  const integers = (name, ints) => ({ name, type: AttributeProto.AttributeType.INTS, ints });
  const flag = (name, i) => ({ name, type: AttributeProto.AttributeType.INT, i });
  const elemType = TensorProto.DataType[dtype === 'float16' ? 'FLOAT16' : 'FLOAT'];
  const tensor = (name, dims) => {
    const dim = dims?.map((dimValue) => ({ dimValue }));
    return { name, type: { tensorType: { elemType, ...(dim && { shape: { dim } }) } } };
  };
  const node = {
    opType: 'AveragePool',
    input: ['x'],
    output: ['y'],
    attribute: [
      integers('kernel_shape', kernels),
      integers('strides', strides),
      integers('pads', [...paddings, ...paddings]),
      flag('count_include_pad', options.countIncludePad === false ? 0 : 1),
    ],
  };
  const graph = { name: 'pool', node: [node], input: [tensor('x', shape)], output: [tensor('y')] };
  const message = ModelProto.fromObject({ irVersion: 7, opsetImport: [{ domain: '', version: 11 }], graph });
  return ModelProto.encode(message).finish();
}
