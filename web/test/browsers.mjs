// Debian's Chromium and Firefox, driven by puppeteer: the one by its own protocol, the other by WebDriver BiDi.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer from "puppeteer-core";

/** What is switched off for the tests of what is missing. */
const LACKS = {
  chromium: {
    // No switch of today's Chromium takes these away.
    webgpu: { script: "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })" },
    jspi: { script: "delete WebAssembly.Suspending" },
    adapter: { args: ["--disable-gpu", "--disable-software-rasterizer"] },
  },
  firefox: {
    webgpu: { prefs: { "dom.webgpu.enabled": false } },
    jspi: { prefs: { "javascript.options.wasm_js_promise_integration": false } },
    adapter: { prefs: { "gfx.webgpu.ignore-blocklist": false } },
  },
};

/** A name that is this machine's and no secure context. */
export const INSECURE = "insecure.example";

const BROWSERS = {
  chromium: {
    browser: "chrome",
    programs: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
    args: [
      "--no-sandbox",
      "--no-first-run",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--enable-unsafe-webgpu",
      // Without a GPU, only this has what is drawn by WebGPU come to the screen.
      "--enable-features=Vulkan",
      "--use-vulkan=swiftshader",
      "--use-angle=vulkan",
      // eframe makes no window larger than the screen.
      "--screen-info={1600x1200}",
      `--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`,
    ],
    prefs: {},
  },
  firefox: {
    browser: "firefox",
    programs: ["/usr/bin/firefox-esr", "/usr/bin/firefox"],
    args: [],
    prefs: {
      "dom.webgpu.enabled": true,
      "gfx.webgpu.ignore-blocklist": true,
      "network.dns.localDomains": INSECURE,
      "browser.shell.checkDefaultBrowser": false,
      "datareporting.policy.dataSubmissionEnabled": false,
      "app.update.enabled": false,
      "network.captive-portal-service.enabled": false,
    },
  },
};

/** The browsers that can be tested here. */
export function installed() {
  return Object.keys(BROWSERS).filter((name) => program(name) !== undefined);
}

function program(name) {
  const given = process.env[name.toUpperCase()];
  return given ?? BROWSERS[name].programs.find((path) => existsSync(path));
}

/** Starts a browser, without what it is to lack. */
export async function launch(name, lack) {
  const { browser, args, prefs } = BROWSERS[name];
  const less = lack ? LACKS[name][lack] : {};
  const profile = await mkdtemp(join(tmpdir(), `wgpu-wasi-${name}-`));
  const started = await puppeteer.launch({
    browser,
    executablePath: program(name),
    headless: true,
    dumpio: !!process.env.DUMP,
    userDataDir: profile,
    args: [...args, ...(less.args ?? [])],
    extraPrefsFirefox: { ...prefs, ...less.prefs },
    // What a browser keeps is in the profile, which is removed.
    env: { ...process.env, HOME: profile },
    protocolTimeout: 1_200_000,
    // A machine that does other things takes long to start one.
    timeout: 120_000,
  });
  const ended = once(started.process(), "exit").then(() => true);
  return {
    name,
    version: await started.version(),
    /** Whether it has ended, or does so within `time` milliseconds. */
    ends: (time = 0) => Promise.race([ended, sleep(time, false)]),
    page: (address, options = {}) => open(started, address, { script: less.script, ...options }),
    async close() {
      await started.close().catch(() => {});
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Does `work` in the browser of `tested`. Firefox itself crashes now and then, also where a page does nothing unusual:
 * then a new one is started, and the work is done once more. A page that it can't survive three times is a failure.
 */
export async function inBrowser(tested, work) {
  for (let crashes = 1; ; crashes += 1) {
    try {
      return await work(tested.browser);
    } catch (error) {
      if (!(await tested.browser.ends(1000)) || crashes === 3) throw error;
      console.log(`${tested.name} has crashed, and is started again: ${error.message}`);
      await tested.browser.close();
      tested.browser = await launch(tested.name);
    }
  }
}

/** Opens a page, and waits until it is in one of the states. */
async function open(browser, address, { script, until = ["ended", "failed", "missing"], timeout = 120_000 }) {
  const page = await browser.newPage();
  if (script) await page.evaluateOnNewDocument(script);
  // Wide enough for the windows of the examples.
  await page.setViewport({ width: 1200, height: 900 });
  const [complaints, requests] = [[], []];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => complaints.push(`error: ${error}`));
  await page.goto(address);
  const wait = (states, timeout) =>
    page.waitForFunction((states) => states.includes(document.documentElement.dataset.state), { timeout }, states);
  await wait(until, timeout);
  return {
    complaints,
    requests,
    wait: (states, time = timeout) => wait(states, time),
    look: () => page.evaluate(look),
    files: () => files(page),
    click: (selector) => page.click(selector),
    choose: async (selector, ...paths) => (await page.$(selector)).uploadFile(...paths),
    picture: (path) => page.screenshot({ path, fullPage: true }),
    evaluate: (...args) => page.evaluate(...args),
    mouse: page.mouse,
    keyboard: page.keyboard,
    close: () => page.close(),
  };
}

/** What is to be seen; runs in the page. */
function look() {
  const text = (id) => document.getElementById(id).textContent;
  const { state, code } = document.documentElement.dataset;
  const stream = (name) => [...document.querySelectorAll(`#output .${name}`)].map((span) => span.textContent).join("");
  return {
    state,
    code,
    status: text("status"),
    missing: text("missing"),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    pictures: [...document.images].map((image) => [image.alt, image.naturalWidth, image.naturalHeight]),
  };
}

/** The files that the page offers, by their paths. */
async function files(page) {
  const count = await page.evaluate(() => document.querySelectorAll("#results a[download]").length);
  const found = {};
  for (let index = 0; index < count; index++) {
    const [path, content] = await page.evaluate(async (index) => {
      const link = document.querySelectorAll("#results a[download]")[index];
      const blob = await (await fetch(link.href)).blob();
      const address = await new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.readAsDataURL(blob);
      });
      return [link.textContent, address.slice(address.indexOf(",") + 1)];
    }, index);
    found[path] = Buffer.from(content, "base64");
  }
  return found;
}
