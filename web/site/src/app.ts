// What the page runs: `app.json`, which `cargo wgpu-wasi web build` writes.

/** The program of a site. */
export interface App {
  readonly title: string;
  /** The module of the component, from the page. */
  readonly module: string;
  /** The program's name and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Files that the program finds, by their paths; they lie below `files/`. */
  readonly files: readonly string[];
  /** Whether it has windows. */
  readonly windows: boolean;
  /** Whether it has the clipboard. */
  readonly clipboard: boolean;
}

/** Reads the description of the program. */
export async function loadApp(): Promise<App> {
  return (await load("app.json")).json() as Promise<App>;
}

/** Reads the files that the program finds. */
export async function loadFiles(app: App): Promise<Record<string, Uint8Array>> {
  const files = app.files.map(async (path): Promise<[string, Uint8Array]> => {
    const address = `files/${path.split("/").map(encodeURIComponent).join("/")}`;
    return [path, new Uint8Array(await (await load(address)).arrayBuffer())];
  });
  return Object.fromEntries(await Promise.all(files));
}

async function load(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} can't be loaded: ${response.status} ${response.statusText}`);
  return response;
}
