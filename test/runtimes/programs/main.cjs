// Prints the result of the smoke program, as a CommonJS module.

const avgpool = require('avgpool');

import('./smoke.mjs').then(({ smoke }) => console.log(JSON.stringify(smoke(avgpool))));
