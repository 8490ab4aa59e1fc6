// `gpu`, `gpu-adapter`, `gpu-adapter-info` — peers: host/src/objects/instance.rs, host/src/objects/adapter.rs
// https://www.w3.org/TR/webgpu/#gpuadapter
import type { Natives } from "../wit/classes.js";

interface Origin {
  readonly gpu: GPU;
  readonly options: GPURequestAdapterOptions | undefined;
  /** It has given its one device. */
  consumed: boolean;
}

/** Where adapters come from: one of WebGPU gives a single device, and those of other hosts give more. */
const ORIGINS = new WeakMap<GPUAdapter, Origin>();

async function requestAdapter(gpu: GPU, options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> {
  const adapter = await gpu.requestAdapter(options);
  if (adapter) ORIGINS.set(adapter, { gpu, options, consumed: false });
  return adapter;
}

async function requestDevice(adapter: GPUAdapter, descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> {
  const origin = ORIGINS.get(adapter);
  if (!origin?.consumed) {
    const device = await adapter.requestDevice(descriptor);
    // A request that was refused for its features or limits has not consumed the adapter.
    if (origin) origin.consumed = true;
    return device;
  }
  const again = await origin.gpu.requestAdapter(origin.options);
  if (!again) throw new DOMException("the adapter is not there any more", "OperationError");
  return again.requestDevice(descriptor);
}

/** A browser may tell nothing of its adapter. Programs print its name, so that it has one. */
function description(info: GPUAdapterInfo): string {
  return info.vendor || info.architecture || info.device || info.description ? info.description : "WebGPU adapter";
}

export const natives: Natives = {
  "gpu.requestAdapter": requestAdapter,
  "gpu-adapter.requestDevice": requestDevice,
  "gpu-adapter-info.description": description,
};
