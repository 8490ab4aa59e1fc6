// Windows: the list of events, what a keyboard and a pointer say, when pictures are due, and what a program may do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHost } from "../src/webgpu.js";
import { asShown } from "../src/windows/frame_buffer.js";
import { Frames } from "../src/windows/frames.js";
import { Guest } from "../src/windows/guest.js";
import { windowImports } from "../src/windows/index.js";
import { Mailbox } from "../src/windows/mailbox.js";
import { isBrowsers, Keyboard, keyEvent } from "../src/windows/page/keys.js";
import { pointer, wheel } from "../src/windows/page/pointer.js";
import { preedit } from "../src/windows/page/typing.js";
import type { Asked, Told } from "../src/windows/protocol.js";
import type { Event } from "../src/windows/wit.js";
import { dispose } from "../src/wit/handle.js";
import { Fake } from "./fake_gpu.js";

const moved = (x: number): Event => ({ tag: "cursor-moved", val: { x, y: 0 } });
const button = (pressed: boolean): Event => ({ tag: "button", val: { button: { tag: "left" }, pressed } });
const tags = (events: [number, Event][]) => events.map(([window, { tag }]) => `${window} ${tag}`);

test("of what only the last counts the last is kept", () => {
  const mailbox = new Mailbox(() => 0);
  mailbox.open(1);
  mailbox.open(2);
  const size = (width: number): Event => ({ tag: "resized", val: { width, height: 1 } });
  for (const event of [{ tag: "redraw" } as const, size(1), size(2), moved(1), moved(2), { tag: "redraw" } as const]) {
    mailbox.post(1, event);
  }
  mailbox.post(1, moved(3));
  mailbox.post(2, moved(4));
  mailbox.post(3, moved(5));
  assert.deepEqual(mailbox.take(), [
    [1, { tag: "redraw" }],
    [1, size(2)],
    [1, moved(3)],
    [2, moved(4)],
  ]);
  mailbox.post(1, { tag: "redraw" });
  assert.equal(mailbox.take().length, 1);
});

test("with a button held, each movement of the pointer is told", () => {
  const mailbox = new Mailbox(() => 0);
  mailbox.open(1);
  for (const event of [moved(1), moved(2), button(true), moved(3), moved(4), button(false), moved(5), moved(6)]) {
    mailbox.post(1, event);
  }
  const places = mailbox.take().map(([, event]) => (event.tag === "cursor-moved" ? event.val.x : event.tag));
  assert.deepEqual(places, [2, "button", 3, 4, "button", 6]);
});

test("a full list has the way so far and where the pointer is", () => {
  const mailbox = new Mailbox(() => 0);
  mailbox.open(1);
  mailbox.post(1, button(true));
  for (let x = 0; x < 50_000; x++) mailbox.post(1, moved(x));
  mailbox.post(1, button(false));
  mailbox.post(1, moved(7));
  const taken = mailbox.take();
  const places = taken.map(([, event]) => (event.tag === "cursor-moved" ? event.val.x : event.tag));
  assert.equal(places.length, 16_384);
  // The first two have made room for the release and the last place.
  assert.deepEqual(places.slice(0, 3), ["button", 2, 3]);
  assert.deepEqual(places.slice(-3), [49_999, "button", 7]);
});

test("a full list keeps what was pressed and released", () => {
  const mailbox = new Mailbox(() => 0);
  mailbox.open(1);
  mailbox.post(1, button(true));
  for (let count = 0; count < 20_000; count++) {
    mailbox.post(1, moved(count));
    mailbox.post(1, { tag: "wheel", val: { delta: { tag: "lines", val: [0, 1] }, phase: "moved" } });
  }
  mailbox.post(1, button(false));
  mailbox.post(1, { tag: "destroyed" });
  mailbox.post(1, moved(1));
  const taken = mailbox.take();
  assert.ok(taken.length <= 16_384, String(taken.length));
  assert.deepEqual(tags(taken.filter(([, { tag }]) => tag === "button" || tag === "destroyed")), [
    "1 button",
    "1 button",
    "1 destroyed",
  ]);
});

