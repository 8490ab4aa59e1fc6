//! The directives at the start of WGSL, and its tokens as far as those need them.

use std::{borrow::Cow, ops::Range};

/// `code` without `subgroups` in its `enable` directives.
///
/// WGSL that uses subgroups has to say `enable subgroups;`, and naga refuses the very directive: it goes
/// by the feature of the device instead, so it is called only for a device that has it. What is taken out
/// becomes spaces, so that every other place in the code stays where it is.
/// <https://www.w3.org/TR/WGSL/#extension-subgroups>
pub(crate) fn without_enable_subgroups(code: &str) -> Cow<'_, str> {
    let mut blanks = Vec::new();
    let mut tokens = Tokens { code, at: 0 };
    // Directives stand before everything else: https://www.w3.org/TR/WGSL/#directives
    while let Some(keyword) = tokens.next() {
        match code.get(keyword.clone()) {
            Some("enable") => match enable_directive(&mut tokens, keyword) {
                Some(directive) => blanks.extend(directive),
                None => break,
            },
            Some("requires" | "diagnostic") if tokens.any(|token| code.get(token) == Some(";")) => {}
            Some(_) | None => break,
        }
    }
    if blanks.is_empty() {
        return Cow::Borrowed(code);
    }
    let mut text = String::with_capacity(code.len());
    let mut at = 0;
    for blank in blanks {
        text.extend(code.get(at..blank.start));
        text.extend(blank.clone().map(|_| ' '));
        at = blank.end;
    }
    text.extend(code.get(at..));
    Cow::Owned(text)
}

/// Reads the rest of an `enable` directive and returns the tokens of it that must go, in order; `None` when
/// it is not a whole directive, which is for the parser to say.
fn enable_directive(tokens: &mut Tokens<'_>, keyword: Range<usize>) -> Option<Vec<Range<usize>>> {
    let code = tokens.code;
    // Each name with the comma behind it.
    let mut names: Vec<(Range<usize>, Option<Range<usize>>)> = Vec::new();
    let semicolon = loop {
        let token = tokens.next()?;
        match code.get(token.clone())? {
            ";" => break token,
            "," => names.last_mut()?.1 = Some(token),
            _ => names.push((token, None)),
        }
    };
    let is_subgroups = |name: &Range<usize>| code.get(name.clone()) == Some("subgroups");
    let Some(first) = names.iter().position(|(name, _)| is_subgroups(name)) else { return Some(Vec::new()) };
    let Some(last_kept) = names.iter().rposition(|(name, _)| !is_subgroups(name)) else {
        let names = names.into_iter().flat_map(|(name, comma)| [Some(name), comma]).flatten();
        return Some([keyword].into_iter().chain(names).chain([semicolon]).collect());
    };
    let mut blanks = Vec::new();
    for (index, (name, comma)) in names.into_iter().enumerate() {
        if is_subgroups(&name) {
            blanks.push(name);
            blanks.extend(comma);
        } else if index == last_kept && first > last_kept {
            // What followed its comma is gone.
            blanks.extend(comma);
        }
    }
    Some(blanks)
}

/// The tokens of WGSL as far as directives need them: words, and single other characters. Blankspace and
/// comments are no tokens: <https://www.w3.org/TR/WGSL/#blankspace-and-line-breaks>
pub(crate) struct Tokens<'a> {
    pub(crate) code: &'a str,
    pub(crate) at: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.skip_trivia()?;
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let length = if word > 0 { word } else { rest.chars().next()?.len_utf8() };
        let token = self.at..self.at + length;
        self.at = token.end;
        Some(token)
    }
}

impl<'a> Tokens<'a> {
    /// Goes past blankspace and comments; what follows, if anything does.
    fn skip_trivia(&mut self) -> Option<&'a str> {
        loop {
            let rest = self.code.get(self.at..)?;
            let first = rest.chars().next()?;
            self.at += if is_blankspace(first) {
                first.len_utf8()
            } else if rest.starts_with("//") {
                rest.find(is_line_break).unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                block_comment(rest)
            } else {
                return Some(rest);
            };
        }
    }
}

/// Bytes of the block comment, which may hold others, at the start of `text`.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth = depth.saturating_sub(1);
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blankspace(c: char) -> bool {
    is_line_break(c) || matches!(c, ' ' | '\t' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enable_subgroups_becomes_spaces() {
        for (code, expected) in [
            ("enable subgroups;", "                 "),
            ("enable subgroups;fn f() {}", "                 fn f() {}"),
            ("enable f16, subgroups;\nfn f() {}", "enable f16           ;\nfn f() {}"),
            ("enable subgroups, f16;", "enable            f16;"),
            ("enable f16, subgroups, clip_distances;", "enable f16,            clip_distances;"),
            ("enable f16, subgroups,;", "enable f16            ;"),
            ("enable subgroups,;", "                  "),
            ("enable subgroups, subgroups;", "                            "),
            ("enable f16;\nenable subgroups;", "enable f16;\n                 "),
            (
                "diagnostic(off, a.b);requires x;enable subgroups;",
                "diagnostic(off, a.b);requires x;                 ",
            ),
            (
                "// enable f16;\n/* a /* b */ ; */enable/**/subgroups // no\n;",
                "// enable f16;\n/* a /* b */ ; */      /**/          // no\n ",
            ),
            ("\u{2028}// é\u{85}enable subgroups;", "\u{2028}// é\u{85}                 "),
        ] {
            let text = without_enable_subgroups(code);
            assert_eq!(text, expected);
            assert_eq!(text.len(), code.len());
        }
    }

    #[test]
    fn other_code_stays_as_it_is() {
        for code in [
            "",
            "enable",
            "enable subgroups",
            "enable f16;",
            "enable ,subgroups;",
            "enable subgroups_f16;",
            "// enable subgroups;",
            "/* enable subgroups; */",
            "/* open /* enable subgroups; */",
            "fn f() {} enable subgroups;",
            "; enable subgroups;",
            "requires x enable subgroups",
            "const enable = 1;",
        ] {
            assert!(matches!(without_enable_subgroups(code), Cow::Borrowed(text) if text == code), "{code}");
        }
    }
}
