// Builds what is shipped: the package @wgpu-wasi/host in host/dist/, and the site in ../cargo-wgpu-wasi/site/, which
// `cargo wgpu-wasi web` carries. `node build.mjs --check` fails where the site that is committed is not current.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { rolldown } from "rolldown";

const SITE = "../cargo-wgpu-wasi/site";
const HEAD = "// Written by `npm run build` in web/ from web/host/src and web/site/src. Don't edit it.";

/** One file of JavaScript with all that it imports. */
async function bundle(input, minify) {
  const built = await rolldown({ input, platform: "browser", logLevel: "warn" });
  const { output } = await built.generate({ format: "esm", minify });
  await built.close();
  if (output.length !== 1) throw new Error(`${input} became ${output.length} files`);
  return output[0].code;
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
  const [page, worker] = await Promise.all(
    ["site/src/page.ts", "host/src/worker.ts"].map((file) => bundle(file, true)),
  );
  return {
    "index.html": await readFile("site/index.html", "utf8"),
    "style.css": await readFile("site/style.css", "utf8"),
    "page.js": `${HEAD}\n${page}`,
    "worker.js": `${HEAD}\n${worker}`,
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
  await writeFile(`${dist}/index.js`, await bundle("host/src/index.ts", false));
  await writeFile(`${dist}/worker.js`, await bundle("host/src/worker.ts", false));
  await writeFile("host/LICENSES.txt", files["licenses.txt"]);
  await cp("build/host/src", `${dist}/types`, { recursive: true, filter: (path) => !/\.(js|tsbuildinfo)$/.test(path) });
}

const files = await site();
await (process.argv.includes("--check") ? check(files) : write(files));
await dist(files);
