// `gpu-queue`, `gpu-command-encoder` — peers: host/src/objects/queue.rs, host/src/objects/command_encoder.rs
// https://www.w3.org/TR/webgpu/#gpuqueue
import type { Context } from "../context.js";
import { keep } from "../device/recent.js";
import type { Natives } from "../wit/classes.js";
import { type Handle, replace } from "../wit/handle.js";

export const natives: Natives = {
  "gpu-queue.writeBufferWithCopy": (queue: GPUQueue, ...args: Parameters<GPUQueue["writeBuffer"]>) => {
    queue.writeBuffer(...args);
  },
  "gpu-queue.writeTextureWithCopy": (queue: GPUQueue, ...args: Parameters<GPUQueue["writeTexture"]>) => {
    queue.writeTexture(...args);
  },
  "gpu-command-encoder.copyBufferToBuffer": (
    encoder: GPUCommandEncoder,
    source: GPUBuffer,
    sourceOffset: number | undefined,
    destination: GPUBuffer,
    destinationOffset?: number,
    size?: number,
  ) => encoder.copyBufferToBuffer(source, sourceOffset ?? 0, destination, destinationOffset ?? 0, size),
};

/** Knows which encoders and command buffers are open. */
export function count({ classes, lifetimes }: Context): void {
  replace(classes, "gpu-device", "createCommandEncoder", (before) => {
    return function (...args) {
      const encoder = before.apply(this, args) as Handle<GPUCommandEncoder>;
      lifetimes.open(encoder);
      keep(encoder.native);
      return encoder;
    };
  });
  replace(classes, "gpu-command-encoder", "finish", (before) => {
    return function (...args) {
      const commands = before.apply(this, args) as Handle<GPUCommandBuffer>;
      lifetimes.pass(this, commands);
      keep(commands.native);
      return commands;
    };
  });
  replace(classes, "gpu-queue", "submit", (before) => {
    return function (...args) {
      before.apply(this, args);
      for (const commands of args[0] as Handle[]) lifetimes.close(commands);
    };
  });
}
