// All targets, in the order of the table. They run one after the other, because some of them measure time.

import './targets/node.mjs';
import './targets/deno.mjs';
import './targets/edge.mjs';
import './targets/next.mjs';
import './targets/browsers.mjs';
import './targets/bundlers.mjs';
import './targets/realms.mjs';
import './targets/resolvers.mjs';
import './targets/examples.mjs';
import './targets/blocked.mjs';
import './targets/isolation.mjs';
import './targets/cold-start.mjs';
