// The words of `wgpu-wasi:commands/memory`: `wit/deps/wgpu-wasi-commands-0.2.0/commands.wit` says what each means.

/// The object of the call that follows has this name: name.
const NAME: u32 = 1;
/// `set-pipeline`: name.
const SET_PIPELINE: u32 = 2;
/// `set-bind-group`: index, name or 0, number of dynamic offsets, the offsets.
const SET_BIND_GROUP: u32 = 3;
/// `set-immediates`: range offset, number of words, the words.
const SET_IMMEDIATES: u32 = 4;
/// `dispatch-workgroups`: x, y, z.
const DISPATCH_WORKGROUPS: u32 = 5;
/// `dispatch-workgroups-indirect`: name, offset (low, high).
const DISPATCH_WORKGROUPS_INDIRECT: u32 = 6;
/// `set-index-buffer`: name, format, offset (low, high), size (low, high).
const SET_INDEX_BUFFER: u32 = 7;
/// `set-vertex-buffer`: slot, name or 0, offset (low, high), size (low, high).
const SET_VERTEX_BUFFER: u32 = 8;
/// `draw`: vertex count, instance count, first vertex, first instance.
const DRAW: u32 = 9;
/// `draw-indexed`: index count, instance count, first index, base vertex, first instance.
const DRAW_INDEXED: u32 = 10;
/// `draw-indirect`: name, offset (low, high).
const DRAW_INDIRECT: u32 = 11;
/// `draw-indexed-indirect`: name, offset (low, high).
const DRAW_INDEXED_INDIRECT: u32 = 12;
/// `set-scissor-rect`: x, y, width, height.
const SET_SCISSOR_RECT: u32 = 13;

/// The format `uint16` of an index buffer.
const UINT16: u32 = 0;
/// The format `uint32` of an index buffer.
const UINT32: u32 = 1;
/// The size that is none: up to the end of the buffer.
const NO_SIZE: u64 = u64::MAX;
