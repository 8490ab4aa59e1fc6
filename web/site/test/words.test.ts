import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, duration, ending, joinArguments, pictureType, splitArguments } from "../src/words.js";

test("arguments are split as by a shell", () => {
  const lines: [string, string[]][] = [
    ["", []],
    ["  1 2.5  3 ", ["1", "2.5", "3"]],
    ['\'a b\' "c \\" d" e\\ f', ["a b", 'c " d', "e f"]],
    ["--name='x y'z \"\"", ["--name=x yz", ""]],
    ["'open", ["open"]],
  ];
  for (const [line, words] of lines) assert.deepEqual(splitArguments(line), words, line);
});

test("joined arguments are split into what they were", () => {
  const words = ["plain", "two words", 'a"quote', "back\\slash", "", "it's", "ünï", "--a=b"];
  assert.deepEqual(splitArguments(joinArguments(words)), words);
  assert.equal(joinArguments(["--all", "/out"]), "--all /out");
});

test("durations, sizes and endings are in words", () => {
  assert.deepEqual([duration(1234), duration(61_900)], ["1.2 s", "1 min 1 s"]);
  assert.deepEqual(
    [bytes(1), bytes(1500), bytes(2_500_000)],
    ["1 bytes", "1.5 kB", "2.5 MB"].map((text) => text),
  );
  assert.equal(ending(0), "Finished");
  assert.match(ending(1), /status 1$/);
  assert.match(ending(101), /Panicked/);
});

test("pictures are known by their names", () => {
  assert.equal(pictureType("out/A.PNG"), "image/png");
  assert.equal(pictureType("table.csv"), null);
  assert.equal(pictureType("png"), "image/png");
});
