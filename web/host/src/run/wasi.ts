// WASI 0.2 for one run, by preview2-shim: arguments, environment, output, files in memory, clocks and random numbers.
import * as cli from "@bytecodealliance/preview2-shim/cli";
import * as clocks from "@bytecodealliance/preview2-shim/clocks";
import * as filesystem from "@bytecodealliance/preview2-shim/filesystem";
import * as io from "@bytecodealliance/preview2-shim/io";
import * as random from "@bytecodealliance/preview2-shim/random";
import { dispose } from "../wit/handle.js";
import { type Entry, type OnFile, WatchedFilesystem } from "./files.js";
import type { Output, Stream } from "./output.js";

/** What the program is given. */
export interface WasiOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly root: Entry;
  readonly onFile: OnFile;
  readonly output: Output;
  /** Called each time that something which took time is done. */
  readonly settled: () => void;
}

/** What a component imports, by interface and without versions. */
export type Imports = Record<string, Readonly<Record<string, unknown>>>;

/** The interfaces of WASI that a page has. */
export function wasi(options: WasiOptions): Imports {
  const { args, env, root, onFile, output, settled } = options;
  const program = cli.createCli({
    arguments: [...args],
    environment: { ...env },
    stdout: handler(output, "stdout"),
    stderr: handler(output, "stderr"),
  });
  const files = filesystem.createFilesystem({
    adapter: new WatchedFilesystem(root, onFile),
    preopens: { "/": root },
  });
  const Descriptor = files.types.Descriptor as unknown as { prototype: { syncData(): void } };
  Object.defineProperty(Descriptor.prototype, dispose, {
    configurable: true,
    value(this: { syncData(): void }) {
      this.syncData();
    },
  });
  return {
    "wasi:cli/environment": program.environment,
    "wasi:cli/exit": program.exit,
    "wasi:cli/stderr": program.stderr,
    "wasi:cli/stdin": program.stdin,
    "wasi:cli/stdout": program.stdout,
    "wasi:cli/terminal-input": program.terminalInput,
    "wasi:cli/terminal-output": program.terminalOutput,
    "wasi:cli/terminal-stderr": program.terminalStderr,
    "wasi:cli/terminal-stdin": program.terminalStdin,
    "wasi:cli/terminal-stdout": program.terminalStdout,
    "wasi:clocks/monotonic-clock": clocks.monotonicClock,
    "wasi:clocks/wall-clock": clocks.wallClock,
    "wasi:filesystem/preopens": files.preopens,
    "wasi:filesystem/types": files.types,
    "wasi:io/error": io.error,
    "wasi:io/poll": waking(io.poll, settled),
    "wasi:io/streams": io.streams,
    "wasi:random/insecure": random.insecure,
    "wasi:random/insecure-seed": random.insecureSeed,
    "wasi:random/random": random.random,
  } as unknown as Imports;
}

function handler(output: Output, stream: Stream) {
  return {
    write: (bytes: Uint8Array) => output.write(stream, bytes),
    flush: () => {},
    blockingFlush: () => {},
  };
}

interface Poll {
  readonly Pollable: { prototype: { block(): Promise<void> } };
  readonly poll: (list: unknown[]) => Promise<Uint32Array>;
}

/** The interface for waiting, whose ends are told. */
function waking(shim: unknown, settled: () => void): Poll {
  const { Pollable, poll } = shim as Poll;
  const { block } = Pollable.prototype;
  Pollable.prototype.block = function (this: unknown) {
    return block.call(this).finally(settled);
  };
  return { Pollable, poll: (list) => Promise.resolve(poll(list)).finally(settled) };
}
