// When the pictures of windows are due: at the pace of the screen — peer: host/src/windows/frames.rs

/** Behind the screen's own pace stands a clock: a page that nobody sees shows no pictures, and has none asked for. */
const SLOWEST = 100;

/** Calls a function when the next picture of the screen is due. */
export type NextPicture = (callback: () => void) => void;

/** `requestAnimationFrame` of a worker, where there is one, and a clock. */
export function screenPace(setTimer: (callback: () => void, delay: number) => unknown): NextPicture {
  return (callback) => {
    let done = false;
    const once = () => {
      if (!done) callback();
      done = true;
    };
    globalThis.requestAnimationFrame?.(once);
    setTimer(once, SLOWEST);
  };
}

/** What of one window is due when. */
export class Frames {
  readonly #pace: NextPicture;
  readonly #redraw: () => void;
  /** Whether a redraw is due at the next picture of the screen. A new window is to be drawn. */
  #wantsRedraw = true;
  /** Pictures that wait to be shown. */
  #queue = 0;
  #waiting: (() => void)[] = [];
  #asked = false;

  /** `redraw` is called when one is due. */
  constructor(pace: NextPicture, redraw: () => void) {
    this.#pace = pace;
    this.#redraw = redraw;
    this.#ask();
  }

  /** Asks for a redraw, which comes once. */
  wantRedraw(): void {
    this.#wantsRedraw = true;
    this.#ask();
  }

  /** Counts a picture that is shown in its turn. */
  present(): void {
    this.#queue++;
    this.#ask();
  }

  /** Waits until fewer than `latency` pictures wait to be shown. */
  async free(latency: number): Promise<void> {
    while (this.#queue >= Math.max(latency, 1)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Nobody waits any more. */
  end(): void {
    this.#queue = 0;
    this.#wantsRedraw = false;
    this.#wake();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#pace(() => this.#next());
  }

  #next(): void {
    this.#asked = false;
    if (this.#queue > 0) this.#queue--;
    if (this.#wantsRedraw) {
      this.#wantsRedraw = false;
      this.#redraw();
    }
    this.#wake();
    if (this.#queue > 0) this.#ask();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
