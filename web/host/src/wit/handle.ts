// What jco hands to the guest as a resource.
import type { Held } from "../device/lifetimes.js";

/** jco calls this when the guest drops a handle. */
export const dispose: symbol = (Symbol as { dispose?: symbol }).dispose ?? Symbol.for("dispose");

/** A resource of the guest, around an object of WebGPU. */
export class Handle<T extends object = object> {
  /** The object of WebGPU. */
  native: T;
  /** The guest's number for it in command memory; 0 is none. */
  name = 0;
  /** What it keeps alive on the GPU. */
  holds: Held[] = [];
  /** Which encoder it is, among those that may still use what the guest has dropped; 0 is none. */
  serial = 0;

  constructor(native: T) {
    this.native = native;
  }
}

/** The class of a resource. */
export type HandleClass = new (native: object) => Handle;

/** A method of such a class. */
export type Method = (this: Handle, ...args: unknown[]) => unknown;

/** The classes by the names of the resources. */
export type Classes = ReadonlyMap<string, HandleClass>;

/** Puts the method that `make` makes of the present one in its place. */
export function replace(classes: Classes, resource: string, method: string, make: (before: Method) => Method): void {
  const prototype = classes.get(resource)?.prototype as Record<string, Method> | undefined;
  const before = prototype?.[method];
  if (!prototype || !before) throw new Error(`the WIT has no ${method} of ${resource}`);
  prototype[method] = make(before);
}
