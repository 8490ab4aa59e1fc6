// The host of WebGPU over a fake, called as jco calls it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { asBrowsersTakeIt } from "../src/objects/shader_module.js";
import { createWebgpu } from "../src/webgpu.js";
import { dispose } from "../src/wit/handle.js";
import { Fake } from "./fake_gpu.js";

// biome-ignore lint/suspicious/noExplicitAny: the guest's side of the WIT, as jco has it, without types
type Guest = any;

const NO_USAGE = {};

/** A fake and a device of it, as a guest has them. */
async function begin(): Promise<{ fake: Fake; imports: Guest; adapter: Guest; device: Guest; settled: () => number }> {
  const fake = new Fake();
  let settled = 0;
  const { imports } = createWebgpu(fake.gpu, { settled: () => settled++ });
  const guest = imports as Guest;
  const adapter = await guest.getGpu().requestAdapter(undefined);
  const device = await adapter.requestDevice(undefined);
  return { fake, imports: guest, adapter, device, settled: () => settled };
}

function drop(...handles: Guest[]): void {
  for (const handle of handles) handle[dispose]();
}

test("classes have the names that jco looks for, and handles are their instances", async () => {
  const { imports, device, settled } = await begin();
  assert.ok(device instanceof imports.GpuDevice);
  assert.ok(imports.RecordOptionGpuSize64 && imports.WgslLanguageFeatures);
  assert.equal(settled(), 2);
});

test("descriptors become dictionaries of WebGPU", async () => {
  const { fake, device } = await begin();
  device.createTexture({
    size: { width: 4, height: 2 },
    dimension: "d2",
    format: "depth24plus-stencil8",
    usage: { copySrc: true, renderAttachment: true },
    viewFormats: ["astc4x4-unorm-srgb"],
  });
  assert.deepEqual(fake.of("device.createTexture")[0]?.[1], {
    size: { width: 4, height: 2 },
    dimension: "2d",
    format: "depth24plus-stencil8",
    usage: 17,
    viewFormats: ["astc-4x4-unorm-srgb"],
  });
  device.createRenderPipeline({
    vertex: { module: device.createShaderModule({ code: "" }) },
    layout: { tag: "auto" },
    fragment: {
      module: device.createShaderModule({ code: "" }),
      targets: [undefined, { format: "rgba8unorm", writeMask: { all: true } }],
    },
  });
  const [, pipeline] = fake.of("device.createRenderPipeline")[0] as Guest;
  assert.equal(pipeline.layout, "auto");
  assert.deepEqual(pipeline.fragment.targets, [null, { format: "rgba8unorm", writeMask: 15 }]);
});

test("numbers that WebIDL refuses become such as are no more valid", async () => {
  const { fake, device } = await begin();
  device.createBuffer({ size: 2n ** 60n, usage: NO_USAGE });
  assert.equal((fake.of("device.createBuffer")[0] as Guest)[1].size, Number.MAX_SAFE_INTEGER);
  device.createSampler({ lodMinClamp: Number.NaN, lodMaxClamp: Number.NEGATIVE_INFINITY });
  const [, sampler] = fake.of("device.createSampler")[0] as Guest;
  assert.ok(sampler.lodMinClamp > 1e38 && sampler.lodMaxClamp < -1e38);
});

test("shaders say that they use subgroups, where the device has them", () => {
  const [having, lacking] = [["subgroups"], []].map((names) => new Set(names) as GPUSupportedFeatures) as [
    Guest,
    Guest,
  ];
  for (const uses of [
    "let sum = subgroupAdd(1u);",
    "let sum = subgroupShuffle (x, 1u);",
    "let sum = quadSwapX(x);",
    "fn main(@builtin( subgroup_size) size: u32) {}",
  ]) {
    assert.equal(asBrowsersTakeIt(uses, having), `enable subgroups; ${uses}`);
    assert.equal(asBrowsersTakeIt(uses, lacking), uses);
    const said = `enable f16, subgroups;\n${uses}`;
    assert.equal(asBrowsersTakeIt(said, having), said);
  }
  const none = "var<private> subgroups: u32; // subgroup_size";
  assert.equal(asBrowsersTakeIt(none, having), none);
});

test("limits and features that a browser lacks are 0 and not there", async () => {
  const { adapter } = await begin();
  const limits = adapter.limits();
  assert.equal(limits.maxBufferSize(), 1n << 28n);
  assert.equal(limits.maxTextureDimension1D(), 8192);
  assert.equal(limits.maxImmediateSize(), 0);
  assert.equal(adapter.features().has("shader-f16"), true);
  assert.equal(adapter.features().has("subgroups"), false);
  assert.equal(adapter.info().description(), "WebGPU adapter");
});

test("an adapter gives several devices", async () => {
  const { fake, adapter } = await begin();
  await adapter.requestDevice(undefined);
  await adapter.requestDevice(undefined);
  assert.equal(fake.of("gpu.requestAdapter").length, 3);
});

test("all ranges of a mapping are parts of one", async () => {
  const { device } = await begin();
  const buffer = device.createBuffer({ size: 32n, usage: NO_USAGE, mappedAtCreation: true });
  buffer.getMappedRangeSetWithCopy(Uint8Array.of(1, 2, 3, 4), 8n, 4n);
  buffer.getMappedRangeSetWithCopy(Uint8Array.of(5, 6, 7, 8), 16n, 4n);
  const read = buffer.getMappedRangeGetWithCopy(8n, undefined);
  assert.deepEqual([...read.slice(0, 12)], [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 7, 8]);
  for (const [offset, size] of [
    [4n, 4n],
    [0n, 3n],
    [32n, 4n],
  ]) {
    assert.throws(
      () => buffer.getMappedRangeGetWithCopy(offset, size),
      (error: Guest) => error.payload.kind.tag === "operation-error",
    );
  }
  buffer.unmap();
  await buffer.mapAsync({ read: true }, 8n, 8n);
  assert.throws(() => buffer.getMappedRangeGetWithCopy(0n, 8n));
  assert.equal(buffer.getMappedRangeGetWithCopy(8n, 8n).length, 8);
});

