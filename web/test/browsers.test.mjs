// Sites in real browsers, and their files against those of `cargo wgpu-wasi run`.
//
// WGPU_WASI_BROWSERS names browsers, which then have to be there; without it, those that are installed are tested.
// WGPU_WASI_ALL=1 adds what takes minutes.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { INSECURE, inBrowser, installed, launch } from "./browsers.mjs";
import { CASE_SITES, cases } from "./cases.mjs";
import { LARGE, large } from "./large.mjs";
import { complaint, sample } from "./pictures.mjs";
import { serve } from "./server.mjs";
import { component, reference, site, weight } from "./tool.mjs";
import { guestSite, WINDOWED, windows } from "./windows.mjs";

const { WGPU_WASI_BROWSERS: CHOSEN, WGPU_WASI_ALL: ALL } = process.env;
const BROWSERS = CHOSEN ? CHOSEN.split(",") : installed();
if (BROWSERS.length === 0) console.log("no browser is installed: `cargo xtask setup --web`");

/** Programs whose files are compared: `gate` says how far Chromium's pictures may be from the reference. */
const PROGRAMS = [
  { name: "cubes", program: "gallery", args: ["cubes", "/cubes.png"], gate: "alike" },
  { name: "tiles", program: "gallery", args: ["tiles", "/tiles.png"], gate: "near" },
  { name: "water", program: "gallery", args: ["water", "/water.png"], gate: "alike" },
  {
    name: "nbody",
    program: "nbody",
    args: ["--bodies", "256", "--steps", "10", "--frames", "0", "--out", "/out"],
    gate: "near",
  },
  { name: "gallery", program: "gallery", args: ["--all", "/out"], gate: "alike", long: true },
  {
    name: "nbody-pictures",
    program: "nbody",
    args: ["--bodies", "1024", "--steps", "100", "--out", "/out"],
    gate: "near",
    long: true,
  },
  {
    name: "photograph",
    program: "image-filter",
    args: ["/sample.jpg", "/out.png"],
    input: "../examples/image-filter/sample.jpg",
    gate: "near",
    long: true,
  },
  ...["vello", "egui", "glyphon", "text", "cube", "khal", "lampshade"].map((name) => ({
    name,
    program: `drop-in-${name}`,
    args: [`/${name}.png`],
    gate: "alike",
    long: true,
  })),
].filter(({ long }) => ALL || !long);

/** Programs with windows. */
const WINDOWS = [...WINDOWED, ...(ALL ? LARGE : [])];

/** The measurements of the project, where they have been built. */
const BENCH = existsSync(component("wgpu-wasi-bench"));

/** Programs of the page's own tests; one never ends. */
const ENDLESS = ["--bodies", "64", "--steps", "100000000", "--frames", "0", "--out", "/o"];
const PAGES = [
  { name: "doubling", program: "doubling", args: ["1", "2.5", "3"] },
  { name: "wrong", program: "doubling", args: ["one"] },
  { name: "endless", program: "nbody", args: ENDLESS },
  ...(BENCH ? [{ name: "bench", program: "wgpu-wasi-bench", args: [] }] : []),
];

/** A program that reads a file, which the visitor chooses. */
const DEVELOP = { name: "develop", program: "image-filter", args: ["/small.png", "/out.png"] };

let folder;
let server;
let small;
/** The files that programs write outside of a browser, each worked out when a test first asks for it. */
const references = new Map();
function expected(name) {
  if (!references.has(name)) {
    const { program, args, input } = [...PROGRAMS, { ...DEVELOP, input: small }].find((one) => one.name === name);
    references.set(name, reference(program, args, input));
  }
  return references.get(name);
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "wgpu-wasi-sites-"));
  for (const { name, program, args, input } of [...PROGRAMS, ...PAGES, ...WINDOWS, ...CASE_SITES]) {
    await site(join(folder, name), program, args, input);
  }
  small = join(folder, "small.png");
  await writeFile(small, sample(96, 64));
  await site(join(folder, DEVELOP.name), DEVELOP.program, DEVELOP.args);
  await cp("host/dist", join(folder, "api"), { recursive: true });
  await writeFile(
    join(folder, "api/index.html"),
    '<!doctype html><html data-state="ended"><link rel="icon" href="data:,"></html>',
  );
  await guestSite(join(folder, "guest"));
  server = await serve(folder);
});

