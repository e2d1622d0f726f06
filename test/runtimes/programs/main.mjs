// Prints the result of the smoke program, as an ES module.

import * as avgpool from 'avgpool';
import { smoke } from './smoke.mjs';

console.log(JSON.stringify(smoke(avgpool)));
