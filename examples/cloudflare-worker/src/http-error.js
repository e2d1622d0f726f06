// The error of a refused request. It knows no request.

/** An error with the HTTP status of its response. */
export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
