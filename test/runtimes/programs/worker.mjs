// Answers what the smoke program finds: a worker of Cloudflare's, or of the edge.

import * as avgpool from 'avgpool';
import { smoke } from './smoke.mjs';

export default {
  fetch: () => Response.json(smoke(avgpool)),
};
