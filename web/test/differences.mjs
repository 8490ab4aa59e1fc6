// What the project's test cases find in a browser that the same component does not find in `wgpu-wasi run`. One that is not
// listed fails its test, and so does one that is listed and does not occur. docs/deviations.md says the same to users.

/** Both browsers. */
const BOTH = ["chromium", "firefox"];

/** What is done while a pass is open, in a case about that. */
const OPEN = ["submit", "forgotten, submit", "a second one", "first first, finish", "a copy meanwhile, finish"];
const MISPLACED = ["a debug group", "a second one, end", "first first, end of the second"];

/** Cases that take long: a part of the list that `--browsers all` adds. */
export const SLOW = [
  "bind_group_made_again",
  "buffer_made_and_dropped",
  "buffer_read_back_300_mib",
  "buffer_unwritten",
  "buffer_upload_300_mib",
  "callbacks_ring",
  "queue_submit_refused_in_part",
  "render_blend",
  "render_vertex_formats",
  "texture_formats",
  "texture_unwritten",
];

/** Cases that no page runs, with the reason. */
export const LEFT_OUT = {
  callbacks_chain: "50,000 waits, each a turn of the browser's loop: minutes in Chromium, more than an hour in Firefox",
  device_limits_lowered:
    "a device of a browser has the default limits at least: the case's largest dispatch is four billion workgroups",
};

/**
 * The list: for each reason the cases, with the entries of their reports that differ: those that begin so. "" is every
 * entry, and stands for a run that makes no report.
 */
