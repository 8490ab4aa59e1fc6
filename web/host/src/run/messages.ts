// What the page and the worker of a run tell each other.
import type { Asked, Desktop, Told } from "../windows/protocol.js";
import type { Files } from "./files.js";

/** The page's first message: what to run. */
export interface Start {
  readonly type: "start";
  /** The address of the module that the component was made into. */
  readonly module: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Files;
  readonly folders: readonly string[];
  readonly commandMemory: boolean;
  /** What windows are shown on, if the program may have any. */
  readonly windows: Desktop | null;
}

/** What the page says: what to run, and then what happens to windows. */
export type ToWorker = Start | Told;

/**
 * What the worker says, in this order: `running`, then output, files and what is to be done with windows as they come,
 * then `ended` or `failed`.
 */
export type Said =
  | { readonly type: "running" }
  | { readonly type: "stdout" | "stderr"; readonly bytes: Uint8Array }
  | { readonly type: "file"; readonly path: string; readonly bytes: Uint8Array }
  | Asked
  | { readonly type: "ended"; readonly code: number; readonly files: Files }
  | { readonly type: "failed"; readonly message: string };
