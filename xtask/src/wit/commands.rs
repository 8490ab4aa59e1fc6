//! The table of commands in a guest's memory as TypeScript, by which the host in a browser reads them.

use std::fmt::Write as _;

use super::javascript::camel;

#[allow(dead_code, reason = "the file is for the backend and the host, too")]
mod table {
    include!("../../../wit/tables/commands.rs");

    pub(super) struct Row {
        pub(super) word: u32,
        pub(super) call: &'static str,
        pub(super) operands: &'static [(&'static str, &'static str)],
    }

    macro_rules! rows {
        ($($of:ident {
            $($word:literal $Command:ident $call:literal { $($operand:ident: $kind:ident),+ })+
        })+) => {
            &[$((stringify!($of), &[$(Row {
                word: $word,
                call: $call,
                operands: &[$((stringify!($operand), stringify!($kind))),+],
            }),+])),+]
        };
    }

    /// The rows of the table, by the passes that have them.
    pub(super) const ROWS: &[(&str, &[Row])] = commands!(rows);

    pub(super) const NAME_WORD: u32 = NAME;
}

use table::{NAME_WORD, ROWS, Row};

/// The commands whose object may be none, for which the name is 0.
const WITHOUT_OBJECT: [&str; 2] = ["set-bind-group", "set-vertex-buffer"];

const HEAD: &str = "// Written by `cargo xtask wit` from wit/tables/commands.rs. Don't edit it.

import { cutShort, format, malformed, name, named, namedOrNull, offset, setImmediates, size } from \"../commands/words.js\";

type Named = readonly (object | undefined)[];
";

/// The functions that do what words say with the encoder of a pass.
pub(super) fn decoder() -> String {
    let mut text = HEAD.to_owned();
    for (kind, encoder) in [("compute", "GPUComputePassEncoder"), ("render", "GPURenderPassEncoder")] {
        let function = camel(&format!("do-{kind}-commands"));
        let _ = write!(
            text,
            "
/** Does the commands in `words` from `at` to `end` with the encoder of a {kind} pass; returns the name at their end, or 0. */
export function {function}(encoder: {encoder}, words: Uint32Array, at: number, end: number, names: Named): number {{
  while (at < end) {{
    switch (words[at]) {{
      case {NAME_WORD}:
        return name(words, at, end);
"
        );
        let of_both = |(of, _): &&(&str, &[Row])| *of == "both" || *of == kind;
        for row in ROWS.iter().filter(of_both).flat_map(|(_, rows)| *rows) {
            text += &case(row);
        }
        text += "      default:\n        malformed(`${words[at]} is no command of a ";
        text += kind;
        text += " pass`);\n    }\n  }\n  return 0;\n}\n";
    }
    text
}

/// The case of one command.
fn case(row: &Row) -> String {
    let mut words = 1;
    let mut arguments = Vec::new();
    let mut list = None;
    for (_, kind) in row.operands {
        let word = |after: u32| format!("words[at + {}]", words + after);
        let (length, argument) = match *kind {
            "word" => (1, word(0)),
            "signed" => (1, format!("{} | 0", word(0))),
            "name" if WITHOUT_OBJECT.contains(&row.call) => (1, format!("namedOrNull(names, {})", word(0))),
            "name" => (1, format!("named(names, {})", word(0))),
            "offset" => (2, format!("offset({}, {})", word(0), word(1))),
            "size" => (2, format!("size({}, {})", word(0), word(1))),
            "format" => (1, format!("format({})", word(0))),
            // The last operand: a part of the memory itself.
            _ => {
                list = Some(word(0));
                (1, format!("words, at + {}, {}", words + 1, word(0)))
            }
        };
        words += length;
        arguments.push(argument);
    }
    let mut text = format!("      case {}:\n        if (at + {words} > end", row.word);
    if let Some(length) = &list {
        let _ = write!(text, " || at + {words} + {length} > end");
    }
    let (method, arguments) = (camel(row.call), arguments.join(", "));
    // Not every browser has it.
    let call = if row.call == "set-immediates" {
        format!("{method}(encoder, {arguments})")
    } else {
        format!("encoder.{method}({arguments})")
    };
    let advance = list.map_or_else(|| words.to_string(), |length| format!("{words} + {length}"));
    let _ = write!(text, ") cutShort();\n        {call};\n        at += {advance};\n        break;\n");
    text
}

#[cfg(test)]
mod tests {
    use super::{ROWS, decoder};

    #[test]
    fn each_pass_has_its_commands_and_those_of_both() {
        let text = decoder();
        let (compute, render) = text.split_once("doRenderCommands").unwrap();
        for (of, rows) in ROWS {
            for row in *rows {
                let case = format!("      case {}:\n", row.word);
                assert_eq!(compute.contains(&case), *of != "render", "{}", row.call);
                assert_eq!(render.contains(&case), *of != "compute", "{}", row.call);
            }
        }
        assert!(render.contains("encoder.drawIndexed(words[at + 1], words[at + 2], words[at + 3], words[at + 4] | 0, words[at + 5]);"));
        assert!(compute.contains("if (at + 4 > end || at + 4 + words[at + 3] > end) cutShort();"));
    }
}
