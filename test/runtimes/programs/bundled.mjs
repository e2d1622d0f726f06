// The smoke program for bundlers. It imports two names, so that bundlers can drop the others.

import { AvgPool2d, Tensor } from 'avgpool';
import { smoke } from './smoke.mjs';

globalThis.result = smoke({ AvgPool2d, Tensor });
