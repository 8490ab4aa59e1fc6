// From WebGPU to the guest: values as jco takes them.
import type { Definition, Definitions } from "../wit/definitions.js";
import { Trap } from "../wit/errors.js";
import type { Classes } from "../wit/handle.js";
import { type Composed, Conversions, type Convert } from "./conversions.js";

/** Makes a value for the guest of one of WebGPU's. */
export type Lift = Convert;

/** Converts by the types of a table. */
export class Lifting extends Conversions {
  readonly #classes: Classes;

  constructor(definitions: Definitions, classes: Classes) {
    super(definitions);
    this.#classes = classes;
  }

  protected override composed(type: Composed): Lift {
    switch (type[0]) {
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

  protected override defined(name: string, definition: Definition): Lift {
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

  /** A browser may lack an attribute that the WIT has: it is then 0, false or empty. */
  protected override primitive(name: string): Lift {
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
}

async function* each(stream: AsyncIterable<unknown>, item: Lift): AsyncIterable<unknown> {
  for await (const value of stream) yield item(value);
}
