// From the guest to WebGPU: values as jco makes them to those that WebIDL takes.
//
// jco: an option that is none is undefined, u64 is a bigint, flags are an object of booleans, an enum is its case, and a
// variant is an object of `tag` and `val`.
import type { Definition, Type } from "../wit/definitions.js";
import type { Handle } from "../wit/handle.js";
import { type Composed, Conversions, type Convert } from "./conversions.js";
import { finite, integer } from "./numbers.js";

/** Makes a value of WebGPU of one of the guest's. */
export type Lower = Convert;

const same: Lower = (value) => value;

/** Converts by the types of a table. */
export class Lowering extends Conversions {
  protected override composed(type: Composed): Lower {
    if (type[0] !== "list") throw new Error(`no argument of WebGPU is a ${type[0]}`);
    const item = this.of(type[1]);
    return (list) => (ArrayBuffer.isView(list) ? list : Array.from(list as ArrayLike<unknown>, (x) => item(x) ?? null));
  }

  protected override defined(_name: string, definition: Definition): Lower {
    switch (definition.kind) {
      case "alias":
        return this.of(definition.type);
      case "enum":
        return (value: string) => definition.cases[value];
      case "flags":
        return flags(definition.names);
      case "resource":
        return (value: Handle) => value.native;
      case "record":
        return this.#record(definition.fields);
      case "variant":
        return this.#variant(definition.cases);
    }
  }

  protected override primitive(name: string): Lower {
    if (name === "u64" || name === "s64") return integer as Lower;
    if (name === "f32" || name === "f64") return finite as Lower;
    return same;
  }

  #record(fields: Readonly<Record<string, Type>>): Lower {
    const lowers = Object.entries(fields).map(([name, type]) => [name, this.of(type)] as const);
    return (value: Record<string, unknown>) => {
      const dictionary: Record<string, unknown> = {};
      for (const [name, lower] of lowers) {
        const member = lower(value[name]);
        if (member !== undefined) dictionary[name] = member;
      }
      return dictionary;
    };
  }

  #variant(cases: Readonly<Record<string, Type | null>>): Lower {
    const lowers = new Map(Object.entries(cases).map(([name, type]) => [name, type === null ? null : this.of(type)]));
    return (value: { tag: string; val?: unknown }) => {
      const lower = lowers.get(value.tag);
      return lower ? lower(value.val) : value.tag;
    };
  }
}

function flags(names: readonly string[]): Lower {
  // `all` of the colors is no bit of its own.
  const bits = names.map((name, bit) => [name, name === "all" ? (1 << bit) - 1 : 1 << bit] as const);
  return (value: Record<string, boolean>) => bits.reduce((sum, [name, bit]) => (value[name] ? sum | bit : sum), 0);
}
