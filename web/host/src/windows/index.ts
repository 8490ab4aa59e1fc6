// Windows for a program in a worker. The page shows them: see page/panel.ts. This is loaded for programs alone that have
// windows.
import type { Context } from "../context.js";
import type { Imports } from "../run/wasi.js";
import { canvases } from "./canvas.js";
import { frameBuffers } from "./frame_buffer.js";
import { screenPace } from "./frames.js";
import { Guest, type GuestWindow, type Surroundings } from "./guest.js";
import type { Told } from "./protocol.js";
import { Surface, surfaceClass } from "./surface.js";
import { clipboard, windows } from "./windows.js";

/** The windows of one program. */
export interface GuestWindows {
  /** What the program imports, by interface; `settled` is called each time that something which took time is done. */
  imports(host: Context, settled: () => void): Imports;
  /** Hears what the page says. */
  hear(told: Told): void;
  /** Waits until the page has what was shown last; to be called when the program has ended. */
  finish(): Promise<void>;
  /** Fails when the program is to be ended. */
  readonly trapped: Promise<never>;
}

/** Makes windows for one program. */
export function guestWindows(around: Omit<Surroundings, "pace" | "now">): GuestWindows {
  const pace = screenPace(around.setTimer);
  const guest = new Guest({ ...around, pace, now: () => performance.now() });
  const { trapped } = guest;
  return {
    imports(host, settled) {
      guest.settled = settled;
      return windowImports(guest, host);
    },
    hear: (told) => guest.hear(told),
    finish: () => guest.finish(),
    trapped,
  };
}

/** The interfaces by their names, as the transpiler has them. */
export function windowImports(guest: Guest, host: Context): Imports {
  const { surfaceWebgpu, canvas } = canvases(host);
  const { frameBuffer, surfaceFrameBuffer } = frameBuffers();
  return {
    "wasi-gfx:frame-buffer/frame-buffer": frameBuffer,
    "wasi-gfx:surface/surface": { Surface: surfaceClass(guest) },
    "wasi-gfx:surface/surface-frame-buffer": surfaceFrameBuffer,
    "wasi-gfx:surface/surface-webgpu": surfaceWebgpu,
    "wgpu-wasi:window/canvas": canvas,
    "wgpu-wasi:window/clipboard": clipboard(guest),
    "wgpu-wasi:window/windows": windows(guest, (window: GuestWindow) => new Surface(window, false)),
  } as unknown as Imports;
}
