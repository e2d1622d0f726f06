// The smoke program with the slim entry, as Vite gets it.

import url from 'avgpool/avgpool.wasm?url';
import { AvgPool2d, init, Tensor } from 'avgpool/slim';
import { smoke } from './smoke.mjs';

globalThis.result = init(url).then(() => smoke({ AvgPool2d, Tensor }));
