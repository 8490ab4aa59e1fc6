// Programs with windows that take long to build, in a page: over eframe, and over burn. What they show, after clicks and
// keys, is compared with the same in the windows without a display of `cargo wgpu-wasi run`.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaint, without } from "./pictures.mjs";
import { windowed } from "./tool.mjs";
import { becomes, ended, place, still } from "./windows.mjs";

/** The digits that the net learns from; `cargo xtask setup --ml` fetches them. */
const DIGITS = "../target/ml/digits/digits.csv.gz";

/** How long the net learns, in steps, and how it hears of it. */
const LEARNS = ["--data", "/digits.csv.gz"];

/** Their sites. */
export const LARGE = [
  { name: "darkroom", program: "windowed-darkroom", args: [] },
  { name: "draw", program: "ml-draw", args: LEARNS, input: DIGITS },
];

/** For so long nothing new is shown until a picture counts as the last: without a GPU, the next may take seconds. */
const QUIET = 4000;

/** The row of the darkroom that names the adapter, which Firefox does not tell. */
const STATUS_ROWS = 30;

/** The darkroom at first, as taken, developed again, and grey by options that are typed. */
async function darkroom(page, browser) {
  const [width, height] = [1024, 560];
  const clicked = (at, [x, y]) => [
    { at, cursor: [x, y] },
    { at: at + 0.05, button: "left" },
  ];
  const away = (at) => ({ at, cursor: [400, 300] });
  const [checkbox, options] = [
    [834, 20],
    [800, 110],
  ];
  const expected = await windowed(
    "windowed-darkroom",
    `${width}x${height}`,
    ["1.9s", "3.9s", "5.9s", "7.9s"],
    [
      ...[...clicked(2, checkbox), away(2.1), ...clicked(4, checkbox), away(4.1), ...clicked(6, options)],
      ...[
        { at: 6.1, modifiers: ["control"] },
        { at: 6.15, key: "KeyA" },
        { at: 6.2, modifiers: [] },
      ],
      ...[
        { at: 6.25, text: "--saturation 0" },
        { at: 8, close: true },
      ],
    ],
  );
  const look = (name) => becomes(page, browser, name, expected.shift(), (file) => without(STATUS_ROWS, file));
  const { left, top } = await place(page);
  await look("start");
  const click = async ([x, y]) => {
    await page.mouse.move(left + x, top + y);
    // egui looks once a picture: at what is below the pointer then, and whether the button was held too long for a click.
    const { pictures } = await still(page, 0);
    await page.mouse.down();
    await page.mouse.up();
    await still(page, pictures);
  };
  for (const name of ["clicked", "back"]) {
    await click(checkbox);
    await page.mouse.move(left + 400, top + 300);
    await look(name);
  }
  await click(options);
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type("--saturation 0");
  await look("typed");
  await page.evaluate(() => [...document.querySelectorAll(".window button")].at(-1).click());
  await ended(page);
}

/** Digits as strokes on the paper, by points of the window. */
const DRAWN = {
  0: Array.from({ length: 25 }, (_, step) => {
    const angle = (2 * Math.PI * step) / 24;
    return [180 - 65 * Math.sin(angle), 180 - 110 * Math.cos(angle)].map(Math.round);
  }),
  1: [
    [180, 60],
    [180, 300],
  ],
};

/** What the windows without a display show of the last of them. */
async function drawnElsewhere() {
  const [events, step] = [[], 0.05];
  // Until then it has learnt: a picture takes a sixtieth of a second there.
  let at = 10;
  const happen = (event) => {
    events.push({ at, ...event });
    at += step;
  };
  for (const [first, ...rest] of Object.values(DRAWN)) {
    happen({ key: "KeyC" });
    happen({ cursor: first });
    happen({ button: "left", pressed: true });
    for (const cursor of rest) happen({ cursor });
    happen({ button: "left", pressed: false });
    at += 1;
  }
  const [shown, end] = [`${at.toFixed(2)}s`, at + 1];
  const given = { args: LEARNS, input: DIGITS };
  const [picture] = await windowed("ml-draw", "640x420", [shown], [...events, { at: end, close: true }], given);
  return picture;
}

/** A net learns, and reads what is drawn by the mouse. */
async function draw(page, browser) {
  const begin = Date.now();
  const until = async (words) => {
    for (;;) {
      const { stdout, state, stderr } = await page.look();
      const found = words.exec(stdout);
      if (found) return found;
      assert.ok(state === "running" && Date.now() - begin < 600_000, `${state}: no ${words} in\n${stdout}${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const [, right, of] = await until(/(\d+) of (\d+) held out are read right/);
  console.log(`${browser}: learnt after ${((Date.now() - begin) / 1000).toFixed(1)} s, ${right} of ${of} read right`);
  assert.ok(right / of > 0.9, `${right} of ${of}`);
  const { left, top } = await place(page);
  for (const [digit, [first, ...rest]] of Object.entries(DRAWN)) {
    await page.keyboard.press("c");
    await page.mouse.move(left + first[0], top + first[1]);
    await page.mouse.down();
    for (const [x, y] of rest) await page.mouse.move(left + x, top + y);
    await page.mouse.up();
    await until(new RegExp(`read ${digit}, `));
  }
  const { png } = await still(page, 1, QUIET);
  // Another adapter, or one with other features, has other kernels, which round in another way.
  assert.equal(complaint("another", "alike", png, await drawnElsewhere()), null);
  await page.keyboard.press("Escape");
  await ended(page);
}

/** The tests of one browser; `open` opens a site, and closes it after what is done there. */
export function large(tested, open) {
  const running = { until: ["running"], timeout: 240_000 };
  test("a darkroom in a window", () => open(tested, "darkroom", (page) => darkroom(page, tested.name), running));
  test("a net learns in a window", () => open(tested, "draw", (page) => draw(page, tested.name), running));
}
