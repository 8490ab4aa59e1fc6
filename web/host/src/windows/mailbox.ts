// The one list of what happens to the windows of a program, in order — peer: host/src/windows/mailbox.rs
import type { Event } from "./wit.js";

/** Events that wait at most. Of a program that never looks, movements are left out first. */
const MOST = 16 << 10;

/** Who else hears of a window: the streams of its surface. */
export interface Listener {
  takeNote(event: Event): void;
  end(): void;
}

interface Known {
  /** When somebody pressed something in it, last. */
  pressed: number;
  /** Whether it keeps the pointer. */
  grabbed: boolean;
  /** How many buttons of the mouse are held. */
  held: number;
  listener: Listener | null;
  /** Whether the listener alone hears of it. */
  streamsOnly: boolean;
}

/** An event, and the number of its window. */
export type Listed = [number, Event];

/** Whether somebody has pressed something: what a program may answer by what it may not do by itself. */
function isPress(event: Event): boolean {
  switch (event.tag) {
    case "key":
      return event.val.pressed && !event.val.repeat && !event.val.synthetic;
    case "button":
      return event.val.pressed;
    case "touch":
      return event.val.phase === "started";
    default:
      return false;
  }
}

/** What may be left out where there is too much. */
function isFleeting(event: Event): boolean {
  switch (event.tag) {
    case "cursor-moved":
    case "motion":
    case "wheel":
      return true;
    case "touch":
      return event.val.phase === "moved";
    case "key":
      return event.val.repeat;
    default:
      return false;
  }
}

/** What says all of both; null where both are to be told. */
function merged(last: Event, next: Event): Event | null {
  if (last.tag !== next.tag) return null;
  if (last.tag === "motion" && next.tag === "motion") {
    return { tag: "motion", val: { x: last.val.x + next.val.x, y: last.val.y + next.val.y } };
  }
  const lastCounts = next.tag === "resized" || next.tag === "cursor-moved" || next.tag === "close-requested";
  return lastCounts ? next : null;
}

/** The list of one program. */
export class Mailbox {
  readonly #now: () => number;
  readonly #open = new Map<number, Known>();
  readonly #redraws = new Set<number>();
  #events: Listed[] = [];
  #wake: (() => void)[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Hears of a window from now on. */
  open(window: number): void {
    const pressed = Number.NEGATIVE_INFINITY;
    this.#open.set(window, { pressed, held: 0, grabbed: false, listener: null, streamsOnly: false });
  }

  /** Has none of its events any more. */
  forget(window: number): void {
    this.#open.get(window)?.listener?.end();
    this.#open.delete(window);
    this.#redraws.delete(window);
    this.#events = this.#events.filter(([of]) => of !== window);
  }

  /** Has somebody else hear of a window, too. */
  listen(window: number, listener: Listener): void {
    const known = this.#open.get(window);
    if (known) known.listener = listener;
    else listener.end();
  }

  /** Nothing of the window is in the list from now on. */
  leaveToStreams(window: number): void {
    const known = this.#open.get(window);
    if (known) known.streamsOnly = true;
  }

  /** Adds an event of a window that is open. */
  post(window: number, event: Event): void {
    const known = this.#open.get(window);
    // Where the pointer is elsewhere, its movements are nothing of the program's.
    if (!known || (event.tag === "motion" && !known.grabbed)) return;
    if (event.tag === "focused" && !event.val) known.grabbed = false;
    if (isPress(event)) known.pressed = this.#now();
    if (event.tag === "button") known.held = Math.max(0, known.held + (event.val.pressed ? 1 : -1));
    known.listener?.takeNote(event);
    // Streams can't say that somebody wants the window closed.
    const over = event.tag === "destroyed" || (known.streamsOnly && event.tag === "close-requested");
    if (over) known.listener?.end();
    if (event.tag === "destroyed") this.#open.delete(window);
    if (!known.streamsOnly) this.#add(window, event);
    this.ring();
  }

  #add(window: number, event: Event): void {
    if (event.tag === "redraw") {
      if (this.#redraws.has(window)) return;
      this.#redraws.add(window);
    }
    const last = this.#events.at(-1);
    const full = this.#events.length >= MOST;
    // With a button held, the way of the pointer may be what counts: a line that is drawn.
    const way = !full && event.tag === "cursor-moved" && (this.#open.get(window)?.held ?? 0) > 0;
    const both = last && last[0] === window && !way ? merged(last[1], event) : null;
    if (last && both) {
      last[1] = both;
      return;
    }
    if (full) {
      // Where the pointer is now counts for more than where it has been; other movements are not kept.
      const isMoved = event.tag === "cursor-moved";
      if (isFleeting(event) && !isMoved) return;
      const at = this.#events.findIndex(([of, { tag }]) => isMoved && of === window && tag === "cursor-moved");
      if (at < 0 && isMoved) return;
      const fleeting = at < 0 ? this.#events.findIndex(([, event]) => isFleeting(event)) : at;
      this.#events.splice(Math.max(fleeting, 0), 1);
    }
    this.#events.push([window, event]);
  }

  /** Whether there is nothing to take. */
  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Takes all events. */
  take(): Listed[] {
    this.#redraws.clear();
    return this.#events.splice(0);
  }

  /** Waits until something is posted. */
  rung(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  /** Wakes whoever waits. */
  ring(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** When somebody pressed a key or a button in this window, or touched it, last; without a window, in any. */
  pressed(window?: number): number {
    const of = window === undefined ? [...this.#open.values()] : [this.#open.get(window)];
    return Math.max(Number.NEGATIVE_INFINITY, ...of.map((known) => known?.pressed ?? Number.NEGATIVE_INFINITY));
  }

  /** Whether the window keeps the pointer. */
  hasGrabbed(window: number): boolean {
    return this.#open.get(window)?.grabbed ?? false;
  }

  /** Says whether the window keeps the pointer from now on. */
  setGrabbed(window: number, grabbed: boolean): void {
    const known = this.#open.get(window);
    if (known) known.grabbed = grabbed;
  }

  /** Somebody has got out of what the window does: nothing that they pressed before counts. */
  letGo(window: number): void {
    const known = this.#open.get(window);
    if (known) [known.pressed, known.grabbed] = [Number.NEGATIVE_INFINITY, false];
  }
}
