// A CommonJS dependency of mixed.mjs. It makes and pools tensors of its own.

const { AvgPool2d, Tensor } = require('avgpool');
const slim = require('avgpool/slim');
const { fromOnnx } = require('avgpool/compat');

exports.makeInput = () => Tensor.ones([1, 2, 2]);
exports.pools = [
  new AvgPool2d(2),
  new slim.AvgPool2d(fromOnnx({ kernel_shape: [2, 2], strides: [2, 2] }, [1, 1, 2, 2])),
];
