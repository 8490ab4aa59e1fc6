// A program with a window, as the transpiler would write one: it prints what happens, and does what keys ask for.
export async function instantiate(_getCoreModule, imports) {
  const { Window, monitors, next } = imports["wgpu-wasi:window/windows"];
  const clipboard = imports["wgpu-wasi:window/clipboard"];
  const out = imports["wasi:cli/stdout"].getStdout();
  const say = (...words) => out.blockingWriteAndFlush(new TextEncoder().encode(`${words.join(" ")}\n`));
  const attempt = async (name, work) => {
    try {
      await work();
      say(name, "done");
    } catch (error) {
      say(name, error.payload ?? error);
    }
  };
  const keys = {
    "key-g": (window) => attempt("grab", () => window.grabCursor("locked")),
    "key-r": (window) => attempt("release", () => window.grabCursor("none")),
    "key-f": (window) => window.setFullscreen({ tag: "borderless" }),
    "key-e": (window) => {
      say("fullscreen", window.snapshot().fullscreen);
      window.setFullscreen(undefined);
    },
    "key-c": () => attempt("write", () => clipboard.writeText("text")),
  };
  const tell = async (window, { tag, val }) => {
    if (tag === "key") {
      say(tag, val.code, val.pressed, val.synthetic ? "synthetic" : (val.text ?? ""));
      if (val.pressed) await keys[val.code]?.(window);
    } else if (tag === "button") say(tag, val.button.tag, val.pressed);
    else if (tag === "resized") say(tag, val.width > 400 ? "larger" : `${val.width} ${val.height}`);
    else if (tag === "modifiers")
      say(
        tag,
        Object.keys(val).filter((name) => val[name]),
      );
    else if (tag === "ime") say(tag, val.tag, val.val ?? "");
    else if (!["cursor-entered", "cursor-left", "cursor-moved", "redraw", "motion", "occluded"].includes(tag))
      say(tag, val ?? "");
    return tag !== "close-requested";
  };
  const run = async () => {
    const size = { tag: "logical", val: { width: 400, height: 300 } };
    const [state, buttons] = [{ visible: true, resizable: true }, { close: true }];
    const cursor = { tag: "shape", val: "crosshair" };
    const { window } = await Window.open({ title: "Guest", size, state, buttons, active: true, cursor });
    window.setImeAllowed(true);
    say("monitors", monitors().length);
    await attempt("grab", () => window.grabCursor("locked"));
    for (let open = true; open; ) {
      for (const [, event] of await next(undefined)) open &&= await tell(window, event);
    }
    window[Symbol.dispose ?? Symbol.for("dispose")]();
  };
  return { "wasi:cli/run@0.3.0": { run } };
}
