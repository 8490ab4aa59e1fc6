import assert from "node:assert/strict";
import { test } from "node:test";
import { hurryTimers, type TimerScope } from "../src/run/timers.js";

/** Timers and messages that are let go by hand. */
function scope() {
  const native = new Map<number, () => void>();
  const soon: (() => void)[] = [];
  let id = 0;
  const timers = {
    setTimeout(callback: (...args: unknown[]) => void, _delay?: number, ...args: unknown[]) {
      native.set(++id, () => callback(...args));
      return id;
    },
    clearTimeout: (timer?: number) => void native.delete(timer as number),
  } satisfies TimerScope as TimerScope;
  const happened = hurryTimers(timers, (callback) => void soon.push(callback));
  const messages = () => {
    for (const callback of soon.splice(0)) callback();
  };
  return { timers, native, soon, messages, happened };
}

test("short timers run by a message, long ones by the browser", () => {
  const { timers, native, messages } = scope();
  const ran: unknown[] = [];
  timers.setTimeout((what) => ran.push(what), 0, "short");
  timers.setTimeout(() => ran.push("long"), 300);
  messages();
  assert.deepEqual(ran, ["short"]);
  assert.equal(native.size, 1);
});

test("looking for nothing comes to be as slow as it was, and what happens ends a wait at once", () => {
  const { timers, native, messages, happened } = scope();
  let looks = 0;
  const look = () => {
    looks++;
    timers.setTimeout(look, 10);
  };
  look();
  for (let round = 0; round < 1000; round++) messages();
  assert.ok(looks < 20, `${looks} looks`);
  assert.equal(native.size, 1);
  const before = looks;
  happened();
  messages();
  assert.equal(looks, before + 1);
  assert.equal(native.size, 0, "the browser's own timer is gone");
});

test("a browser's timer still runs when nothing happens, and only once", () => {
  const { timers, native, messages, happened } = scope();
  for (let look = 0; look < 8; look++) timers.setTimeout(() => {}, 10);
  messages();
  let ran = 0;
  timers.setTimeout(() => ran++, 10);
  happened();
  for (const callback of [...native.values()]) callback();
  messages();
  assert.equal(ran, 1);
});

test("cleared timers do not run", () => {
  const { timers, native, messages } = scope();
  let ran = 0;
  timers.clearTimeout(timers.setTimeout(() => ran++, 0));
  timers.clearTimeout(timers.setTimeout(() => ran++, 100));
  timers.clearTimeout(undefined);
  messages();
  assert.equal(ran + native.size, 0);
});
