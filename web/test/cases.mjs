// The project's test cases in a page, against the same component outside of a browser. What differs is exactly what
// differences.mjs lists.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { inBrowser } from "./browsers.mjs";
import { judge, LEFT_OUT, SLOW } from "./differences.mjs";
import { decode, differences } from "./report.mjs";
import { component, outcome } from "./tool.mjs";

/** The component with the cases, where it has been built, and the name of its site. */
const PROGRAM = "programs";
const THERE = existsSync(component(PROGRAM));

/** The longest that a case may take in a page, in milliseconds: without a GPU, and on a machine that does other things. */
const LONGEST = 180_000;

/** What an entry is called that has the words of an error. In a page these are the browser's. */
const WORDS = ", in words";

/** The sites of these tests. */
export const CASE_SITES = THERE ? [{ name: PROGRAM, program: PROGRAM, args: [] }] : [];

/** The names of the cases; without `all`, but for those that take long. */
async function names(all) {
  const { stdout } = await outcome(PROGRAM, ["--list"]);
  const listed = stdout.toString().trim().split("\n");
  assert.ok(listed.length > 100, `there are ${listed.length} cases`);
  const names = listed.filter((name) => !(name in LEFT_OUT));
  assert.equal(names.length, listed.length - Object.keys(LEFT_OUT).length, "a case that is left out is none");
  return all ? names : names.filter((name) => !SLOW.includes(name));
}

/** What the cases find outside of a browser, each worked out once. */
const references = new Map();
function reference(name) {
  if (!references.has(name)) references.set(name, outcome(PROGRAM, [name]));
  return references.get(name);
}

/** Runs a case in the page of the package; runs there. */
async function runCase(module, name, longest) {
  const { run } = await import("./index.js");
  const [stdout, stderr] = [[], []];
  const base64 = async (chunks) => {
    const reader = new FileReader();
    await new Promise((resolve) => {
      reader.onload = resolve;
      reader.readAsDataURL(new Blob(chunks));
    });
    return reader.result.slice(reader.result.indexOf(",") + 1);
  };
  let code = null;
  try {
    ({ code } = await run({
      module,
      args: ["programs", name],
      env: { RUST_BACKTRACE: "0" },
      stdout: (bytes) => stdout.push(bytes),
      stderr: (bytes) => stderr.push(bytes),
      signal: AbortSignal.timeout(longest),
    }));
  } catch (error) {
    stderr.push(`${error.name}: ${error.message}`);
  }
  return { code, stdout: await base64(stdout), stderr: await new Blob(stderr).text() };
}

/** Where a panic was, and what it says up to a colon: what follows is the browser's. */
function panic(stderr) {
  const [, where, what] = /panicked at ([^:\s]+).*\n(?:error: )?([^:\n]*)/.exec(stderr) ?? [];
  return where === undefined ? "no panic" : `${where}: ${what}`;
}

/** What differs between the two runs of a case, as its entry and what; "" is for a run without a report. */
function compare(expected, got) {
  const whole = (what) => [["", `${what}\n${got.stderr.slice(0, 2000)}`]];
  if (got.code !== expected.code) return whole(`exit status ${expected.code} | ${got.code}`);
  if (expected.code !== 0) {
    const [here, there] = [panic(expected.stderr), panic(got.stderr)];
    return here === there ? [] : whole(`${here} | ${there}`);
  }
  const [one, other] = [decode(expected.stdout), decode(got.stdout)];
  if (one === null || other === null) return whole(`no report: ${one === null} | ${other === null}`);
  return differences(one, other).filter(([entry]) => !entry.endsWith(WORDS));
}

/** What differs between a case in the page of the package and outside of a browser. */
export async function differencesOf(page, address, name) {
  const expected = await reference(name);
  const got = await page.evaluate(runCase, `${address}/${PROGRAM}/app/app.js`, name, LONGEST);
  return compare(expected, { ...got, stdout: Buffer.from(got.stdout, "base64") });
}

/** The tests of one browser, in the page of the package at `address`. */
export function cases(tested, address, all) {
  test("the test cases", { skip: !THERE }, async (t) => {
    let page = null;
    for (const name of await names(all)) {
      await t.test(name, async () => {
        const found = await inBrowser(tested, async (browser) => {
          page ??= await browser.page(`${address()}/api/`);
          return differencesOf(page, address(), name).catch(async (error) => {
            // The next case has a page of its own.
            await page.close().catch(() => {});
            page = null;
            throw error;
          });
        });
        assert.deepEqual(judge(tested.name, name, found), []);
      });
    }
    // Of a browser that has crashed there is nothing to close.
    await page?.close().catch(() => {});
  });
}
