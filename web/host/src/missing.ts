// What a browser lacks, in words for a person.

const SWITCHES =
  "On Linux, Chrome has to be started with --enable-unsafe-webgpu on some machines, and Firefox needs " +
  "dom.webgpu.enabled in about:config to be true.";

/** What is looked at: the globals of a page or a worker. */
export interface Surroundings {
  readonly isSecureContext?: boolean;
  readonly navigator?: { readonly gpu?: Pick<GPU, "requestAdapter"> };
  readonly WebAssembly?: object;
}

/**
 * What this browser lacks to run a program, and what to do about it; null when nothing is missing. To be asked before
 * anything is loaded.
 */
export async function missing(scope: Surroundings = globalThis as Surroundings): Promise<string | null> {
  if (!scope.isSecureContext) {
    return "This page has to come from https or from localhost: browsers have WebGPU on such pages only.";
  }
  if (!("Suspending" in (scope.WebAssembly ?? {}))) {
    return (
      "This browser can't suspend WebAssembly (JSPI), which programs need to wait for the GPU. " +
      "Chrome and Edge can from version 137 on, Firefox from 153 on."
    );
  }
  const gpu = scope.navigator?.gpu;
  if (!gpu) return `This browser has no WebGPU, or it is switched off. ${SWITCHES}`;
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter) return null;
  return (
    "WebGPU finds no GPU here. Its driver may be on the browser's blocklist, or hardware acceleration is switched off " +
    `in the browser's settings; chrome://gpu and about:support say more. ${SWITCHES}`
  );
}
