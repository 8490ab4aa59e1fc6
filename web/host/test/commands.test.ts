// Command memory: words in a guest's memory, and what becomes of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ATTACH, CommandMemory } from "../src/commands/memory.js";
import { createWebgpu } from "../src/webgpu.js";
import { dispose, Handle } from "../src/wit/handle.js";
import { Fake } from "./fake_gpu.js";

const WORDS = 4096;
const LIST = 64;
const ALL_ONES = 0xffffffff;

/** A core module of a guest, with its words at address 1024. */
function guest() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Uint32Array(memory.buffer, LIST, 2).set([1024, WORDS]);
  const leave = (...words: number[]) => new Uint32Array(memory.buffer, 1024, WORDS).set([words.length, 0, ...words]);
  return { memory, leave, exports: { memory, [ATTACH]: () => LIST } };
}

/** Attached memory with two named objects, 1 and 7, and the encoder of a pass. */
function attached() {
  const { leave, exports, memory } = guest();
  const commands = new CommandMemory();
  assert.equal(commands.attach(exports), true);
  const objects = [1, 7].map((name) => {
    const handle = new Handle({ object: name });
    commands.name(name, handle);
    return handle;
  });
  const fake = new Fake();
  const encoder = fake.object("pass", { setImmediates: () => {} }) as GPURenderPassEncoder;
  const render = (...words: number[]) => {
    leave(...words);
    fake.calls.length = 0;
    const name = commands.fetch(encoder, false);
    return { name, calls: fake.calls.map(([method, ...rest]) => [method.replace("pass.", ""), ...rest]) };
  };
  const compute = (...words: number[]) => {
    leave(...words);
    fake.calls.length = 0;
    return commands.fetch(encoder as unknown as GPUComputePassEncoder, true);
  };
  return { commands, objects, fake, encoder, render, compute, leave, memory };
}

test("commands of render passes are the calls that they stand for", () => {
  const { render, objects } = attached();
  const [one, seven] = objects.map((handle) => handle.native);
  const all: [number[], unknown[]][] = [
    [
      [2, 7],
      ["setPipeline", seven],
    ],
    [
      [3, 1, 0, 0],
      ["setBindGroup", 1, null],
    ],
    [
      [7, 1, 1, 2, 3, 4, 5],
      ["setIndexBuffer", one, "uint32", 3 * 2 ** 32 + 2, 5 * 2 ** 32 + 4],
    ],
    [
      [8, 3, 0, 16, 0, ALL_ONES, ALL_ONES],
      ["setVertexBuffer", 3, null, 16, undefined],
    ],
    [
      [8, 3, 7, 0, ALL_ONES, 4, 0],
      ["setVertexBuffer", 3, seven, Number.MAX_SAFE_INTEGER, 4],
    ],
    [
      [9, 1, 2, 3, 4],
      ["draw", 1, 2, 3, 4],
    ],
    [
      [10, 1, 2, 3, ALL_ONES, 5],
      ["drawIndexed", 1, 2, 3, -1, 5],
    ],
    [
      [11, 1, 8, 0],
      ["drawIndirect", one, 8],
    ],
    [
      [12, 7, 8, 0],
      ["drawIndexedIndirect", seven, 8],
    ],
    [
      [13, 1, 2, 3, 4],
      ["setScissorRect", 1, 2, 3, 4],
    ],
  ];
  for (const [words, call] of all) {
    const { calls } = render(...words);
    assert.deepEqual(calls[0]?.slice(0, call.length), call);
  }
  assert.equal(render(...all.flatMap(([words]) => words)).calls.length, all.length);
});

test("lists are parts of the memory", () => {
  const { render, memory } = attached();
  const { calls } = render(3, 0, 1, 2, 256, 512, 4, 16, 1, 99, 9, 1, 1, 0, 0);
  const [, , group, words, start, length] = calls[0] as [string, number, unknown, Uint32Array, number, number];
  assert.deepEqual(group, { object: 1 });
  assert.deepEqual([...words.subarray(start, start + length)], [256, 512]);
  assert.equal(words.buffer, memory.buffer);
  const [method, offset, , at, count] = calls[1] as unknown[];
  assert.deepEqual([method, offset, count], ["setImmediates", 16, 1]);
  assert.equal(words[at as number], 99);
  assert.equal(calls[2]?.[0], "draw");
});

