// A run, with what jco makes replaced by a function.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CommandOptions, runCommand } from "../src/run/command.js";
import { dispose } from "../src/wit/handle.js";
import { Fake } from "./fake_gpu.js";

// biome-ignore lint/suspicious/noExplicitAny: the guest's side of the interfaces, as jco has it, without types
type Guest = any;

/** Runs `main` as a component that exports it under `name`. */
async function run(
  main: (imports: Guest) => unknown,
  name = "wasi:cli/run@0.3.0",
  options: Partial<CommandOptions> = {},
) {
  let output = "";
  const files: string[] = [];
  const ended = await runCommand({
    transpiled: {
      instantiate: async (_, imports) => ({
        "wasi:cli/run@0.2.6": { run: () => assert.fail("the entry point in which a program can't wait") },
        [name]: { run: () => main(imports) },
      }),
    },
    getCoreModule: () => Promise.reject(new Error("there is none")),
    gpu: new Fake().gpu,
    args: ["program", "one"],
    env: { LEVEL: "3" },
    files: { "in.txt": new TextEncoder().encode("in") },
    folders: ["out"],
    commandMemory: true,
    windows: null,
    output: (stream, bytes) => {
      output += `${stream}: ${new TextDecoder().decode(bytes)}`;
    },
    onFile: (path) => files.push(path),
    settled: () => {},
    ...options,
  });
  return { ...ended, output, told: files };
}

test("a program has arguments, environment, output, and files", async () => {
  const { code, files, output, told } = await run((imports) => {
    const { getArguments, getEnvironment } = imports["wasi:cli/environment"];
    assert.deepEqual(getArguments(), ["program", "one"]);
    assert.deepEqual(getEnvironment(), [["LEVEL", "3"]]);
    const stdout = imports["wasi:cli/stdout"].getStdout();
    stdout.blockingWriteAndFlush(new TextEncoder().encode("out\n"));
    const [[root]] = imports["wasi:filesystem/preopens"].getDirectories();
    const file = root.openAt({}, "out/a.txt", { create: true }, { write: true });
    const stream = file.writeViaStream(0n);
    stream.blockingWriteAndFlush(new TextEncoder().encode("text"));
    stream[dispose]();
    file[dispose]();
  });
  assert.equal(code, 0);
  assert.equal(output, "stdout: out\n");
  assert.deepEqual(told, ["out/a.txt"]);
  assert.deepEqual(Object.keys(files).sort(), ["in.txt", "out/a.txt"]);
  assert.equal(new TextDecoder().decode(files["out/a.txt"]), "text");
});

test("how a program ends is its status, and said where it has not said it itself", async () => {
  const throwing = (error: unknown) => run(() => Promise.reject(error));
  const panic = new WebAssembly.RuntimeError("unreachable");
  panic.stack = "RuntimeError: unreachable\n at __rustc::rust_panic";
  const endings: [unknown, number, RegExp][] = [
    [undefined, 1, /^$/],
    [Object.assign(new Error("undefined (see error.payload)"), { payload: undefined }), 1, /^$/],
    [Object.assign(new Error("exit"), { exitError: true, code: 0 }), 0, /^$/],
    [Object.assign(new Error("exit"), { exitError: true, code: 3 }), 3, /^$/],
    [panic, 101, /^$/],
    [new WebAssembly.RuntimeError("unreachable"), 134, /^stderr: error: a trap: unreachable\n$/],
    [new RangeError("Maximum call stack size exceeded"), 134, /error: stack overflow/],
    [new Error("other"), 134, /error: Error: other/],
  ];
  for (const [error, expected, text] of endings) {
    const { code, output } = await throwing(error);
    assert.equal(code, expected, String(error));
    assert.match(output, text);
  }
});

test("what is not offered is said by its name", async () => {
  const { code, output } = await run((imports) => imports["wasi:http/outgoing-handler"]);
  assert.equal(code, 125);
  assert.match(output, /imports wasi:http\/outgoing-handler, which is not offered in a page/);
  const library = await run(() => 0, "other:package/interface", {
    transpiled: { instantiate: async () => ({ "other:package/interface": {} }) },
  });
  assert.equal(library.code, 125);
  assert.match(library.output, /no wasi:cli\/run/);
});
