// The commands of `wgpu-wasi:commands/memory`, which `wit/deps/wgpu-wasi-commands-0.2.0/commands.wit` defines: for each
// the word that says which it is, the call of `wasi:webgpu` that it stands for, and its operands in their order. Both
// kinds of passes have a command, or one of them.
//
// Kinds of operands:
// `word`: a number.
// `signed`: a number, as two's complement.
// `name`: of a pipeline, a bind group or a buffer; 0 where there is none.
// `offset`: of a byte in a buffer, as two words, the low one first.
// `size`: the same; `NO_SIZE` is none.
// `format`: `UINT16` or `UINT32`.
// `list`: the number of words, and the words.
macro_rules! commands {
    ($expand:ident) => {
        $expand! {
            both {
                2 SetPipeline "set-pipeline" { name: name }
                3 SetBindGroup "set-bind-group" { index: word, name: name, dynamic_offsets: list }
                4 SetImmediates "set-immediates" { range_offset: word, words: list }
            }
            compute {
                5 DispatchWorkgroups "dispatch-workgroups" { x: word, y: word, z: word }
                6 DispatchWorkgroupsIndirect "dispatch-workgroups-indirect" { name: name, offset: offset }
            }
            render {
                7 SetIndexBuffer "set-index-buffer" { name: name, format: format, offset: offset, size: size }
                8 SetVertexBuffer "set-vertex-buffer" { slot: word, name: name, offset: offset, size: size }
                9 Draw "draw" { vertex_count: word, instance_count: word, first_vertex: word, first_instance: word }
                10 DrawIndexed "draw-indexed" { index_count: word, instance_count: word, first_index: word, base_vertex: signed, first_instance: word }
                11 DrawIndirect "draw-indirect" { name: name, offset: offset }
                12 DrawIndexedIndirect "draw-indexed-indirect" { name: name, offset: offset }
                13 SetScissorRect "set-scissor-rect" { x: word, y: word, width: word, height: word }
            }
        }
    };
}

/// The command that stands for no call: the object of the call that follows has this name.
const NAME: u32 = 1;

/// The format `uint16` of an index buffer.
const UINT16: u32 = 0;
/// The format `uint32` of an index buffer.
const UINT32: u32 = 1;
/// The size that is none: up to the end of the buffer.
const NO_SIZE: u64 = u64::MAX;
