// The files of a run: a tree in memory, as preview2-shim has it.
import { InMemoryFilesystemAdapter, UNWRAP_DESCRIPTOR } from "@bytecodealliance/preview2-shim/in-memory-filesystem";

/** A folder or a file. */
export interface Entry {
  dir?: Record<string, Entry>;
  source?: Uint8Array;
}

/** Files by their paths, from the root and without a slash before. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** The parts of a path; nothing leads out of the root. */
function parts(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return names;
}

/** A folder whose names are no members of `Object`. */
function folder(): Entry & { dir: Record<string, Entry> } {
  return { dir: Object.create(null) as Record<string, Entry> };
}

/** The tree that holds these files; `folders` are there even if nothing is in them. */
export function tree(files: Files, folders: readonly string[] = []): Entry {
  const root = folder();
  const within = (names: readonly string[]): Record<string, Entry> => {
    let at = root.dir;
    for (const name of names) {
      const next = at[name] ?? folder();
      at[name] = next;
      if (!next.dir) throw new TypeError(`${name} is both a file and a folder`);
      at = next.dir;
    }
    return at;
  };
  for (const path of folders) within(parts(path));
  for (const [path, source] of Object.entries(files)) {
    const names = parts(path);
    const name = names.pop();
    if (name === undefined) throw new TypeError("a file without a name");
    within(names)[name] = { source };
  }
  return root;
}

/** The files below a folder, each with its path. */
export function* walk(entry: Entry, path = ""): Generator<[string, Uint8Array]> {
  if (entry.source !== undefined) yield [path, entry.source];
  for (const [name, child] of Object.entries(entry.dir ?? {}))
    yield* walk(child, path === "" ? name : `${path}/${name}`);
}

/** What is at a path. */
export function find(root: Entry, path: string): Entry | undefined {
  return parts(path).reduce<Entry | undefined>((entry, name) => entry?.dir?.[name], root);
}

/** Is told of each file that the program has written, when it has closed or renamed it. */
export type OnFile = (path: string, bytes: Uint8Array) => void;

type Descriptor = ReturnType<InMemoryFilesystemAdapter["getRoot"]>;
// biome-ignore lint/suspicious/noExplicitAny: the methods have the types of wasi:filesystem
type Any = any;

/**
 * The tree as descriptors of `wasi:filesystem`. When one that was written to is closed, `onFile` is told: the class that
 * jco sees calls `syncData` for that (see wasi.ts).
 */
export class WatchedFilesystem extends InMemoryFilesystemAdapter {
  readonly #root: Entry;
  readonly #onFile: OnFile;

  constructor(root: Entry, onFile: OnFile) {
    super();
    this.#root = root;
    this.#onFile = onFile;
  }

  override getRoot(capability: Any): Descriptor {
    return this.#watch(super.getRoot(capability), "");
  }

  #tell(path: string): void {
    const source = find(this.#root, path)?.source;
    if (source !== undefined) this.#onFile(parts(path).join("/"), source.slice());
  }

  #watch(descriptor: Descriptor, path: string): Descriptor {
    let written = false;
    const writes = (method: string) => {
      return (...args: unknown[]) => {
        written = true;
        return (descriptor as Any)[method](...args);
      };
    };
    const own: Record<string | symbol, unknown> = {
      write: writes("write"),
      writeViaStream: writes("writeViaStream"),
      appendViaStream: writes("appendViaStream"),
      setSize: writes("setSize"),
      openAt: (flags: Any, name: string, open: { create?: boolean; truncate?: boolean }, mode: Any) => {
        return this.#watch((descriptor as Any).openAt(flags, name, open, mode), `${path}/${name}`);
      },
      renameAt: (from: string, to: Any, name: string) => {
        (descriptor as Any).renameAt(from, to, name);
        this.#tell(`${to[PATH] ?? ""}/${name}`);
      },
      syncData: () => {
        if (written) this.#tell(path);
        written = false;
      },
      [PATH]: path,
      [UNWRAP_DESCRIPTOR]: descriptor,
    };
    return new Proxy(descriptor, {
      get(target, key) {
        if (key in own) return own[key];
        const value = (target as Any)[key];
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }
}

const PATH = Symbol("path");
