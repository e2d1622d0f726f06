// A program of one module, so that bundlers join it with the package in one scope, where minifiers inline most.

import { AvgPool2d, memoryUsage, Tensor } from 'avgpool';

const { data } = new AvgPool2d(2).forward(Tensor.ones([1, 2, 2]));
console.log(JSON.stringify({ outputs: [...data], tensors: memoryUsage().tensors }));
