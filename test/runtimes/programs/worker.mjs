// A worker for edge platforms that responds with the result of the smoke program.

import * as avgpool from 'avgpool';
import { smoke } from './smoke.mjs';

export default {
  fetch: () => Response.json(smoke(avgpool)),
};
