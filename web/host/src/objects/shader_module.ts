// `gpu-shader-module` — peer: host/src/objects/shader_module.rs — https://www.w3.org/TR/webgpu/#gpushadermodule

/** What WGSL has of subgroups: https://www.w3.org/TR/WGSL/#subgroup-builtin-functions */
const SUBGROUPS = /\b(subgroup[A-Z]\w*|quad(Broadcast|Swap(X|Y|Diagonal)))\s*[(<]|@builtin\(\s*subgroup_/;
const ENABLED = /\benable\b[^;]*\bsubgroups\b/;

/**
 * The program's WGSL as a browser takes it. wgpu's shader compiler refuses the line `enable subgroups;`, so programs have it
 * not; browsers demand it. It goes in front of the first line, so that errors name the lines of the program.
 */
export function asBrowsersTakeIt(code: string, features: GPUSupportedFeatures): string {
  const lacks = features.has("subgroups") && SUBGROUPS.test(code) && !ENABLED.test(code);
  return lacks ? `enable subgroups; ${code}` : code;
}

export function createShaderModule(device: GPUDevice, descriptor: GPUShaderModuleDescriptor): GPUShaderModule {
  return device.createShaderModule({ ...descriptor, code: asBrowsersTakeIt(descriptor.code, device.features) });
}
