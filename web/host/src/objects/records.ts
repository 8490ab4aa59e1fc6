// `record-gpu-pipeline-constant-value`, `record-option-gpu-size64` — peer: host/src/objects/records.rs
//
// Maps that the guest fills for a descriptor. To WebGPU they are dictionaries of the page's own.
import { finite, optionalInteger } from "../convert/numbers.js";
import type { HandleClass } from "../wit/handle.js";
import { Handle } from "../wit/handle.js";

/** The class of a map whose values are converted so; `some` makes what `get` finds. */
function recordClass<T>(convert: (value: T) => unknown, some: (value: T) => unknown): HandleClass {
  class Record extends Handle {
    readonly #values = new Map<string, T>();

    constructor() {
      super({});
    }

    add(key: string, value: T): void {
      this.#values.set(key, value);
      const converted = convert(value);
      const dictionary = this.native as { [key: string]: unknown };
      if (converted === undefined) delete dictionary[key];
      else Object.defineProperty(dictionary, key, { value: converted, enumerable: true, configurable: true });
    }

    get(key: string): unknown {
      return this.#values.has(key) ? some(this.#values.get(key) as T) : undefined;
    }

    has(key: string): boolean {
      return this.#values.has(key);
    }

    remove(key: string): void {
      this.#values.delete(key);
      delete (this.native as { [key: string]: unknown })[key];
    }

    keys(): string[] {
      return [...this.#values.keys()];
    }

    values(): T[] {
      return [...this.#values.values()];
    }

    entries(): [string, T][] {
      return [...this.#values.entries()];
    }
  }
  return Record as unknown as HandleClass;
}

/** The classes by their resources; jco has an option of an option as an object of `tag` and `val`. */
export const RECORDS: Readonly<Record<string, () => HandleClass>> = {
  "record-gpu-pipeline-constant-value": () => recordClass<number>(finite, (value) => value),
  "record-option-gpu-size64": () => {
    return recordClass<bigint | undefined>(optionalInteger, (val) => ({ tag: "some", val }));
  },
};
