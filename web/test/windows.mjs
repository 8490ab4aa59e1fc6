// Programs with windows in a page: what they show after a click, a key, a drag and another size, against the same in the
// windows without a display of `cargo wgpu-wasi run`.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { complaint, difference, sizes } from "./pictures.mjs";
import { component, windowed } from "./tool.mjs";

/** Guests that know windows by the WIT alone, where they have been built. */
const RAW = existsSync(component("raw_windows"));

/** The sites of these tests. */
export const WINDOWED = [
  { name: "triangle", program: "windowed-triangle", args: [] },
  { name: "galaxies", program: "windowed-nbody", args: [] },
  ...(RAW ? [{ name: "raw", program: "raw_windows", args: [] }] : []),
];

/**
 * Their cases that have a page, with their exit statuses. The others need more than one has: a rate of the screen that is
 * right to 2 %, windows larger than it, thousands of keys, or a host that knows when nothing else will come.
 */
const CASES = {
  canvases_that_are_not_valid: 0,
  drawn_after_present: 0,
  dropped_in_any_order: 0,
  pixels_without_a_gpu: 0,
  presented_twice: 0,
  requests_by_the_thousand: 0,
  two_windows: 0,
  texture_of_no_configuration: 134,
  waits_twice: 134,
};

/** A key by its name, which the two protocols spell differently. */
const SPACE = { chromium: "Space", firefox: " " };

/** How many pictures the window has shown. */
function shown(page) {
  return page.evaluate(() => Number(document.querySelector("#windows canvas")?.dataset.pictures ?? 0));
}

/** What the page shows of the window. */
async function picture(page) {
  const png = await page.evaluate(() => {
    const canvas = document.querySelector("#windows canvas");
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.getContext("2d").drawImage(canvas, 0, 0);
    const address = copy.toDataURL("image/png");
    return address.slice(address.indexOf(",") + 1);
  });
  return Buffer.from(png, "base64");
}