test("commands are those of their kind of pass", () => {
  const { compute, render, fake } = attached();
  compute(2, 1, 5, 1, 2, 3, 6, 7, 16, 0);
  assert.deepEqual(
    fake.calls.map(([method]) => method),
    ["pass.setPipeline", "pass.dispatchWorkgroups", "pass.dispatchWorkgroupsIndirect"],
  );
  assert.throws(() => compute(9, 1, 1, 0, 0), /9 is no command of a compute pass/);
  assert.throws(() => render(5, 1, 1, 1), /5 is no command of a render pass/);
});

test("other words trap", () => {
  const { render, leave, commands, encoder } = attached();
  const bad = [
    [0],
    [14],
    [9, 1, 1, 0],
    [3, 0, 1, 1],
    [3, 0, 1, ALL_ONES],
    [7, 1, 2, 0, 0, 0, 0],
    [2, 8],
    [2, 0],
    [2, ALL_ONES],
    [1, 0],
    [1, 65536],
    [1],
    [1, 5, 9, 1, 1, 0, 0],
  ];
  for (const words of bad) {
    assert.throws(() => render(...words), /^Trap: wgpu-wasi:commands\/memory@0.2.0: /, String(words));
  }
  leave(...new Array(WORDS - 2).fill(0));
  new Uint32Array(attached().memory.buffer);
  leave(9, 1, 1, 0, 0);
  assert.equal(commands.fetch(encoder, false), 0);
});

test("more words than there are trap, and more memory than is taken", () => {
  const { commands, encoder, memory } = attached();
  new Uint32Array(memory.buffer, 1024, 1)[0] = WORDS;
  assert.throws(() => commands.fetch(encoder, false), /4096 words are said to be in use, and there are 4094/);
  const large = guest();
  new Uint32Array(large.memory.buffer, LIST, 2).set([1024, (1 << 18) + 1]);
  assert.throws(() => new CommandMemory().attach(large.exports), /are the most/);
  assert.equal(new CommandMemory().attach({}), false);
});

test("the memory may grow", () => {
  const { render, memory } = attached();
  memory.grow(1);
  assert.equal(render(9, 1, 1, 0, 0).calls.length, 1);
});

test("a name is given by the last words, and forgotten by its object alone", () => {
  const { render, commands, objects } = attached();
  assert.equal(render(9, 1, 1, 0, 0, 1, 9).name, 9);
  const [one] = objects as [Handle];
  commands.name(7, one);
  assert.throws(() => render(2, 1), /names no object/);
  commands.forget(objects[1] as Handle);
  assert.equal(render(2, 7).calls.length, 1, "7 is another object's by now");
  commands.forget(one);
  assert.throws(() => render(2, 7), /names no object/);
});

test("where a browser has no immediates, they are an error", () => {
  const { leave, exports } = guest();
  const commands = new CommandMemory();
  commands.attach(exports);
  const fake = new Fake();
  const encoder = fake.object("pass", { setImmediates: undefined }) as GPURenderPassEncoder;
  leave(4, 0, 1, 5);
  commands.fetch(encoder, false);
  assert.deepEqual(fake.calls, [["pass.setBindGroup", ALL_ONES, null]]);
});

test("calls of a pass do what was left before, and name their object", async () => {
  const { leave, exports, memory } = guest();
  const fake = new Fake();
  const host = createWebgpu(fake.gpu);
  assert.equal(host.attach(exports), true);
  // biome-ignore lint/suspicious/noExplicitAny: the guest's side of the WIT
  const { imports } = host as any;
  const device = await (await imports.getGpu().requestAdapter()).requestDevice();
  new Uint32Array(memory.buffer, 1024, 2).set([0, 12]);
  const group = device.createBindGroup({ layout: device.createBindGroupLayout({ entries: [] }), entries: [] });
  const pass = device.createCommandEncoder().beginComputePass();
  leave(3, 0, 12, 0, 1, 5);
  const module = device.createShaderModule({ code: "" });
  fake.calls.length = 0;
  pass.setPipeline(device.createComputePipeline({ layout: { tag: "auto" }, compute: { module } }));
  leave(2, 5, 5, 1, 1, 1);
  pass.end();
  const methods = fake.calls.map(([method]) => method.split(".").at(-1));
  assert.deepEqual(methods, [
    "createComputePipeline",
    "setBindGroup",
    "setPipeline",
    "setPipeline",
    "dispatchWorkgroups",
    "end",
  ]);
  assert.equal(fake.calls[2]?.[1], fake.calls[3]?.[1]);
  group[dispose]();
  leave(3, 0, 12, 0);
  assert.throws(() => pass.end(), /12 names no object/);
});
