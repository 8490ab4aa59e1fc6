// A window on the page: what is done with it, and what happens to it.
import type { Change, Opening, Told } from "../protocol.js";
import type { Attributes, Event, Extent, Grab, Position, Size } from "../wit.js";
import { cssCursor } from "./cursor.js";
import { type Elements, elements } from "./elements.js";
import { isBrowsers, Keyboard, WAY_OUT } from "./keys.js";
import { type Place, pointer, wheel } from "./pointer.js";
import { hearTyping } from "./typing.js";

/** How long a browser may take to say whether it keeps the pointer, in milliseconds. */
const LOCK_TAKES = 1000;

/** Units of the page for a size. */
function units({ tag, val }: Extent): Size {
  const scale = tag === "physical" ? 1 / devicePixelRatio : 1;
  return { width: val.width * scale, height: val.height * scale };
}

/** What a window needs from the page. */
export interface Surroundings {
  readonly number: number;
  /** The program's name, for a window without a title. */
  readonly name: string;
  readonly tell: (told: Told, transfer?: Transferable[]) => void;
}

/** A window on the page. */
export class Frame {
  readonly #around: Surroundings;
  readonly #parts: Elements;
  readonly #keyboard = new Keyboard();
  readonly #over = new AbortController();
  readonly #observers: { disconnect(): void }[] = [];
  #size: Size = { width: 0, height: 0 };
  #scale = devicePixelRatio;
  /** Where the pointer is. */
  #pointer: Position | null = null;
  #cursor = "default";
  #cursorVisible = true;
  #ime = false;
  #offScreen = false;
  #occluded = false;

