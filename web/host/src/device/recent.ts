// Encoders and command buffers are kept for long.
//
// Firefox 153 now and then ends as a whole when its collector takes one ("Cannot remove a vacant resource"), in programs
// with a window and a GPU that is far behind: on lavapipe, about once in some thousands. So a program that makes fewer than
// these is safe, and others are later in danger. Of what is submitted little is left, and what it used is destroyed as before.

/** How many are kept. */
const KEPT = 1 << 15;

const RECENT: object[] = [];
let next = 0;

/** Keeps the object until so many others have come. */
export function keep<T extends object>(object: T): T {
  RECENT[next] = object;
  next = (next + 1) % KEPT;
  return object;
}
