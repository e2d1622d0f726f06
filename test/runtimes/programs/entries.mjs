// Pools a tensor of the default entry by the slim entry, with options of the translator.

import { Tensor } from 'avgpool';
import { fromOnnx } from 'avgpool/compat';
import { AvgPool2d } from 'avgpool/slim';

const options = fromOnnx({ kernel_shape: [2, 2] }, [1, 1, 2, 2]);
export const mean = new AvgPool2d(options).forward(Tensor.from([1, 2, 3, 4], [1, 2, 2])).data[0];
