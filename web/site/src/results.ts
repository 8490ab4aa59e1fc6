// The files that the program has written: pictures are shown, and all can be saved.
import { bytes, pictureType } from "./words.js";

/** Files as they are written. */
export class Results {
  readonly #section: HTMLElement;
  readonly #pictures: HTMLElement;
  readonly #list: HTMLElement;
  readonly #shown = new Map<string, { readonly element: HTMLElement; readonly address: string }>();

  constructor(section: HTMLElement, pictures: HTMLElement, list: HTMLElement) {
    this.#section = section;
    this.#pictures = pictures;
    this.#list = list;
  }

  /** How many files are there. */
  get count(): number {
    return this.#shown.size;
  }

  clear(): void {
    for (const { address } of this.#shown.values()) URL.revokeObjectURL(address);
    this.#shown.clear();
    this.#pictures.replaceChildren();
    this.#list.replaceChildren();
    this.#section.hidden = true;
  }

  /** Shows a file, in the place of an older one of its name. */
  add(path: string, content: Uint8Array): void {
    const type = pictureType(path);
    const blob = new Blob([content as Uint8Array<ArrayBuffer>], { type: type ?? "application/octet-stream" });
    const address = URL.createObjectURL(blob);
    const link = document.createElement("a");
    link.href = address;
    link.download = path.split("/").at(-1) ?? path;
    link.textContent = path;
    const label = [link, ` (${bytes(content.length)})`];
    const element = type === null ? listItem(label) : figure(address, path, label);
    const old = this.#shown.get(path);
    if (old) {
      old.element.replaceWith(element);
      URL.revokeObjectURL(old.address);
    } else {
      (type === null ? this.#list : this.#pictures).append(element);
    }
    this.#shown.set(path, { element, address });
    this.#section.hidden = false;
  }
}

function listItem(label: (Node | string)[]): HTMLElement {
  const item = document.createElement("li");
  item.append(...label);
  return item;
}

function figure(address: string, path: string, label: (Node | string)[]): HTMLElement {
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  const caption = document.createElement("figcaption");
  image.src = address;
  image.alt = path;
  caption.append(...label);
  figure.append(image, caption);
  return figure;
}
