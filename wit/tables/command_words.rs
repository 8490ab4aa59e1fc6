// The words of `wgpu-wasi:commands/memory`: `wit/deps/wgpu-wasi-commands-0.1.0/commands.wit` says what each means.

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
