// `gpu-device` — peer: host/src/objects/device.rs — https://www.w3.org/TR/webgpu/#gpudevice
import { type RefusedError, scopesOf } from "../device/scopes.js";
import type { Natives } from "../wit/classes.js";
import { createBuffer } from "./buffer.js";
import { createShaderModule } from "./shader_module.js";

/** The devices of textures, whose views may be refused. */
const DEVICES = new WeakMap<GPUTexture, GPUDevice>();

function createTexture(device: GPUDevice, descriptor: GPUTextureDescriptor): GPUTexture {
  const texture = device.createTexture(descriptor);
  DEVICES.set(texture, device);
  return texture;
}

function createPipelineLayout(device: GPUDevice, descriptor: GPUPipelineLayoutDescriptor): GPUPipelineLayout {
  const { immediateSize = 0 } = descriptor as { immediateSize?: number };
  const { maxImmediateSize = 0 } = device.limits as { maxImmediateSize?: number };
  // A browser that does not know the member would leave it out in silence.
  if (immediateSize > maxImmediateSize) throw new TypeError(`this browser has ${maxImmediateSize} bytes of immediates`);
  return device.createPipelineLayout(descriptor);
}

/** For each method that WebIDL may throw from: what makes an object that is as invalid as the descriptor. */
const INVALID: Readonly<Record<string, (device: GPUDevice, label: string) => object>> = {
  createBuffer: (device, label) => device.createBuffer({ label, size: 4, usage: 0 }),
  createTexture: (device, label) => device.createTexture({ label, size: [1], format: "rgba8unorm", usage: 0 }),
  createSampler: (device, label) => device.createSampler({ label, lodMinClamp: -1 }),
  createBindGroupLayout: (device, label) => invalidLayout(device, label),
  createPipelineLayout: (device, label) => {
    return device.createPipelineLayout({ label, bindGroupLayouts: [invalidLayout(device, label)] });
  },
  createBindGroup: (device, label) => {
    return device.createBindGroup({ label, layout: invalidLayout(device, label), entries: [] });
  },
  createShaderModule: (device, label) => device.createShaderModule({ label, code: "!" }),
  createComputePipeline: (device, label) => {
    const module = device.createShaderModule({ label, code: "!" });
    return device.createComputePipeline({ label, layout: "auto", compute: { module } });
  },
  createRenderPipeline: (device, label) => {
    const module = device.createShaderModule({ label, code: "!" });
    return device.createRenderPipeline({ label, layout: "auto", vertex: { module } });
  },
  createRenderBundleEncoder: (device, label) => device.createRenderBundleEncoder({ label, colorFormats: [] }),
};

/** No layout may have so large a number of a binding. */
function invalidLayout(device: GPUDevice, label: string): GPUBindGroupLayout {
  return device.createBindGroupLayout({ label, entries: [{ binding: 0xffffffff, visibility: 1, sampler: {} }] });
}

function isRefusal(error: unknown): error is TypeError | RangeError {
  return error instanceof TypeError || error instanceof RangeError;
}

/** An exception of WebIDL as an error of WebGPU. */
function asError(
  error: TypeError | RangeError,
  method: string,
  descriptor: { size?: unknown } | undefined,
): RefusedError {
  const { message } = error;
  // Of a mapped buffer whose size is right, a RangeError says that there is no memory for it.
  const memory = error instanceof RangeError && method === "createBuffer" && Number(descriptor?.size) % 4 === 0;
  return { kind: memory ? "out-of-memory-error" : "validation-error", message };
}

// biome-ignore lint/suspicious/noExplicitAny: each method has a descriptor of its own
type Create = (device: GPUDevice, descriptor?: any) => object;

/** The method, with an error in the innermost scope where it would throw, and an invalid object. */
function refusing(method: string, create: Create): Create {
  return (device, descriptor) => {
    try {
      return descriptor === undefined ? create(device) : create(device, descriptor);
    } catch (error) {
      const invalid = INVALID[method];
      if (!invalid || !isRefusal(error)) throw error;
      const scopes = scopesOf(device);
      scopes.refuse(asError(error, method, descriptor));
      return scopes.silently(() => invalid(device, descriptor?.label ?? ""));
    }
  };
}

function createView(texture: GPUTexture, descriptor?: GPUTextureViewDescriptor): GPUTextureView {
  try {
    return texture.createView(descriptor);
  } catch (error) {
    const device = DEVICES.get(texture);
    if (!device || !isRefusal(error)) throw error;
    const scopes = scopesOf(device);
    scopes.refuse(asError(error, "createView", undefined));
    // No texture has so many levels.
    return scopes.silently(() => texture.createView({ label: descriptor?.label ?? "", baseMipLevel: 9999 }));
  }
}

/** Errors that no scope has taken, as they come, until the device is lost. */
async function* uncapturedErrors(device: GPUDevice): AsyncGenerator<GPUError | RefusedError> {
  const errors: (GPUError | RefusedError)[] = [];
  let wake = () => {};
  let lost = false;
  const add = (error: GPUError | RefusedError) => {
    errors.push(error);
    wake();
  };
  scopesOf(device).uncaptured = add;
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    add((event as GPUUncapturedErrorEvent).error);
  });
  device.lost.then(() => {
    lost = true;
    wake();
  });
  for (;;) {
    yield* errors.splice(0);
    if (lost) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

const own: Readonly<Record<string, Create>> = {
  createBuffer,
  createTexture,
  createPipelineLayout,
  createShaderModule,
};

const creates = Object.keys(INVALID).map((method) => {
  const create: Create = (device, ...descriptor) => {
    return (device as unknown as Record<string, (...args: unknown[]) => object>)[method]?.(...descriptor) as object;
  };
  return [`gpu-device.${method}`, refusing(method, own[method] ?? create)];
});

export const natives: Natives = {
  ...(Object.fromEntries(creates) as Natives),
  "gpu-device.pushErrorScope": (device: GPUDevice, filter: GPUErrorFilter) => scopesOf(device).push(filter),
  "gpu-device.popErrorScope": (device: GPUDevice) => scopesOf(device).pop(),
  "gpu-device.onUncapturedError": uncapturedErrors,
  "gpu-texture.createView": createView,
};
