// Files, output, and what is missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { missing } from "../src/missing.js";
import { find, tree, WatchedFilesystem, walk } from "../src/run/files.js";
import { Output } from "../src/run/output.js";

const bytes = (text: string) => new TextEncoder().encode(text);

test("files become a tree and come back", () => {
  const files = { "a/b.txt": bytes("b"), "/c": bytes("c"), "a/../../d": bytes("d"), "a/__proto__": bytes("p") };
  const root = tree(files, ["out", "a/deep"]);
  const paths = [...walk(root)].map(([path]) => path).sort();
  assert.deepEqual(paths, ["a/__proto__", "a/b.txt", "c", "d"]);
  assert.ok(find(root, "/out")?.dir && find(root, "a/deep")?.dir);
  assert.throws(() => tree({ x: bytes(""), "x/y": bytes("") }), /both a file and a folder/);
  assert.throws(() => tree({ "/": bytes("") }), /without a name/);
});

test("a file is told of when it is closed, and only if it was written", () => {
  const told: string[] = [];
  const root = tree({ "in.txt": bytes("in") }, ["out"]);
  const filesystem = new WatchedFilesystem(root, (path, content) => {
    told.push(`${path}: ${new TextDecoder().decode(content)}`);
  });
  // biome-ignore lint/suspicious/noExplicitAny: the calls of a guest
  const top = filesystem.getRoot(root) as any;
  const read = top.openAt({}, "in.txt", {}, {});
  assert.equal(read.read(2n, 0n)[0].length, 2);
  read.syncData();
  assert.deepEqual(told, []);
  const folder = top.openAt({}, "out", { directory: true }, {});
  const file = folder.openAt({}, "a.part", { create: true }, {});
  file.write(bytes("one"), 0n);
  file.syncData();
  file.syncData();
  assert.deepEqual(told, ["out/a.part: one"]);
  folder.renameAt("a.part", folder, "a.txt");
  assert.deepEqual(told.splice(0), ["out/a.part: one", "out/a.txt: one"]);
  assert.equal(file.isSameObject(folder.openAt({}, "a.txt", {}, {})), true);
});

test("output is handed on in order, at once or when there is much", () => {
  const handed: string[] = [];
  let now = 0;
  const output = new Output(
    (stream, chunk) => handed.push(`${stream}: ${new TextDecoder().decode(chunk)}`),
    () => now,
  );
  output.write("stdout", bytes("1"));
  assert.deepEqual(handed, ["stdout: 1"]);
  output.write("stdout", bytes("2"));
  output.write("stdout", bytes("3"));
  output.write("stderr", bytes("4"));
  assert.deepEqual(handed, ["stdout: 1", "stdout: 23"]);
  output.flush();
  output.flush();
  now = 60;
  output.write("stderr", bytes("5"));
  output.write("stdout", bytes("6"));
  assert.deepEqual(handed.slice(2), ["stderr: 4", "stderr: 5"]);
  output.write("stdout", new Uint8Array(1 << 16));
  assert.equal(handed.length, 5);
});

test("what is missing is said in words", async () => {
  const gpu = (adapter: object | null) => ({ requestAdapter: async () => adapter as GPUAdapter | null });
  const all = { isSecureContext: true, WebAssembly: { Suspending: class {} }, navigator: { gpu: gpu({}) } };
  assert.equal(await missing(all), null);
  assert.match((await missing({ ...all, isSecureContext: false })) ?? "", /https/);
  assert.match((await missing({ ...all, WebAssembly: {} })) ?? "", /JSPI/);
  assert.match((await missing({ ...all, navigator: {} })) ?? "", /no WebGPU/);
  assert.match((await missing({ ...all, navigator: { gpu: gpu(null) } })) ?? "", /no GPU/);
  const failing = { requestAdapter: () => Promise.reject(new Error("lost")) };
  assert.match((await missing({ ...all, navigator: { gpu: failing } })) ?? "", /no GPU/);
});
