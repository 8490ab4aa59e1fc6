// Commands in the guest's own memory — wit: wgpu-wasi:commands/memory — peers: host/src/commands/memory.rs, fetch.rs
import { doComputeCommands, doRenderCommands } from "../tables/commands.js";
import type { Handle } from "../wit/handle.js";
import { INTERFACE, malformed } from "./words.js";

/** The core function of the guest that says where its words are. */
export const ATTACH = `${INTERFACE}#attach`;

/** What a core module of the guest exports. */
export type CoreExports = Readonly<Record<string, unknown>>;

/** The most that is taken, in words, as by the native host. */
const MOST_WORDS = 1 << 18;

/** The words that a guest leaves for the host, and the objects that they name. */
export class CommandMemory {
  #memory: WebAssembly.Memory | null = null;
  #address = 0;
  #length = 0;
  #words = new Uint32Array(0);
  readonly #names: (object | undefined)[] = [];

  /**
   * Fetches commands from now on, if the module with these exports offers that; returns whether it does.
   *
   * The core function is called, and not the one that jco makes of it, which would copy the list: what counts is where
   * the list lies.
   */
  attach(core: CoreExports): boolean {
    const { [ATTACH]: attach, memory } = core;
    if (typeof attach !== "function" || !(memory instanceof WebAssembly.Memory)) return false;
    const list = (attach as () => number)() >>> 0;
    const [address, length] = new Uint32Array(memory.buffer, list, 2);
    if (length > MOST_WORDS) malformed(`a memory of ${length} words; ${MOST_WORDS} are the most`);
    this.#memory = memory;
    this.#address = address;
    this.#length = length;
    return true;
  }

  /** The number that the bind group which is being made will have; 0 is none. */
  nameOfNew(): number {
    return this.#view()[1] ?? 0;
  }

  /** Does what the words say with the encoder of a pass; returns the name of the call's own object, or 0. */
  fetch(encoder: GPUComputePassEncoder | GPURenderPassEncoder, compute: boolean): number {
    const words = this.#view();
    const used = words[0] ?? 0;
    if (used === 0) return 0;
    if (used > words.length - 2) malformed(`${used} words are said to be in use, and there are ${words.length - 2}`);
    return compute
      ? doComputeCommands(encoder as GPUComputePassEncoder, words, 2, used + 2, this.#names)
      : doRenderCommands(encoder as GPURenderPassEncoder, words, 2, used + 2, this.#names);
  }

  /** Gives an object a name. */
  name(name: number, handle: Handle): void {
    this.forget(handle);
    handle.name = name;
    this.#names[name] = handle.native;
  }

  /** Forgets the name of an object, if it is not another's by now. */
  forget(handle: Handle): void {
    if (handle.name !== 0 && this.#names[handle.name] === handle.native) this.#names[handle.name] = undefined;
    handle.name = 0;
  }

  /** The words. When the guest's memory grows, it gets another buffer, and the old one is empty. */
  #view(): Uint32Array {
    if (this.#words.length === 0 && this.#memory) {
      this.#words = new Uint32Array(this.#memory.buffer, this.#address, this.#length);
    }
    return this.#words;
  }
}
