/**
 * Runs wgpu-wasi's components in a browser.
 *
 * @packageDocumentation
 */
export type { CoreExports } from "./commands/memory.js";
export { missing, type Surroundings } from "./missing.js";
export type { Files, OnFile } from "./run/files.js";
export { type RunOptions, type RunResult, run } from "./run/run.js";
export { createWebgpu, INTERFACE, type Webgpu, type WebgpuOptions } from "./webgpu.js";
export type { WindowConnection, WindowSystem } from "./windows/protocol.js";
