// Reports of the test programs, as tests/guests/programs/src/report.rs writes and compares them.

const MAGIC = "wgpu-wasi report 1\n";

/** The entries of a report: names, kinds and values; null where there is none. */
export function decode(bytes) {
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  let at = MAGIC.length;
  const take = () => {
    const length = Number(bytes.readBigUInt64LE(at));
    at += 8 + length;
    return bytes.subarray(at - length, at);
  };
  const entries = [];
  while (at < bytes.length) {
    const name = take().toString();
    const kind = String.fromCharCode(bytes[at++]);
    if (kind === "n") {
      entries.push({ name, kind, value: bytes.readBigUInt64LE(at) });
      at += 8;
      continue;
    }
    const tolerance = kind === "f" ? bytes.readFloatLE(at) : 0;
    if (kind === "f") at += 4;
    entries.push({ name, kind, tolerance, value: take() });
  }
  return entries;
}

/** The names of the entries that differ. Where another entry stands in its place, nothing can be told from there on. */
export function differences(expected, got) {
  const found = [];
  for (let index = 0; index < Math.max(expected.length, got.length); index++) {
    const [one, other] = [expected[index], got[index]];
    if (one?.name !== other?.name) return [...found, one?.name ?? other?.name];
    if (!same(one, other)) found.push(one.name);
  }
  return found;
}

function same(one, other) {
  if (one.kind !== other.kind) return false;
  switch (one.kind) {
    case "n":
      return one.value === other.value;
    case "f":
      return sameFloats(floats(one.value), floats(other.value), one.tolerance);
    case "b":
    case "t":
      return one.value.equals(other.value);
    default:
      // The texts of errors belong to the implementation.
      return true;
  }
}

function floats(bytes) {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
}

/** Absolute below 1, and relative above. */
function sameFloats(one, other, tolerance) {
  const near = (a, b) =>
    a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a)) || (Number.isNaN(a) && Number.isNaN(b));
  return one.length === other.length && one.every((value, index) => near(value, other[index]));
}