/** Waits until it has shown more than so many pictures, and then nothing new for some milliseconds. */
export async function still(page, more, quiet = 500) {
  let [before, since] = [-1, Date.now()];
  for (const begin = Date.now(); Date.now() - begin < 120_000; ) {
    const pictures = await shown(page);
    if (pictures !== before) [before, since] = [pictures, Date.now()];
    else if (pictures > more && Date.now() - since > quiet) return { pictures, png: await picture(page) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the window has shown ${before} pictures, and not more than ${more}`);
}

/** The pixel where the picture begins: browsers have places between pixels for movements, and not for clicks. */
function corner(page) {
  return page.evaluate(() => {
    const { left, top } = document.querySelector("#windows canvas").getBoundingClientRect();
    return { left: Math.round(left), top: Math.round(top) };
  });
}

/** Waits until so many pictures were shown, and says where the canvas is. */
export async function place(page, pictures = 1) {
  for (const begin = Date.now(); (await shown(page)) < pictures; ) {
    assert.ok(Date.now() - begin < 60_000, `the window has not shown ${pictures} pictures`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return corner(page);
}

/** The program ends well. */
export async function ended(page) {
  await page.wait(["ended"], 10_000);
  const { code, stderr } = await page.look();
  assert.deepEqual([code, stderr], ["0", ""]);
  const left = await page.evaluate(() => document.querySelectorAll("#windows canvas").length);
  assert.equal(left, 0, "its windows are closed");
}

/** What is wrong with a picture, or null. The page makes another file of the same pixels. */
function wrong(browser, got, expected) {
  return difference(got, expected).most === 0 ? null : complaint(browser, "alike", got, expected);
}

/** The picture is that of the windows without a display. */
export function same(browser, name, got, expected) {
  const what = wrong(browser, got, expected);
  assert.equal(what, null, `${name}: ${what}`);
}

/**
 * The window shows that picture in the end: without a GPU, what is between may stand for seconds. `part` makes of either
 * what is compared.
 */
export async function becomes(page, browser, name, expected, part) {
  const reference = part(expected);
  let [what, got] = [null, null];
  for (const begin = Date.now(); Date.now() - begin < 60_000; ) {
    got = part(await picture(page));
    what = sizes(got, reference) ?? wrong(browser, got, reference);
    if (what === null) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const file = join(tmpdir(), `wgpu-wasi-${browser}-${name}.png`);
  await writeFile(file, got);
  assert.fail(`${name}: ${what}: ${file}`);
}

/** A triangle, at first, after a click and the space bar, and in another size. */
async function triangle(page, browser) {
  const [start, key, resized] = await windowed(
    "windowed-triangle",
    "400x300",
    [1, 2, 3],
    [
      { picture: 1, key: "Space" },
      { picture: 2, resize: [600, 200] },
      { picture: 3, close: true },
    ],
  );
  const first = await still(page, 0);
  same(browser, "start", first.png, start);
  const { left, top } = await place(page);
  await page.mouse.click(left + 200, top + 150);
  await page.keyboard.press(SPACE[browser]);
  const second = await still(page, first.pictures);
  same(browser, "key", second.png, key);
  await page.evaluate(() => {
    const { style } = document.querySelector(".glass");
    [style.width, style.height] = ["600px", "200px"];
  });
  const third = await still(page, second.pictures);
  same(browser, "resized", third.png, resized);
  // The program ends by it, as by the page's own button.
  await page.keyboard.press("Escape");
  await ended(page);
}

/** Which of some pictures is nearest. */
function nearest(got, pictures) {
  const means = pictures.map((picture) => difference(got, picture).mean);
  return means.indexOf(Math.min(...means));
}

/** Galaxies that are stopped after some pictures, turned by the mouse, and brought nearer by the wheel. */
async function galaxies(page, browser) {
  const { left, top } = await place(page, 2);
  const begin = Date.now();
  await place(page, 4);
  // Without a GPU, a picture may take seconds.
  const quiet = Math.max(1500, 1.5 * (Date.now() - begin));
  await page.mouse.click(left + 100, top + 100);
  await page.keyboard.press("p");
  const stopped = await still(page, 4, quiet);
  // What was drawn last was drawn once or twice after they had stopped, and on a busy machine three times.
  const numbers = [3, 2, 1].map((after) => stopped.pictures - after);
  const size = "960x600";
  const pictures = await windowed("windowed-nbody", size, numbers, [{ picture: stopped.pictures, close: true }]);
  const number = numbers[nearest(stopped.png, pictures)];
  same(browser, "stopped", stopped.png, pictures[numbers.indexOf(number)]);
  await page.mouse.move(left + 300, top + 200);
  await page.mouse.down();
  await page.mouse.move(left + 380, top + 230);
  await page.mouse.up();
  const turned = await still(page, stopped.pictures, quiet);
  const [expected] = await windowed(
    "windowed-nbody",
    size,
    [number + 2],
    [
      { picture: number, key: "KeyP" },
      { picture: number + 1, cursor: [300, 200] },
      { button: "left", pressed: true },
      { cursor: [380, 230] },
      { button: "left", pressed: false },
      { picture: number + 2, close: true },
    ],
  );
  same(browser, "turned", turned.png, expected);
  await page.evaluate(() => [...document.querySelectorAll(".window button")].at(-1).click());
  await ended(page);
}

/** The keyboard gets out of a window, and a reader of the screen is told how. */
async function keyboard(page) {
  await still(page, 0);
  const { left, top } = await place(page);
  await page.mouse.click(left + 10, top + 10);
  const focus = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.tagName);
  assert.equal(await focus(), "CANVAS");
  await page.keyboard.press("Tab");
  assert.equal(await focus(), "CANVAS");
  await page.keyboard.press("F6");
  assert.equal(await focus(), "Fill the screen");
  const said = await page.evaluate(() => {
    const canvas = document.querySelector("#windows canvas");
    const text = (name) => document.getElementById(canvas.getAttribute(name)).textContent;
    return [text("aria-labelledby"), text("aria-describedby")];
  });
  assert.equal(said[0], "Triangle");
  assert.match(said[1], /F6 leaves it/);
}

/** Streams of `wasi-gfx:surface`, one after the other. */
async function streams(page) {
  const { left, top } = await place(page, 3);
  await page.keyboard.press("a");
  await page.mouse.move(left + 5, top + 6);
  await page.mouse.down();
  await page.mouse.up();
  await page.evaluate(() => {
    const { style } = document.querySelector(".glass");
    [style.width, style.height] = ["80px", "60px"];
  });
  // The page hears of another size with its next picture. What has happened is in the streams, read or not, when the window
  // closes.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await page.evaluate(() => [...document.querySelectorAll(".window button")].at(-1).click());
  await ended(page);
}

/** What guests do that know windows by the WIT. */
async function cases(tested, open) {
  const failures = [];
  for (const [name, status] of Object.entries(CASES)) {
    await open(tested, `raw/?arguments=${name}`, async (page) => {
      const { code, stderr } = await page.look();
      if (code !== String(status)) failures.push(`${name}: ${code}, ${stderr}`);
    });
  }
  assert.deepEqual(failures, []);
}

/** Makes the site of a program that prints what happens to its window. */
export async function guestSite(folder) {
  await cp("../cargo-wgpu-wasi/site", folder, { recursive: true });
  await mkdir(join(folder, "app"));
  await cp("test/guest.js", join(folder, "app/app.js"));
  const app = { title: "Guest", module: "./app/app.js", args: ["guest"], env: {}, files: [] };
  await writeFile(join(folder, "app.json"), JSON.stringify({ ...app, windows: true, clipboard: false }));
}

/** What the program is told, in order. */
const TOLD = [
  "monitors 1",
  "grab not-granted",
  "ime enabled",
  "button left true",
  "button left false",
  "modifiers shift,leftShift",
  "key shift-left true",
  "key key-a true A",
  "key key-a false",
  "modifiers",
  "key shift-left false",
  "key key-g true g",
  "grab done",
  "key key-g false",
  "key key-r true r",
  "release done",
  "key key-r false",
  "key key-f true f",
  "resized larger",
  "key key-f false",
  "key key-e true e",
  "fullscreen true",
  "resized 400 300",
  "key key-e false",
  "key key-c true c",
  "write not-granted",
  "key key-c false",
  "key key-x true x",
  "key key-x false synthetic",
  "focused false",
  "close-requested",
];

/** What a window is told, and what it may do after a key. */
async function guest(page) {
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const said = async () => (await page.look()).stdout.split("\n").map((line) => line.trim());
  const until = async (line) => {
    for (const begin = Date.now(); !(await said()).includes(line); await pause(50)) {
      assert.ok(Date.now() - begin < 10_000, `no ${line} in\n${(await said()).join("\n")}`);
    }
  };
  await until("ime enabled");
  const { left, top } = await corner(page);
  await page.mouse.click(left + 200, top + 150);
  await page.keyboard.down("Shift");
  await page.keyboard.press("A");
  await page.keyboard.up("Shift");
  const lines = { g: "grab done", r: "release done", f: "resized larger", e: "resized 400 300" };
  for (const [key, line] of Object.entries(lines)) {
    // It is released when the answer is there: on a busy machine, that may take longer than a key is pressed.
    await page.keyboard.down(key);
    await until(line);
    await page.keyboard.up(key);
    await until(`key key-${key} false`);
  }
  await page.keyboard.press("c");
  await page.keyboard.down("x");
  await page.evaluate(() => document.getElementById("arguments").focus());
  await page.keyboard.up("x");
  await until("focused false");
  await page.evaluate(() => [...document.querySelectorAll(".window button")].at(-1).click());
  await ended(page);
  assert.deepEqual(
    (await said()).filter((line) => line !== ""),
    TOLD,
  );
}

/** The tests of one browser; `open` opens a site, and closes it after what is done there. */
export function windows(tested, open) {
  const running = { until: ["running"], timeout: 120_000 };
  test("a triangle in a window", () => open(tested, "triangle", (page) => triangle(page, tested.name), running));
  test("galaxies in a window", () => open(tested, "galaxies", (page) => galaxies(page, tested.name), running));
  test("the keyboard gets out of a window", () => open(tested, "triangle", keyboard, running));
  test("what a window is told", () => open(tested, "guest", guest, running));
  const raw = { skip: !RAW };
  test("windows by the WIT alone", raw, () => cases(tested, open));
  const surfaces = "raw/?arguments=surfaces_and_their_streams";
  test("surfaces and their streams", raw, () => open(tested, surfaces, streams, running));
}
