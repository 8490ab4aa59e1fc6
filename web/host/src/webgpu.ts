// `wasi:webgpu@0.3.0-rc.2` over the WebGPU of a browser.
import { CommandMemory, type CoreExports } from "./commands/memory.js";
import type { Context } from "./context.js";
import { Lifetimes } from "./device/lifetimes.js";
import { natives as adapter } from "./objects/adapter.js";
import { count as countBindGroups } from "./objects/bind_group.js";
import { natives as buffer, count as countBuffers } from "./objects/buffer.js";
import { natives as device } from "./objects/device.js";
import { natives as error } from "./objects/error.js";
import { count as countBundles, fetch, natives as pass } from "./objects/pass.js";
import { count as countCommands, natives as queue } from "./objects/queue.js";
import { RECORDS } from "./objects/records.js";
import { WEBGPU } from "./tables/webgpu.js";
import { makeClasses } from "./wit/classes.js";
import { dispose, type HandleClass, type Method } from "./wit/handle.js";

/** The name under which what jco writes looks for the interface. */
export const INTERFACE = "wasi:webgpu/webgpu";

/** How a host of WebGPU is made. */
export interface WebgpuOptions {
  /** Called each time that something which took time is done: the guest may go on. */
  readonly settled?: () => void;
}

/** A host of `wasi:webgpu` for one guest. */
export interface Webgpu {
  /** What the interface {@link INTERFACE} imports: to be given to what jco has written as `instantiate`. */
  readonly imports: Readonly<Record<string, unknown>>;
  /**
   * Fetches commands from the guest's own memory, if the core module with these exports offers it, which is a hundred
   * times as fast. To be called with the exports of each core module, before the guest's first call.
   *
   * @returns whether it does
   */
  attach(core: CoreExports): boolean;
}

/** Makes a host of `wasi:webgpu@0.3.0-rc.2` over a browser's WebGPU, for people who use jco themselves. */
export function createWebgpu(gpu: GPU, options: WebgpuOptions = {}): Webgpu {
  const { imports, attach } = createHost(gpu, options);
  return { imports, attach };
}

/** The same with what windows need of it. */
export function createHost(gpu: GPU, options: WebgpuOptions): Webgpu & { readonly context: Context } {
  const natives = { ...adapter, ...buffer, ...device, ...error, ...pass, ...queue };
  const classes = makeClasses(WEBGPU, natives, options.settled ?? (() => {}));
  for (const [resource, make] of Object.entries(RECORDS)) classes.set(resource, make());
  const context: Context = { classes, memory: new CommandMemory(), lifetimes: new Lifetimes() };
  countBuffers(context);
  countBindGroups(context);
  countBundles(context);
  countCommands(context);
  fetch(context);
  const imports: Record<string, unknown> = {};
  for (const [resource, Class] of classes) {
    giveBack(Class, context);
    const definition = WEBGPU[resource];
    if (definition?.kind === "resource") imports[definition.name] = Class;
  }
  const Gpu = classes.get("gpu") as HandleClass;
  imports.getGpu = () => new Gpu(gpu);
  return { imports, attach: (core) => context.memory.attach(core), context };
}

/** What is done when the guest drops a handle. */
function giveBack(Class: HandleClass, { memory, lifetimes }: Context): void {
  const drop: Method = function () {
    memory.forget(this);
    lifetimes.drop(this);
  };
  Object.defineProperty(Class.prototype, dispose, { value: drop });
}
