// Prints the result of the smoke program on threads, as an ES module.

import * as avgpool from 'avgpool';
import { threads } from 'avgpool/threads';
import { smokeOnThreads } from './threads.mjs';

console.log(JSON.stringify(await smokeOnThreads(avgpool, threads)));
