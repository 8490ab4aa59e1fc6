// A small fake of WebGPU: it writes down what is called, and throws where WebIDL does.

/** A call that was made: the object's kind, the method, and its arguments. */
export type Call = readonly [string, ...unknown[]];

export class Fake {
  readonly calls: Call[] = [];
  destroyed: string[] = [];
  scopes: string[] = [];
  readonly gpu: GPU;

  constructor() {
    this.gpu = this.object("gpu", {
      requestAdapter: async () => this.adapter(),
    }) as unknown as GPU;
  }

  /** An object all of whose methods are written down. */
  object(kind: string, members: Record<string, unknown> = {}): object {
    const fake = this;
    return new Proxy({ ...members } as Record<string | symbol, unknown>, {
      get(target, key) {
        const own = target[key];
        if (typeof own !== "function" && key in target) return own;
        if (typeof key === "symbol" || key === "then") return undefined;
        return (...args: unknown[]) => {
          fake.calls.push([`${kind}.${key}`, ...args]);
          return typeof own === "function" ? own(...args) : fake.object(`${kind}.${key}`);
        };
      },
      has: (target, key) => key in target,
    });
  }

  adapter(): object {
    let consumed = false;
    return this.object("adapter", {
      features: new Set(["shader-f16"]),
      limits: { maxBufferSize: 1 << 28, maxTextureDimension1D: 8192 },
      info: { vendor: "", architecture: "", device: "", description: "" },
      requestDevice: async () => {
        if (consumed) throw new DOMException("consumed", "OperationError");
        consumed = true;
        return this.device();
      },
    });
  }

  device(): object {
    const destroyable = (kind: string, members: Record<string, unknown>) => {
      return this.object(kind, { ...members, destroy: () => this.destroyed.push(String(members.label ?? kind)) });
    };
    return this.object("device", {
      limits: {},
      queue: this.object("queue", { onSubmittedWorkDone: async () => undefined }),
      lost: new Promise(() => {}),
      createBuffer: (descriptor: GPUBufferDescriptor) => {
        if (descriptor.mappedAtCreation && descriptor.size % 4 !== 0) throw new RangeError("not a multiple of 4");
        return destroyable("buffer", { label: descriptor.label, ...this.mappable(descriptor) });
      },
      createTexture: (descriptor: GPUTextureDescriptor) => {
        if (descriptor.format === "astc-4x4-unorm") throw new TypeError("no such feature");
        const { width, height } = descriptor.size as GPUExtent3DDict;
        return destroyable("texture", { label: descriptor.label, width, height });
      },
      createQuerySet: () => {
        throw new TypeError("no timestamps");
      },
      pushErrorScope: (filter: string) => void this.scopes.push(filter),
      popErrorScope: async () => {
        if (this.scopes.pop() === undefined) throw new DOMException("no scope", "OperationError");
        return null;
      },
      createComputePipelineAsync: async () => {
        throw Object.assign(new Error("no entry point"), { name: "GPUPipelineError", reason: "internal" });
      },
    });
  }

  /** A buffer that gives each byte out once, as WebGPU's do. */
  mappable(descriptor: GPUBufferDescriptor): Record<string, unknown> {
    const bytes = new ArrayBuffer(descriptor.size);
    let given = false;
    return {
      size: descriptor.size,
      mapAsync: async () => undefined,
      unmap: () => {
        given = false;
      },
      getMappedRange: (offset = 0, size = descriptor.size) => {
        if (given) throw new DOMException("given out already", "OperationError");
        given = true;
        // What is read is compared with what was written, so that a copy will not do.
        return offset === 0 && size === descriptor.size ? bytes : bytes.slice(offset, offset + size);
      },
    };
  }

  /** The calls of one method. */
  of(method: string): Call[] {
    return this.calls.filter(([name]) => name === method);
  }
}
