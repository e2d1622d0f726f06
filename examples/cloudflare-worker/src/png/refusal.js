// The error for a picture that this service cannot read. It does not know the reasons.

import { HttpError } from '../http-error.js';

export function refusal(reason) {
  return new HttpError(400, `the body is not a PNG that this service reads: ${reason}`);
}
