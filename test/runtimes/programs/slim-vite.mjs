// The smoke program with the slim entry, for Vite.

import url from 'avgpool/avgpool.wasm?url';
import { AdaptiveAvgPool2d, AvgPool2d, init, Tensor } from 'avgpool/slim';
import { smoke } from './smoke.mjs';

globalThis.result = init(url).then(() => smoke({ AdaptiveAvgPool2d, AvgPool2d, Tensor }));
