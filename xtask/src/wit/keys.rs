//! The names of keys as lists in TypeScript: the host in a browser finds those of the W3C in them.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

const HEAD: &str = "\
// Written by `cargo xtask wit` from wit/deps/wgpu-wasi-window-*/keys.wit and wit/deps/wasi-gfx-surface-*/surface.wit. Don't
// edit it.
";

/// The lists for the texts of both files.
pub(super) fn lists(keys: &str, surface: &str) -> Result<String> {
    let mut text = HEAD.to_owned();
    for (says, name, wit, of) in [
        ("The places of keys, `key-code` of `wgpu-wasi:window/keys`.", "KEY_CODES", keys, "key-code"),
        ("What keys mean, `named-key` of the same.", "NAMED_KEYS", keys, "named-key"),
        ("The keys that `wasi-gfx:surface` knows.", "SURFACE_KEYS", surface, "key"),
    ] {
        writeln!(text, "\n/** {says} */\nexport const {name}: readonly string[] = [")?;
        for case in cases(wit, of)? {
            writeln!(text, "  \"{case}\",")?;
        }
        text.push_str("];\n");
    }
    Ok(text)
}

/// The cases of an enum; those that are written with `%` have it not in their names.
fn cases<'a>(wit: &'a str, name: &str) -> Result<Vec<&'a str>> {
    let (_, rest) = wit.split_once(&format!("enum {name} {{")).with_context(|| format!("no enum {name}"))?;
    let (cases, _) = rest.split_once('}').with_context(|| format!("the enum {name} does not end"))?;
    let names = cases.split(',').map(|case| case.trim().trim_start_matches('%'));
    Ok(names.filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::cases;

    #[test]
    fn cases_are_read() {
        let wit = "enum key-code { a }\nenum key {\n  key-a,\n  %f32,\n}";
        assert_eq!(cases(wit, "key").unwrap(), ["key-a", "f32"]);
        assert!(cases(wit, "other").is_err());
    }
}
