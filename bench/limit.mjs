// avgpool's time as a multiple of the streaming limit.

import { prepare } from './engines/avgpool.mjs';
import { ratio, rounds } from './measure.mjs';
import { streaming } from './streaming.mjs';

/** Of one direction of a case, with `data` as its input x and its gradient g. */
export async function multipleOfLimit(each, direction, data, timing, dtype = 'float32') {
  const { call, dispose } = prepare(each, direction, data, dtype);
  const element = dtype === 'float64' ? 8 : 4;
  const bytes = [element * data.x.length, element * data.g.length];
  const { stream } = streaming(...(direction === 'forward' ? bytes : bytes.reverse()));
  const [limit, times] = await rounds([stream, call], timing);
  dispose();
  return ratio(times, limit);
}
