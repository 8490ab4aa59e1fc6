// The project's test programs in browsers: what they report has to be what they report on the native host, except for the
// differences of differences.json, which are those of a browser, each with its reason. Another one is a failure, and so is
// one that is not there any more.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { installed, launch } from "./browsers.mjs";
import { decode, differences } from "./reports.mjs";
import { serve } from "./server.mjs";
import { output, site } from "./tool.mjs";

const { WGPU_WASI_BROWSERS: CHOSEN, WGPU_WASI_LEARN: LEARN } = process.env;
const BROWSERS = CHOSEN ? CHOSEN.split(",") : installed();
/** Buffers of 300 MiB, which take a browser without a GPU longer than all the rest. */
const HEAVY = ["buffer_read_back_300_mib", "buffer_upload_300_mib"];
const LISTED = JSON.parse(await readFile(new URL("differences.json", import.meta.url), "utf8"));
/** How long a case may take, in milliseconds. */
const LONGEST = 60_000;

let folder;
let server;
let cases;
const expected = new Map();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "wgpu-wasi-cases-"));
  await site(join(folder, "programs"), "programs", []);
  await cp("host/dist", join(folder, "host"), { recursive: true });
  await writeFile(
    join(folder, "index.html"),
    '<!doctype html><html data-state="ended"><link rel="icon" href="data:,"></html>',
  );
  server = await serve(folder);
  const list = await output("programs", ["--list"]);
  cases = list.stdout.toString().trim().split("\n");
  cases = cases.filter((name) => !HEAVY.includes(name));
  assert.ok(cases.length > 100, `${cases.length} cases`);
  for (const name of cases) expected.set(name, await output("programs", [name]));
});

after(async () => {
  server?.close();
  await rm(folder, { recursive: true });
});

for (const name of BROWSERS) {
  describe(`cases in ${name}`, () => {
    let browser;
    before(async () => {
      browser = await launch(name);
    });
    after(() => browser?.close());

    test("differences are those of the list", { timeout: 3_600_000 }, async () => {
      const page = await browser.page(`${server.address}/`);
      const found = {};
      for (const test of cases) {
        const got = await page.evaluate(runInPage, test, LONGEST);
        const entries = compare(expected.get(test), got);
        if (entries.length > 0) found[test] = entries;
      }
      await page.close();
      if (LEARN) await writeFile(`${LEARN}/${name}.json`, JSON.stringify(found, null, 2));
      const listed = Object.entries(LISTED[name]).map(([test, { entries }]) => [test, entries]);
      assert.deepEqual(found, Object.fromEntries(listed));
    });
  });
}

/** The entries of a report that differ, or how the program ended in another way. */
function compare(reference, got) {
  if (got.code !== reference.code) return [`status ${got.code ?? got.error}`];
  const [one, other] = [decode(reference.stdout), decode(Buffer.from(got.stdout, "base64"))];
  if (one === null || other === null) return one === other ? [] : ["no report"];
  return differences(one, other);
}

/** Runs one case, in the page. */
async function runInPage(name, longest) {
  const { run } = await import("./host/index.js");
  const chunks = [];
  const options = {
    module: new URL("programs/app/app.js", location.href),
    args: ["programs", name],
    env: { RUST_BACKTRACE: "0" },
    stdout: (bytes) => chunks.push(bytes),
    signal: AbortSignal.timeout(longest),
  };
  try {
    const { code } = await run(options);
    const reader = new FileReader();
    const read = new Promise((resolve) => {
      reader.onload = () => resolve(reader.result);
    });
    reader.readAsDataURL(new Blob(chunks));
    const address = await read;
    return { code, stdout: address.slice(address.indexOf(",") + 1) };
  } catch (error) {
    return { error: error.name };
  }
}
