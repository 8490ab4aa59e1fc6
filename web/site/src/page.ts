// The page of a program: starts it, shows what it writes, and stops it.
import { missing, type RunResult, run } from "../../host/src/index.js";
import { type App, loadApp, loadFiles } from "./app.js";
import { OutputPanel } from "./output.js";
import { Results } from "./results.js";
import { duration, ending, joinArguments, splitArguments } from "./words.js";

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const status = element("status");
const time = element("time");
const progress = element<HTMLProgressElement>("progress");
const typed = element<HTMLInputElement>("arguments");
const chosen = element<HTMLInputElement>("inputs");
const runButton = element<HTMLButtonElement>("run");
const stopButton = element<HTMLButtonElement>("stop");
const output = new OutputPanel(element("output"), element("save"));
const results = new Results(element("results"), element("pictures"), element("files"));

/** Says how things are, also for tests and style sheets. */
function say(state: "looking" | "missing" | "ready" | "loading" | "running" | "ended" | "failed", text: string): void {
  document.documentElement.dataset.state = state;
  status.textContent = text;
  const busy = state === "loading" || state === "running";
  progress.hidden = !busy;
  runButton.disabled = busy || state === "missing";
  stopButton.disabled = !busy;
}

/** The files that the program is given: those of the site, and those that were chosen. */
async function inputs(app: App): Promise<Record<string, Uint8Array>> {
  const files = await loadFiles(app);
  for (const file of chosen.files ?? []) files[file.name] = new Uint8Array(await file.arrayBuffer());
  return files;
}

/** What shows the program's windows, which most have not. */
async function panel({ windows, title: name, clipboard }: App) {
  if (!windows) return undefined;
  document.documentElement.classList.add("windowed");
  const { WindowPanel } = await import("../../host/src/panel.js");
  return new WindowPanel(element("windows"), { name, clipboard });
}

/** Shows what the program has left that is not shown yet: files that it has not closed. */
function showRest({ files }: RunResult, given: Record<string, Uint8Array>, told: Map<string, number>): void {
  for (const [path, content] of Object.entries(files)) {
    const isGiven = path in given && given[path]?.length === content.length;
    if (!isGiven && told.get(path) !== content.length) results.add(path, content);
  }
}

async function start(app: App): Promise<void> {
  output.clear();
  results.clear();
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  stopButton.addEventListener("click", stop);
  say("loading", "Loading …");
  let begin = performance.now();
  let loaded = "";
  let timer = 0;
  const told = new Map<string, number>();
  try {
    const files = await inputs(app);
    const result = await run({
      module: new URL(app.module, location.href),
      args: [app.args[0] ?? "program", ...splitArguments(typed.value)],
      env: app.env,
      files,
      windows: await panel(app),
      signal: stopping.signal,
      onStart() {
        loaded = `loaded in ${duration(performance.now() - begin)}`;
        begin = performance.now();
        say("running", `Running, ${loaded};`);
        // Apart from the status, which is read aloud.
        timer = window.setInterval(() => {
          time.textContent = duration(performance.now() - begin);
        }, 500);
      },
      stdout: (bytes) => output.write("stdout", bytes),
      stderr: (bytes) => output.write("stderr", bytes),
      onFile(path, bytes) {
        told.set(path, bytes.length);
        results.add(path, bytes);
      },
    });
    showRest(result, files, told);
    document.documentElement.dataset.code = String(result.code);
    const count = results.count === 0 ? "" : `, ${results.count} ${results.count === 1 ? "file" : "files"}`;
    say("ended", `${ending(result.code)} after ${duration(performance.now() - begin)}${count}, ${loaded}`);
  } catch (error) {
    if (stopping.signal.aborted) say("failed", `Stopped after ${duration(performance.now() - begin)}`);
    else say("failed", `It can't be run: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearInterval(timer);
    time.textContent = "";
    stopButton.removeEventListener("click", stop);
  }
}

async function open(): Promise<void> {
  // Before anything is loaded.
  const lack = await missing();
  if (lack !== null) {
    const alert = element("missing");
    alert.textContent = lack;
    alert.hidden = false;
    say("missing", "The program can't run in this browser");
    return;
  }
  const app = await loadApp();
  document.title = app.title;
  element("title").textContent = app.title;
  // A list of programs may say with which arguments one of them is shown.
  const asked = new URLSearchParams(location.search).get("arguments");
  typed.value = asked ?? joinArguments(app.args.slice(1));
  element("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!runButton.disabled) void start(app);
  });
  await start(app);
}

open().catch((error: unknown) => {
  say("failed", `The page can't be shown: ${error instanceof Error ? error.message : String(error)}`);
});
