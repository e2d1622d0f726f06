// A model of one AveragePool for ONNX Runtime, and how either of its builds runs it. It has no backward pass and no NHWC.

import proto from 'onnx-proto';
import { sizeOf } from '../cases.mjs';

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;

export async function prepareWith(ort, sessionOptions, { options, shape }, direction, { x }, _, outputShape) {
  if (direction === 'backward' || options.layout === 'NHWC') {
    return undefined;
  }
  const session = await ort.InferenceSession.create(model(options, shape), sessionOptions);
  const feeds = { x: new ort.Tensor('float32', x, shape) };
  // Results go to memory that is there already, as avgpool's do, where the build writes to what it is given.
  const fetches = ort.env.versions.web
    ? undefined
    : { y: new ort.Tensor('float32', new Float32Array(sizeOf(outputShape)), outputShape) };
  let result;
  return {
    call: async () => {
      result = await (fetches ? session.run(feeds, fetches) : session.run(feeds));
    },
    read: () => result.y.data,
    dispose: () => session.release(),
  };
}

function model({ kernelSize, stride = kernelSize, padding = 0, countIncludePad = true }, shape) {
  const integers = (name, ints) => ({ name, type: AttributeProto.AttributeType.INTS, ints });
  const flag = (name, i) => ({ name, type: AttributeProto.AttributeType.INT, i });
  const value = (name, dims) => ({
    name,
    type: {
      tensorType: {
        elemType: TensorProto.DataType.FLOAT,
        shape: { dim: dims.map((size) => ({ dimValue: size })) },
      },
    },
  });
  const node = {
    opType: 'AveragePool',
    input: ['x'],
    output: ['y'],
    attribute: [
      integers('kernel_shape', [kernelSize, kernelSize]),
      integers('strides', [stride, stride]),
      integers('pads', [padding, padding, padding, padding]),
      flag('count_include_pad', countIncludePad ? 1 : 0),
    ],
  };
  const output = { name: 'y', type: { tensorType: { elemType: TensorProto.DataType.FLOAT } } };
  const graph = { name: 'pool', node: [node], input: [value('x', shape)], output: [output] };
  const message = ModelProto.fromObject({ irVersion: 7, opsetImport: [{ domain: '', version: 11 }], graph });
  return ModelProto.encode(message).finish();
}
