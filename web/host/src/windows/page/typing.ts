// Text that is put together before it is typed: an invisible field has the keyboard then, as browsers want it.
import type { Event } from "../wit.js";

/** What the cursor of the text that is put together is at, in bytes. */
export function preedit(text: string): Event {
  const end = new TextEncoder().encode(text).length;
  return { tag: "ime", val: { tag: "preedit", val: [text, text === "" ? undefined : [end, end]] } };
}

/** Hears what is typed into `field`, but for what keys say by themselves. */
export function hearTyping(field: HTMLTextAreaElement, tell: (event: Event) => void, signal: AbortSignal): void {
  const commit = (text: string) => {
    tell(preedit(""));
    if (text !== "") tell({ tag: "ime", val: { tag: "commit", val: text } });
    field.value = "";
  };
  field.addEventListener("compositionupdate", ({ data }) => tell(preedit(data)), { signal });
  field.addEventListener("compositionend", ({ data }) => commit(data), { signal });
  // The keyboard of a telephone, and lists of characters, say nothing else.
  const input = (event: globalThis.Event) => {
    const { data, isComposing, inputType } = event as InputEvent;
    if (isComposing) return;
    if (inputType === "insertText" && data) commit(data);
    field.value = "";
  };
  field.addEventListener("input", input, { signal });
}
