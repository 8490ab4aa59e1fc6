// What a pointer does in a page, in the words of `wgpu-wasi:window/windows`.
import type { Event, MouseButton, Phase, Position, Size } from "../wit.js";

/** Where a window is on the page, and how large it is in pixels. */
export interface Place {
  readonly rect: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly size: Size;
}

/** What is read of a `PointerEvent`. */
export interface Pointed {
  readonly clientX: number;
  readonly clientY: number;
  readonly pointerId: number;
  readonly pointerType: string;
  readonly pressure: number;
  readonly button: number;
  readonly buttons: number;
}

/** What is read of a `WheelEvent`. */
export interface Turned {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly deltaMode: number;
}

/** A place of the page in a window. */
export function position({ rect, size }: Place, x: number, y: number): Position {
  const scale = (side: number, length: number) => (length > 0 ? side / length : 1);
  return {
    x: (x - rect.left) * scale(size.width, rect.width),
    y: (y - rect.top) * scale(size.height, rect.height),
  };
}

const BUTTONS = ["left", "middle", "right", "back", "forward"] as const;
/** The bit of each in `buttons`. */
const BITS = [1, 4, 2, 8, 16];

function mouseButton(number: number): MouseButton {
  const tag = BUTTONS[number];
  return tag === undefined ? { tag: "other", val: number } : { tag };
}

/** What the pointer does: a mouse or a pen moves and presses buttons, a finger touches. */
export function pointer(type: string, event: Pointed, place: Place): Event[] {
  const at = position(place, event.clientX, event.clientY);
  if (event.pointerType === "touch") return touch(type, event, at);
  const moved: Event = { tag: "cursor-moved", val: at };
  // While one button is pressed, the others come as movements.
  if (event.button < 0 || type === "pointercancel") return [moved];
  const bit = BITS[event.button] ?? 1 << event.button;
  const pressed = (event.buttons & bit) !== 0;
  return [moved, { tag: "button", val: { button: mouseButton(event.button), pressed } }];
}

const PHASES: Readonly<Record<string, Phase>> = {
  pointerdown: "started",
  pointermove: "moved",
  pointerup: "ended",
  pointercancel: "cancelled",
};

function touch(type: string, { pointerId, pressure }: Pointed, at: Position): Event[] {
  const phase = PHASES[type];
  if (phase === undefined) return [];
  const force = pressure > 0 ? ({ tag: "normalized", val: pressure } as const) : undefined;
  return [{ tag: "touch", val: { phase, position: at, force, finger: BigInt(pointerId) } }];
}

/** What a wheel does. Pages scroll where windows say how far the wheel was turned: in the other direction. */
export function wheel({ deltaX, deltaY, deltaMode }: Turned, { size }: Place, scaleFactor: number): Event {
  // `-0` is a number of its own.
  const [x, y] = [0 - deltaX, 0 - deltaY];
  const phase = "moved";
  if (deltaMode === 1) return { tag: "wheel", val: { delta: { tag: "lines", val: [x, y] }, phase } };
  const page = deltaMode === 2;
  const val = { x: x * (page ? size.width : scaleFactor), y: y * (page ? size.height : scaleFactor) };
  return { tag: "wheel", val: { delta: { tag: "pixels", val }, phase } };
}
