// The generated tables against the types of WebGPU: most of this is checked by the compiler.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Table, WEBGPU } from "../src/tables/webgpu.js";

type Cases<Name extends keyof Table> = Table[Name] extends { cases: infer All } ? All[keyof All] : never;
type Methods<Name extends keyof Table> = Table[Name] extends { methods: infer All } ? keyof All : never;
type Fields<Name extends keyof Table> = Table[Name] extends { fields: infer All } ? keyof All : never;

/** Compiles where each name of `Ours` is one of `Theirs`, but for those that are listed. */
function same<Ours, Theirs, Listed = never>(..._unknown: Exclude<Ours, Theirs | Listed> extends never ? [] : [never]) {}

// What WebGPU has, and the compiler's own types do not have yet.
type NewFeatures = "texture-component-swizzle" | "texture-formats-tier2";
type NewFactors = "src1" | "one-minus-src1" | "src1-alpha" | "one-minus-src1-alpha";
type NewLimits = "maxImmediateSize" | `maxStorage${"Buffers" | "Textures"}In${"Vertex" | "Fragment"}Stage`;

test("each name is one of WebGPU", () => {
  same<Cases<"gpu-texture-format">, GPUTextureFormat>();
  same<Cases<"gpu-vertex-format">, GPUVertexFormat>();
  same<Cases<"gpu-feature-name">, GPUFeatureName, NewFeatures>();
  same<Cases<"gpu-texture-view-dimension">, GPUTextureViewDimension>();
  same<Cases<"gpu-texture-dimension">, GPUTextureDimension>();
  same<Cases<"gpu-blend-factor">, GPUBlendFactor, NewFactors>();
  same<Cases<"gpu-stencil-operation">, GPUStencilOperation>();
  same<Cases<"gpu-sampler-binding-type">, GPUSamplerBindingType>();
  same<Methods<"gpu-supported-limits">, keyof GPUSupportedLimits, NewLimits>();
  same<Methods<"gpu-render-pass-encoder">, keyof GPURenderPassEncoder, "setLabel" | "setImmediates">();
  same<Methods<"gpu-device">, keyof GPUDevice, "setLabel" | "onUncapturedError">();
  same<Fields<"gpu-texture-descriptor">, keyof GPUTextureDescriptor, "textureBindingViewDimension">();
  same<Fields<"gpu-render-pipeline-descriptor">, keyof GPURenderPipelineDescriptor>();
  same<Fields<"gpu-depth-stencil-state">, keyof GPUDepthStencilState>();
  // A name that is not there is found.
  // @ts-expect-error
  same<"r9unorm", GPUTextureFormat>();
  assert.ok(Object.keys(WEBGPU).length > 100);
});

test("each type that is named is defined", () => {
  const primitives = ["bool", "string", "u8", "u16", "u32", "u64", "s32", "f32", "f64"];
  const made = ["option", "list", "result", "tuple", "future", "stream"];
  const names = JSON.stringify(
    Object.values(WEBGPU).map((definition) => ({ ...definition, name: "", cases: {}, names: [] })),
  );
  const unknown = [...names.matchAll(/"([a-z][\w-]*)"(?!:)/g)]
    .map(([, name]) => name as string)
    .filter((name) => !(name in WEBGPU || primitives.includes(name) || made.includes(name)))
    .filter((name) => !["alias", "enum", "flags", "record", "variant", "resource"].includes(name));
  assert.deepEqual(unknown, []);
});
