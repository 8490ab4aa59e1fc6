// Values of `wgpu-wasi:window/windows`, as jco has them: an option that is none is undefined, flags are an object of
// booleans, an enum is its case, and a variant is an object of `tag` and `val`.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** A size in pixels, or in units that the scale factor turns into pixels. */
export interface Extent {
  readonly tag: "physical" | "logical";
  readonly val: Size;
}

/** The same of a place. */
export interface Place {
  readonly tag: "physical" | "logical";
  readonly val: Position;
}

export interface Image {
  readonly size: Size;
  readonly rgba: Uint8Array;
}

export type Theme = "light" | "dark";
export type Flags = Readonly<Record<string, boolean>>;
export type Grab = "none" | "confined" | "locked";
export type Phase = "started" | "moved" | "ended" | "cancelled";

export interface Cursor {
  readonly tag: "shape" | "image";
  readonly val: string | CursorImage;
}

export interface CursorImage {
  readonly image: Image;
  readonly hotspotX: number;
  readonly hotspotY: number;
}

/** How a window begins. */
export interface Attributes {
  readonly title: string;
  readonly size?: Extent;
  readonly minSize?: Extent;
  readonly maxSize?: Extent;
  readonly state: Flags;
  readonly buttons: Flags;
  readonly active: boolean;
  readonly theme?: Theme;
  readonly cursor: Cursor;
}

export interface Snapshot {
  readonly outerSize: Size;
  readonly innerPosition: Position | undefined;
  readonly outerPosition: Position | undefined;
  readonly monitor: number | undefined;
  readonly state: Flags;
  readonly theme: Theme | undefined;
  readonly fullscreen: boolean;
}

/** A logical key: `named`, `character`, `unidentified` or `dead`. */
export interface LogicalKey {
  readonly tag: string;
  readonly val?: string;
}

export interface KeyEvent {
  readonly code: string | undefined;
  readonly logical: LogicalKey;
  readonly unmodified: LogicalKey;
  readonly text: string | undefined;
  readonly textWithAllModifiers: string | undefined;
  readonly location: "standard" | "left" | "right" | "numpad";
  readonly pressed: boolean;
  readonly repeat: boolean;
  readonly synthetic: boolean;
}

export interface TouchEvent {
  readonly phase: Phase;
  readonly position: Position;
  readonly force: { readonly tag: "normalized"; readonly val: number } | undefined;
  readonly finger: bigint;
}

/** What happens to a window. */
export type Event =
  | { readonly tag: "resized"; readonly val: Size }
  | { readonly tag: "scale-changed"; readonly val: { readonly factor: number; readonly size: Size } }
  | { readonly tag: "redraw" | "close-requested" | "destroyed" | "cursor-entered" | "cursor-left" }
  | { readonly tag: "focused" | "occluded"; readonly val: boolean }
  | { readonly tag: "theme-changed"; readonly val: Theme }
  | { readonly tag: "cursor-moved" | "motion"; readonly val: Position }
  | { readonly tag: "button"; readonly val: { readonly button: MouseButton; readonly pressed: boolean } }
  | { readonly tag: "wheel"; readonly val: { readonly delta: WheelDelta; readonly phase: Phase } }
  | { readonly tag: "touch"; readonly val: TouchEvent }
  | { readonly tag: "key"; readonly val: KeyEvent }
  | { readonly tag: "modifiers"; readonly val: Flags }
  | { readonly tag: "ime"; readonly val: ImeEvent }
  | { readonly tag: "file-dropped"; readonly val: string };

export interface MouseButton {
  readonly tag: "left" | "right" | "middle" | "back" | "forward" | "other";
  readonly val?: number;
}

export type WheelDelta =
  | { readonly tag: "lines"; readonly val: readonly [number, number] }
  | { readonly tag: "pixels"; readonly val: Position };

export type ImeEvent =
  | { readonly tag: "enabled" | "disabled" }
  | { readonly tag: "preedit"; readonly val: readonly [string, readonly [number, number] | undefined] }
  | { readonly tag: "commit"; readonly val: string };

/** Why there is no window; `other` has words. */
export type OpenError = "not-granted" | "no-display" | "too-many";
/** Why something is not done. */
export type Refusal = "not-granted" | "not-supported" | "failed";
