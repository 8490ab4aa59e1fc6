// `gpu-compute-pass-encoder`, `gpu-render-pass-encoder`, `gpu-render-bundle-encoder` — peers:
// host/src/objects/compute_pass.rs, render_pass.rs, render_bundle_encoder.rs
// https://www.w3.org/TR/webgpu/#gpurenderpassencoder
import { setImmediates } from "../commands/words.js";
import type { Context } from "../context.js";
import { WEBGPU } from "../tables/webgpu.js";
import type { Natives } from "../wit/classes.js";
import { Handle, replace } from "../wit/handle.js";

type Encoder = GPUComputePassEncoder | GPURenderPassEncoder | GPURenderBundleEncoder;

const COMPUTE = "gpu-compute-pass-encoder";
const RENDER = "gpu-render-pass-encoder";
const BUNDLE = "gpu-render-bundle-encoder";

function setBindGroup(
  encoder: Encoder,
  index: number,
  group?: GPUBindGroup | null,
  data?: ArrayLike<number>,
  start = 0,
  length?: number,
): void {
  if (data === undefined) {
    encoder.setBindGroup(index, group ?? null);
    return;
  }
  const end = start + (length ?? data.length - start);
  if (start > end || end > data.length) {
    throw new RangeError(`there are no dynamic offsets ${start} to ${end} in a list of ${data.length}`);
  }
  encoder.setBindGroup(index, group ?? null, Array.from(data).slice(start, end));
}

export const natives: Natives = Object.fromEntries(
  [COMPUTE, RENDER, BUNDLE].flatMap((resource) => [
    [`${resource}.setBindGroup`, setBindGroup],
    [`${resource}.setImmediates`, setImmediates],
  ]),
);

/** With each call for a pass, first does what the guest has left in its memory for it. */
export function fetch({ classes, memory }: Context): void {
  for (const resource of [COMPUTE, RENDER]) {
    const definition = WEBGPU[resource];
    if (definition?.kind !== "resource") continue;
    const compute = resource === COMPUTE;
    for (const method of Object.keys(definition.methods)) {
      if (method === "label" || method === "setLabel") continue;
      replace(classes, resource, method, (before) => {
        return function (...args) {
          const name = memory.fetch(this.native as GPUComputePassEncoder | GPURenderPassEncoder, compute);
          const result = before.apply(this, args);
          const object = name === 0 ? undefined : args.find((argument) => argument instanceof Handle);
          if (object) memory.name(name, object as Handle);
          return result;
        };
      });
    }
  }
}

/** A bundle uses what its encoder was given. */
export function count({ classes, lifetimes }: Context): void {
  const methods = ["setBindGroup", "setVertexBuffer", "setIndexBuffer", "drawIndirect", "drawIndexedIndirect"];
  for (const method of methods) {
    replace(classes, BUNDLE, method, (before) => {
      return function (...args) {
        for (const argument of args) if (argument instanceof Handle) lifetimes.hold(this, argument);
        return before.apply(this, args);
      };
    });
  }
  replace(classes, BUNDLE, "finish", (before) => {
    return function (...args) {
      const bundle = before.apply(this, args) as Handle;
      lifetimes.pass(this, bundle);
      return bundle;
    };
  });
}
