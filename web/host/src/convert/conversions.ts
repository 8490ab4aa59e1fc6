// What both directions of the conversion have in common: a conversion is made once for each name, and an option that is
// none is undefined.
import type { Definition, Definitions, Type } from "../wit/definitions.js";

/** Converts a value. */
// biome-ignore lint/suspicious/noExplicitAny: the types of these values are in the table
export type Convert = (value: any) => unknown;

/** A type that is neither a name nor an option. */
export type Composed = Exclude<Type, string | readonly ["option", Type]>;

/** Conversions by the types of a table. */
export abstract class Conversions {
  readonly #definitions: Definitions;
  readonly #named = new Map<string, Convert>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  /** The conversion of a type. */
  of(type: Type): Convert {
    if (typeof type === "string") return this.#byName(type);
    if (type[0] !== "option") return this.composed(type as Composed);
    const some = this.of(type[1]);
    return (value) => (value === undefined || value === null ? undefined : some(value));
  }

  #byName(name: string): Convert {
    const known = this.#named.get(name);
    if (known) return known;
    const definition = this.#definitions[name];
    // A type may be part of itself only by a handle, which asks for no other.
    const made = definition ? this.defined(name, definition) : this.primitive(name);
    this.#named.set(name, made);
    return made;
  }

  /** The conversion of a type that is made from others. */
  protected abstract composed(type: Composed): Convert;
  /** The conversion of a type of the table. */
  protected abstract defined(name: string, definition: Definition): Convert;
  /** The conversion of a type of JavaScript. */
  protected abstract primitive(name: string): Convert;
}