after(async () => {
  server?.close();
  await rm(folder, { recursive: true });
});

test("a page of a small program is small", async () => {
  const bytes = await weight(join(folder, "doubling"));
  console.log(`doubling: ${bytes} bytes, compressed`);
  assert.ok(bytes < 400_000, `${bytes} bytes`);
});

for (const name of BROWSERS) {
  describe(name, { concurrency: 1 }, () => {
    const tested = { name };
    before(async () => {
      tested.browser = await launch(name);
      console.log(tested.browser.version);
    });
    after(() => tested.browser?.close());
    thePage(tested);
    thePackage(tested);
    windows(tested, open);
    if (ALL) large(tested, open);
    for (const { name: site, gate } of PROGRAMS) {
      test(`the files of ${site}`, async () => {
        const files = await expected(site);
        await open(tested, site, (page) => compare(page, name, gate, files), { timeout: 1_200_000 });
      });
    }
    cases(tested, () => server.address, !!ALL);
    whatIsMissing(tested);
  });
}

/** Opens a page, and closes it; nothing may be in its console, and it may ask for nothing from elsewhere. */
function open(tested, path, work, options = {}) {
  return inBrowser(tested, (browser) => opened(browser, path, work, options));
}

async function opened(browser, path, work, options) {
  const page = await browser.page(`${server.address}/${path}${path.includes("?") ? "" : "/"}`, options);
  try {
    await work(page);
  } finally {
    // Of a browser that has crashed there is nothing to close.
    if (!(await browser.ends())) await page.close();
  }
  assert.deepEqual(page.complaints, []);
  const ours = [`${server.address}/`, `blob:${server.address}/`, "data:"];
  assert.deepEqual(
    page.requests.filter((address) => !ours.some((begin) => address.startsWith(begin))),
    [],
  );
}

/** What every page has. */
function thePage(tested) {
  test("output and exit status", () =>
    open(tested, "doubling", async (page) => {
      const { state, code, stdout, stderr, status } = await page.look();
      assert.deepEqual({ state, code, stdout, stderr }, { state: "ended", code: "0", stdout: "2 5 6\n", stderr: "" });
      assert.match(status, /^Finished after /);
    }));

  test("what a program says on stderr, and a status that is not 0", () =>
    open(tested, "wrong", async (page) => {
      const { code, status, stderr } = await page.look();
      assert.equal(code, "1");
      assert.match(status, /^Ended with exit status 1/);
      assert.match(stderr, /ParseFloatError/);
    }));

  test("a program reads the files that were chosen", () =>
    open(tested, DEVELOP.name, async (page) => {
      assert.equal((await page.look()).code, "1", "the file is not there yet");
      await page.choose("#inputs", small);
      await page.click("#run");
      await page.wait(["loading", "running"]);
      await page.wait(["ended"]);
      await compare(page, tested.name, "near", await expected(DEVELOP.name));
    }));

  const stop = async (page) => {
    await page.click("#stop");
    await page.wait(["failed"], 5000);
    assert.match((await page.look()).status, /^Stopped after /);
    await page.evaluate(() => {
      document.getElementById("arguments").value = "--help";
    });
    await page.click("#run");
    await page.wait(["ended"]);
    assert.match((await page.look()).stdout, /Usage: nbody/);
  };
  test("Stop ends a program, and Run starts it again", () => open(tested, "endless", stop, { until: ["running"] }));
}

