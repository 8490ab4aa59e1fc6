// `gpu-error` — https://www.w3.org/TR/webgpu/#gpuerror
import type { RefusedError } from "../device/scopes.js";
import type { Natives } from "../wit/classes.js";

function kind(error: GPUError | RefusedError): RefusedError["kind"] {
  if ("kind" in error) return error.kind;
  switch (error.constructor.name) {
    case "GPUOutOfMemoryError":
      return "out-of-memory-error";
    case "GPUInternalError":
      return "internal-error";
    default:
      return "validation-error";
  }
}

export const natives: Natives = { "gpu-error.kind": kind };
