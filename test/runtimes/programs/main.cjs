// Prints what the smoke program finds, with the package as a CommonJS module gets it.

const avgpool = require('avgpool');

import('./smoke.mjs').then(({ smoke }) => console.log(JSON.stringify(smoke(avgpool))));
