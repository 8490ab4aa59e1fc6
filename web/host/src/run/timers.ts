// Short timers that do not wait for nothing.
//
// What jco writes looks every 10 ms whether what its guest waits for is there, and calls `setTimeout(…, 0)` inside of
// each call that may wait, of which browsers make 4 ms. So in the worker of a guest, a few timers of up to 10 ms run at
// once after something has happened: a call of the guest was made, or what one waited for is done. Those that are waited
// for then run at once, too. When nothing happens, they are the browser's own. So nothing waits for ever, and nothing
// spins.

/** The longest delay that is a look and no wait, in milliseconds. */
const LOOK = 10;
/** How many timers without a delay run at once after something has happened. */
const AT_ONCE = 64;
/** How many looks do: one may come before jco has been told. */
const LOOKS = 8;

/** The browser's own timer, in a worker whose timers are replaced. */
export const ownTimer = globalThis.setTimeout.bind(globalThis);

type Timer = (...args: unknown[]) => void;
type SetTimeout = (callback: Timer, delay?: number, ...args: unknown[]) => number;

/** The timers of a page or a worker, which are replaced. */
export interface TimerScope {
  setTimeout: SetTimeout;
  clearTimeout: (id?: number) => void;
}

/** Calls a function soon, after what is already to be done. */
export type Soon = (callback: () => void) => void;

/** What a message does, which browsers deliver without the delay of a timer. */
export function soonByMessage(): Soon {
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}

/** Replaces the timers of `scope`; what it returns has to be called when something has happened. */
export function hurryTimers(scope: TimerScope, soon: Soon): () => void {
  const { setTimeout, clearTimeout } = scope;
  /** Timers that may still run: those of the browser, and ours, whose numbers are negative. */
  const looks = new Map<number, { readonly run: () => void; readonly native: number | null }>();
  let last = 0;
  let atOnce = AT_ONCE;
  let soonLooks = LOOKS;

  const fire = (id: number) => {
    const look = looks.get(id);
    if (!look) return;
    looks.delete(id);
    if (look.native !== null) clearTimeout.call(scope, look.native);
    look.run();
  };

  scope.setTimeout = (callback, delay = 0, ...args) => {
    if (typeof callback !== "function" || delay > LOOK) return setTimeout.call(scope, callback, delay, ...args);
    const id = --last;
    const now = delay > 0 ? soonLooks-- > 0 : atOnce-- > 0;
    const native = now ? null : setTimeout.call(scope, () => fire(id), delay);
    looks.set(id, { run: () => callback(...args), native });
    if (now) soon(() => fire(id));
    return id;
  };
  scope.clearTimeout = (id) => {
    const look = id === undefined ? undefined : looks.get(id);
    if (!look) return clearTimeout.call(scope, id);
    looks.delete(id as number);
    if (look.native !== null) clearTimeout.call(scope, look.native);
  };

  return () => {
    atOnce = AT_ONCE;
    soonLooks = LOOKS;
    for (const [id, { native }] of looks) if (native !== null) soon(() => fire(id));
  };
}
