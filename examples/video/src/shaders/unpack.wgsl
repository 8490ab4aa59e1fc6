// Pass 1: the words of the stream to samples from 0 to 1. A word has four samples, or two of them, the first one lowest;
// planes follow each other without a gap, so a word may have samples of two.

@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read_write> samples: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let word = (group.y * params.row + group.x) * 64u + local;
    if word >= arrayLength(&words) {
        return;
    }
    let bits = 32u / params.in_word;
    let packed = words[word];
    for (var i = 0u; i < params.in_word; i++) {
        let at = word * params.in_word + i;
        if at < arrayLength(&samples) {
            samples[at] = f32(extractBits(packed, i * bits, bits)) / params.largest;
        }
    }
}
