//! `cargo xtask docs`: the parts of the documents that are made from the code.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;

const DOCUMENT: &str = "docs/deviations.md";
const BEGIN: &str = "<!-- from unsupported.rs: begin -->\n";
const END: &str = "<!-- from unsupported.rs: end -->\n";

/// The answers of `unsupported.rs`, for people.
macro_rules! answer {
    (Error) => {
        "error"
    };
    (Nothing) => {
        "nothing"
    };
    (Emulated) => {
        "by other calls"
    };
    (Constant) => {
        "a constant"
    };
}

macro_rules! table {
    ($(
        $(#[$doc:meta])* $name:ident =
            $wgpu:literal, $wit:literal, $answer:ident, $note:literal $(, $feature:ident)?;
    )*) => {
        /// What wgpu offers and the WIT lacks, a row for each.
        const ROWS: &[[&str; 4]] = &[$([$wgpu, $wit, answer!($answer), $note],)*];
    };
}

include!("../../wgpu-wasi-backend/src/unsupported/table.rs");

/// Writes the table of what the WIT lacks into the document; with `check`, fails if it is another.
pub(crate) fn run(repo: &Repo, check: bool) -> Result<()> {
    let old = fs::read_to_string(repo.path(DOCUMENT)).context(DOCUMENT)?;
    let new = replaced(&old, &table()).context(DOCUMENT)?;
    if new != old {
        if check {
            bail!("{DOCUMENT} is not what the code says: run `cargo xtask docs`");
        }
        fs::write(repo.path(DOCUMENT), new).context(DOCUMENT)?;
    }
    println!("{DOCUMENT}: {} rows, as in the code", ROWS.len());
    Ok(())
}

fn table() -> String {
    let head = "| wgpu | what the WIT would need | answer | how, or why |\n|---|---|---|---|\n".to_owned();
    head + &ROWS.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect::<String>()
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
    fn the_table_is_replaced() {
        let document = format!("before\n{BEGIN}old\n{END}after\n");
        assert_eq!(replaced(&document, "new\n").unwrap(), format!("before\n{BEGIN}new\n{END}after\n"));
        assert!(replaced("nothing", "new\n").is_err());
    }
}
