// Error scopes of a device — https://www.w3.org/TR/webgpu/#error-scopes
//
// Where WebIDL throws an exception for a descriptor, the WIT has an error of WebGPU. The browser's own scopes can't be
// given one, so each has a scope of ours beside it.

/** An error that the browser has thrown as an exception. */
export interface RefusedError {
  readonly kind: "validation-error" | "out-of-memory-error" | "internal-error";
  readonly message: string;
}

interface Scope {
  readonly filter: string;
  error: RefusedError | null;
}

const FILTERS: Readonly<Record<RefusedError["kind"], GPUErrorFilter>> = {
  "validation-error": "validation",
  "out-of-memory-error": "out-of-memory",
  "internal-error": "internal",
};

/** The scopes of one device. */
export class ErrorScopes {
  readonly #device: GPUDevice;
  readonly #scopes: Scope[] = [];
  /** Who is told of errors that no scope has taken. */
  uncaptured: ((error: RefusedError) => void) | null = null;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  push(filter: GPUErrorFilter): void {
    this.#device.pushErrorScope(filter);
    this.#scopes.push({ filter, error: null });
  }

  /** The error of the innermost scope, which is closed; WebGPU's where ours has none. */
  async pop(): Promise<GPUError | RefusedError | null> {
    const scope = this.#scopes.pop();
    const native = await this.#device.popErrorScope();
    return scope?.error ?? native;
  }

  /** An exception becomes the error of the innermost scope that takes such ones and has none yet. */
  refuse(error: RefusedError): void {
    const scope = this.#scopes.findLast(({ filter }) => filter === FILTERS[error.kind]);
    if (scope) scope.error ??= error;
    else this.uncaptured?.(error);
  }

  /** Calls `make`, whose errors of validation are nobody's business. */
  silently<T>(make: () => T): T {
    this.#device.pushErrorScope("validation");
    try {
      return make();
    } finally {
      // A lost device has no errors.
      this.#device.popErrorScope().catch(() => null);
    }
  }
}

const SCOPES = new WeakMap<GPUDevice, ErrorScopes>();

/** The scopes of a device. */
export function scopesOf(device: GPUDevice): ErrorScopes {
  let scopes = SCOPES.get(device);
  if (!scopes) {
    scopes = new ErrorScopes(device);
    SCOPES.set(device, scopes);
  }
  return scopes;
}
