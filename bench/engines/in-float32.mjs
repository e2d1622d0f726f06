// avgpool on the same elements in float32, for comparison with narrower element types.

import { prepare } from './avgpool.mjs';

export const name = 'avgpool in float32';

export function load() {
  return { dtypes: ['float16', 'uint8'], prepare: prepareInFloat32 };
}

function prepareInFloat32(pooling, direction, data) {
  return { ...prepare(pooling, direction, data, 'float32'), actual: { dtype: 'float32' } };
}
