// The smoke program on threads, for bundlers.

import { AdaptiveAvgPool2d, AvgPool2d, memoryUsage, Tensor } from 'avgpool';
import { threads } from 'avgpool/threads';
import { smokeOnThreads } from './threads.mjs';

globalThis.result = smokeOnThreads({ AdaptiveAvgPool2d, AvgPool2d, memoryUsage, Tensor }, threads);
