// What a program writes to stdout and stderr.

/** After so many bytes, or so many milliseconds, output is handed on. */
const MOST_BYTES = 1 << 16;
const LONGEST = 50;

/** Gathers output, since each line by itself would be a message to the page. */
export class Output {
  readonly #hand: (bytes: Uint8Array) => void;
  readonly #now: () => number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #handed = Number.NEGATIVE_INFINITY;

  constructor(hand: (bytes: Uint8Array) => void, now: () => number = () => performance.now()) {
    this.#hand = hand;
    this.#now = now;
  }

  write(bytes: Uint8Array): void {
    // What jco gives may be a part of the guest's memory.
    this.#chunks.push(bytes.slice());
    this.#bytes += bytes.length;
    if (this.#bytes >= MOST_BYTES || this.#now() - this.#handed >= LONGEST) this.flush();
  }

  /** Hands on what is there. To be called whenever the guest waits, and at the end. */
  flush(): void {
    if (this.#bytes === 0) return;
    const all = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
    this.#bytes = 0;
    this.#handed = this.#now();
    this.#hand(all);
  }
}
