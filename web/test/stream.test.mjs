// `wgpu-wasi stream` in Chromium: the windows of a program that runs elsewhere, as a visitor has them.
//
// WGPU_WASI_MEASURE=1 measures as well, for two minutes, and prints what docs/serving.md has. WGPU_WASI_PICTURE=FILE.jpg
// takes the picture that stands there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { WGPU_WASI_HOST: HOST, WGPU_WASI_COMPONENTS: COMPONENTS, WGPU_WASI_MEASURE: MEASURE } = process.env;
const { WGPU_WASI_PICTURE: PICTURE, CHROMIUM } = process.env;
const BROWSER = [CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);
if (!HOST || !COMPONENTS) throw new Error("WGPU_WASI_HOST and WGPU_WASI_COMPONENTS have to be set: `cargo xtask web`");
if (!BROWSER) console.log("Chromium is not installed: `cargo xtask setup --web`");

/** For what takes a moment on a machine that has nothing else to do. */
const PATIENCE = 120_000;

/** A server of a program with windows, until it is closed. */
async function serve(program, options = [], address = "127.0.0.1:0") {
  const component = join(COMPONENTS, `${program}.wasm`);
  const all = ["stream", "--addr", address, "--admin-addr", "127.0.0.1:0", ...options, component];
  const child = spawn(HOST, all, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  const started = new Promise((resolve, reject) => {
    const found = (line) => /administration at (http:\S+)/.exec(line)?.[1];
    createInterface({ input: child.stderr }).on("line", (line) => {
      log += `${line}\n`;
      if (found(line)) resolve(found(line));
    });
    child.on("exit", (code) => reject(new Error(`it has ended with ${code}: ${log}`)));
  });
  const url = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const admin = await started;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    url: await url,
    log: () => log,
    async metric(name) {
      const text = await (await fetch(`${admin}/metrics`)).text();
      return Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
    },
    async until(name, is) {
      const end = Date.now() + PATIENCE;
      for (;;) {
        const value = await this.metric(name);
        if (is(value)) return value;
        assert.ok(Date.now() < end, `${name} is ${value}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    /** The least of some moments: what programs hold but for the pictures that they draw. */
    async least(name) {
      const values = [];
      for (let moment = 0; moment < 30; moment++) {
        values.push(await this.metric(name));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return Math.min(...values);
    },
    async close(signal = "SIGKILL") {
      child.kill(signal);
      await ended;
    },
  };
}

/** How many pictures the window has shown. */
const shown = (page) => page.evaluate(() => Number(document.querySelector("canvas")?.dataset.pictures ?? 0));

/** Waits until the window has shown so many more pictures. */
async function pictures(page, more) {
  const start = await shown(page);
  const enough = (count) => Number(document.querySelector("canvas")?.dataset.pictures ?? 0) >= count;
  await page.waitForFunction(enough, start + more, { timeout: PATIENCE });
}

/** Waits until no other picture has come for a while. */
async function still(page) {
  for (let before = -1; ; ) {
    const now = await shown(page);
    if (now === before) return;
    before = now;
    await page.waitForTimeout(700);
  }
}

/** The pixels of the window, as many small squares of it. */
function look(page) {
  return page.evaluate(() => {
    const small = document.createElement("canvas");
    [small.width, small.height] = [96, 60];
    const context = small.getContext("2d");
    context.drawImage(document.querySelector("canvas"), 0, 0, 96, 60);
    return [...context.getImageData(0, 0, 96, 60).data];
  });
}

/** How different two pictures are: the mean over all their numbers. */
function difference(one, other) {
  assert.equal(one.length, other.length);
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length;
}

const state = (page) => page.evaluate(() => document.documentElement.dataset.state);
const until = (page, state) =>
  page.waitForFunction((state) => document.documentElement.dataset.state === state, state, { timeout: PATIENCE });

/** Turns the scene with the mouse, from one place of the window to another. */
async function drag(page, [fromX, fromY], [toX, toY]) {
  const { x, y } = await page.locator("canvas").boundingBox();
  await page.mouse.move(x + fromX, y + fromY);
  await page.mouse.down();
  await page.mouse.move(x + toX, y + toY, { steps: 8 });
  await page.mouse.up();
}

let browser;
before(async () => {
  if (!BROWSER) return;
  browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox", "--disable-gpu"] });
});
after(() => browser?.close());

/** A page of its own kind of visitor, and what has gone wrong in it. */
async function visit(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  await page.goto(url);
  return { page, wrong, leave: () => context.close() };
}

test("a drag turns the scene, and another size follows", { skip: !BROWSER, timeout: 4 * PATIENCE }, async () => {
  const server = await serve("windowed-nbody");
  try {
    const { page, wrong, leave } = await visit(server.url);
    await until(page, "showing");
    const window = page.getByRole("application", { name: /^Two galaxies — windowed-nbody.wasm \(sandboxed\)/ });
    assert.equal(await window.count(), 1);
    assert.equal(await page.getByRole("status").textContent(), "Connected.");
    assert.equal(await page.title(), "Two galaxies — windowed-nbody.wasm (sandboxed)");
    await pictures(page, 30);
    // Everything stands still, until somebody turns it.
    await page.keyboard.press("p");
    await still(page);
    const before = await look(page);
    assert.ok(
      difference(
        before,
        before.map(() => 0),
      ) > 65,
      "something is to be seen",
    );
    await drag(page, [200, 200], [400, 260]);
    await still(page);
    const turned = await look(page);
    await drag(page, [400, 260], [200, 200]);
    await still(page);
    const back = await look(page);
    const [there, again] = [difference(before, turned), difference(before, back)];
    assert.ok(there > 0.5 && again < there / 4, `turned by ${there}, and back but for ${again}`);
    await page.mouse.wheel(0, -300);
    await still(page);
    assert.ok(difference(back, await look(page)) > 0.2, "the wheel brings it nearer");
    // Narrower than the program wants, and as large as the page.
    const width = () => page.evaluate(() => document.querySelector("canvas").width);
    assert.equal(await width(), 960);
    await page.setViewportSize({ width: 700, height: 800 });
    const is = (least, most) =>
      page.waitForFunction(
        ([least, most]) => {
          const { width, clientWidth } = document.querySelector("canvas");
          return width === clientWidth && width > least && width < most;
        },
        [least, most],
        { timeout: PATIENCE },
      );
    await is(600, 700);
    await page.setViewportSize({ width: 1500, height: 900 });
    await is(900, 1000);
    await page.getByRole("button", { name: "Fill the page" }).click();
    await is(1400, 1500);
    assert.deepEqual(wrong, []);
    await leave();
  } finally {
    await server.close();
  }
});

test("two visitors, of whom one leaves", { skip: !BROWSER, timeout: 4 * PATIENCE }, async () => {
  const server = await serve("windowed-nbody");
  try {
    const [one, other] = [await visit(server.url), await visit(server.url)];
    await Promise.all([until(one.page, "showing"), until(other.page, "showing")]);
    await one.page.keyboard.press("p");
    await still(one.page);
    // What is stopped for one goes on for the other.
    await pictures(other.page, 10);
    const stopped = await shown(one.page);
    await pictures(other.page, 10);
    assert.equal(await shown(one.page), stopped);
    await other.page.keyboard.press("p");
    await still(other.page);
    const both = await server.least("wgpu_wasi_gpu_memory_bytes");
    assert.equal(await server.metric("wgpu_wasi_instances"), 2);
    await one.leave();
    await server.until("wgpu_wasi_instances", (programs) => programs === 1);
    const left = await server.least("wgpu_wasi_gpu_memory_bytes");
    assert.ok(left > 0 && left < 0.7 * both, `${left} of ${both} bytes are left`);
    await other.page.keyboard.press("p");
    await pictures(other.page, 10);
    await other.leave();
    await server.until("wgpu_wasi_instances", (programs) => programs === 0);
    assert.equal(await server.metric("wgpu_wasi_gpu_memory_bytes"), 0);
    assert.deepEqual([...one.wrong, ...other.wrong], []);
  } finally {
    await server.close();
  }
});

test("by keyboard alone, and to the program's end", { skip: !BROWSER, timeout: 4 * PATIENCE }, async () => {
  const server = await serve("windowed-nbody");
  try {
    const { page, wrong, leave } = await visit(server.url, { colorScheme: "dark" });
    await until(page, "showing");
    const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.localName);
    assert.equal(await focused(), "canvas");
    await page.keyboard.press("F6");
    assert.equal(await focused(), "Fill the page");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Full screen");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "canvas");
    assert.equal(await page.getByRole("button", { pressed: true }).textContent(), "Fill the page");
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.emulateMedia({ colorScheme: "light" });
    assert.notEqual(await background(), dark);
    await page.keyboard.press("Escape");
    await until(page, "ended");
    assert.equal(await page.getByRole("status").textContent(), "The program has ended.");
    assert.equal(await focused(), "Start again");
    assert.equal(await page.getByRole("application").count(), 0);
    await page.keyboard.press("Enter");
    await until(page, "showing");
    assert.equal(await focused(), "canvas");
    assert.deepEqual(wrong, []);
    await leave();
  } finally {
    await server.close();
  }
});

test("a connection that is lost", { skip: !BROWSER, timeout: 4 * PATIENCE }, async () => {
  let server = await serve("windowed-nbody", ["--drain", "1", "--instances", "1"]);
  try {
    const { page, leave } = await visit(server.url);
    await until(page, "showing");
    const second = await visit(server.url);
    assert.match(await second.page.getByRole("status").textContent(), /^All places are taken\./);
    await second.leave();
    const { host, port } = new URL(server.url);
    await server.close();
    await until(page, "lost");
    assert.match(
      await page.getByRole("status").textContent(),
      /^The connection to the server is lost\. Trying again in (a second|\d+ seconds)\.$/,
    );
    assert.equal(new URL(page.url()).host, host);
    server = await serve("windowed-nbody", [], `127.0.0.1:${port}`);
    await until(page, "showing");
    await pictures(page, 5);
    assert.equal(await state(page), "showing");
    await leave();
  } finally {
    await server.close();
  }
});

test("what it costs", { skip: !BROWSER || !MEASURE, timeout: 600_000 }, async () => {
  for (const rate of [30, 60]) {
    const server = await serve("windowed-nbody", ["--rate", String(rate), "--max-size", "640x480"]);
    try {
      const { page, leave } = await visit(server.url);
      await until(page, "showing");
      await page.evaluate(() => {
        const { style } = document.querySelector(".glass");
        [style.width, style.height] = ["640px", "480px"];
      });
      await page.waitForFunction(() => document.querySelector("canvas").height === 480, null, { timeout: PATIENCE });
      await pictures(page, 60);
      const [start, from, bytes] = [
        performance.now(),
        await shown(page),
        await server.metric("wgpu_wasi_stream_bytes_total"),
      ];
      await page.waitForTimeout(rate === 30 ? 60_000 : 20_000);
      const [seconds, count] = [(performance.now() - start) / 1000, (await shown(page)) - from];
      const sent = (await server.metric("wgpu_wasi_stream_bytes_total")) - bytes;
      const dropped = await server.metric("wgpu_wasi_stream_dropped_pictures_total");
      console.log(
        `--rate ${rate}: ${(count / seconds).toFixed(1)} pictures a second for ${seconds.toFixed(0)} s, ` +
          `${(sent / count / 1000).toFixed(1)} KB each, ${dropped} left out since the start`,
      );
      await page.keyboard.press("p");
      await still(page);
      const times = await latencies(page);
      console.log(`--rate ${rate}: from a press to another picture: ${times}`);
      await leave();
    } finally {
      await server.close();
    }
  }
});

/** From the event in the page to the next picture in it, of a scene that stands still: 60 times. */
async function latencies(page) {
  await page.evaluate(() => {
    const canvas = document.querySelector("canvas");
    window.times = [];
    let pressed = null;
    addEventListener(
      "keydown",
      ({ timeStamp }) => {
        pressed = timeStamp;
      },
      { capture: true },
    );
    addEventListener(
      "pointermove",
      ({ timeStamp, buttons }) => {
        if (buttons) pressed ??= timeStamp;
      },
      {
        capture: true,
      },
    );
    new MutationObserver(() => {
      if (pressed !== null) window.times.push(performance.now() - pressed);
      pressed = null;
    }).observe(canvas, { attributes: true, attributeFilter: ["data-pictures"] });
  });
  const { x, y } = await page.locator("canvas").boundingBox();
  for (let turn = 0; turn < 60; turn++) {
    await page.mouse.move(x + 300, y + 200);
    await page.mouse.down();
    await page.mouse.move(x + 310 + (turn % 5), y + 205);
    await page.mouse.up();
    await page.waitForTimeout(137 + turn);
  }
  const times = (await page.evaluate(() => window.times)).sort((one, other) => one - other);
  const at = (part) => times[Math.floor(times.length * part)]?.toFixed(0);
  return `median ${at(0.5)} ms, slowest tenth ${at(0.9)} ms, of ${times.length}`;
}

test("its picture", { skip: !BROWSER || !PICTURE, timeout: 4 * PATIENCE }, async () => {
  const server = await serve("windowed-nbody");
  try {
    const { page, leave } = await visit(server.url, { viewport: { width: 1000, height: 720 } });
    await until(page, "showing");
    await pictures(page, 150);
    await drag(page, [300, 200], [360, 320]);
    await pictures(page, 5);
    await page.screenshot({ path: PICTURE, type: "jpeg", quality: 80 });
    await leave();
  } finally {
    await server.close();
  }
});
