// What the objects of one guest have in common.
import type { CommandMemory } from "./commands/memory.js";
import type { Lifetimes } from "./device/lifetimes.js";
import type { Classes } from "./wit/handle.js";

/** Handed to each file in `objects/`, which puts methods of its own in the place of those made from the table. */
export interface Context {
  readonly classes: Classes;
  readonly memory: CommandMemory;
  readonly lifetimes: Lifetimes;
}
