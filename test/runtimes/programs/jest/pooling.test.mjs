// A test of Jest, as an ES module.

import { AvgPool2d, Tensor } from 'avgpool';
import * as slim from 'avgpool/slim';

test('a tensor of the default entry is pooled by the slim entry', () => {
  const input = Tensor.from([1, 2, 3, 4], [1, 2, 2]);
  expect(new slim.AvgPool2d(2).forward(input).data[0]).toBe(2.5);
  expect(() => new AvgPool2d(0)).toThrow(RangeError);
});