  constructor(around: Surroundings, container: HTMLElement, attributes: Attributes) {
    this.#around = around;
    this.#parts = elements(`window-${around.number}`);
    const { size, minSize, maxSize, title, state, buttons, theme, cursor } = attributes;
    const changes: Change[] = [
      { kind: "limits", min: minSize, max: maxSize },
      { kind: "title", title },
      { kind: "state", state },
      { kind: "buttons", buttons },
      { kind: "theme", theme },
      { kind: "cursor", cursor },
    ];
    // The host's choice: as wide as there is room.
    const width = container.clientWidth || 640;
    this.#resize(size ?? { tag: "logical", val: { width, height: Math.round((width * 9) / 16) } });
    for (const change of changes) this.change(change);
    container.append(this.#parts.frame);
    this.#size = this.#measured();
  }

  /** Hands its canvas over, and says from now on what happens; with `active` it gets the keyboard. */
  open(active: boolean): Opening {
    const { canvas, frame } = this.#parts;
    const idle = !document.activeElement || document.activeElement === document.body || this.#isButton();
    if (active && idle) this.#focus();
    const focused = frame.contains(document.activeElement);
    // From now on: what the window is at first is no event.
    this.#hear();
    const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const offscreen = canvas.transferControlToOffscreen();
    return { canvas: offscreen, size: this.#size, scaleFactor: this.#scale, focused, theme };
  }

  /** Whoever has started the program by a button waits for its window; whoever writes into a field does not. */
  #isButton(): boolean {
    return document.activeElement instanceof HTMLButtonElement;
  }

  change(change: Change): void {
    const { frame, glass, title, close, canvas, field } = this.#parts;
    switch (change.kind) {
      case "size":
        this.#resize(change.size);
        break;
      case "limits":
        this.#limit(change.min, change.max);
        break;
      case "title":
        title.textContent = change.title || this.#around.name;
        break;
      case "state":
        frame.hidden = !change.state.visible;
        glass.classList.toggle("resizable", change.state.resizable ?? false);
        glass.classList.toggle("maximized", change.state.maximized ?? false);
        break;
      case "buttons":
        close.hidden = !change.buttons.close;
        break;
      case "fullscreen":
        this.#fill(change.on);
        break;
      case "theme":
        frame.style.colorScheme = change.theme ?? "";
        break;
      case "focus":
        this.#focus();
        break;
      case "cursor":
        this.#cursor = cssCursor(change.cursor);
        this.#showCursor();
        break;
      case "cursor-visible":
        this.#cursorVisible = change.visible;
        this.#showCursor();
        break;
      case "ime-allowed":
        this.#allowIme(change.allowed);
        break;
      case "ime-area": {
        const { tag, val } = change.place;
        const scale = tag === "physical" ? 1 / this.#scale : 1;
        [field.style.left, field.style.top] = [`${val.x * scale}px`, `${val.y * scale}px`];
        break;
      }
      case "ime-purpose":
        // So that nobody keeps what is typed.
        field.autocomplete = change.purpose === "password" ? "new-password" : "off";
        break;
      case "shown":
        canvas.dataset.pictures = String(change.pictures);
        break;
      case "close":
        this.close();
        break;
    }
  }

  /** Keeps the pointer, or lets it go; why not. */
  async grab(grab: Grab): Promise<"failed" | null> {
    const { canvas } = this.#parts;
    if (grab === "none") {
      if (document.pointerLockElement === canvas) document.exitPointerLock();
      return null;
    }
    const locked = new Promise<boolean>((resolve) => {
      const options = { once: true, signal: AbortSignal.any([this.#over.signal, AbortSignal.timeout(2 * LOCK_TAKES)]) };
      document.addEventListener("pointerlockchange", () => resolve(document.pointerLockElement === canvas), options);
      document.addEventListener("pointerlockerror", () => resolve(false), options);
      setTimeout(() => resolve(document.pointerLockElement === canvas), LOCK_TAKES);
    });
    // Older browsers return nothing.
    await Promise.resolve(canvas.requestPointerLock()).catch(() => null);
    return (await locked) ? null : "failed";
  }

  /** The scale of the page may have changed. */
  rescale(): void {
    this.#look(this.#measured());
  }

  /** The page has other colours. */
  recolor(theme: "light" | "dark"): void {
    this.#tell({ tag: "theme-changed", val: theme });
  }

  /** Whether the page can be seen. */
  seen(): void {
    const occluded = document.hidden || this.#offScreen;
    if (occluded === this.#occluded) return;
    this.#occluded = occluded;
    this.#tell({ tag: "occluded", val: occluded });
  }

  close(): void {
    this.#over.abort();
    for (const observer of this.#observers) observer.disconnect();
    const { canvas, frame } = this.#parts;
    if (document.pointerLockElement === canvas) document.exitPointerLock();
    if (document.fullscreenElement && frame.contains(document.fullscreenElement)) void document.exitFullscreen();
    frame.remove();
  }

  #tell(...events: Event[]): void {
    const { number, tell } = this.#around;
    for (const event of events) tell({ type: "event", window: number, event });
  }

  #measured(): Size {
    const { width, height } = this.#parts.canvas.getBoundingClientRect();
    const side = (length: number) => Math.max(Math.round(length * devicePixelRatio), 1);
    return { width: side(width), height: side(height) };
  }

  /** Says its size, if it is another one. */
  #look(size: Size): void {
    const scaled = this.#scale !== devicePixelRatio;
    const resized = size.width !== this.#size.width || size.height !== this.#size.height;
    [this.#size, this.#scale] = [size, devicePixelRatio];
    if (scaled) this.#tell({ tag: "scale-changed", val: { factor: this.#scale, size } });
    if (resized) this.#tell({ tag: "resized", val: size });
  }

  #resize(extent: Extent): void {
    const { width, height } = units(extent);
    const { style } = this.#parts.glass;
    [style.width, style.height] = [`${width}px`, `${height}px`];
  }

  #limit(min: Extent | undefined, max: Extent | undefined): void {
    const { style } = this.#parts.glass;
    const px = (extent: Extent | undefined, side: keyof Size) => (extent ? `${units(extent)[side]}px` : "");
    [style.minWidth, style.minHeight] = [px(min, "width"), px(min, "height")];
    // Not wider than the page.
    style.maxWidth = max ? `min(100%, ${px(max, "width")})` : "";
    style.maxHeight = px(max, "height");
  }

  #showCursor(): void {
    this.#parts.canvas.style.cursor = this.#cursorVisible ? this.#cursor : "none";
  }

  #fill(on: boolean): void {
    const { glass } = this.#parts;
    if (on) void glass.requestFullscreen().catch(() => null);
    else if (document.fullscreenElement === glass) void document.exitFullscreen();
  }

  /** Gives it the keyboard: the field, where text may be put together. */
  #focus(): void {
    const { canvas, field } = this.#parts;
    (this.#ime ? field : canvas).focus({ preventScroll: true });
  }

  #allowIme(allowed: boolean): void {
    if (this.#ime === allowed) return;
    const { frame, glass } = this.#parts;
    this.#ime = allowed;
    if (glass.contains(document.activeElement)) this.#focus();
    if (frame.isConnected) this.#tell({ tag: "ime", val: { tag: allowed ? "enabled" : "disabled" } });
  }