test("what somebody has pressed is known, and movements are told to whom the pointer belongs", () => {
  let now = 1;
  const mailbox = new Mailbox(() => now);
  mailbox.open(1);
  mailbox.open(2);
  mailbox.post(1, moved(1));
  assert.equal(mailbox.pressed(), Number.NEGATIVE_INFINITY);
  mailbox.post(1, button(true));
  now = 2;
  mailbox.post(1, button(false));
  assert.deepEqual([mailbox.pressed(1), mailbox.pressed()], [1, 1]);
  assert.equal(mailbox.pressed(2), Number.NEGATIVE_INFINITY);
  const motion: Event = { tag: "motion", val: { x: 1, y: 2 } };
  mailbox.take();
  mailbox.post(1, motion);
  assert.ok(mailbox.isEmpty);
  mailbox.setGrabbed(1, true);
  mailbox.post(1, motion);
  mailbox.post(1, motion);
  assert.deepEqual(mailbox.take(), [[1, { tag: "motion", val: { x: 2, y: 4 } }]]);
  mailbox.post(1, { tag: "focused", val: false });
  assert.equal(mailbox.hasGrabbed(1), false);
  mailbox.letGo(1);
  assert.equal(mailbox.pressed(), Number.NEGATIVE_INFINITY);
});

const press = (code: string, key: string, more = {}) => ({
  code,
  key,
  location: 0,
  repeat: false,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...more,
});

test("keys have the names of the WIT", () => {
  const code = (name: string, key = "x") => keyEvent(press(name, key), true).code;
  assert.deepEqual(
    ["KeyA", "Digit0", "F12", "IntlBackslash", "NumpadAdd", "MetaLeft", "LaunchApp1", "", "Nonsense"].map((name) =>
      code(name),
    ),
    ["key-a", "digit0", "f12", "intl-backslash", "numpad-add", "super-left", "launch-app1", undefined, undefined],
  );
  const means = (key: string) => keyEvent(press("KeyA", key), true).logical;
  assert.deepEqual(means("ArrowDown"), { tag: "named", val: "arrow-down" });
  assert.deepEqual(means(" "), { tag: "named", val: "space" });
  assert.deepEqual(means("TVInputHDMI1"), { tag: "named", val: "tv-input-hdmi1" });
  assert.deepEqual(means("Meta"), { tag: "named", val: "super" });
  assert.deepEqual(means("ß"), { tag: "character", val: "ß" });
  assert.deepEqual(means("😀"), { tag: "character", val: "😀" });
  assert.deepEqual(means("Dead"), { tag: "dead" });
  assert.deepEqual(means("Unidentified"), { tag: "unidentified" });
  assert.deepEqual(means("NoSuchKey"), { tag: "unidentified" });
});

test("keys say what they type", () => {
  const upper = keyEvent(press("KeyA", "A", { shiftKey: true, location: 0 }), true);
  assert.deepEqual([upper.text, upper.unmodified.val, upper.location], ["A", "a", "standard"]);
  assert.equal(keyEvent(press("KeyA", "a"), false).text, undefined);
  assert.equal(keyEvent(press("Enter", "Enter"), true).text, "\r");
  assert.equal(keyEvent(press("ArrowUp", "ArrowUp"), true).text, undefined);
  const control = keyEvent(press("KeyC", "c", { ctrlKey: true }), true);
  assert.deepEqual([control.text, control.textWithAllModifiers], ["c", "\x03"]);
  assert.equal(keyEvent(press("Numpad1", "1", { location: 3 }), true).location, "numpad");
});

test("modifiers come before the key, and what is pressed is released when the keyboard leaves", () => {
  const keyboard = new Keyboard();
  const shift = { shiftKey: true };
  const events = [
    ...keyboard.key(press("ShiftLeft", "Shift", shift), true),
    ...keyboard.key(press("KeyA", "A", shift), true),
    // An event of a browser has its members from its class.
    ...keyboard.key(Object.create(press("KeyA", "A", { ...shift, repeat: true })), true),
  ];
  assert.deepEqual(
    events.map(({ tag }) => tag),
    ["modifiers", "key", "key", "key"],
  );
  const [first] = events;
  assert.ok(first?.tag === "modifiers" && first.val.shift && first.val.leftShift && !first.val.rightShift);
  const left = keyboard.leave();
  assert.deepEqual(
    left.map((event) => (event.tag === "key" ? [event.val.code, event.val.pressed, event.val.synthetic] : event.tag)),
    [["shift-left", false, true], ["key-a", false, true], "modifiers"],
  );
  assert.deepEqual(keyboard.leave(), []);
});

