// What a keyboard says in a page, in the words of `wgpu-wasi:window/keys` — peer: host/src/cli/windows/desktop/events.rs
import { KEY_CODES, NAMED_KEYS } from "../../tables/keys.js";
import type { Event, Flags, KeyEvent, LogicalKey } from "../wit.js";

/** What is read of a `KeyboardEvent`. */
export interface Pressed {
  readonly code: string;
  readonly key: string;
  readonly location: number;
  readonly repeat: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** Names of the W3C, such as `KeyA`, become those of the WIT, such as `key-a`: they differ in case and dashes alone. */
function byName(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name.replaceAll("-", ""), name]));
}

const CODES = byName(KEY_CODES);
const NAMED = byName(NAMED_KEYS);

/** Names of browsers that winit has others for. */
const CODE_NAMES: Readonly<Record<string, string>> = {
  MetaLeft: "super-left",
  MetaRight: "super-right",
  OSLeft: "super-left",
  OSRight: "super-right",
};
const KEY_NAMES: Readonly<Record<string, string>> = { " ": "space", Meta: "super", OS: "super" };

/** What named keys type. */
const TEXTS: Readonly<Record<string, string>> = {
  backspace: "\b",
  enter: "\r",
  escape: "\x1b",
  space: " ",
  tab: "\t",
};

const LOCATIONS = ["standard", "left", "right", "numpad"] as const;

function code(name: string): string | undefined {
  return CODE_NAMES[name] ?? CODES.get(name.toLowerCase());
}

function logical(key: string): LogicalKey {
  if (key === "Dead") return { tag: "dead" };
  if (key === "" || key === "Unidentified") return { tag: "unidentified" };
  // One character, which may be of several units.
  if (key !== " " && (key.length === 1 || [...key].length === 1)) return { tag: "character", val: key };
  const named = KEY_NAMES[key] ?? NAMED.get(key.toLowerCase());
  if (named !== undefined) return { tag: "named", val: named };
  return /^[A-Z][A-Za-z0-9]+$/.test(key) ? { tag: "unidentified" } : { tag: "character", val: key };
}

function textOf({ tag, val = "" }: LogicalKey): string | undefined {
  if (tag === "character") return val;
  return tag === "named" ? TEXTS[val] : undefined;
}

/** What Control makes of a character. */
function withControl(text: string | undefined): string | undefined {
  const unit = text?.length === 1 ? text.toUpperCase().charCodeAt(0) : 0;
  return unit >= 0x40 && unit < 0x60 ? String.fromCharCode(unit & 0x1f) : text;
}

/** The key of the WIT. */
export function keyEvent(event: Pressed, pressed: boolean, synthetic = false): KeyEvent {
  const means = logical(event.key);
  const text = pressed ? textOf(means) : undefined;
  // A page is not told what a key is without modifiers; of letters it is known.
  const unmodified = means.tag === "character" ? { tag: means.tag, val: means.val?.toLowerCase() } : means;
  return {
    code: code(event.code),
    logical: means,
    unmodified,
    text,
    textWithAllModifiers: event.ctrlKey ? withControl(text) : text,
    location: LOCATIONS[event.location] ?? "standard",
    pressed,
    repeat: event.repeat,
    synthetic,
  };
}

/** Keys that are known to be pressed, by the flags of the WIT. */
const MODIFIER_KEYS: Readonly<Record<string, string>> = {
  AltLeft: "leftAlt",
  AltRight: "rightAlt",
  ControlLeft: "leftControl",
  ControlRight: "rightControl",
  MetaLeft: "leftSuper",
  MetaRight: "rightSuper",
  OSLeft: "leftSuper",
  OSRight: "rightSuper",
  ShiftLeft: "leftShift",
  ShiftRight: "rightShift",
};

const NO_MODIFIERS: Flags = { shift: false, control: false, alt: false, super: false };

/** An event of a browser has no members of its own. */
function copy({ code, key, location, shiftKey, ctrlKey, altKey, metaKey }: Pressed): Pressed {
  return { code, key, location, repeat: false, shiftKey, ctrlKey, altKey, metaKey };
}

/** The keyboard of one window. */
export class Keyboard {
  readonly #pressed = new Map<string, Pressed>();
  #told: Flags = {};

  /** What a key that is pressed or released means. */
  key(event: Pressed, pressed: boolean): Event[] {
    // Browsers leave out releases, such as of a key that was held while a system's dialog opened.
    const known = event.code !== "" ? event.code : event.key;
    if (pressed) this.#pressed.set(known, copy(event));
    else this.#pressed.delete(known);
    return [...this.modifiers(event), { tag: "key", val: keyEvent(event, pressed) }];
  }

  /** The modifiers, where they have changed. */
  modifiers(event: Pick<Pressed, "shiftKey" | "ctrlKey" | "altKey" | "metaKey">): Event[] {
    const { shiftKey: shift, ctrlKey: control, altKey: alt, metaKey } = event;
    const keys = [...this.#pressed.keys()].flatMap((code) => MODIFIER_KEYS[code] ?? []);
    return this.#tell({ shift, control, alt, super: metaKey, ...Object.fromEntries(keys.map((key) => [key, true])) });
  }

  #tell(flags: Flags): Event[] {
    const text = (flags: Flags) => JSON.stringify(Object.keys(flags).filter((flag) => flags[flag]));
    if (text(flags) === text(this.#told)) return [];
    this.#told = flags;
    return [{ tag: "modifiers", val: flags }];
  }

  /** The window loses the keyboard: what is pressed will be released elsewhere. */
  leave(): Event[] {
    const released = [...this.#pressed.values()].map((event): Event => {
      return { tag: "key", val: keyEvent(event, false, true) };
    });
    this.#pressed.clear();
    return [...released, ...this.#tell(NO_MODIFIERS)];
  }
}

/** The key by which the keyboard leaves a window. */
export const WAY_OUT = "F6";

/** Whether a key is for the browser, which does what it always does; the program hears of it, too. */
export function isBrowsers({ key, ctrlKey, metaKey, shiftKey }: Pressed): boolean {
  if (/^F(5|11|12)$/.test(key)) return true;
  if (!ctrlKey && !metaKey) return false;
  return shiftKey ? /^[ijcrtnp]$/i.test(key) : /^[rltnwq]$/i.test(key);
}
