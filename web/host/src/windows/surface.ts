// `wasi-gfx:surface/surface`: what a window shows, and a stream for each kind of event — peers: host/src/objects/streams.rs,
// host/src/windows/streams.rs
import { SURFACE_KEYS } from "../tables/keys.js";
import { dispose } from "../wit/handle.js";
import type { Guest, GuestWindow } from "./guest.js";
import type { Listener } from "./mailbox.js";
import type { Event, Flags, Position } from "./wit.js";

/** Events of a kind that wait to be read. */
const MOST_UNREAD = 256;

/** How long a stream waits before it ends, in milliseconds. */
const LAST = 30;

const KEYS = new Set(SURFACE_KEYS);
/** The keys that have another name there. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "super-left": "meta-left",
  "super-right": "meta-right",
  meta: "super",
};

/** The key in the words of `wasi-gfx:surface`; it knows fewer. */
function surfaceKey(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  const other = OTHER_NAMES[code];
  return other ?? (KEYS.has(code) && code !== "super" ? code : undefined);
}

/** A stream, of which the oldest is lost where nobody reads. */
class Feed<T> {
  readonly #most: number;
  #items: T[] = [];
  #wake: (() => void)[] = [];
  #open = false;
  #ended = false;

  constructor(most: number) {
    this.#most = most;
  }

  push(item: T): void {
    if (!this.#open) return;
    if (this.#items.length >= this.#most) this.#items.shift();
    this.#items.push(item);
    this.#ring();
  }

  end(): void {
    this.#ended = true;
    this.#ring();
  }

  #ring(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /**
   * A stream of it, which has what happens from now on, and not from its first read on. `before` is called before each
   * wait, `after` when something has come, and `last` waits a little before the end: jco takes an end badly that comes
   * together with an item.
   */
  read(before: () => void, after: () => void, last: () => Promise<void>): AsyncGenerator<T> {
    this.#open = true;
    return this.#each(before, after, last);
  }

  /** Nothing of a generator is done until somebody reads it. */
  async *#each(before: () => void, after: () => void, last: () => Promise<void>): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      if (this.#ended) {
        await last();
        after();
        return;
      }
      before();
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      after();
    }
  }
}

/** The streams of one window. */
export class Streams implements Listener {
  readonly resize = new Feed<object>(1);
  readonly frame = new Feed<object>(1);
  readonly pointerUp = new Feed<Position>(MOST_UNREAD);
  readonly pointerDown = new Feed<Position>(MOST_UNREAD);
  readonly pointerMove = new Feed<Position>(1);
  readonly keyUp = new Feed<object>(MOST_UNREAD);
  readonly keyDown = new Feed<object>(MOST_UNREAD);
  #pointer: Position = { x: 0, y: 0 };
  #modifiers: Flags = {};

  takeNote(event: Event): void {
    switch (event.tag) {
      case "resized":
        this.resize.push({ height: event.val.height, width: event.val.width });
        break;
      case "redraw":
        this.frame.push({ nothing: false });
        break;
      case "cursor-moved":
        this.#pointer = event.val;
        this.pointerMove.push(event.val);
        break;
      case "button":
        (event.val.pressed ? this.pointerDown : this.pointerUp).push(this.#pointer);
        break;
      case "touch": {
        const { phase, position } = event.val;
        this.#pointer = position;
        const feeds = { started: this.pointerDown, moved: this.pointerMove };
        (phase === "started" || phase === "moved" ? feeds[phase] : this.pointerUp).push(position);
        break;
      }
      case "modifiers":
        this.#modifiers = event.val;
        break;
      case "key": {
        const { alt = false, control = false, super: meta = false, shift = false } = this.#modifiers;
        const { code, text, pressed } = event.val;
        const held = { altKey: alt, ctrlKey: control, metaKey: meta, shiftKey: shift };
        (pressed ? this.keyDown : this.keyUp).push({ key: surfaceKey(code), text, ...held });
        break;
      }
    }
  }

  end(): void {
    const feeds = [this.resize, this.frame, this.pointerUp, this.pointerDown, this.pointerMove];
    for (const feed of [...feeds, this.keyUp, this.keyDown]) feed.end();
  }
}

/** What windows are like whose programs say only how large they are. */
const PLAIN = {
  title: "",
  state: { resizable: true, decorated: true, visible: true },
  buttons: { close: true, minimize: true, maximize: true },
  active: true,
  cursor: { tag: "shape", val: "default" },
} as const;

/** A size of which the program may say only one side. */
interface Wanted {
  readonly width?: number;
  readonly height?: number;
}

/** What a window shows. One that a program has made itself is the window as well: it closes with its handle. */
export class Surface {
  readonly window: GuestWindow;
  readonly own: boolean;
  #streams: Streams | null = null;

  constructor(window: GuestWindow, own: boolean) {
    this.window = window;
    this.own = own;
  }

  #listen(): Streams {
    if (!this.#streams) {
      this.#streams = new Streams();
      this.window.guest.mailbox.listen(this.window.number, this.#streams);
    }
    return this.#streams;
  }

  #read<T>(feed: Feed<T>, before = () => {}): AsyncGenerator<T> {
    const { guest } = this.window;
    const last = () => new Promise<void>((resolve) => void guest.around.setTimer(resolve, LAST));
    return feed.read(before, () => guest.settled(), last);
  }

  height(): number {
    return this.window.size.height;
  }
  width(): number {
    return this.window.size.width;
  }
  requestSetSize(height: number | undefined, width: number | undefined): void {
    const now = this.window.size;
    const val = { width: width ?? now.width, height: height ?? now.height };
    this.window.change({ kind: "size", size: { tag: "physical", val } });
  }
  onResize() {
    return this.#read(this.#listen().resize);
  }
  onFrame() {
    // Whoever reads it wants to draw.
    return this.#read(this.#listen().frame, () => this.window.frames.wantRedraw());
  }
  onPointerUp() {
    return this.#read(this.#listen().pointerUp);
  }
  onPointerDown() {
    return this.#read(this.#listen().pointerDown);
  }
  onPointerMove() {
    return this.#read(this.#listen().pointerMove);
  }
  onKeyUp() {
    return this.#read(this.#listen().keyUp);
  }
  onKeyDown() {
    return this.#read(this.#listen().keyDown);
  }
}

Object.defineProperty(Surface.prototype, dispose, {
  value(this: Surface) {
    if (this.own) this.window.close();
  },
});

/** The class as a program sees it, that makes a window by itself. */
export function surfaceClass(guest: Guest): new (wanted: Wanted) => Surface {
  // jco asks whether what it gets is of this class, which includes surfaces of windows that were opened.
  const Made = function (this: unknown, { width, height }: Wanted): Surface {
    const asked = width !== undefined || height !== undefined;
    const val = { width: width ?? 640, height: height ?? 480 };
    const window = guest.open({ ...PLAIN, ...(asked ? { size: { tag: "physical", val } } : {}) });
    guest.mailbox.leaveToStreams(window.number);
    return new Surface(window, true);
  };
  Made.prototype = Surface.prototype;
  return Made as unknown as new (
    wanted: Wanted,
  ) => Surface;
}
