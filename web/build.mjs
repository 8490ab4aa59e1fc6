// Builds what is shipped: the package @wgpu-wasi/host in host/dist/, and the site in ../cargo-wgpu-wasi/site/, which
// `cargo wgpu-wasi web` carries. `node build.mjs --check` fails where the site that is committed is not current.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { rolldown } from "rolldown";

const SITE = "../cargo-wgpu-wasi/site";
const HEAD = "// Written by `npm run build` in web/ from web/host/src and web/site/src. Don't edit it.";

/**
 * The file of JavaScript for a source with all that it imports, and one beside it for what it loads later: `later` is the
 * name of that.
 */
async function bundle(input, minify, later) {
  const built = await rolldown({ input, platform: "browser", logLevel: "warn" });
  const names = { chunkFileNames: later ?? "[name].js" };
  const { output } = await built.generate({ format: "esm", minify, ...names });
  await built.close();
  const files = Object.fromEntries(output.map(({ fileName, code }) => [fileName, code]));
  const expected = later ? 2 : 1;
  if (output.length !== expected) throw new Error(`${input} became ${Object.keys(files)}`);
  return files;
}

/** The files of the worker: what windows need is loaded for programs that have some. */
function worker(minify) {
  return bundle("host/src/worker.ts", minify, "windows.js");
}

async function licenses() {
  const shim = "node_modules/@bytecodealliance/preview2-shim";
  const { version, license } = JSON.parse(await readFile(`${shim}/package.json`, "utf8"));
  const text = await readFile(`${shim}/LICENSE`, "utf8");
  const own = "wgpu-wasi is licensed under MIT or Apache-2.0, at your option: https://github.com/wgpu-wasi/wgpu-wasi";
  const made = "The module of the program contains code that js-component-bindgen writes, under the same licence.";
  return `${own}\n\nworker.js contains @bytecodealliance/preview2-shim ${version}, ${license}:\n${made}\n\n${text}`;
}

/** The files of the site that are the same for every program. */
async function site() {
  const scripts = await Promise.all([bundle("site/src/page.ts", true, "panel.js"), worker(true)]);
  const named = Object.entries(Object.assign({}, ...scripts)).map(([name, code]) => [name, `${HEAD}\n${code}`]);
  return {
    "index.html": await readFile("site/index.html", "utf8"),
    "style.css": await readFile("site/style.css", "utf8"),
    ...Object.fromEntries(named),
    "licenses.txt": await licenses(),
  };
}

async function check(files) {
  for (const [name, text] of Object.entries(files)) {
    const old = await readFile(`${SITE}/${name}`, "utf8").catch(() => null);
    if (old !== text) throw new Error(`cargo-wgpu-wasi/site/${name} is not current: run \`npm run build\` in web/`);
  }
  console.log("cargo-wgpu-wasi/site/ is current");
}

async function write(files) {
  await mkdir(SITE, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(`${SITE}/${name}`, text);
    console.log(`${SITE}/${name} ${text.length}`);
  }
}

/** The package, which is not committed. */
async function dist(files) {
  const dist = "host/dist";
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist);
  const sources = [bundle("host/src/index.ts", false), bundle("host/src/panel.ts", false), worker(false)];
  for (const [name, code] of Object.entries(Object.assign({}, ...(await Promise.all(sources))))) {
    await writeFile(`${dist}/${name}`, code);
  }
  await writeFile("host/LICENSES.txt", files["licenses.txt"]);
  await cp("build/host/src", `${dist}/types`, { recursive: true, filter: (path) => !/\.(js|tsbuildinfo)$/.test(path) });
}

const files = await site();
await (process.argv.includes("--check") ? check(files) : write(files));
await dist(files);
