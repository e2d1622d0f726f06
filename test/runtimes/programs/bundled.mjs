// The smoke program for bundlers. It imports three names, so that bundlers can drop the others.

import { AdaptiveAvgPool2d, AvgPool2d, Tensor } from 'avgpool';
import { smoke } from './smoke.mjs';

globalThis.result = smoke({ AdaptiveAvgPool2d, AvgPool2d, Tensor });
