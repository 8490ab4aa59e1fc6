// Runs a component as a command in this thread, which should be a worker of its own.
import type { CoreExports } from "../commands/memory.js";
import { createHost, INTERFACE } from "../webgpu.js";
import type { GuestWindows } from "../windows/index.js";
import { Trap } from "../wit/errors.js";
import { type Entry, type Files, type OnFile, tree, walk } from "./files.js";
import { Output, type Stream } from "./output.js";
import { type Imports, wasi } from "./wasi.js";

/** What the module exports that a component was made into. */
export interface Transpiled {
  instantiate(
    getCoreModule: (path: string) => Promise<WebAssembly.Module>,
    imports: Imports,
    instantiateCore: (module: WebAssembly.Module, imports: WebAssembly.Imports) => Promise<WebAssembly.Instance>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** What a run needs. */
export interface CommandOptions {
  readonly transpiled: Transpiled;
  readonly getCoreModule: (path: string) => Promise<WebAssembly.Module>;
  readonly gpu: GPU;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Files;
  readonly folders: readonly string[];
  readonly commandMemory: boolean;
  readonly output: (stream: Stream, bytes: Uint8Array) => void;
  readonly onFile: OnFile;
  /** Its windows, if it may have any. */
  readonly windows: GuestWindows | null;
  /** Called each time that something which took time is done. */
  readonly settled: () => void;
}

/** How a run has ended. */
export interface Ended {
  /** 0 and 1 are the program's own; 101 is a panic, 125 a program that can't be run, 134 a trap. */
  readonly code: number;
  /** All that the program has left, and what it was given. */
  readonly files: Files;
}

/** Runs the program to its end. */
export async function runCommand(options: CommandOptions): Promise<Ended> {
  const root = tree(options.files, options.folders);
  const output = new Output(options.output);
  const settled = () => {
    output.flush();
    options.settled();
  };
  const code = await status(options, root, { output, settled }).catch((error: unknown) => {
    const { code, reason } = whyEnded(error);
    if (reason !== null) output.write("stderr", new TextEncoder().encode(`error: ${reason}\n`));
    return code;
  });
  output.flush();
  return { code, files: Object.fromEntries(walk(root)) };
}

interface Watched {
  readonly output: Output;
  readonly settled: () => void;
}

async function status(options: CommandOptions, root: Entry, watched: Watched): Promise<number> {
  const webgpu = createHost(options.gpu, { settled: watched.settled });
  const imports: Imports = {
    ...wasi({ ...options, ...watched, root }),
    [INTERFACE]: webgpu.imports,
    ...options.windows?.imports(webgpu.context, watched.settled),
  };
  const instantiateCore = async (module: WebAssembly.Module, core: WebAssembly.Imports) => {
    const instance = await WebAssembly.instantiate(module, core);
    if (options.commandMemory) cores.push(instance.exports);
    return instance;
  };
  const cores: CoreExports[] = [];
  const component = await options.transpiled.instantiate(options.getCoreModule, complete(imports), instantiateCore);
  // Not before all are there: what attaches may need another one.
  for (const core of cores) webgpu.attach(core);
  const run = entry(component);
  options.settled();
  await (options.windows ? Promise.race([run(), options.windows.trapped]) : run());
  return 0;
}

/** The import object, which says in words what it does not have. */
function complete(imports: Imports): Imports {
  return new Proxy(imports, {
    get(target, name) {
      if (typeof name !== "string" || name in target) return target[name as string];
      const window = /^(wgpu-wasi:window|wasi-gfx:)/.test(name);
      const why = window ? "and the page gives it no windows" : "which is not offered in a page";
      throw new NotOffered(`the program imports ${name}, ${why}`);
    },
  });
}

/** What is there to be called: the asynchronous entry point, in which a program may wait, or the other one. */
function entry(component: Readonly<Record<string, unknown>>): () => unknown {
  const names = Object.keys(component).filter((name) => name.startsWith("wasi:cli/run@"));
  const name = names.find((name) => name.startsWith("wasi:cli/run@0.3.")) ?? names[0];
  const exported = (name === undefined ? component.run : component[name]) as { run?: () => unknown } | undefined;
  if (!exported?.run) throw new NotOffered("the component has no wasi:cli/run: it is no program");
  return exported.run.bind(exported);
}

function isEmptyError(error: unknown): boolean {
  return (
    error instanceof Error && Object.hasOwn(error, "payload") && (error as { payload?: unknown }).payload === undefined
  );
}

/** The component can't be run here. */
class NotOffered extends Error {}

/** The exit status for what `run` has thrown, and what the program has not said itself. */
function whyEnded(error: unknown): { readonly code: number; readonly reason: string | null } {
  // The error of `run`'s own result, which has no value; jco wraps it, unless told otherwise.
  if (error === undefined || isEmptyError(error)) return { code: 1, reason: null };
  const { exitError, code } = error as { exitError?: unknown; code?: unknown };
  if (exitError === true && typeof code === "number") return { code, reason: null };
  if (error instanceof NotOffered) return { code: 125, reason: error.message };
  if (error instanceof WebAssembly.RuntimeError) {
    // Its message was printed by the panic itself.
    if (/rust_panic|rust_begin_unwind|panicking/.test(error.stack ?? "")) return { code: 101, reason: null };
    return { code: 134, reason: `a trap: ${error.message}` };
  }
  if (error instanceof Trap) return { code: 134, reason: error.message };
  if (error instanceof RangeError && /stack/.test(error.message)) return { code: 134, reason: "stack overflow" };
  return { code: 134, reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}
