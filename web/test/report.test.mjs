// The comparison of reports, and the list of differences, without a browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { DIFFERENCES, judge, LEFT_OUT, SLOW } from "./differences.mjs";
import { decode, differences } from "./report.mjs";

/** A list of a report, with its length before it. */
function list(bytes) {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}

/** A report of entries, each by its name, its letter, and its value as it is written. */
function report(...entries) {
  const written = entries.map(([name, kind, value]) => [list(Buffer.from(name)), Buffer.from(kind), value]);
  return Buffer.concat([Buffer.from("wgpu-wasi report 1\n"), ...written.flat()]);
}

const bytes = (...values) => list(Buffer.from(values));
const text = (value) => list(Buffer.from(value));
function number(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
function floats(tolerance, ...values) {
  const written = Buffer.from(new Float32Array([tolerance, ...values]).buffer);
  return Buffer.concat([written.subarray(0, 4), list(written.subarray(4))]);
}

const WHOLE = report(
  ["bytes", "b", bytes(1, 2, 3)],
  ["floats", "f", floats(0.01, 1, Number.NaN)],
  ["number", "n", number(7)],
  ["text", "t", text("words")],
  ["error", "v", text("of one implementation")],
);

test("a report is the same as itself, and nothing but a whole one is a report", () => {
  assert.deepEqual(differences(decode(WHOLE), decode(WHOLE)), []);
  assert.equal(decode(WHOLE).length, 5);
  assert.equal(decode(WHOLE.subarray(0, WHOLE.length - 1)), null);
  assert.equal(decode(Buffer.from("words")), null);
});

test("each difference is found, with its entry", () => {
  const other = report(
    ["bytes", "b", bytes(1, 9, 3)],
    ["floats", "f", floats(0.01, 1.02, Number.NaN)],
    ["number", "n", number(8)],
    ["text", "t", text("other words")],
    ["error", "m", text("of another implementation")],
  );
  const found = differences(decode(WHOLE), decode(other));
  assert.deepEqual(
    found.map(([name]) => name),
    ["bytes", "floats", "number", "text", "error"],
  );
  assert.equal(found[0][1], "1 of 3 bytes differ, by 7 at most, the first at 1");
});

test("what may differ is no difference: the last digits of numbers, and the words of an error", () => {
  const one = report(["floats", "f", floats(0.01, 1)], ["error", "v", text("one")]);
  const other = report(["floats", "f", floats(0.01, 1.005)], ["error", "v", text("other")]);
  assert.deepEqual(differences(decode(one), decode(other)), []);
});

test("reports with other entries, or fewer, differ where they part", () => {
  const one = report(["a", "n", number(1)], ["b", "n", number(1)], ["c", "n", number(1)]);
  const shorter = report(["a", "n", number(1)]);
  const other = report(["a", "n", number(1)], ["d", "n", number(1)], ["c", "n", number(2)]);
  assert.deepEqual(differences(decode(one), decode(shorter)), [["b", 'the entry is "b" | none']]);
  assert.deepEqual(differences(decode(one), decode(other)), [["b", 'the entry is "b" | "d"']]);
});

test("a new difference is wrong, and so is one that is listed and not there", () => {
  const known = [{ browsers: ["firefox"], cases: { a: ["size"] }, reason: "for this test" }];
  const differ = [["size of b", "1 | 2"]];
  assert.deepEqual(judge("firefox", "a", differ, known), []);
  assert.deepEqual(judge("chromium", "a", differ, known), ["size of b: 1 | 2"]);
  assert.deepEqual(judge("firefox", "b", differ, known), ["size of b: 1 | 2"]);
  assert.match(judge("firefox", "a", [], known)[0], /take it off the list/);
});

test("the list has reasons, and its cases and slow cases are in order", () => {
  for (const { browsers, cases, reason } of DIFFERENCES) {
    assert.ok(browsers.length > 0 && reason.length > 10 && Object.keys(cases).length > 0);
    assert.deepEqual(Object.keys(cases), Object.keys(cases).sort());
  }
  assert.deepEqual(SLOW, [...SLOW].sort());
});

/** The names of the cases of the program `programs`, without those of its feature `translated`, by its source. */
async function caseNames() {
  const source = await readFile("../tests/guests/programs/src/lib.rs", "utf8");
  const list = (group) => new RegExp(`^ +${group} in \\w+ by \\w+ \\{\\n([^}]*)`, "m").exec(source)[1];
  return ["CASES", "VALIDATION", "FAILING"].flatMap((group) => list(group).match(/\w+/g));
}

test("each case of the lists is one, and the documents count them right", async () => {
  const names = await caseNames();
  const listed = DIFFERENCES.flatMap(({ cases }) => Object.keys(cases));
  for (const name of [...listed, ...SLOW, ...Object.keys(LEFT_OUT)]) assert.ok(names.includes(name), name);
  const judged = names.length - Object.keys(LEFT_OUT).length;
  const of = (browser) => DIFFERENCES.filter(({ browsers }) => browsers.includes(browser));
  const count = (browser) => new Set(of(browser).flatMap(({ cases }) => Object.keys(cases))).size;
  const [chromium, firefox] = ["chromium", "firefox"].map(count);
  const text = (await readFile("../docs/browser.md", "utf8")).replace(/\s+/g, " ");
  const said = `of ${judged}, ${chromium} differ in Chromium and ${firefox} in Firefox`;
  assert.ok(text.includes(said), `docs/browser.md does not say "${said}"`);
});
