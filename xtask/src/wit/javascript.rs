//! What names of the WIT are in JavaScript: what jco calls them, and what WebGPU does.

/// Of `create-buffer`: `createBuffer`.
pub(super) fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &capital(word))
}

/// Of `gpu-buffer`: `GpuBuffer`.
pub(super) fn pascal(name: &str) -> String {
    capital(&camel(name))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The cases of enums that WebGPU spells in another way: a name of the WIT has no word that begins with a digit.
const SPELLINGS: [(&str, &str); 4] =
    [("d1", "1d"), ("d2", "2d"), ("d3", "3d"), ("unorm1010102", "unorm10-10-10-2")];

/// What WebGPU calls a case of an enum.
pub(super) fn webgpu_case(case: &str) -> String {
    if let Some((_, spelling)) = SPELLINGS.iter().find(|(name, _)| *name == case) {
        return (*spelling).to_owned();
    }
    let case = case.replace("sliced3d", "sliced-3d");
    if let Some(rest) = case.strip_prefix("d2-") {
        return format!("2d-{rest}");
    }
    match case.strip_prefix("astc") {
        Some(block) if block.starts_with(|first: char| first.is_ascii_digit()) => format!("astc-{block}"),
        _ => case,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_jco() {
        assert_eq!(camel("max-texture-dimension1-d"), "maxTextureDimension1D");
        assert_eq!(camel("size"), "size");
        assert_eq!(pascal("record-option-gpu-size64"), "RecordOptionGpuSize64");
    }

    #[test]
    fn cases_are_those_of_webgpu() {
        let pairs = [
            ("d2", "2d"),
            ("d2-array", "2d-array"),
            ("astc4x4-unorm-srgb", "astc-4x4-unorm-srgb"),
            ("texture-compression-astc-sliced3d", "texture-compression-astc-sliced-3d"),
            ("unorm1010102", "unorm10-10-10-2"),
            ("depth24plus-stencil8", "depth24plus-stencil8"),
        ];
        for (wit, webgpu) in pairs {
            assert_eq!(webgpu_case(wit), webgpu);
        }
    }
}
