// What a page and the worker of a program tell each other of its windows.
import type { Attributes, Cursor, Event, Extent, Flags, Grab, Place, Size, Theme } from "./wit.js";

/** What the page is like on which windows are shown. */
export interface Desktop {
  /** The screen, in pixels. */
  readonly screen: Size;
  readonly scaleFactor: number;
  readonly theme: Theme;
  /** Whether the program has the clipboard. */
  readonly clipboard: boolean;
}

/** What the page says: to be the last of a number, what is asked is answered. */
export type Told =
  | { readonly type: "event"; readonly window: number; readonly event: Event }
  | { readonly type: "fullscreen"; readonly window: number; readonly on: boolean }
  /** Somebody has got out of the pointer's being kept. */
  | { readonly type: "let-go"; readonly window: number }
  | { readonly type: "desktop"; readonly desktop: Desktop }
  | { readonly type: "answer"; readonly id: number; readonly value?: unknown; readonly refusal?: string };

/** A window that was opened. */
export interface Opening {
  readonly canvas: OffscreenCanvas;
  readonly size: Size;
  readonly scaleFactor: number;
  readonly focused: boolean;
  readonly theme: Theme;
}

/** What the worker asks, and what it is told then. */
export interface Questions {
  readonly open: { readonly window: number; readonly attributes: Attributes; readonly answer: Opening };
  readonly grab: { readonly window: number; readonly grab: Grab; readonly answer: undefined };
  readonly "read-text": { readonly answer: string };
  readonly "write-text": { readonly text: string; readonly answer: undefined };
}

/** A question with its name. */
export type Question = {
  [K in keyof Questions]: { readonly kind: K } & Omit<Questions[K], "answer">;
}[keyof Questions];

/** What is to be done with a window; nobody waits for it. */
export type Change =
  | { readonly kind: "size"; readonly size: Extent }
  | { readonly kind: "limits"; readonly min: Extent | undefined; readonly max: Extent | undefined }
  | { readonly kind: "title"; readonly title: string }
  | { readonly kind: "state"; readonly state: Flags }
  | { readonly kind: "buttons"; readonly buttons: Flags }
  | { readonly kind: "fullscreen"; readonly on: boolean }
  | { readonly kind: "theme"; readonly theme: Theme | undefined }
  | { readonly kind: "focus" | "close" }
  | { readonly kind: "cursor"; readonly cursor: Cursor }
  | { readonly kind: "cursor-visible"; readonly visible: boolean }
  | { readonly kind: "ime-allowed"; readonly allowed: boolean }
  | { readonly kind: "ime-area"; readonly place: Place; readonly size: Extent }
  | { readonly kind: "ime-purpose"; readonly purpose: string }
  /** It has shown so many pictures. */
  | { readonly kind: "shown"; readonly pictures: number };

/** What the worker says. */
export type Asked =
  | { readonly type: "ask"; readonly id: number; readonly question: Question }
  | { readonly type: "change"; readonly window: number; readonly change: Change };

/** What shows windows, from the side of the page: {@link WindowPanel} is one. */
export interface WindowSystem {
  /** Windows for one run; `tell` sends something to its worker. */
  connect(tell: (told: Told, transfer: Transferable[]) => void): WindowConnection;
}

/** The windows of one run. */
export interface WindowConnection {
  readonly desktop: Desktop;
  /** Does what the program wants. */
  hear(asked: Asked): void;
  /** The program has ended: its windows close. */
  end(): void;
}
