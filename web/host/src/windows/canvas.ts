// `wasi-gfx:surface/surface-webgpu` and `wgpu-wasi:window/canvas`: what a program draws on a window — peer:
// host/src/objects/canvas.rs
//
// As on the native host, each picture is a texture of the program's own device. When it is presented, it is copied to the
// canvas of the page: so it may take as long as it likes, has the formats of native windows, and what was shown can't be
// drawn to any more.
import type { Context as Host } from "../context.js";
import { keep } from "../device/recent.js";
import { scopesOf } from "../device/scopes.js";
import { Trap } from "../wit/errors.js";
import { dispose, type Handle, type Method } from "../wit/handle.js";
import type { GuestWindow } from "./guest.js";
import type { Surface } from "./surface.js";
import type { Flags, Size } from "./wit.js";

type Status = "good" | "suboptimal" | "occluded" | "timeout" | "lost";

interface Configuration {
  readonly device: Handle<GPUDevice>;
  readonly format: string;
  readonly usage?: Flags;
  readonly viewFormats?: readonly string[];
}

interface Configured extends Configuration {
  readonly size: Size | null;
  readonly paced: boolean;
  readonly latency: number;
  /** Each of its pictures is invalid. */
  readonly refused: boolean;
}

/** Pictures that the GPU may have to draw, and that may wait to be shown. */
const MAX_LATENCY = 8;
/** A GPU that draws a picture in fewer milliseconds is fast: Firefox says only ten times a second what is drawn. */
const FAST = 150;

const FORMATS = ["bgra8unorm-srgb", "bgra8unorm", "rgba8unorm-srgb", "rgba8unorm", "rgba16float"];

const LOST = new WeakSet<GPUDevice>();
const KNOWN = new WeakSet<GPUDevice>();

function watch(device: GPUDevice): void {
  if (KNOWN.has(device)) return;
  KNOWN.add(device);
  device.lost.then(() => LOST.add(device));
}

/** What is wrong with a size, in the words of wgpu's surfaces. */
function wrongSize(size: Size | null, limit: number): string | null {
  if (!size) return null;
  const { width, height } = size;
  if (width === 0 || height === 0) return "Both `Surface` width and height must be non-zero.";
  if (width <= limit && height <= limit) return null;
  return (
    "`Surface` width and height must be within the maximum supported texture size. Requested was " +
    `(${width}, ${height}), maximum extent for either dimension is ${limit}.`
  );
}

/** The canvas of a window. */
export class Canvas {
  readonly #host: Host;
  readonly window: GuestWindow;
  #size: Size | null = null;
  #paced = true;
  #latency = 2;
  #configured: Configured | null = null;
  /** What is drawn now, and holds it. */
  #current: Handle | null = null;
  #status: Status = "good";
  /** For which configuration the page's own canvas was made ready. */
  #ready: Configured | null = null;
  #unfinished: Promise<unknown>[] = [];
  /** How long the GPU took for the last picture that it has finished. */
  #took = 0;

  constructor(host: Host, window: GuestWindow) {
    this.#host = host;
    this.window = window;
  }

  setMode(size: Size, mode: string, latency: number): void {
    this.#size = size;
    this.#paced = mode === "fifo" || mode === "fifo-relaxed";
    this.#latency = Math.min(Math.max(latency, 1), MAX_LATENCY);
  }

  status(): Status {
    return this.#status;
  }

