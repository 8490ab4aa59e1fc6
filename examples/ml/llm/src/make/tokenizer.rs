//! A tokenizer for models that are made: all bytes, and pairs of letters.

use serde_json::{Map, Value, json};

/// Letters, the frequent ones first.
const LETTERS: &str = "etaoinshrdlucmfwypvbgkjqxz";
/// The token that texts begin with.
const BEGIN: &str = "<s>";

/// As `tokenizer.json` has it: byte-level BPE with `vocabulary` tokens, which are 257 or more.
pub(super) fn make(vocabulary: usize) -> Value {
    let bytes = (0..=255).map(|byte| letter(byte).to_string());
    let letters: Vec<_> = LETTERS.chars().map(String::from).collect();
    let words: Vec<_> = pairs(&letters).map(|(left, right)| left + &right).collect();
    // Pairs of pairs, where pairs are not enough.
    let merges: Vec<_> = pairs(&letters).chain(pairs(&words)).take(vocabulary.saturating_sub(257)).collect();
    let merged = merges.iter().map(|(left, right)| format!("{left}{right}"));
    let tokens = std::iter::once(BEGIN.to_owned()).chain(bytes).chain(merged);
    let ids: Map<_, _> = tokens.zip(0..).map(|(token, id): (_, u32)| (token, json!(id))).collect();
    let byte_level = json!({
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
    });
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [{
            "id": 0, "content": BEGIN, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true,
        }],
        "normalizer": null,
        "pre_tokenizer": byte_level,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": BEGIN, "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {BEGIN: {"id": BEGIN, "ids": [0], "tokens": [BEGIN]}},
        },
        "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
            "vocab": ids,
            "merges": merges,
        },
    })
}

/// Each with each.
fn pairs(words: &[String]) -> impl Iterator<Item = (String, String)> {
    words.iter().flat_map(move |left| words.iter().map(move |right| (left.clone(), right.clone())))
}

/// The letter that stands for a byte in the vocabulary of byte-level BPE: itself where it can be printed, or else one of
/// those from U+0100 on, in their order.
fn letter(byte: u8) -> char {
    let is_printed = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    if is_printed(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|byte| !is_printed(*byte)).count();
    u32::try_from(before).ok().and_then(|before| char::from_u32(0x100 + before)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;
    use tokenizers::Tokenizer;

    use super::make;

    #[test]
    fn every_text_can_be_written_with_it() -> anyhow::Result<()> {
        for vocabulary in [257, 384, 16384] {
            let text = serde_json::to_vec(&make(vocabulary))?;
            let tokenizer = Tokenizer::from_bytes(text).map_err(|error| anyhow!(error))?;
            assert_eq!(tokenizer.get_vocab_size(true), vocabulary);
            let text = "There are 3 whales,\n\tand\0 ein Bär 🐋.";
            let tokens = tokenizer.encode(text, true).map_err(|error| anyhow!(error))?;
            assert_eq!(tokens.get_ids().first(), Some(&0));
            assert_eq!(tokenizer.decode(tokens.get_ids(), true).map_err(|error| anyhow!(error))?, text);
            assert!(vocabulary == 257 || tokens.len() < text.len(), "{vocabulary}: {tokens:?}");
        }
        Ok(())
    }
}
