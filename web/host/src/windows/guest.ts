// The windows of one program: how many it has, what it may do with them, and where their events are — peer:
// host/src/windows/guest.rs
import { Trap, WitError } from "../wit/errors.js";
import { Frames, type NextPicture } from "./frames.js";
import { type Listed, Mailbox } from "./mailbox.js";
import type { Asked, Change, Desktop, Opening, Question, Questions, Told } from "./protocol.js";
import type { Attributes, Flags, Grab, OpenError, Refusal, Size, Snapshot } from "./wit.js";

/** As many windows a program may have at a time. */
const MAX_WINDOWS = 16;
const MAX_SIDE = 16 << 10;
const MAX_TITLE = 1 << 10;
/** For so many milliseconds it counts that somebody has pressed something. */
const PRESS_COUNTS_FOR = 1000;

/** What the windows of a program need from where it runs. */
export interface Surroundings {
  readonly desktop: Desktop;
  /** Says something to the page. */
  readonly say: (asked: Asked) => void;
  readonly now: () => number;
  /** A timer of the browser's own. */
  readonly setTimer: (callback: () => void, delay: number) => unknown;
  /** Lets what has come meanwhile be heard first. */
  readonly soon: (callback: () => void) => void;
  readonly pace: NextPicture;
}

/** An error with a value of the WIT. */
export function refused(why: Refusal): WitError {
  return new WitError(why, why);
}

/** All windows of a program. */
export class Guest {
  readonly around: Surroundings;
  readonly mailbox: Mailbox;
  desktop: Desktop;
  /** Called each time that something which took time is done. */
  settled: () => void = () => {};
  readonly #windows = new Map<number, GuestWindow>();
  readonly #questions = new Map<number, (told: Told & { type: "answer" }) => void>();
  /** Fails with what ends the program, where jco does not hear of it: while a call waits whose type says nothing of it. */
  readonly trapped: Promise<never>;
  #trap: (error: unknown) => void = () => {};
  /** Whether anything was shown. */
  hasShown = false;
  #lastWindow = 0;
  #lastQuestion = 0;
  #waiting = false;

  constructor(around: Surroundings) {
    this.around = around;
    this.desktop = around.desktop;
    this.mailbox = new Mailbox(around.now);
    this.trapped = new Promise((_, reject) => {
      this.#trap = reject;
    });
    // It may be asked for later, or never.
    this.trapped.catch(() => {});
  }

