// A run, from the page's side: a worker of its own, which can be ended at any time.
import type { WindowConnection, WindowSystem } from "../windows/protocol.js";
import type { Files, OnFile } from "./files.js";
import type { Said, Start } from "./messages.js";

/** What to run, and who is told what comes of it. */
export interface RunOptions {
  /** The module that `cargo wgpu-wasi web` or jco (`-I async`) has made of the component. */
  readonly module: string | URL;
  /** The program's name and its arguments. */
  readonly args?: readonly string[];
  /** Its environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its files by their paths from the root, such as `data/in.png`. */
  readonly files?: Files;
  /** Folders that are there even if no file is in them. */
  readonly folders?: readonly string[];
  /** Is given what the program writes to stdout, as it comes. */
  readonly stdout?: (bytes: Uint8Array) => void;
  /** The same for stderr. */
  readonly stderr?: (bytes: Uint8Array) => void;
  /** Is given each file that the program has written, when it closes it. */
  readonly onFile?: OnFile;
  /** Is called when all is loaded and the program starts. */
  readonly onStart?: () => void;
  /** Ends the program at once, wherever it is, and makes the run fail with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Shows its windows; without it, a program that has windows can't run. */
  readonly windows?: WindowSystem;
  /** Whether commands are fetched from the program's memory where it offers that; true unless told otherwise. */
  readonly commandMemory?: boolean;
  /** The worker's address, unless it lies beside this module. */
  readonly worker?: string | URL;
}

/** How a run has ended. */
export interface RunResult {
  /**
   * The exit status: 0 and 1 are the program's own, 101 is a panic, 125 a program that can't be run here, and 134 a trap.
   */
  readonly code: number;
  /** All files that are there at the end. */
  readonly files: Files;
}

/** Runs a program in a worker of its own. Fails when it can't be loaded, and when it is ended by the signal. */
export function run(options: RunOptions): Promise<RunResult> {
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  // Bundlers look for this form, and put the worker beside their output.
  const worker = options.worker
    ? new Worker(options.worker, { type: "module" })
    : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const windows = options.windows?.connect((told, transfer) => worker.postMessage(told, transfer)) ?? null;
  return new Promise<RunResult>((resolve, reject) => {
    const stop = () => reject(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new Error(event.message || "the worker of the program can't be loaded"));
    });
    worker.addEventListener("message", ({ data }: MessageEvent<Said>) => {
      hear(data, { ...options, connection: windows }, resolve, reject);
    });
    worker.postMessage(start(options, windows));
  }).finally(() => {
    // Also where a callback has thrown. A program that loops is ended, too.
    worker.terminate();
    windows?.end();
  });
}

function start(options: RunOptions, windows: WindowConnection | null): Start {
  return {
    type: "start",
    module: new URL(options.module, globalThis.location?.href).href,
    args: options.args ?? ["program"],
    env: options.env ?? {},
    files: options.files ?? {},
    folders: options.folders ?? [],
    commandMemory: options.commandMemory ?? true,
    windows: windows?.desktop ?? null,
  };
}

function hear(
  said: Said,
  options: RunOptions & { readonly connection: WindowConnection | null },
  resolve: (ended: RunResult) => void,
  reject: (reason: unknown) => void,
): void {
  try {
    switch (said.type) {
      case "running":
        options.onStart?.();
        break;
      case "stdout":
        options.stdout?.(said.bytes);
        break;
      case "stderr":
        options.stderr?.(said.bytes);
        break;
      case "file":
        options.onFile?.(said.path, said.bytes);
        break;
      case "ask":
      case "change":
        options.connection?.hear(said);
        break;
      case "ended":
        resolve({ code: said.code, files: said.files });
        break;
      case "failed":
        reject(new Error(said.message));
        break;
    }
  } catch (error) {
    reject(error);
  }
}
