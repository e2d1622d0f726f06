// An edge route that responds with the result of the smoke program. This platform has no threads.

import * as avgpool from 'avgpool';
import { threads } from 'avgpool/threads';
import { smokeOnThreads } from '../../../../programs/threads.mjs';

export const runtime = 'edge';
export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await smokeOnThreads(avgpool, threads));
}
