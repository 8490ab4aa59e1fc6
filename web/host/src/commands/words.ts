// The words of commands in the guest's memory — wit: wgpu-wasi:commands/memory — peers: host/src/commands/words.rs,
// wgpu-wasi-backend/src/commands/memory.rs
//
// ../tables/commands.ts, which is made from the table, reads words by these functions.
import { Trap } from "../wit/errors.js";

/** The interface through which the guest exports its memory. */
export const INTERFACE = "wgpu-wasi:commands/memory@0.2.0";

const MOST_NAME = 0xffff;
const ALL_ONES = 0xffffffff;
/** The upper half of the largest integer that WebIDL takes. */
const MOST_HIGH = 0x1fffff;

/** What traps a guest in whose memory there is something else than commands. */
export function malformed(what: string): never {
  throw new Trap(`${INTERFACE}: ${what}`);
}

export function cutShort(): never {
  malformed("the last command is cut short");
}

/** The name of the object of the call that follows: the last words of all. */
export function name(words: Uint32Array, at: number, end: number): number {
  if (at + 2 > end) cutShort();
  const name = words[at + 1];
  if (name === 0 || name > MOST_NAME) malformed(`the name ${name} is out of range`);
  if (at + 2 < end) malformed(`the name ${name} is not the last word`);
  return name;
}

/** The object with a name. WebIDL refuses one of another kind. */
// biome-ignore lint/suspicious/noExplicitAny: which kind it has to be is known to the method that it is given to
export function named(names: readonly (object | undefined)[], name: number): any {
  return names[name] ?? malformed(`${name} names no object`);
}

/** The same, where 0 stands for none. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function namedOrNull(names: readonly (object | undefined)[], name: number): any {
  return name === 0 ? null : named(names, name);
}

/** An offset of two words; what WebIDL would not take becomes the largest that it does, which is as invalid. */
export function offset(low: number, high: number): number {
  return high > MOST_HIGH ? Number.MAX_SAFE_INTEGER : low + high * 2 ** 32;
}

/** The same for a size, which may be none. */
export function size(low: number, high: number): number | undefined {
  return low === ALL_ONES && high === ALL_ONES ? undefined : offset(low, high);
}

export function format(word: number): GPUIndexFormat {
  if (word > 1) malformed(`${word} is no index format`);
  return word === 0 ? "uint16" : "uint32";
}

type Immediates = (rangeOffset: number, data: ArrayBufferView, dataOffset?: number, dataSize?: number) => void;

/**
 * Sets immediates, where the browser has them. Where it has not, no pipeline has any: the call is made an error, by
 * one that is wrong everywhere.
 */
export function setImmediates(
  encoder: GPUComputePassEncoder | GPURenderPassEncoder | GPURenderBundleEncoder,
  rangeOffset: number,
  data: ArrayBufferView,
  dataOffset?: number,
  dataSize?: number,
): void {
  const native = (encoder as { setImmediates?: Immediates }).setImmediates;
  if (native) native.call(encoder, rangeOffset, data, dataOffset, dataSize);
  else encoder.setBindGroup(ALL_ONES, null);
}
