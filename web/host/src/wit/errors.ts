// Errors as the WIT has them.

/** What jco makes the error of a `result` from. */
export class WitError extends Error {
  override readonly name = "WitError";
  /** The value of the WIT. */
  readonly payload: unknown;

  constructor(message: string, payload: unknown) {
    super(message);
    this.payload = payload;
  }
}

/** What ends a guest that breaks a rule of an interface, or needs what a browser does not have. */
export class Trap extends Error {
  override readonly name = "Trap";
}