test("a few keys stay the browser's", () => {
  assert.ok(isBrowsers(press("F5", "F5")) && isBrowsers(press("KeyR", "r", { ctrlKey: true })));
  assert.ok(!isBrowsers(press("F1", "F1")) && !isBrowsers(press("KeyC", "c", { ctrlKey: true })));
  assert.ok(!isBrowsers(press("Tab", "Tab")) && !isBrowsers(press("KeyR", "r")));
});

test("what a pointer does", () => {
  const place = { rect: { left: 10, top: 20, width: 100, height: 50 }, size: { width: 200, height: 100 } };
  const at = { clientX: 60, clientY: 30, pointerId: 7, pointerType: "mouse", pressure: 0, button: -1, buttons: 0 };
  const cursor = { tag: "cursor-moved", val: { x: 100, y: 20 } };
  assert.deepEqual(pointer("pointermove", at, place), [cursor]);
  const right = { tag: "button", val: { button: { tag: "right" }, pressed: true } };
  assert.deepEqual(pointer("pointerdown", { ...at, button: 2, buttons: 2 }, place), [cursor, right]);
  // One that is pressed while another one is comes as a movement.
  const middle = { tag: "button", val: { button: { tag: "middle" }, pressed: true } };
  assert.deepEqual(pointer("pointermove", { ...at, button: 1, buttons: 6 }, place), [cursor, middle]);
  const other = { tag: "button", val: { button: { tag: "other", val: 5 }, pressed: false } };
  assert.deepEqual(pointer("pointerup", { ...at, button: 5 }, place), [cursor, other]);
  const finger = { ...at, pointerType: "touch", pressure: 0.5, button: 0, buttons: 1 };
  const force = { tag: "normalized", val: 0.5 };
  assert.deepEqual(pointer("pointerdown", finger, place), [
    { tag: "touch", val: { phase: "started", position: cursor.val, force, finger: 7n } },
  ]);
});

test("a wheel turns in lines, pixels or pages", () => {
  const place = { rect: { left: 0, top: 0, width: 1, height: 1 }, size: { width: 200, height: 100 } };
  const delta = (deltaMode: number) => {
    const event = wheel({ deltaX: 0, deltaY: 3, deltaMode }, place, 2);
    return event.tag === "wheel" ? event.val.delta : null;
  };
  assert.deepEqual(delta(1), { tag: "lines", val: [0, -3] });
  assert.deepEqual(delta(0), { tag: "pixels", val: { x: 0, y: -6 } });
  assert.deepEqual(delta(2), { tag: "pixels", val: { x: 0, y: -300 } });
});

test("text that is put together has its cursor in bytes", () => {
  assert.deepEqual(preedit("か"), { tag: "ime", val: { tag: "preedit", val: ["か", [3, 3]] } });
  assert.deepEqual(preedit(""), { tag: "ime", val: { tag: "preedit", val: ["", undefined] } });
});

test("redraws come once in a picture of the screen, and pictures one after the other", async () => {
  const due: (() => void)[] = [];
  let redraws = 0;
  const frames = new Frames(
    (callback) => due.push(callback),
    () => redraws++,
  );
  const next = () => due.shift()?.();
  next();
  assert.deepEqual([redraws, due.length], [1, 0]);
  frames.wantRedraw();
  frames.wantRedraw();
  assert.equal(due.length, 1);
  next();
  assert.equal(redraws, 2);
  await frames.free(2);
  frames.present();
  frames.present();
  let free = false;
  const waited = frames.free(2).then(() => {
    free = true;
  });
  await Promise.resolve();
  assert.equal(free, false);
  next();
  await waited;
  assert.equal(free, true);
  frames.end();
});

test("what is shown of plain pixels", () => {
  assert.deepEqual([...asShown(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]))], [3, 2, 1, 255, 7, 6, 5, 255]);
});

// biome-ignore lint/suspicious/noExplicitAny: the guest's side of the interfaces, as jco has it, without types
type Any = any;

