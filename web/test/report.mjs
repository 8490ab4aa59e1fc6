// The reports of the project's test cases (tests/guests/programs/src/report.rs), compared as its harness compares them.

const MAGIC = "wgpu-wasi report 1\n";

/** The kinds of error, by their letters; `-` is none. */
const ERRORS = { "-": "no error", v: "validation error", m: "out of memory", i: "internal error" };

/** The entries of a report, in order; null when these bytes are no whole report. */
export function decode(bytes) {
  const report = Buffer.from(bytes);
  if (report.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  const reader = new Reader(report, MAGIC.length);
  const entries = [];
  try {
    while (reader.at < report.length) entries.push(reader.entry());
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return entries;
}

class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  skip(length) {
    if (this.at + length > this.bytes.length) throw new RangeError("the report ends too early");
    this.at += length;
    return this.at - length;
  }

  list() {
    const length = Number(this.bytes.readBigUInt64LE(this.skip(8)));
    return this.bytes.subarray(this.skip(length), this.at);
  }

  entry() {
    const name = this.list().toString();
    const kind = String.fromCharCode(this.bytes[this.skip(1)]);
    switch (kind) {
      case "b":
      case "t":
        return { name, kind, value: this.list() };
      case "f": {
        const tolerance = this.bytes.readFloatLE(this.skip(4));
        const list = this.list();
        const value = Array.from({ length: Math.floor(list.length / 4) }, (_, index) => list.readFloatLE(4 * index));
        return { name, kind, value, tolerance };
      }
      case "n":
        return { name, kind, value: this.bytes.readBigUInt64LE(this.skip(8)) };
      default:
        if (!(kind in ERRORS)) throw new RangeError(`no entry is of the kind ${kind}`);
        return { name, kind: "error", value: kind, text: this.list().toString() };
    }
  }
}

/** How two entries of one name differ, or null. The texts of errors are the implementation's, and not compared. */
function difference(expected, got) {
  const { kind, value } = expected;
  if (kind !== got.kind) return `another kind of entry: ${kind} and ${got.kind}`;
  switch (kind) {
    case "error":
      return value === got.value ? null : `${errorOf(expected)} | ${errorOf(got)}`;
    case "n":
      return value === got.value ? null : `${value} | ${got.value}`;
    case "t":
      return value.equals(got.value)
        ? null
        : `${value.toString().slice(0, 200)} | ${got.value.toString().slice(0, 200)}`;
    default:
      if (value.length !== got.value.length) return `${value.length} and ${got.value.length} values`;
      return kind === "f" ? floats(expected, got) : differentBytes(value, got.value);
  }
}

function errorOf({ value, text }) {
  return text === "" ? ERRORS[value] : `${ERRORS[value]} (${text.replace(/\s+/g, " ").slice(0, 160)})`;
}

function floats({ value, tolerance }, got) {
  const near = (a, b) =>
    a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), 1) || (Number.isNaN(a) && Number.isNaN(b));
  const at = value.findIndex((a, index) => !near(a, got.value[index]));
  return at === -1 ? null : `floats differ by more than ${tolerance} at ${at}: ${value[at]} | ${got.value[at]}`;
}

function differentBytes(expected, got) {
  if (expected.equals(got)) return null;
  const differences = Array.from(expected, (byte, index) => Math.abs(byte - got[index]));
  const count = differences.filter((by) => by !== 0).length;
  const most = differences.reduce((most, by) => Math.max(most, by), 0);
  const first = differences.findIndex((by) => by !== 0);
  return `${count} of ${expected.length} bytes differ, by ${most} at most, the first at ${first}`;
}

/** Each difference between two reports, as the name of the entry and what differs. */
export function differences(expected, got) {
  const found = [];
  for (let at = 0; at < Math.max(expected.length, got.length); at++) {
    const [a, b] = [expected[at], got[at]];
    if (a?.name !== b?.name) {
      // From here on nothing can be told from anything.
      found.push([a?.name ?? b.name, `the entry is ${a ? `"${a.name}"` : "none"} | ${b ? `"${b.name}"` : "none"}`]);
      return found;
    }
    const what = difference(a, b);
    if (what !== null) found.push([a.name, what]);
  }
  return found;
}
