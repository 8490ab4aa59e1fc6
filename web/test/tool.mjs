// What the tests need from outside: `cargo-wgpu-wasi`, components, and the same programs run natively in the sandbox.
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

const execute = promisify(execFile);

/** The program `cargo-wgpu-wasi`, and the folder with components; xtask says where they are. */
const { WGPU_WASI_TOOL: TOOL, WGPU_WASI_COMPONENTS: COMPONENTS } = process.env;
if (!TOOL || !COMPONENTS) throw new Error("WGPU_WASI_TOOL and WGPU_WASI_COMPONENTS have to be set: `cargo xtask web`");

/** The path of a component. */
export function component(name) {
  return join(COMPONENTS, `${name}.wasm`);
}

/** Makes a site as users do; the program finds `input`, a file, in `/`. */
export async function site(out, name, args, input) {
  await withFolder(input, async (folder) => {
    const files = input ? ["--files", folder] : [];
    const all = ["web", "build", "--component", component(name), "--out", out, ...files, "--", ...args];
    await execute(TOOL, all);
  });
}

/** Runs the program outside of a browser; returns the files it wrote. */
export function reference(name, args, input) {
  return withFolder(input, async (folder) => {
    await execute(TOOL, ["runner", "--dir", `${folder}::/`, component(name), ...args], { maxBuffer: 1 << 26 });
    const files = await read(folder);
    if (input) delete files[basename(input)];
    return files;
  });
}

/** Runs the program outside of a browser to its end; returns how it ended and what it wrote. */
export function outcome(name, args) {
  const options = { encoding: "buffer", maxBuffer: 1 << 28, env: { ...process.env, RUST_BACKTRACE: "0" } };
  return new Promise((resolve, reject) => {
    execFile(TOOL, ["runner", component(name), ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: error?.code ?? 0, stdout, stderr: stderr.toString() });
    });
  });
}

/**
 * The pictures of these numbers, or of moments such as `1.5s`, that a program shows in a window without a display, in which
 * `events` happen; size is that of the screen. The program finds `input`, a file, in `/`.
 */
export function windowed(name, size, moments, events, { args = [], input } = {}) {
  return withFolder(input, async (folder) => {
    const happens = join(folder, "events.jsonl");
    await writeFile(happens, events.map((event) => JSON.stringify(event)).join("\n"));
    const file = (moment) => join(folder, `${moment}.png`);
    const pictures = moments.flatMap((moment) => ["--screenshot", `${moment}=${file(moment)}`]);
    const windows = [`--windows=headless:${size}`, "--virtual-time", "--input", happens, ...pictures];
    const given = input ? ["--dir", `${folder}::/::ro`] : [];
    await execute(TOOL, ["runner", ...windows, ...given, component(name), ...args], { maxBuffer: 1 << 26 });
    return Promise.all(moments.map((moment) => readFile(file(moment))));
  });
}

/** A folder for a while, with one file in it. */
async function withFolder(input, work) {
  const folder = await mkdtemp(join(tmpdir(), "wgpu-wasi-files-"));
  try {
    if (input) await copyFile(input, join(folder, basename(input)));
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All files below a folder. */
export async function read(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async (entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    return [path.slice(folder.length + 1), await readFile(path)];
  });
  return Object.fromEntries(await Promise.all(read));
}

/** What a page weighs when it is sent, in bytes. */
export async function weight(folder) {
  return Object.values(await read(folder)).reduce((sum, bytes) => sum + gzipSync(bytes).length, 0);
}
