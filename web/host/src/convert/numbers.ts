// Numbers of the WIT that WebIDL would refuse with an exception. No such number is valid, so they become others that
// are no more valid, and WebGPU makes its error of them.

const MOST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MOST_FLOAT = 3.4028234663852886e38;

/** A `u64` or `s64`: WebIDL takes no integer above 2^53 - 1. */
export function integer(value: bigint): number {
  return value > MOST_SAFE ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** The same, of an optional one. */
export function optionalInteger(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : integer(value);
}

/** A number of floating point: WebIDL takes no NaN and nothing infinite. */
export function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  return value < 0 ? -MOST_FLOAT : MOST_FLOAT;
}
