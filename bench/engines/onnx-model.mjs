// Runs a model of one AveragePool in either build of ONNX Runtime, which has no backward pass and no NHWC.

import proto from 'onnx-proto';
import { pairsOf } from '../cases.mjs';
import { sizeOf } from '../data.mjs';

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;

export async function prepareWith(ort, sessionOptions, { options, shape }, direction, { input, outputShape }) {
  if (direction === 'backward' || options.layout === 'NHWC') {
    return undefined;
  }
  const session = await ort.InferenceSession.create(model(options, shape), sessionOptions);
  const feeds = { x: new ort.Tensor('float32', input, shape) };
  // Results go to existing memory, as avgpool's do. Only the native build can do that.
  const fetches = ort.env.versions.web
    ? undefined
    : { y: new ort.Tensor('float32', new Float32Array(sizeOf(outputShape)), outputShape) };
  let result;
  return {
    run: async () => {
      result = await (fetches ? session.run(feeds, fetches) : session.run(feeds));
    },
    read: () => result.y.data,
    dispose: () => session.release(),
  };
}

function model(options, shape) {
  const { kernels, strides, paddings } = pairsOf(options);
  const integers = (name, ints) => ({ name, type: AttributeProto.AttributeType.INTS, ints });
  const flag = (name, i) => ({ name, type: AttributeProto.AttributeType.INT, i });
  const tensor = (name, dims) => {
    const dim = dims?.map((dimValue) => ({ dimValue }));
    return { name, type: { tensorType: { elemType: TensorProto.DataType.FLOAT, ...(dim && { shape: { dim } }) } } };
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