/** A program with windows, and a page that opens them. */
function program(clipboard = false) {
  const asked: Asked[] = [];
  let now = 0;
  const context = { configured: [] as Any[], textures: 0 };
  const canvas = {
    width: 0,
    height: 0,
    getContext: () => ({
      configure: (configuration: Any) => context.configured.push(configuration),
      getCurrentTexture: () => ({ number: ++context.textures }),
    }),
  } as unknown as OffscreenCanvas;
  const answer = ({ id, question }: Asked & { type: "ask" }): Told => {
    const size = { width: 320, height: 200 };
    const value = { canvas, size, scaleFactor: 2, focused: true, theme: "dark" } as const;
    if (question.kind === "open") return { type: "answer", id, value };
    return question.kind === "read-text" ? { type: "answer", id, value: "text" } : { type: "answer", id };
  };
  const guest = new Guest({
    desktop: { screen: { width: 1920, height: 1080 }, scaleFactor: 2, theme: "dark", clipboard },
    say: (said) => {
      asked.push(said);
      if (said.type === "ask") queueMicrotask(() => guest.hear(answer(said)));
    },
    now: () => now,
    setTimer: (callback, delay) => {
      now += delay;
      queueMicrotask(callback);
    },
    soon: (callback) => queueMicrotask(callback),
    pace: (callback) => queueMicrotask(callback),
  });
  const fake = new Fake();
  const host = createHost(fake.gpu, {});
  const imports = windowImports(guest, host.context) as Any;
  const later = (milliseconds: number) => {
    now += milliseconds;
  };
  return { asked, guest, fake, host, imports, context, canvas, later };
}

const ATTRIBUTES = {
  title: "T",
  state: { visible: true, resizable: true },
  buttons: { close: true },
  active: true,
  cursor: { tag: "shape", val: "default" },
};

test("a window opens, is told of events, and closes", async () => {
  const { guest, imports, asked } = program();
  const windows = imports["wgpu-wasi:window/windows"];
  const opened = await windows.Window.open(ATTRIBUTES);
  assert.deepEqual([opened.size, opened.scaleFactor, opened.focused], [{ width: 320, height: 200 }, 2, true]);
  assert.equal(opened.window.id(), 1);
  assert.deepEqual(tags(await windows.next(undefined)), ["1 redraw"]);
  assert.deepEqual(await windows.next(1_000_000n), []);
  guest.hear({ type: "event", window: 1, event: { tag: "resized", val: { width: 3, height: 4 } } });
  // It is to be drawn anew, too.
  assert.deepEqual(tags(await windows.next(0n)), ["1 resized", "1 redraw"]);
  assert.deepEqual(opened.window.snapshot().outerSize, { width: 3, height: 4 });
  opened.window.setTitle("Other");
  opened.window[dispose]();
  assert.deepEqual(
    asked.flatMap((said) => (said.type === "change" ? [said.change.kind] : [])),
    ["title", "close"],
  );
  assert.deepEqual(tags(await windows.next(undefined)), ["1 destroyed"]);
  await assert.rejects(Promise.all([windows.next(undefined), windows.next(undefined)]), /twice at a time/);
});

test("a program has sixteen windows at most", async () => {
  const { imports } = program();
  const { Window } = imports["wgpu-wasi:window/windows"];
  const all = await Promise.all(Array.from({ length: 16 }, () => Window.open(ATTRIBUTES)));
  await assert.rejects(Window.open(ATTRIBUTES), { payload: { tag: "too-many" } });
  all[0].window[dispose]();
  assert.equal((await Window.open(ATTRIBUTES)).window.id(), 17);
});

test("only what somebody has just pressed counts", async () => {
  const { guest, imports, asked, later } = program();
  const { window } = await imports["wgpu-wasi:window/windows"].Window.open(ATTRIBUTES);
  const fills = () => asked.some((said) => said.type === "change" && said.change.kind === "fullscreen");
  window.setFullscreen({ tag: "borderless" });
  await assert.rejects(window.grabCursor("locked"), { payload: "not-granted" });
  assert.ok(!fills());
  guest.hear({ type: "event", window: 1, event: button(true) });
  await assert.rejects(window.grabCursor("confined"), { payload: "not-supported" });
  await window.grabCursor("locked");
  assert.ok(guest.mailbox.hasGrabbed(1));
  window.setFullscreen({ tag: "borderless" });
  assert.ok(fills());
  guest.hear({ type: "let-go", window: 1 });
  await assert.rejects(window.grabCursor("locked"), { payload: "not-granted" });
  guest.hear({ type: "event", window: 1, event: button(true) });
  later(1001);
  await assert.rejects(window.grabCursor("locked"), { payload: "not-granted" });
  await window.grabCursor("none");
  assert.throws(() => window.setCursorHittest(false), { payload: "not-granted" });
  assert.throws(() => window.drag(), { payload: "not-supported" });
});

