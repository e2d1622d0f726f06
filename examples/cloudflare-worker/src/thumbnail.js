// Answers a PNG with a smaller PNG. Each channel is averaged on its own, so colours of transparent pixels count. It does not
// know how a picture is decoded.

import { AdaptiveAvgPool2d } from 'avgpool';
import { encode } from 'fast-png';
import { LIMIT, withBody } from './body.js';
import { HttpError } from './http-error.js';
import { decodePicture } from './png/picture.js';
import { poolElements } from './pool.js';

/** The largest side of a thumbnail in pixels. So an answer has at most 1 MiB of pixels, in four channels. */
const MOST_SIDE = 512;

export function makeThumbnail(request, searchParams) {
  const box = parse(searchParams);
  const wrongLength = () => new HttpError(413, `a picture may have ${LIMIT} bytes at most`);
  return withBody(request, { least: 0, most: LIMIT }, wrongLength, (body) => {
    const { data, height, width, channels } = decodePicture(body);
    const pool = new AdaptiveAvgPool2d({ outputSize: fit([height, width], box), layout: 'NHWC' });
    const { data: pixels, shape } = poolElements(pool, data, [height, width, channels]);
    const png = encode({ data: pixels, height: shape[0], width: shape[1], channels });
    return new Response(png, { headers: { 'content-type': 'image/png' } });
  });
}

/** The height and width into which the query fits a thumbnail. */
function parse(searchParams) {
  const text = searchParams.getAll('thumbnail').join(' and ');
  const sides = /^\d{1,3}x\d{1,3}$/.test(text) ? text.split('x').map(Number) : [];
  if (!sides.length || sides.some((side) => side < 1 || side > MOST_SIDE)) {
    const got = JSON.stringify(text.slice(0, 40));
    const wanted = `a height and a width from 1 to ${MOST_SIDE} such as 128x128`;
    throw new HttpError(400, `the query needs thumbnail once, ${wanted}, got ${got}`);
  }
  return sides;
}

/** The largest size inside `box` that keeps the aspect ratio. A picture that is smaller keeps its size. */
function fit(size, box) {
  const scale = Math.min(1, box[0] / size[0], box[1] / size[1]);
  return size.map((side) => Math.max(1, Math.round(side * scale)));
}
