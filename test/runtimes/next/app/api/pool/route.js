// An edge route that responds with the result of the smoke program.

import * as avgpool from 'avgpool';
import { smoke } from '../../../../programs/smoke.mjs';

export const runtime = 'edge';
export const dynamic = 'force-dynamic';

export function GET() {
  return Response.json(smoke(avgpool));
}
