// `gpu-buffer` — peer: host/src/objects/buffer.rs — https://www.w3.org/TR/webgpu/#gpubuffer
import type { Context } from "../context.js";
import type { Natives } from "../wit/classes.js";
import { type Handle, replace } from "../wit/handle.js";

/** The mapped part of a buffer. WebGPU gives each byte out once, so that all are taken at the first call. */
interface Mapping {
  readonly offset: number;
  readonly size: number;
  bytes: Uint8Array | null;
}

const MAPPINGS = new WeakMap<GPUBuffer, Mapping>();

/** `create-buffer`, which may map all of the buffer. */
export function createBuffer(device: GPUDevice, descriptor: GPUBufferDescriptor): GPUBuffer {
  const buffer = device.createBuffer(descriptor);
  if (descriptor.mappedAtCreation) MAPPINGS.set(buffer, { offset: 0, size: descriptor.size, bytes: null });
  return buffer;
}

async function mapAsync(buffer: GPUBuffer, mode: number, from?: number, length?: number): Promise<void> {
  const offset = from ?? 0;
  const size = length ?? Math.max(0, buffer.size - offset);
  await buffer.mapAsync(mode, offset, size);
  MAPPINGS.set(buffer, { offset, size, bytes: null });
}

/** The bytes of a range, as a part of those of the whole mapping. */
function range(buffer: GPUBuffer, from?: number, length?: number): Uint8Array {
  const offset = from ?? 0;
  const size = length ?? Math.max(0, buffer.size - offset);
  const mapping = MAPPINGS.get(buffer);
  // WebGPU says why there is none.
  if (!mapping) return new Uint8Array(buffer.getMappedRange(offset, size));
  mapping.bytes ??= new Uint8Array(buffer.getMappedRange(mapping.offset, mapping.size));
  const begin = offset - mapping.offset;
  if (offset % 8 !== 0 || size % 4 !== 0 || begin < 0 || begin + size > mapping.size) {
    throw new DOMException(`no range of ${size} bytes at ${offset} can be had of what is mapped`, "OperationError");
  }
  return mapping.bytes.subarray(begin, begin + size);
}

function setRange(buffer: GPUBuffer, data: Uint8Array, from?: number, length?: number): void {
  const bytes = range(buffer, from, length);
  if (data.byteLength > bytes.byteLength) {
    throw new RangeError(`${data.byteLength} bytes do not fit a range of ${bytes.byteLength}`);
  }
  bytes.set(data);
}

function unmap(buffer: GPUBuffer): void {
  MAPPINGS.delete(buffer);
  buffer.unmap();
}

function destroy(buffer: GPUBuffer): void {
  MAPPINGS.delete(buffer);
  buffer.destroy();
}

export const natives: Natives = {
  "gpu-buffer.mapAsync": mapAsync,
  "gpu-buffer.getMappedRangeGetWithCopy": range,
  "gpu-buffer.getMappedRangeSetWithCopy": setRange,
  "gpu-buffer.unmap": unmap,
  "gpu-buffer.destroy": destroy,
};

/** Counts who uses buffers, textures and query sets. */
export function count({ classes, lifetimes }: Context): void {
  for (const create of ["createBuffer", "createTexture", "createQuerySet"]) {
    replace(classes, "gpu-device", create, (before) => {
      return function (...args) {
        const handle = before.apply(this, args) as Handle<GPUBuffer | GPUTexture | GPUQuerySet>;
        lifetimes.made(handle);
        const bytes = create === "createBuffer" ? (handle.native as GPUBuffer).size : 0;
        // Chromium gives destroyed memory back when it looks at what was submitted.
        if (lifetimes.count(bytes)) (this.native as GPUDevice).queue.submit([]);
        return handle;
      };
    });
  }
  replace(classes, "gpu-texture", "createView", (before) => {
    return function (...args) {
      const view = before.apply(this, args) as Handle;
      lifetimes.hold(view, this);
      return view;
    };
  });
}
