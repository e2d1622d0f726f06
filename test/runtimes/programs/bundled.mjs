// The smoke program as bundlers get it: with the names that it needs, so that what nobody imports can be dropped.

import { AvgPool2d, Tensor } from 'avgpool';
import { smoke } from './smoke.mjs';

globalThis.result = smoke({ AvgPool2d, Tensor });
