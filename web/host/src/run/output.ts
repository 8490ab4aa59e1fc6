// What a program writes to stdout and stderr.

/** After so many bytes, or so many milliseconds, output is handed on. */
const MOST_BYTES = 1 << 16;
const LONGEST = 50;

/** Where a program writes to. */
export type Stream = "stdout" | "stderr";

/** Gathers output, since each line by itself would be a message to the page. What both streams have stays in order. */
export class Output {
  readonly #hand: (stream: Stream, bytes: Uint8Array) => void;
  readonly #now: () => number;
  #stream: Stream = "stdout";
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #handed = Number.NEGATIVE_INFINITY;

  constructor(hand: (stream: Stream, bytes: Uint8Array) => void, now: () => number = () => performance.now()) {
    this.#hand = hand;
    this.#now = now;
  }

  write(stream: Stream, bytes: Uint8Array): void {
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
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
    this.#hand(this.#stream, all);
  }
}