/** The package by itself, in a page that has nothing else. */
function thePackage(tested) {
  /** Runs a program in the page, and returns what it printed and how it ended. */
  const run = (page, program, options) =>
    page.evaluate(
      async (module, { after, ...options }) => {
        const { run } = await import("./index.js");
        const decoder = new TextDecoder();
        let stdout = "";
        const signal = after === undefined ? undefined : AbortSignal.timeout(after);
        const hear = (bytes) => {
          stdout += decoder.decode(bytes, { stream: true });
        };
        try {
          const { code, files } = await run({ module, stdout: hear, signal, ...options });
          return { code, stdout, files: Object.keys(files) };
        } catch (error) {
          return { error: `${error.name}: ${error.message}`, stdout };
        }
      },
      `${server.address}/${program}/app/app.js`,
      options,
    );

  test("the package runs programs, and ends them", () =>
    open(tested, "api", async (page) => {
      const doubled = await run(page, "doubling", { args: ["doubling", "4"], folders: ["empty"] });
      assert.deepEqual(doubled, { code: 0, stdout: "8\n", files: [] });
      const stopped = await run(page, "endless", { args: ["nbody", ...ENDLESS], after: 2000 });
      assert.match(stopped.error, /^TimeoutError/);
      const other = await run(page, "doubling", { module: "data:text/javascript,", args: [] });
      assert.match(other.error, /^Error: /);
    }));

  /** What the measurements say, by the names of the rows; a few repetitions show that it works, not how fast. */
  const measure = async (page, rows, options) => {
    const args = ["bench", ...(ALL ? [] : ["--quick"]), ...rows.flatMap((row) => ["--only", row])];
    const { code, stdout, error } = await run(page, "bench", { args, ...options });
    assert.deepEqual({ code, error }, { code: 0, error: undefined });
    const lines = stdout.trim().split("\n").slice(1);
    return Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ name, value }) => [name, value]));
  };
  test("commands are fetched from the program's memory, and short waits are short", { skip: !BENCH }, () =>
    open(tested, "api", async (page) => {
      const record = ["record/dispatch", "record/draw"];
      const fetched = await measure(page, record, {});
      const called = await measure(page, record, { commandMemory: false });
      console.log(tested.name, { fetched, called });
      for (const row of record) {
        assert.ok(fetched[row] < (ALL ? 300 : 3000), `${row}: ${fetched[row]} ns`);
        assert.ok(called[row] > (ALL ? 10 : 3) * fetched[row], `${row}: ${called[row]} ns by calls`);
      }
      // Firefox itself takes 100 ms to say that a buffer is mapped.
      if (tested.name === "firefox") return;
      const map = "map_read/4KiB";
      const mapped = await measure(page, [map], {});
      console.log(tested.name, mapped);
      assert.ok(mapped[map] < 10_000, `${map}: ${mapped[map]} us`);
    }),
  );
}

/** What a page says where it can't run its program. */
function whatIsMissing(tested) {
  test("a page that is neither from https nor from this machine", () => {
    return inBrowser(tested, (browser) => lacks(browser, `http://${INSECURE}:${server.port}/doubling/`, /https/));
  });

  for (const [lack, words] of Object.entries({ webgpu: /has no WebGPU/, jspi: /JSPI/, adapter: /finds no GPU/ })) {
    test(`without ${lack}`, async () => {
      const browser = await launch(tested.name, lack);
      try {
        await lacks(browser, `${server.address}/doubling/`, words);
      } finally {
        await browser.close();
      }
    });
  }
}

/** The page says what is missing, and has loaded nothing for it. */
async function lacks(browser, address, words) {
  const page = await browser.page(address);
  const { state, missing } = await page.look();
  await page.close();
  assert.equal(state, "missing");
  assert.match(missing, words);
  // Chromium warns by itself where it finds no adapter.
  const errors = page.complaints.filter((complaint) => !complaint.startsWith("warn"));
  assert.deepEqual(errors, []);
  assert.ok(!page.requests.some((address) => /app\.json|\.wasm|worker/.test(address)), String(page.requests));
}

async function compare(page, browser, gate, files) {
  const { code, stderr } = await page.look();
  assert.equal(code, "0", stderr);
  const got = await page.files();
  assert.deepEqual(Object.keys(got).sort(), Object.keys(files).sort());
  const complaints = Object.entries(files).flatMap(([path, bytes]) => {
    if (path.endsWith(".png")) {
      const wrong = complaint(browser, gate, got[path], bytes);
      return wrong === null ? [] : [`${path}: ${wrong}`];
    }
    // Numbers that were worked out on another adapter.
    if (browser === "chromium" || got[path].equals(bytes)) return [];
    return [`${path}: not the same file`];
  });
  assert.deepEqual(complaints, []);
}

test("the components are there", async () => {
  for (const name of ["doubling", "gallery", "nbody", ...WINDOWS.map(({ program }) => program)])
    assert.ok((await stat(component(name))).isFile());
});
