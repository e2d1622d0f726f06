// The smoke program with the slim entry, for webpack.

import { AdaptiveAvgPool2d, AvgPool2d, init, Tensor } from 'avgpool/slim';
import { smoke } from './smoke.mjs';

globalThis.result = init(new URL('avgpool/avgpool.wasm', import.meta.url)).then(() =>
  smoke({ AdaptiveAvgPool2d, AvgPool2d, Tensor }),
);
