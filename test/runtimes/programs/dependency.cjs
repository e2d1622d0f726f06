// A CommonJS dependency of mixed.mjs. It makes and pools tensors of its own, on threads that all share.

const { AvgPool2d, memoryUsage, Tensor } = require('avgpool');
const slim = require('avgpool/slim');
const { fromOnnx } = require('avgpool/compat');
const { threads } = require('avgpool/threads');

exports.makeInput = () => Tensor.ones([1, 2, 2]);
exports.pools = [
  new AvgPool2d(2),
  new slim.AvgPool2d(fromOnnx({ kernel_shape: [2, 2], strides: [2, 2] }, [1, 1, 2, 2])),
];
exports.startThreads = threads;
exports.countThreads = () => memoryUsage().threads;
