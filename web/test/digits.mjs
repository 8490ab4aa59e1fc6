// The page in which a net of burn's learns, and then reads what is drawn: examples/ml/digits/page.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { component, site } from "./tool.mjs";

const PROGRAM = "ml-digits";
const DATA = "../target/ml/digits/digits.csv.gz";
const THERE = !!process.env.WGPU_WASI_ALL || existsSync(component(PROGRAM));

/** Strokes on the pad, of 280 by 280 pixels, by what they show. */
const DRAWN = {
  1: [
    [140, 30],
    [140, 250],
  ],
  0: Array.from({ length: 25 }, (_, step) => {
    const angle = (2 * Math.PI * step) / 24;
    return [140 + 70 * Math.sin(angle), 140 - 105 * Math.cos(angle)];
  }),
  7: [
    [70, 45],
    [205, 45],
    [115, 245],
  ],
};

/** The page as `cargo xtask site` has it: the program, the files of the page, the package, and what it learns from. */
export async function digitsSite(folder) {
  if (!THERE) return;
  await site(folder, PROGRAM, []);
  await cp("../examples/ml/digits/page", folder, { recursive: true });
  await cp("host/dist/index.js", join(folder, "host.js"));
  await mkdir(join(folder, "data"));
  await cp(DATA, join(folder, "data/digits.csv.gz"));
}

/** Draws a stroke with the mouse. */
async function draw(page, [first, ...others]) {
  await page.click("#clear");
  const { left, top } = await page.evaluate(() => {
    document.getElementById("pad").scrollIntoView({ block: "nearest" });
    const { left, top } = document.getElementById("pad").getBoundingClientRect();
    return { left: Math.round(left), top: Math.round(top) };
  });
  await page.mouse.move(left + first[0], top + first[1]);
  await page.mouse.down();
  for (const [x, y] of others) await page.mouse.move(left + x, top + y, { steps: 4 });
  await page.mouse.up();
}

/** What the page says of a drawing. */
async function answer(page) {
  for (const begin = Date.now(); Date.now() - begin < 120_000; ) {
    const text = await page.evaluate(() => document.getElementById("answer").textContent);
    if (/^It /.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("the drawing was not read");
}

async function reads(page, name) {
  const { state, status } = await page.evaluate(() => ({
    state: document.documentElement.dataset.state,
    status: document.getElementById("status").textContent,
  }));
  assert.equal(state, "ready", status);
  console.log(name, status);
  const read = {};
  for (const [digit, stroke] of Object.entries(DRAWN)) {
    await draw(page, stroke);
    read[digit] = await answer(page);
  }
  console.log(name, read);
  for (const [digit, text] of Object.entries(read)) assert.match(text, new RegExp(`^It is a ${digit}\\.`));
}

/** The tests of one browser. */
export function digits(tested, open) {
  const until = { until: ["ready", "failed", "missing"], timeout: 1_200_000 };
  test("a net learns, and reads what is drawn", { skip: !THERE }, () =>
    open(tested, "digits", (page) => reads(page, tested.name), until),
  );
}
