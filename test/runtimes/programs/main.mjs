// Prints what the smoke program finds, as a module.

import * as avgpool from 'avgpool';
import { smoke } from './smoke.mjs';

console.log(JSON.stringify(smoke(avgpool)));
