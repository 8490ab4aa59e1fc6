// The windows of a program on the page: the other end of what the worker says.
import type { Asked, Desktop, Opening, Question, Told, WindowConnection, WindowSystem } from "../protocol.js";
import { Frame } from "./frame.js";

/** How windows are shown. */
export interface WindowPanelOptions {
  /** The program's name: the title of a window that has none. */
  readonly name?: string;
  /** Whether the program has the clipboard; it has not, unless told otherwise. */
  readonly clipboard?: boolean;
}

type Tell = (told: Told, transfer: Transferable[]) => void;

/** Shows the windows of programs in an element of the page. */
export class WindowPanel implements WindowSystem {
  readonly #container: HTMLElement;
  readonly #options: WindowPanelOptions;

  constructor(container: HTMLElement, options: WindowPanelOptions = {}) {
    this.#container = container;
    this.#options = options;
  }

  connect(tell: Tell): WindowConnection {
    return new Connection(this.#container, this.#options, tell);
  }
}

class Connection implements WindowConnection {
  readonly #container: HTMLElement;
  readonly #name: string;
  readonly #clipboard: boolean;
  readonly #tell: Tell;
  readonly #frames = new Map<number, Frame>();
  readonly #over = new AbortController();
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");

  constructor(container: HTMLElement, { name = "Program", clipboard = false }: WindowPanelOptions, tell: Tell) {
    this.#container = container;
    this.#name = name;
    this.#clipboard = clipboard;
    this.#tell = tell;
    const { signal } = this.#over;
    const seen = () => this.#each((frame) => frame.seen());
    document.addEventListener("visibilitychange", seen, { signal });
    const recolored = () => {
      tell({ type: "desktop", desktop: this.desktop }, []);
      this.#each((frame) => frame.recolor(this.desktop.theme));
    };
    this.#dark.addEventListener("change", recolored, { signal });
    this.#watchScale();
  }

  /** Looks for another scale, which is asked for by its number. */
  #watchScale(): void {
    const { signal } = this.#over;
    const rescaled = () => {
      this.#tell({ type: "desktop", desktop: this.desktop }, []);
      this.#each((frame) => frame.rescale());
      this.#watchScale();
    };
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", rescaled, { once: true, signal });
  }

  #each(work: (frame: Frame) => void): void {
    for (const frame of this.#frames.values()) work(frame);
  }

  get desktop(): Desktop {
    const scaleFactor = devicePixelRatio;
    const [width, height] = [screen.width, screen.height].map((side) => Math.round(side * scaleFactor));
    const theme = this.#dark.matches ? "dark" : "light";
    return { screen: { width: width ?? 0, height: height ?? 0 }, scaleFactor, theme, clipboard: this.#clipboard };
  }

  hear(asked: Asked): void {
    if (asked.type === "ask") {
      void this.#answer(asked.id, asked.question);
      return;
    }
    const { window, change } = asked;
    this.#frames.get(window)?.change(change);
    if (change.kind !== "close") return;
    this.#frames.delete(window);
    this.#container.hidden = this.#frames.size === 0;
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      const value = await this.#answered(question);
      const transfer = question.kind === "open" ? [(value as Opening).canvas] : [];
      this.#tell({ type: "answer", id, value }, transfer);
    } catch (error) {
      const denied = error instanceof DOMException && error.name === "NotAllowedError";
      const refusal = error instanceof Refused ? error.message : denied ? "not-granted" : "failed";
      this.#tell({ type: "answer", id, refusal }, []);
    }
  }

  #answered(question: Question): unknown {
    switch (question.kind) {
      case "open": {
        const { window: number, attributes } = question;
        this.#container.hidden = false;
        const tell = (told: Told, transfer: Transferable[] = []) => this.#tell(told, transfer);
        const frame = new Frame({ number, name: this.#name, tell }, this.#container, attributes);
        this.#frames.set(number, frame);
        return frame.open(attributes.active);
      }
      case "grab":
        return this.#grabbed(question);
      case "read-text":
        return this.#clip((clipboard) => clipboard.readText());
      case "write-text":
        return this.#clip((clipboard) => clipboard.writeText(question.text));
    }
  }

  async #grabbed({ window, grab }: Question & { kind: "grab" }): Promise<void> {
    const why = await this.#frames.get(window)?.grab(grab);
    if (why) throw new Refused(why);
  }

  #clip<T>(use: (clipboard: Clipboard) => Promise<T>): Promise<T> {
    // Only secure pages have it.
    if (!this.#clipboard || !navigator.clipboard) throw new Refused("not-granted");
    return use(navigator.clipboard);
  }

  end(): void {
    this.#over.abort();
    this.#each((frame) => frame.close());
    this.#frames.clear();
    this.#container.hidden = true;
  }
}

/** A refusal of the WIT. */
class Refused extends Error {}
