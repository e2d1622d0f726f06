// Prints the result of the smoke program on threads, as a CommonJS module.

const avgpool = require('avgpool');
const { threads } = require('avgpool/threads');

import('./threads.mjs')
  .then(({ smokeOnThreads }) => smokeOnThreads(avgpool, threads))
  .then((found) => console.log(JSON.stringify(found)));
