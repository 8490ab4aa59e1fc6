// `wasi-gfx:frame-buffer/frame-buffer` and `wasi-gfx:surface/surface-frame-buffer`: pixels that a program makes without a
// GPU — peer: host/src/objects/frame_buffer.rs
//
// Four bytes a pixel, from the upper left corner: blue, green, red, and one that nobody looks at.
import { dispose } from "../wit/handle.js";
import type { GuestWindow } from "./guest.js";
import type { Surface } from "./surface.js";

/** As the native host paces them. */
const LATENCY = 2;

/** What a page shows of such pixels. */
export function asShown(pixels: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const shown = new Uint8ClampedArray(pixels.length);
  for (let at = 0; at < pixels.length; at += 4) {
    shown[at] = pixels[at + 2] ?? 0;
    shown[at + 1] = pixels[at + 1] ?? 0;
    shown[at + 2] = pixels[at] ?? 0;
    shown[at + 3] = 255;
  }
  return shown;
}

/** Both interfaces. */
export function frameBuffers() {
  /** The pixels of a picture, for as long as its context is there, which has them. */
  class Buffer {
    readonly context: Context;

    constructor(context: Context) {
      this.context = context;
    }

    getWithCopy() {
      return this.context.pixels.slice();
    }
    /** Of too many bytes the first are taken; where there are too few, the last rows stay as they were. */
    setWithCopy(bytes: Uint8Array) {
      const { pixels } = this.context;
      pixels.set(bytes.subarray(0, pixels.length));
    }
  }

  class Context {
    readonly window: GuestWindow;
    pixels = new Uint8Array();
    width = 0;
    height = 0;
    /** Whether there is a picture that was not presented. */
    current = false;

    constructor(surface: Surface) {
      this.window = surface.window;
    }

    getCurrentBuffer() {
      return this.window.guest.trapping(this.next());
    }

    async next() {
      const { window } = this;
      await window.opening.catch(() => null);
      if (!window.occluded) await window.frames.free(LATENCY);
      window.guest.settled();
      [this.width, this.height] = [Math.max(window.size.width, 1), Math.max(window.size.height, 1)];
      const length = this.width * this.height * 4;
      if (this.pixels.length !== length) {
        const before = this.pixels;
        this.pixels = new Uint8Array(length);
        this.pixels.set(before.subarray(0, length));
      }
      this.current = true;
      return new Buffer(this);
    }

    present() {
      const { window, width, height } = this;
      if (!this.current) return;
      this.current = false;
      if (!window.canvas || window.occluded) return;
      const { canvas } = window;
      if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
      const context = window.context("2d") as OffscreenCanvasRenderingContext2D;
      context.putImageData(new ImageData(asShown(this.pixels), width, height), 0, 0);
      window.present(true);
      window.shown();
    }
  }
  Object.defineProperty(Context.prototype, dispose, {
    value(this: Context) {
      this.pixels = new Uint8Array();
    },
  });
  return { frameBuffer: { Buffer }, surfaceFrameBuffer: { Context } };
}