  #hear(): void {
    const { signal } = this.#over;
    const { canvas, close, fill, field, glass } = this.#parts;
    this.#hearPointer(canvas, signal);
    this.#hearKeys(signal);
    hearTyping(field, (event) => this.#tell(event), signal);
    close.addEventListener("click", () => this.#tell({ tag: "close-requested" }), { signal });
    fill.addEventListener("click", () => this.#fill(true), { signal });
    const filled = () => {
      const on = document.fullscreenElement === glass;
      this.#around.tell({ type: "fullscreen", window: this.#around.number, on });
      if (on) this.#focus();
    };
    document.addEventListener("fullscreenchange", filled, { signal });
    const lock = () => {
      if (document.pointerLockElement !== canvas) this.#around.tell({ type: "let-go", window: this.#around.number });
    };
    document.addEventListener("pointerlockchange", lock, { signal });
    const sizes = new ResizeObserver(() => this.#look(this.#measured()));
    sizes.observe(canvas);
    const sight = new IntersectionObserver((entries) => {
      this.#offScreen = !(entries.at(-1)?.isIntersecting ?? true);
      this.seen();
    });
    sight.observe(canvas);
    this.#observers.push(sizes, sight);
  }

  /** Whether it is more than where the pointer was already. */
  #isNews(event: Event): boolean {
    if (event.tag !== "cursor-moved") return true;
    const [at, { x, y }] = [this.#pointer, event.val];
    this.#pointer = event.val;
    return at === null || at.x !== x || at.y !== y;
  }

  #place(): Place {
    const { left, top, width, height } = this.#parts.canvas.getBoundingClientRect();
    // What is drawn begins with a whole pixel.
    const whole = (length: number) => Math.round(length * devicePixelRatio) / devicePixelRatio;
    return { rect: { left: whole(left), top: whole(top), width, height }, size: this.#size };
  }

  #hearPointer(canvas: HTMLCanvasElement, signal: AbortSignal): void {
    const hear = (event: PointerEvent) => {
      event.preventDefault();
      if (event.type === "pointerdown") {
        this.#focus();
        if (document.pointerLockElement !== canvas) canvas.setPointerCapture(event.pointerId);
      }
      this.#tell(...this.#keyboard.modifiers(event));
      if (document.pointerLockElement === canvas && event.type === "pointermove") {
        this.#tell({ tag: "motion", val: { x: event.movementX, y: event.movementY } });
        // The pointer is where it was.
        if (event.button < 0) return;
      }
      this.#tell(...pointer(event.type, event, this.#place()).filter((event) => this.#isNews(event)));
    };
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"] as const) {
      canvas.addEventListener(type, hear, { signal });
    }
    const crossed = (event: PointerEvent) => {
      if (event.pointerType === "touch") return;
      this.#tell({ tag: event.type === "pointerenter" ? "cursor-entered" : "cursor-left" });
    };
    canvas.addEventListener("pointerenter", crossed, { signal });
    canvas.addEventListener("pointerleave", crossed, { signal });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    const turned = (event: WheelEvent) => {
      // Without the keyboard it is something that the page scrolls by.
      if (!this.#parts.glass.contains(document.activeElement)) return;
      event.preventDefault();
      this.#tell(...this.#keyboard.modifiers(event), wheel(event, this.#place(), this.#scale));
    };
    canvas.addEventListener("wheel", turned, { signal, passive: false });
    canvas.addEventListener("dragover", (event) => event.preventDefault(), { signal });
    const dropped = (event: DragEvent) => {
      event.preventDefault();
      for (const { name } of event.dataTransfer?.files ?? []) this.#tell({ tag: "file-dropped", val: name });
    };
    canvas.addEventListener("drop", dropped, { signal });
  }

  #hearKeys(signal: AbortSignal): void {
    const { glass, fill } = this.#parts;
    const hear = (event: KeyboardEvent) => {
      // What is put together says so by itself.
      if (event.isComposing || event.key === "Process") return;
      if (event.key === WAY_OUT) {
        event.preventDefault();
        if (event.type === "keydown") fill.focus();
        return;
      }
      // A key that changes the next one begins to put something together.
      if (!isBrowsers(event) && event.key !== "Dead" && event.key !== "Unidentified") event.preventDefault();
      this.#tell(...this.#keyboard.key(event, event.type === "keydown"));
    };
    glass.addEventListener("keydown", hear, { signal });
    glass.addEventListener("keyup", hear, { signal });
    const moved = (event: FocusEvent) => {
      // From the canvas to the field is no way.
      if (event.relatedTarget instanceof Node && glass.contains(event.relatedTarget)) return;
      if (event.type === "focusin") this.#tell({ tag: "focused", val: true });
      else this.#tell(...this.#keyboard.leave(), { tag: "focused", val: false });
    };
    glass.addEventListener("focusin", moved, { signal });
    glass.addEventListener("focusout", moved, { signal });
  }
}