test("the clipboard is for programs that have it, and is written to after a press", async () => {
  const without = program().imports["wgpu-wasi:window/clipboard"];
  assert.equal(without.granted(), false);
  await assert.rejects(without.readText(), { payload: "not-granted" });
  const { guest, imports } = program(true);
  const clipboard = imports["wgpu-wasi:window/clipboard"];
  assert.equal(await clipboard.readText(), "text");
  await assert.rejects(clipboard.writeText("a"), { payload: "not-granted" });
  await imports["wgpu-wasi:window/windows"].Window.open(ATTRIBUTES);
  guest.hear({ type: "event", window: 1, event: button(true) });
  await clipboard.writeText("a");
  await assert.rejects(clipboard.writeText("a".repeat((1 << 20) + 1)), { payload: "failed" });
});

test("pictures are textures of the program's device, and are copied when they are presented", async () => {
  const { imports, host, fake, context, canvas } = program();
  const gpu = (host.imports as Any).getGpu();
  const device = await (await gpu.requestAdapter()).requestDevice();
  device.native.limits.maxTextureDimension2D = 8192;
  const { window } = await imports["wgpu-wasi:window/windows"].Window.open(ATTRIBUTES);
  const drawing = new imports["wasi-gfx:surface/surface-webgpu"].Context(window.surface());
  const modes = imports["wgpu-wasi:window/canvas"];
  await assert.rejects(drawing.getCurrentTexture(), /not configured/);
  modes.setMode(drawing, { width: 64, height: 48 }, "fifo", 2);
  drawing.configure({ device, format: "bgra8unorm-srgb", usage: { renderAttachment: true } });
  const picture = await drawing.getCurrentTexture();
  assert.equal(modes.status(drawing), "suboptimal");
  const [, descriptor] = fake.of("device.createTexture").at(-1) as [string, Any];
  const { RENDER_ATTACHMENT, COPY_SRC, TEXTURE_BINDING } = { RENDER_ATTACHMENT: 16, COPY_SRC: 1, TEXTURE_BINDING: 4 };
  assert.equal(descriptor.usage, RENDER_ATTACHMENT | COPY_SRC | TEXTURE_BINDING);
  drawing.present();
  assert.deepEqual([canvas.width, context.configured.length, context.textures], [64, 1, 1]);
  assert.deepEqual(context.configured[0].format, "bgra8unorm");
  assert.ok(fake.destroyed.length > 0, "what was shown can't be drawn to");
  picture[dispose]();
  drawing.present();
  assert.equal(context.textures, 1, "it is shown once");
});

test("a surface that a program makes is a window, and has streams", async () => {
  const { guest, imports } = program();
  const { Surface } = imports["wasi-gfx:surface/surface"];
  const surface = new Surface({ width: 320, height: 200 });
  assert.ok(surface instanceof Surface);
  const down = surface.onPointerDown();
  const keys = surface.onKeyDown();
  const [first, key] = [down.next(), keys.next()];
  await Promise.resolve();
  guest.hear({ type: "event", window: 1, event: moved(5) });
  guest.hear({ type: "event", window: 1, event: button(true) });
  const event = keyEvent(press("MetaLeft", "Meta"), true);
  guest.hear({ type: "event", window: 1, event: { tag: "key", val: event } });
  assert.deepEqual(await first, { value: { x: 5, y: 0 }, done: false });
  assert.equal((await key).value.key, "meta-left");
  const ended = down.next();
  guest.hear({ type: "event", window: 1, event: { tag: "close-requested" } });
  assert.equal((await ended).done, true);
  assert.equal(surface.width(), 320);
  surface[dispose]();
  assert.equal(surface.width(), 0);
});

test("a stream has what happened before its first read, also when the window is closed meanwhile", async () => {
  const { guest, imports } = program();
  const { Surface } = imports["wasi-gfx:surface/surface"];
  const surface = new Surface({ width: 320, height: 200 });
  const [down, up] = [surface.onPointerDown(), surface.onPointerUp()];
  for (const event of [moved(5), button(true), button(false)]) guest.hear({ type: "event", window: 1, event });
  guest.hear({ type: "event", window: 1, event: { tag: "close-requested" } });
  for (const stream of [down, up]) {
    assert.deepEqual(await stream.next(), { value: { x: 5, y: 0 }, done: false });
    assert.equal((await stream.next()).done, true);
  }
});
