// From WebGPU to the guest: values as jco takes them.
import type { Definitions, Type } from "../wit/definitions.js";
import { Trap } from "../wit/errors.js";
import type { Classes } from "../wit/handle.js";

/** Makes a value for the guest of one of WebGPU's. */
// biome-ignore lint/suspicious/noExplicitAny: the types of these values are in the table
export type Lift = (value: any) => unknown;

/** Converts by the types of a table. */
export class Lifting {
  readonly #definitions: Definitions;
  readonly #classes: Classes;
  readonly #named = new Map<string, Lift>();

  constructor(definitions: Definitions, classes: Classes) {
    this.#definitions = definitions;
    this.#classes = classes;
  }

  /** The conversion of a type. */
  of(type: Type): Lift {
    if (typeof type === "string") return this.#byName(type);
    switch (type[0]) {
      case "option": {
        const some = this.of(type[1]);
        return (value) => (value === undefined || value === null ? undefined : some(value));
      }
      case "list": {
        const item = this.of(type[1]);
        return (list) => (ArrayBuffer.isView(list) ? list : Array.from(list as Iterable<unknown>, item));
      }
      case "result":
        return type[1] === null ? () => undefined : this.of(type[1]);
      case "future": {
        const item = this.of(type[1]);
        return (promise: Promise<unknown>) => promise.then(item);
      }
      case "stream": {
        const item = this.of(type[1]);
        return (stream: AsyncIterable<unknown>) => each(stream, item);
      }
      case "tuple":
        return (value) => value;
    }
  }

  #byName(name: string): Lift {
    const known = this.#named.get(name);
    if (known) return known;
    const made = this.#make(name);
    this.#named.set(name, made);
    return made;
  }

  #make(name: string): Lift {
    const definition = this.#definitions[name];
    if (!definition) return primitive(name);
    switch (definition.kind) {
      case "alias":
        return this.of(definition.type);
      case "enum": {
        const cases = new Map(Object.entries(definition.cases).map(([wit, webgpu]) => [webgpu, wit]));
        return (value: string) => {
          const found = cases.get(value);
          if (found === undefined) throw new Trap(`this browser has a ${name} that the WIT does not have: ${value}`);
          return found;
        };
      }
      case "flags":
        return (value: number) =>
          Object.fromEntries(definition.names.map((flag, bit) => [flag, (value & (1 << bit)) !== 0]));
      case "variant":
        return (tag: string) => ({ tag });
      case "resource":
        return (value: object) => {
          const Class = this.#classes.get(name);
          if (!Class) throw new Error(`${name} has no class`);
          return new Class(value);
        };
      case "record": {
        const lifts = Object.entries(definition.fields).map(([field, type]) => [field, this.of(type)] as const);
        return (value: Record<string, unknown>) =>
          Object.fromEntries(lifts.map(([field, lift]) => [field, lift(value[field])]));
      }
    }
  }
}

async function* each(stream: AsyncIterable<unknown>, item: Lift): AsyncIterable<unknown> {
  for await (const value of stream) yield item(value);
}

/** A browser may lack an attribute that the WIT has: it is then 0, false or empty. */
function primitive(name: string): Lift {
  switch (name) {
    case "u64":
    case "s64":
      return (value: number | undefined) => BigInt(value ?? 0);
    case "string":
      return (value: string | undefined) => value ?? "";
    case "bool":
      return (value: unknown) => Boolean(value);
    default:
      return (value: number | undefined) => value ?? 0;
  }
}
