// The panel with what the program has written.

/** As many characters are shown at most; all are saved. */
const MOST_SHOWN = 500_000;

/** What the program writes, as it comes. */
export class OutputPanel {
  readonly #panel: HTMLElement;
  readonly #save: HTMLButtonElement;
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  #all: string[] = [];
  #shown = 0;

  constructor(panel: HTMLElement, save: HTMLButtonElement) {
    this.#panel = panel;
    this.#save = save;
    save.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(this.#all, { type: "text/plain" }));
      link.download = "output.txt";
      link.click();
      // Not before the browser has begun to read it.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    });
  }

  clear(): void {
    this.#decoders.stdout = new TextDecoder();
    this.#decoders.stderr = new TextDecoder();
    this.#all = [];
    this.#shown = 0;
    this.#panel.replaceChildren();
    this.#save.hidden = true;
  }

  write(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    const text = this.#decoders[stream].decode(bytes, { stream: true });
    if (text === "") return;
    this.#all.push(text);
    this.#save.hidden = false;
    const atEnd = this.#panel.scrollHeight - this.#panel.scrollTop - this.#panel.clientHeight < 40;
    this.#append(stream, text.slice(-MOST_SHOWN));
    if (atEnd) this.#panel.scrollTop = this.#panel.scrollHeight;
  }

  #append(stream: string, text: string): void {
    const span = document.createElement("span");
    span.className = stream;
    span.textContent = text;
    this.#panel.append(span);
    this.#shown += text.length;
    while (this.#shown > MOST_SHOWN && this.#panel.firstChild && this.#panel.firstChild !== span) {
      this.#shown -= this.#panel.firstChild.textContent?.length ?? 0;
      this.#panel.firstChild.remove();
    }
  }
}
