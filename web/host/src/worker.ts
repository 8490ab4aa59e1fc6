// The worker of one run. It is told once what to run, and tells what comes of it; see run/messages.ts.
import { runCommand, type Transpiled } from "./run/command.js";
import type { Said, Start, ToWorker } from "./run/messages.js";
import { hurryTimers, ownTimer, soonByMessage, type TimerScope } from "./run/timers.js";
import type { Told } from "./windows/protocol.js";

const soon = soonByMessage();
const settled = hurryTimers(globalThis as unknown as TimerScope, soon);
/** Hears what happens to windows. */
let hear: (told: Told) => void = () => {};

function say(said: Said): void {
  const buffers = "bytes" in said ? [said.bytes.buffer as ArrayBuffer] : [];
  postMessage(said, { transfer: buffers });
}

/** Windows, whose code is loaded for the programs that have them. */
async function windowsOn(desktop: Start["windows"]) {
  if (!desktop) return null;
  const { guestWindows } = await import("./windows/index.js");
  const windows = guestWindows({ desktop, say, setTimer: ownTimer, soon });
  hear = windows.hear;
  return windows;
}

async function start({ module, windows: desktop, ...options }: Start): Promise<void> {
  const base = new URL(".", module);
  const compiled = new Map<string, Promise<WebAssembly.Module>>();
  // Not `compileStreaming`: it wants a content type that not every static host has.
  const compile = async (path: string) => {
    const response = await fetch(new URL(path, base));
    if (!response.ok) throw new Error(`${path} can't be loaded: ${response.status} ${response.statusText}`);
    return WebAssembly.compile(await response.arrayBuffer());
  };
  const getCoreModule = (path: string) => {
    const known = compiled.get(path) ?? compile(path);
    compiled.set(path, known);
    return known;
  };
  const transpiled = (await import(/* @vite-ignore */ module)) as Transpiled;
  const windows = await windowsOn(desktop);
  say({ type: "running" });
  const { code, files } = await runCommand({
    ...options,
    transpiled,
    getCoreModule,
    gpu: navigator.gpu,
    windows,
    output: (type, bytes) => say({ type, bytes }),
    onFile: (path, bytes) => say({ type: "file", path, bytes }),
    settled,
  });
  await windows?.finish();
  say({ type: "ended", code, files });
}

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type !== "start") {
    hear(data);
    return;
  }
  start(data).catch((error: unknown) => {
    say({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  });
});
