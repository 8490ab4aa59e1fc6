// When the memory of buffers, textures and query sets is given back.
//
// The collector of JavaScript sees a small object where there are megabytes on the GPU. So what the guest drops is
// destroyed as soon as nothing is left that may use it: handles, views, bind groups and bundles are counted. Encoders
// and command buffers are not asked what they use. What is given up while one of them is open waits until all those that
// were open then have been submitted or dropped.
import type { Handle } from "../wit/handle.js";

/** Bytes of buffers after which the browser is made to look at what was destroyed. */
const FLUSH_AFTER = 1 << 28;

/** An object with memory on the GPU, and how many may use it. */
export interface Held {
  readonly native: { destroy(): void };
  users: number;
}

interface Late {
  readonly serial: number;
  readonly holds: readonly Held[];
}

/** The objects of one guest. */
export class Lifetimes {
  #lastSerial = 0;
  /** In the order in which they were opened. */
  readonly #open = new Set<number>();
  #late: Late[] = [];
  #bytes = 0;

  /** The handle is the first that uses its object. */
  made(handle: Handle<{ destroy(): void }>): void {
    handle.holds = [{ native: handle.native, users: 1 }];
  }

  /** The handle uses what these use, too. */
  hold(handle: Handle, ...others: readonly (Handle | null | undefined)[]): void {
    for (const other of others) {
      for (const held of other?.holds ?? []) {
        held.users++;
        handle.holds.push(held);
      }
    }
  }

  /** What one handle holds is another's from now on. */
  pass(from: Handle, to: Handle): void {
    to.holds.push(...from.holds);
    from.holds = [];
    to.serial = from.serial;
    from.serial = 0;
  }

  /** An encoder is open. */
  open(handle: Handle): void {
    handle.serial = ++this.#lastSerial;
    this.#open.add(handle.serial);
  }

  /** Its commands are submitted, or never will be. */
  close(handle: Handle): void {
    const { serial } = handle;
    handle.serial = 0;
    if (serial === 0 || !this.#open.delete(serial)) return;
    const [oldest = Number.POSITIVE_INFINITY] = this.#open;
    const ready = this.#late.findIndex((late) => late.serial >= oldest);
    const due = this.#late.splice(0, ready < 0 ? this.#late.length : ready);
    for (const { holds } of due) release(holds);
  }

  /** The guest has dropped the handle. */
  drop(handle: Handle): void {
    this.close(handle);
    const { holds } = handle;
    handle.holds = [];
    if (holds.length === 0) return;
    if (this.#open.size > 0) this.#late.push({ serial: this.#lastSerial, holds });
    else release(holds);
  }

  /** Counts the bytes of a new buffer; true when it is time for the browser to have something submitted. */
  count(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#bytes <= FLUSH_AFTER) return false;
    this.#bytes = 0;
    return true;
  }
}

function release(holds: readonly Held[]): void {
  for (const held of holds) {
    held.users--;
    if (held.users === 0) held.native.destroy();
  }
}
