// The elements of a window on the page.

/** What a window is made of. */
export interface Elements {
  readonly frame: HTMLElement;
  readonly title: HTMLElement;
  readonly fill: HTMLButtonElement;
  readonly close: HTMLButtonElement;
  /** What the visitor may make larger and smaller, around the canvas. */
  readonly glass: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Has the keyboard where text may be put together. */
  readonly field: HTMLTextAreaElement;
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Readonly<Record<string, string>>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Makes the elements of a window; `id` begins the names of those that others refer to. */
export function elements(id: string): Elements {
  const title = make("h2", { id: `${id}-title` });
  const fill = make("button", { type: "button", class: "second" }, "Fill the screen");
  const close = make("button", { type: "button", class: "second" }, "Close");
  const described = { "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-hint` };
  const canvas = make("canvas", { tabindex: "0", role: "application", ...described });
  const field = make("textarea", {
    ...described,
    tabindex: "-1",
    rows: "1",
    autocapitalize: "off",
    autocomplete: "off",
    spellcheck: "false",
  });
  const glass = make("div", { class: "glass" }, canvas, field);
  const words = "While it has the keyboard, all keys are the program's, Tab and Escape as well; F6 leaves it.";
  const hint = make("p", { id: `${id}-hint`, class: "quiet" }, words);
  const header = make("header", {}, title, fill, close);
  const frame = make("section", { class: "window", "aria-labelledby": `${id}-title` }, header, glass, hint);
  return { frame, title, fill, close, glass, canvas, field };
}