  configure(configuration: Configuration): void {
    const device = configuration.device.native;
    watch(device);
    let error = wrongSize(this.#size, device.limits.maxTextureDimension2D);
    const { usage } = configuration;
    if (usage && !Object.values(usage).some(Boolean)) error ??= "Requested usage is empty.";
    if (!FORMATS.includes(configuration.format)) {
      error ??= `Requested format ${configuration.format} is not one of a surface.`;
    }
    this.#giveUp();
    const [size, paced, latency] = [this.#size, this.#paced, this.#latency];
    this.#configured = { ...configuration, size, paced, latency, refused: error !== null };
    if (error !== null) scopesOf(device).refuse({ kind: "validation-error", message: error });
  }

  unconfigure(): void {
    this.#giveUp();
    this.#configured = null;
  }

  /** Waits until a picture is due, and makes it. */
  async getCurrentTexture(): Promise<Handle> {
    const configured = this.#configured;
    if (!configured) throw new Trap("get-current-texture of a canvas that was not configured");
    const { window } = this;
    const device = configured.device.native;
    if (!this.#current) {
      await window.opening.catch(() => null);
      // What waits for a slow GPU are answers to what somebody did long ago.
      const most = this.#took < FAST ? MAX_LATENCY : configured.latency;
      while (this.#unfinished.length >= most) await Promise.race([this.#unfinished.shift(), device.lost]);
      if (configured.paced && !window.occluded) await window.frames.free(configured.latency);
      window.guest.settled();
      this.#make(configured);
    }
    const current = this.#current as Handle | null;
    if (!current) throw new Trap("a canvas without a picture");
    const Texture = this.#host.classes.get("gpu-texture");
    if (!Texture) throw new Error("gpu-texture has no class");
    const handle = new Texture(current.native);
    this.#host.lifetimes.hold(handle, current);
    return handle;
  }

  #make(configured: Configured): void {
    const { window } = this;
    const { device, format, usage = { renderAttachment: true }, viewFormats = [], size, refused } = configured;
    const own = { ...usage, copySrc: true, textureBinding: true };
    const { width, height } = size ?? window.size;
    const side = (side: number) => (refused ? 1 : Math.max(side, 1));
    const descriptor = {
      size: { width: side(width), height: side(height) },
      format,
      usage: refused ? {} : own,
      viewFormats: refused ? [] : viewFormats,
    };
    const create = (device as unknown as Record<string, Method>).createTexture as Method;
    this.#current = create.call(device, descriptor) as Handle;
    const other = width !== window.size.width || height !== window.size.height;
    if (LOST.has(device.native) || window.closed) this.#status = "lost";
    else if (window.occluded) this.#status = "occluded";
    else this.#status = other ? "suboptimal" : "good";
  }

  /** Shows what was drawn. */
  present(): void {
    const [configured, current] = [this.#configured, this.#current];
    if (!configured || !current) return;
    const shown = this.#status === "good" || this.#status === "suboptimal";
    if (shown && !configured.refused && this.window.canvas) {
      const [picture, canvas] = [current.native as GPUTexture, this.window.canvas];
      // One that the program has destroyed is nobody's error.
      scopesOf(configured.device.native).silently(() => this.#show(configured, picture, canvas));
      this.window.present(configured.paced);
    }
    this.#giveUp();
  }

  #show(configured: Configured, picture: GPUTexture, canvas: OffscreenCanvas): void {
    const device = configured.device.native;
    const context = this.window.context("webgpu") as unknown as GPUCanvasContext;
    if (this.#ready !== configured) {
      canvas.width = picture.width;
      canvas.height = picture.height;
      // What is on it is a copy, and no window is transparent.
      const format = configured.format.replace("-srgb", "") as GPUTextureFormat;
      context.configure({ device, format, usage: 2, alphaMode: "opaque" });
      this.#ready = configured;
    } else if (canvas.width !== picture.width || canvas.height !== picture.height) {
      canvas.width = picture.width;
      canvas.height = picture.height;
    }
    const encoder = keep(device.createCommandEncoder());
    const size = [picture.width, picture.height];
    encoder.copyTextureToTexture({ texture: picture }, { texture: context.getCurrentTexture() }, size);
    device.queue.submit([keep(encoder.finish())]);
    const begin = this.window.guest.around.now();
    // Of a lost device it is never done, which nobody has to hear.
    const done = device.queue.onSubmittedWorkDone().catch(() => null);
    this.#unfinished.push(done);
    void done.then(() => {
      this.#took = this.window.guest.around.now() - begin;
      this.window.shown();
    });
    if (this.#unfinished.length > MAX_LATENCY) this.#unfinished.shift();
  }

  /** What was drawn can't be drawn to, nor be shown any more. */
  #giveUp(): void {
    const current = this.#current;
    this.#current = null;
    if (!current) return;
    (current.native as GPUTexture).destroy();
    this.#host.lifetimes.drop(current);
  }

  end(): void {
    this.unconfigure();
  }
}

/** The interfaces `surface-webgpu` and `canvas`. */
export function canvases(host: Host) {
  class Context {
    readonly canvas: Canvas;

    constructor(surface: Surface) {
      this.canvas = new Canvas(host, surface.window);
    }

    configure(configuration: Configuration) {
      this.canvas.configure(configuration);
    }
    unconfigure() {
      this.canvas.unconfigure();
    }
    getCurrentTexture() {
      return this.canvas.window.guest.trapping(this.canvas.getCurrentTexture());
    }
    present() {
      this.canvas.present();
    }
  }
  Object.defineProperty(Context.prototype, dispose, {
    value(this: Context) {
      this.canvas.end();
    },
  });
  const canvas = {
    setMode: (context: Context, size: Size, mode: string, latency: number) => {
      context.canvas.setMode(size, mode, latency);
    },
    status: (context: Context) => context.canvas.status(),
  };
  return { surfaceWebgpu: { Context }, canvas };
}
