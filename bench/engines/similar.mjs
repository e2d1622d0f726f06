// avgpool's AvgPool2d with windows of about the same size, for comparison with adaptive pooling.

import { dataFor } from '../data.mjs';
import { prepare } from './avgpool.mjs';

export const name = 'avgpool’s AvgPool2d';

export function load() {
  return { adaptive: true, prepare: prepareSimilar };
}

function prepareSimilar({ similar, options: { layout = 'NCHW' }, shape }, direction) {
  if (!similar) {
    return undefined;
  }
  const options = { ...similar, layout };
  return { ...prepare({ options, shape }, direction, dataFor({ options, shape })), actual: { options } };
}