  /** Has what a call fails with end the program. */
  async trapping<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.#trap(error);
      throw error;
    }
  }

  /** Hears what the page says. */
  hear(told: Told): void {
    switch (told.type) {
      case "event":
        this.#windows.get(told.window)?.happen(told.event);
        break;
      case "fullscreen": {
        const window = this.#windows.get(told.window);
        if (window) window.fullscreen = told.on;
        break;
      }
      case "let-go":
        this.mailbox.letGo(told.window);
        break;
      case "desktop":
        this.desktop = told.desktop;
        break;
      case "answer":
        this.#questions.get(told.id)?.(told);
        this.#questions.delete(told.id);
        break;
    }
  }

  /** Asks the page; fails with the refusal of the WIT. */
  async ask<K extends keyof Questions>(question: Question & { kind: K }): Promise<Questions[K]["answer"]> {
    const id = ++this.#lastQuestion;
    const answered = new Promise<Told & { type: "answer" }>((resolve) => this.#questions.set(id, resolve));
    this.around.say({ type: "ask", id, question });
    const { value, refusal } = await answered;
    if (refusal !== undefined) throw refused(refusal as Refusal);
    return value as Questions[K]["answer"];
  }

  /** Opens a window, which is there at once; what the page makes of it comes later. */
  open(attributes: Attributes): GuestWindow {
    if (this.#windows.size >= MAX_WINDOWS) throw new WitError("too many windows", { tag: "too-many" as OpenError });
    const number = ++this.#lastWindow;
    this.mailbox.open(number);
    const title = attributes.title.slice(0, MAX_TITLE);
    const window = new GuestWindow(this, number, { ...attributes, title });
    this.#windows.set(number, window);
    return window;
  }

  forget(number: number): void {
    this.#windows.delete(number);
  }

  /** Whether somebody has pressed something in this window just now; without a window, in any. */
  wasPressed(window?: number): boolean {
    return this.around.now() - this.mailbox.pressed(window) <= PRESS_COUNTS_FOR;
  }

  /**
   * Waits until what was shown last is on the page. Pages of Firefox stand still for 10 seconds when a canvas goes away
   * whose picture has not come.
   */
  async finish(): Promise<void> {
    for (let pictures = 0; pictures < 4 && this.hasShown; pictures++) await new Promise<void>(this.around.pace);
  }

  /** What happened since the last call; waits until something does or the time is over. */
  async next(timeout: bigint | undefined): Promise<Listed[]> {
    if (this.#waiting) throw new Trap("the guest waits for events of windows twice at a time");
    this.#waiting = true;
    const { now, setTimer, soon } = this.around;
    const until = timeout === undefined ? Number.POSITIVE_INFINITY : now() + Number(timeout) / 1e6;
    // What the program has said until now is to be seen while it waits.
    this.settled();
    try {
      await new Promise<void>(soon);
      while (this.mailbox.isEmpty) {
        const left = until - now();
        if (left <= 0) break;
        const rung = this.mailbox.rung();
        // Timers have 31 bits; who waits for longer looks again.
        if (left < Number.POSITIVE_INFINITY) setTimer(() => this.mailbox.ring(), Math.min(left, 1e9));
        await rung;
      }
      return this.mailbox.take();
    } finally {
      this.#waiting = false;
      this.settled();
    }
  }
}

/** A window of the program, for as long as its handle is there. */
export class GuestWindow {
  readonly guest: Guest;
  readonly number: number;
  readonly frames: Frames;
  /** What the page has made of it. */
  readonly opening: Promise<Opening>;
  canvas: OffscreenCanvas | null = null;
  #context: OffscreenRenderingContext | null = null;
  size: Size;
  fullscreen = false;
  occluded = false;
  closed = false;
  #state: Flags;
  #theme: Snapshot["theme"];
  #pictures = 0;
  #presented = false;

  constructor(guest: Guest, number: number, attributes: Attributes) {
    this.guest = guest;
    this.number = number;
    this.size = attributes.size?.tag === "physical" ? attributes.size.val : { width: 1, height: 1 };
    this.#state = attributes.state;
    this.#theme = attributes.theme;
    this.frames = new Frames(guest.around.pace, () => guest.mailbox.post(number, { tag: "redraw" }));
    this.opening = guest.ask({ kind: "open", window: number, attributes }).then((opening) => {
      this.canvas = opening.canvas;
      this.size = opening.size;
      guest.settled();
      return opening;
    });
    // Whoever waits for it hears of the error.
    this.opening.catch(() => {});
  }

  /** Something happens to it. */
  happen(event: Listed[1]): void {
    if (event.tag === "resized") {
      this.size = event.val;
      this.frames.wantRedraw();
    } else if (event.tag === "scale-changed") {
      this.frames.wantRedraw();
    } else if (event.tag === "occluded") {
      this.occluded = event.val;
      if (!event.val) this.frames.wantRedraw();
    }
    this.guest.mailbox.post(this.number, event);
  }

  /** Has the page do something. */
  change(change: Change): void {
    if (!this.closed) this.guest.around.say({ type: "change", window: this.number, change });
  }

  setState(mask: Flags, value: Flags): void {
    const changed = Object.entries(mask).filter(([, set]) => set);
    this.#state = { ...this.#state, ...Object.fromEntries(changed.map(([flag]) => [flag, value[flag] ?? false])) };
    this.change({ kind: "state", state: this.#state });
  }

  setTheme(theme: Snapshot["theme"]): void {
    this.#theme = theme;
    this.change({ kind: "theme", theme });
  }

  /** Fills the screen, just after somebody has pressed something. */
  setFullscreen(on: boolean): void {
    if (!on || this.guest.wasPressed(this.number)) this.change({ kind: "fullscreen", on });
  }

  /** Keeps the pointer where it is, or lets it go. */
  async grab(grab: Grab): Promise<void> {
    const { guest, number } = this;
    if (grab !== "none" && !guest.wasPressed(number)) throw refused("not-granted");
    // Browsers keep the pointer where it is, or not at all.
    if (grab === "confined") throw refused("not-supported");
    if (this.closed) throw refused("failed");
    await guest.ask({ kind: "grab", window: number, grab });
    guest.mailbox.setGrabbed(number, grab === "locked");
  }

  /** What it is now. */
  snapshot(): Snapshot {
    const { size, fullscreen, closed } = this;
    const place = closed ? undefined : { x: 0, y: 0 };
    return {
      outerSize: closed ? { width: 0, height: 0 } : size,
      innerPosition: place,
      outerPosition: place,
      monitor: closed ? undefined : 1,
      state: this.#state,
      theme: this.#theme ?? this.guest.desktop.theme,
      fullscreen,
    };
  }

  /** What draws on its canvas, of a kind that stays; Firefox does not give it away twice. */
  context(kind: "webgpu" | "2d"): OffscreenRenderingContext | null {
    this.#context ??= this.canvas?.getContext(kind as "2d", { alpha: false }) ?? null;
    return this.#context;
  }

  /** Counts a picture that is shown in its turn, if it is `paced`. */
  present(paced: boolean): void {
    this.guest.hasShown = true;
    this.#presented = true;
    if (paced) this.frames.present();
  }

  /** Says that a picture is drawn, and shown. */
  shown(): void {
    this.#pictures++;
    this.change({ kind: "shown", pictures: this.#pictures });
  }

  /** The largest side that it can have. */
  static limit(side: number): number {
    return Math.min(Math.max(Math.round(side), 1), MAX_SIDE);
  }

  /** Closes it, and tells the program as the last event. */
  close(): void {
    if (this.closed) return;
    const { guest, number, canvas } = this;
    const gone = () => guest.around.say({ type: "change", window: number, change: { kind: "close" } });
    if (!this.#presented) gone();
    // The canvas stays until then.
    else void guest.finish().then(() => canvas && gone());
    this.closed = true;
    this.canvas = null;
    this.size = { width: 0, height: 0 };
    this.frames.end();
    this.guest.forget(this.number);
    this.guest.mailbox.post(this.number, { tag: "destroyed" });
  }
}
