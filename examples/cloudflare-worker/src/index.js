// Average pooling as a service: POST a PNG to get a thumbnail, or the elements of a tensor to get those of the pooled one.
//
//   curl --data-binary @photo.png 'http://127.0.0.1:8787/?thumbnail=128x128' --output thumbnail.png
//   curl --data-binary @input.bin 'http://127.0.0.1:8787/?shape=1,64,56,56&kernel=2' --output output.bin
//
// It knows statuses, and nothing of pictures and tensors.

import { HttpError } from './http-error.js';
import { poolTensor } from './tensor.js';
import { makeThumbnail } from './thumbnail.js';

export default {
  async fetch(request) {
    try {
      if (request.method !== 'POST') {
        throw new HttpError(405, 'send a picture or the elements of a tensor with POST');
      }
      const { searchParams } = new URL(request.url);
      const answer = searchParams.has('thumbnail') ? makeThumbnail : poolTensor;
      return await answer(request, searchParams);
    } catch (error) {
      if (error instanceof HttpError) {
        return new Response(`${error.message}\n`, { status: error.status });
      }
      console.error(error);
      return new Response('the service failed\n', { status: 500 });
    }
  },
};