export const DIFFERENCES = [
  {
    browsers: ["chromium"],
    reason: "features and limits are those of SwiftShader in Chromium, and not those of lavapipe",
    cases: {
      adapter_features: ["Features"],
      adapter_info: ["name", "subgroup m"],
      adapter_limits: ["adapter: m", "device: max_immediate_size"],
      compute_pass_immediates: ["limit"],
      device_features: ["Features"],
      device_limits: ["storage b", "buffer", "bind groups", "texture", "alignment"],
      device_refused: ["Features"],
      instance_wgsl_language_features: ["unrestricted_pointer_parameters", "pointer_composite_access"],
      render_dual_source: ["supported", "Src1"],
      render_primitive_index: ["Features"],
      shader_module_f16: ["supported", "found"],
      texture_formats: ["Etc2Rgb8Unorm"],
    },
  },
  {
    browsers: ["firefox"],
    reason: "features and limits are those that Firefox passes on, which are fewer than lavapipe's",
    cases: {
      adapter_features: ["Features"],
      adapter_limits: ["adapter: max_"],
      compute_pass_immediates: ["supported", "limit"],
      device_features: ["Features"],
      device_limits: ["buffer"],
      device_refused: ["bind groups"],
      invalid_strict_compliance: [
        "as ever, immediates",
        "as ever, features",
        "strictly, immediates",
        "strictly, features",
      ],
      render_dual_source: ["supported", "Src1"],
      render_primitive_index: ["Features"],
      shader_module_subgroups: ["supported", "granted"],
    },
  },
  {
    browsers: ["firefox"],
    reason: "Firefox tells nothing of its adapter, so that it has WebGPU's widest range of subgroup sizes",
    cases: { adapter_info: ["name", "subgroup m"] },
  },
  {
    browsers: BOTH,
    reason: "wgpu has an error for what WebGPU allows: unmapping what is not mapped",
    cases: { buffer_read_unmapped: ["unmap again"] },
  },
  {
    browsers: BOTH,
    reason: "WebGPU unmaps the buffers of a device that is destroyed; wgpu does not",
    cases: { device_destroy: ["still mapped"] },
  },
  {
    browsers: ["chromium"],
    reason: "immediates are a feature of wgpu's and none of WebGPU's, so that Chromium has them unasked",
    cases: { invalid_missing_features: ["immediates without the feature"] },
  },
  {
    browsers: ["firefox"],
    reason: "in Firefox, the errors of invalid objects do not name them",
    cases: { device_labels_in_errors: ["names the shader", "names the texture"] },
  },
  {
    browsers: ["firefox"],
    reason: "what is far too large is out of memory to Firefox, and a validation error to WebGPU",
    cases: { invalid_buffer_usage: ["far over the limit"], invalid_texture: ["absurdly wide"] },
  },
  {
    browsers: ["firefox"],
    reason: "Firefox lets an encoder have two passes at a time, and be used and finished while one is open",
    cases: {
      invalid_compute_pass: ["two passes at a time"],
      invalid_pass_after_finish: ["compute: ", "render: "].flatMap((pass) => OPEN.map((entry) => pass + entry)),
    },
  },
  {
    browsers: ["chromium"],
    reason:
      "to wgpu, what uses something destroyed is an error at once; WebGPU and Chromium have it when it is submitted",
    cases: {
      bind_group_made_again: ["destroyed, "],
      invalid_bind_group: ["destroyed buffer"],
      invalid_texture_view: ["view of a destroyed texture"],
    },
  },
  {
    browsers: ["chromium"],
    reason: "WebGPU allows a query set without queries; wgpu does not",
    cases: { invalid_in_words: ["query set, none"], invalid_query_set: ["no queries"] },
  },
  {
    browsers: ["chromium"],
    reason: "the errors of a pass whose encoder is finished, or has another pass, come with other calls",
    cases: {
      invalid_pass_after_finish: ["compute: ", "render: "].flatMap((pass) => MISPLACED.map((entry) => pass + entry)),
    },
  },
  {
    browsers: ["chromium"],
    reason: "messages of shaders are those of Tint: other words, other places, and more of them",
    cases: {
      invalid_shader_module: ["recursion, lines", "binding twice, lines", "zero byte, lines"],
      shader_module_compilation_info: ["syntax: ", "name: ", "type: ", "validation"],
    },
  },
  {
    browsers: ["chromium"],
    reason: "SwiftShader computes with less precision than the case demands",
    cases: { compute_fft: [""] },
  },
  {
    browsers: ["chromium"],
    reason: "SwiftShader rounds otherwise: in filters, blending, the edges of triangles, samples, and functions",
    cases: {
      bind_group_sampler: ["ClampToEdge Linear", "Repeat Linear", "MirrorRepeat Nearest"],
      compute_mandelbrot: ["image"],
      render_blend: [""],
      render_multisample: ["all samples", "two samples", "alpha to coverage"],
      render_textured: ["between levels", "anisotropic"],
      render_triangle: ["Ccw"],
      shader_module_arithmetic: ["floats"],
      texture_views: ["found"],
      util_texture_blitter: ["Nearest", "Linear"],
    },
  },
  {
    browsers: ["chromium"],
    reason: "SwiftShader copies parts of textures with three dimensions wrongly",
    cases: { command_encoder_copy_texture_to_texture: ["volume"] },
  },
  {
    browsers: ["chromium"],
    reason: "SwiftShader makes numbers of vertices that are no numbers",
    cases: { render_vertex_formats: ["Float16"] },
  },
];

/** What is wrong with the differences of a case: those that are not listed, and those that are listed and not there. */
export function judge(browser, name, found, list = DIFFERENCES) {
  const here = list.filter(({ browsers, cases }) => browsers.includes(browser) && name in cases);
  const listed = here.flatMap(({ cases, reason }) => cases[name].map((entry) => ({ entry, reason })));
  const news = found
    .filter(([entry]) => !listed.some((known) => entry.startsWith(known.entry)))
    .map(([entry, what]) => `${entry}: ${what}`);
  const gone = listed
    .filter((known) => !found.some(([entry]) => entry.startsWith(known.entry)))
    .map(({ entry, reason }) => `"${entry}" is listed as different (${reason}), and is the same: take it off the list`);
  return [...news, ...gone];
}
