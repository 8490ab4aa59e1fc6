// `wgpu-wasi:window/windows` and `clipboard` — peers: host/src/objects/window.rs, host/src/objects/clipboard.rs
import { WitError } from "../wit/errors.js";
import { dispose } from "../wit/handle.js";
import { type Guest, type GuestWindow, refused } from "./guest.js";
import type { Surface } from "./surface.js";
import type { Attributes, Cursor, Extent, Flags, Grab, Image, Place, Refusal, Theme } from "./wit.js";

/** The side of an icon or a cursor, at most. */
const MAX_ICON_SIDE = 256;
/** A text in the clipboard, at most. */
const MAX_CLIPBOARD = 1 << 20;

/** Makes the surface of a window. */
export type MakeSurface = (window: GuestWindow) => Surface;

function allowed(cursor: Cursor): Cursor {
  if (cursor.tag === "shape") return cursor;
  const { image, hotspotX, hotspotY } = cursor.val as { image: Image; hotspotX: number; hotspotY: number };
  const { width, height } = image.size;
  const inside = (side: number, hotspot: number) => side >= 1 && side <= MAX_ICON_SIDE && hotspot < side;
  const whole = image.rgba.length === width * height * 4;
  if (!whole || !inside(width, hotspotX) || !inside(height, hotspotY)) return { tag: "shape", val: "default" };
  // What jco gives may be a part of the program's memory.
  return { tag: "image", val: { hotspotX, hotspotY, image: { size: image.size, rgba: image.rgba.slice() } } };
}

/** The resource: all methods of the WIT. */
class WindowHandle {
  readonly window: GuestWindow;

  constructor(window: GuestWindow) {
    this.window = window;
  }

  id() {
    return this.window.number;
  }
  requestRedraw() {
    this.window.frames.wantRedraw();
  }
  requestSize(size: Extent) {
    this.window.change({ kind: "size", size });
  }
  setLimits(min: Extent | undefined, max: Extent | undefined) {
    this.window.change({ kind: "limits", min, max });
  }
  setTitle(title: string) {
    this.window.change({ kind: "title", title: title.slice(0, 1024) });
  }
  setState(mask: Flags, value: Flags) {
    this.window.setState(mask, value);
  }
  setButtons(buttons: Flags) {
    this.window.change({ kind: "buttons", buttons });
  }
  setFullscreen(fullscreen: object | undefined) {
    this.window.setFullscreen(fullscreen !== undefined);
  }
  setTheme(theme: Theme | undefined) {
    this.window.setTheme(theme);
  }
  focus() {
    // A program with several windows may go from one to another.
    if (this.window.guest.wasPressed()) this.window.change({ kind: "focus" });
  }
  setCursor(cursor: Cursor) {
    this.window.change({ kind: "cursor", cursor: allowed(cursor) });
  }
  setCursorVisible(visible: boolean) {
    this.window.change({ kind: "cursor-visible", visible });
  }
  setCursorPosition(_place: Place) {
    throw refused("not-supported");
  }
  setCursorHittest(hittest: boolean) {
    if (!hittest) throw refused("not-granted");
  }
  grabCursor(grab: Grab) {
    return this.window.grab(grab).finally(() => this.window.guest.settled());
  }
  drag() {
    throw refused("not-supported");
  }
  dragResize(_direction: string) {
    throw refused("not-supported");
  }
  setImeAllowed(allowed: boolean) {
    this.window.change({ kind: "ime-allowed", allowed });
  }
  setImeArea(place: Place, size: Extent) {
    this.window.change({ kind: "ime-area", place, size });
  }
  setImePurpose(purpose: string) {
    this.window.change({ kind: "ime-purpose", purpose });
  }
  snapshot() {
    return this.window.snapshot();
  }

  // What a page has nothing for.
  setResizeIncrements() {}
  setPosition() {}
  setLevel() {}
  setIcon() {}
  requestAttention() {}
  showMenu() {}
}

Object.defineProperty(WindowHandle.prototype, dispose, {
  value(this: WindowHandle) {
    this.window.close();
  },
});

/** The class of the resource for one program. */
function windowClass(guest: Guest, makeSurface: MakeSurface) {
  return class Window extends WindowHandle {
    static async open({ icon: _, ...attributes }: Attributes & { icon?: Image }) {
      const window = guest.open({ ...attributes, cursor: allowed(attributes.cursor) });
      const { size, scaleFactor, focused, theme } = await window.opening.catch((error: unknown) => {
        guest.mailbox.forget(window.number);
        window.close();
        throw new WitError("no window", { tag: "other", val: String(error) });
      });
      return { window: new Window(window), size, scaleFactor, focused, theme };
    }

    surface() {
      return makeSurface(this.window);
    }
  };
}

/** The interface `windows`. */
export function windows(guest: Guest, makeSurface: MakeSurface) {
  return {
    Window: windowClass(guest, makeSurface),
    monitors() {
      const { screen, scaleFactor } = guest.desktop;
      const position = { x: 0, y: 0 };
      // Of the screen of the page no more is told.
      const unknown = { name: undefined, refreshMillihertz: undefined, modes: [] };
      return [{ id: 1, size: screen, position, scaleFactor, primary: true, ...unknown }];
    },
    systemTheme: () => guest.desktop.theme,
    next: (timeout: bigint | undefined) => guest.next(timeout),
  };
}

/** The interface `clipboard`. */
export function clipboard(guest: Guest) {
  const answered = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } finally {
      guest.settled();
    }
  };
  const size = (text: string) => new TextEncoder().encode(text).length;
  const needs = (granted: boolean, text: string): Refusal | null => {
    if (!granted) return "not-granted";
    return size(text) > MAX_CLIPBOARD ? "failed" : null;
  };
  return {
    granted: () => guest.desktop.clipboard,
    readText: async () => {
      if (!guest.desktop.clipboard) throw refused("not-granted");
      const text = await answered(guest.ask({ kind: "read-text" }));
      if (size(text) > MAX_CLIPBOARD) throw refused("failed");
      return text;
    },
    writeText: async (text: string) => {
      const why = needs(guest.desktop.clipboard && guest.wasPressed(), text);
      if (why !== null) throw refused(why);
      await answered(guest.ask({ kind: "write-text", text }));
    },
  };
}
