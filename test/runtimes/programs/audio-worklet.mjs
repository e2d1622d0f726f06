// The smoke program in an audio worklet, which has few of the web's globals, and no import maps.

import * as avgpool from './node_modules/avgpool/dist/index.js';
import { smoke } from './smoke.mjs';

class Processor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.port.postMessage(smoke(avgpool));
  }

  process() {
    return false;
  }
}

registerProcessor('smoke', Processor);