test("an exception becomes the error of the scope for its kind", async () => {
  const { fake, device } = await begin();
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  const texture = device.createTexture({ size: { width: 1 }, format: "astc4x4-unorm", usage: NO_USAGE });
  assert.ok(texture);
  assert.equal(await device.popErrorScope(), undefined);
  const error = await device.popErrorScope();
  assert.equal(error.message(), "no such feature");
  assert.deepEqual(error.kind(), { tag: "validation-error" });
  // The scope in which the invalid object was made is closed, too.
  assert.deepEqual(fake.scopes, []);
  await assert.rejects(device.popErrorScope(), (error: Guest) => error.payload.kind.tag === "operation-error");
});

test("memory that is not there is no error of validation", async () => {
  const { device } = await begin();
  device.pushErrorScope("validation");
  device.createBuffer({ size: 3n, usage: NO_USAGE, mappedAtCreation: true });
  assert.deepEqual((await device.popErrorScope()).kind(), { tag: "validation-error" });
});

test("immediates that a browser lacks are an error, and none are not", async () => {
  const { device } = await begin();
  device.pushErrorScope("validation");
  device.createPipelineLayout({ bindGroupLayouts: [], immediateSize: 0 });
  assert.equal(await device.popErrorScope(), undefined);
  device.pushErrorScope("validation");
  device.createPipelineLayout({ bindGroupLayouts: [], immediateSize: 4 });
  assert.match((await device.popErrorScope()).message(), /0 bytes of immediates/);
});

test("errors of results have the kinds of the WIT", async () => {
  const { device } = await begin();
  assert.throws(
    () => device.createQuerySet({ type: "timestamp", count: 1 }),
    (error: Guest) => error.payload.kind.tag === "type-error" && error.payload.message === "no timestamps",
  );
  await assert.rejects(
    device.createComputePipelineAsync({ layout: { tag: "auto" }, compute: { module: device.createShaderModule({}) } }),
    (error: Guest) => {
      assert.deepEqual(error.payload.kind, { tag: "gpu-pipeline-error", val: "internal" });
      return true;
    },
  );
});

test("a list of dynamic offsets may be used in part", async () => {
  const { fake, device } = await begin();
  const bundle = device.createRenderBundleEncoder({ colorFormats: ["rgba8unorm"] });
  bundle.setBindGroup(0, undefined, Uint32Array.of(1, 2, 3), 1n, 2);
  assert.deepEqual((fake.calls.at(-1) as Guest).slice(1), [0, null, [2, 3]]);
  assert.throws(
    () => bundle.setBindGroup(0, undefined, Uint32Array.of(1), 1n, 1),
    (error: Guest) => error.payload.kind.tag === "range-error",
  );
});

test("records keep names that are members of every object", async () => {
  const { fake, imports, adapter } = await begin();
  const limits = new imports.RecordOptionGpuSize64();
  limits.add("maxBufferSize", 2n ** 40n);
  limits.add("__proto__", 1n);
  limits.add("maxBindGroups", undefined);
  assert.equal(limits.has("maxBindGroups"), true);
  assert.deepEqual(limits.get("maxBindGroups"), { tag: "some", val: undefined });
  assert.equal(limits.get("other"), undefined);
  await adapter.requestDevice({ requiredLimits: limits });
  const [, asked] = fake.of("adapter.requestDevice").at(-1) as Guest;
  assert.deepEqual(Object.keys(asked.requiredLimits), ["maxBufferSize", "__proto__"]);
});

test("what the guest drops is destroyed when nothing uses it any more", async () => {
  const { fake, device } = await begin();
  const buffer = device.createBuffer({ size: 4n, usage: NO_USAGE, label: "buffer" });
  const texture = device.createTexture({ size: { width: 1 }, format: "r8unorm", usage: NO_USAGE, label: "texture" });
  const view = texture.createView(undefined);
  const group = device.createBindGroup({
    layout: device.createBindGroupLayout({ entries: [] }),
    entries: [
      { binding: 0, resource: { tag: "gpu-buffer-binding", val: { buffer } } },
      { binding: 1, resource: { tag: "gpu-texture-view", val: view } },
    ],
  });
  const encoder = device.createRenderBundleEncoder({ colorFormats: [] });
  encoder.setBindGroup(0, group, undefined, undefined, undefined);
  const bundle = encoder.finish(undefined);
  drop(buffer, texture, view, group, encoder);
  assert.deepEqual(fake.destroyed, []);
  drop(bundle);
  assert.deepEqual(fake.destroyed.sort(), ["buffer", "texture"]);
});

test("what is dropped while an encoder is open lives until its commands are submitted", async () => {
  const { fake, device } = await begin();
  const first = device.createCommandEncoder(undefined);
  const buffer = device.createBuffer({ size: 4n, usage: NO_USAGE, label: "buffer" });
  drop(buffer);
  const second = device.createCommandEncoder(undefined);
  const later = device.createBuffer({ size: 4n, usage: NO_USAGE, label: "later" });
  drop(later);
  const commands = first.finish(undefined);
  drop(first);
  assert.deepEqual(fake.destroyed, []);
  device.queue().submit([commands]);
  assert.deepEqual(fake.destroyed, ["buffer"]);
  drop(second);
  assert.deepEqual(fake.destroyed, ["buffer", "later"]);
});
