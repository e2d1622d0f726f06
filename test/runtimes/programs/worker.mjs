// A worker for edge platforms that responds with the result of the smoke program. These platforms have no threads.

import * as avgpool from 'avgpool';
import { threads } from 'avgpool/threads';
import { smokeOnThreads } from './threads.mjs';

export default {
  fetch: async () => Response.json(await smokeOnThreads(avgpool, threads)),
};
