//! `cargo xtask docs`: the parts of the documents that are made from the code.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;

const DOCUMENT: &str = "docs/deviations.md";
const SOURCE: &str = "wgpu-wasi-backend/src/unsupported.rs";
const BEGIN: &str = "<!-- from unsupported.rs: begin -->\n";
const END: &str = "<!-- from unsupported.rs: end -->\n";

/// Writes the table of what the WIT lacks into the document; with `check`, fails if it is another.
pub(crate) fn run(repo: &Repo, check: bool) -> Result<()> {
    let read = |path: &str| fs::read_to_string(repo.path(path)).with_context(|| path.to_owned());
    let (old, source) = (read(DOCUMENT)?, read(SOURCE)?);
    let rows = rows(&source).with_context(|| SOURCE.to_owned())?;
    let new = replaced(&old, &table(&rows)).with_context(|| DOCUMENT.to_owned())?;
    if new == old {
        println!("{DOCUMENT}: {} rows, as in {SOURCE}", rows.len());
        return Ok(());
    }
    if check {
        bail!("{DOCUMENT} is not what {SOURCE} says: run `cargo xtask docs`");
    }
    fs::write(repo.path(DOCUMENT), new).with_context(|| DOCUMENT.to_owned())?;
    println!("{DOCUMENT}: written, {} rows", rows.len());
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    wgpu: &'a str,
    wit: &'a str,
    answer: &'a str,
    note: &'a str,
}

/// The rows between `table! {` and the `}` at the beginning of a line, each of which is
/// `/// words` and `NAME = "wgpu", "wit", Answer, "note";`, with the name of a feature behind the note or none.
fn rows(source: &str) -> Result<Vec<Row<'_>>> {
    let (_, rest) = source.split_once("\ntable! {\n").context("no `table!` in it")?;
    let (block, _) = rest.split_once("\n}\n").context("no end of `table!` in it")?;
    let lines = block.lines().map(str::trim).filter(|line| !line.starts_with("///"));
    // No comment is left, so all the quotes are those of literals.
    let mut pieces = lines.flat_map(|line| line.split('"')).map(str::trim).filter(|piece| !piece.is_empty());
    let mut found = Vec::new();
    while let Some(name) = pieces.next() {
        let mut next = || pieces.next().with_context(|| format!("the row `{name}` ends early"));
        let (wgpu, comma, wit, answer, note, end) = (next()?, next()?, next()?, next()?, next()?, next()?);
        if !name.ends_with('=') || comma != "," || !end.ends_with(';') {
            bail!("the row `{name}` is not of the expected form");
        }
        found.push(Row { wgpu, wit, answer: answer.trim_matches([',', ' ']), note });
    }
    if found.is_empty() {
        bail!("no rows in its `table!`");
    }
    Ok(found)
}

fn table(rows: &[Row<'_>]) -> String {
    let mut text =
        "| wgpu | what the WIT would need | answer | how, or why |\n|---|---|---|---|\n".to_owned();
    for Row { wgpu, wit, answer, note } in rows {
        let answer = match *answer {
            "Error" => "error",
            "Nothing" => "nothing",
            "Emulated" => "by other calls",
            "Constant" => "a constant",
            other => other,
        };
        text.push_str(&format!("| {wgpu} | {wit} | {answer} | {note} |\n"));
    }
    text
}

fn replaced(document: &str, table: &str) -> Result<String> {
    let (before, rest) = document.split_once(BEGIN).context("no mark where the table begins")?;
    let (_, after) = rest.split_once(END).context("no mark where the table ends")?;
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found() {
        let source = "use x;\n\ntable! {\n    /// Says \"what\".\n    A = \"a, b\", \"c\", Error,\n        \"d; e\";\n    /// W.\n    B_C = \"f\", \"g\", Constant, \"h\", FEATURE;\n}\n\nstruct S;\n";
        let expected = [
            Row { wgpu: "a, b", wit: "c", answer: "Error", note: "d; e" },
            Row { wgpu: "f", wit: "g", answer: "Constant", note: "h" },
        ];
        assert_eq!(rows(source).unwrap(), expected);
        assert!(table(&expected).ends_with("| a, b | c | error | d; e |\n| f | g | a constant | h |\n"));
        assert!(rows("table! {}").is_err());
        assert!(rows("\ntable! {\n    A = \"a\", \"b\";\n}\n").is_err());
    }

    #[test]
    fn the_table_is_replaced() {
        let document = format!("before\n{BEGIN}old\n{END}after\n");
        assert_eq!(replaced(&document, "new\n").unwrap(), format!("before\n{BEGIN}new\n{END}after\n"));
        assert!(replaced("nothing", "new\n").is_err());
    }
}
