// What the page and the worker of a run tell each other.
import type { Files } from "./files.js";

/** The page's only message: what to run. */
export interface Start {
  /** The address of the module that the component was made into. */
  readonly module: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: Files;
  readonly folders: readonly string[];
  readonly commandMemory: boolean;
}

/** What the worker says, in this order: `running`, then output and files as they come, then one of the last two. */
export type Said =
  | { readonly type: "running" }
  | { readonly type: "stdout" | "stderr"; readonly bytes: Uint8Array }
  | { readonly type: "file"; readonly path: string; readonly bytes: Uint8Array }
  | { readonly type: "ended"; readonly code: number; readonly files: Files }
  | { readonly type: "failed"; readonly message: string };
