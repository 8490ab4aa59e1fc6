//! `cargo xtask bench instructions`: how many instructions the processor executes for a command, natively and in a
//! component. Times depend on what else a machine does; these do not.
//!
//! valgrind counts all that a process executes, on all of its threads: the host's own thread, which replays what a component
//! records, is in it. So each side runs twice, with few repetitions and with more, and the difference is theirs.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;
use xshell::{Shell, cmd};

use super::{programs::Programs, report::digits};
use crate::repo::{Repo, in_path};

/// What is counted.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Only the row of this name; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

/// Rows that are the processor's alone, in which no thread waits for another in a loop.
const ROWS: [&str; 6] = [
    "record/dispatch",
    "record/set_bind_group",
    "record/set_pipeline",
    "record/draw",
    "record/set_vertex_buffer",
    "create_buffer",
];

/// Repetitions of the two runs.
const FEW: u32 = 2;
const MORE: u32 = 6;

/// What valgrind calls the instructions in its last lines.
const COLLECTED: &str = "Collected : ";

/// Counts, and prints the table.
pub(super) fn run(repo: &Repo, options: &Options) -> Result<()> {
    ensure!(
        in_path("valgrind"),
        "valgrind counts the instructions, and is not here: install it (`apt-get install valgrind`)"
    );
    let programs = Programs::build(repo)?;
    let mut table = Table::new();
    table.load_preset(presets::ASCII_MARKDOWN);
    table.set_header(["instructions", "native", "component", "ratio"]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let named: Vec<_> = options.only.iter().map(String::as_str).collect();
    for name in if named.is_empty() { ROWS.as_slice() } else { &named } {
        println!("bench: counting {name}");
        let [native, component] =
            programs.bench_commands().map(|command| instructions(&repo.sh, &command, name));
        let (native, component) = (native?, component?);
        table.add_row([
            (*name).to_owned(),
            digits(native),
            digits(component),
            format!("{:.2}", native / component),
        ]);
    }
    println!("\n{table}\nratio: native against component; 1 is as few, below 1 the component executes more");
    Ok(())
}

/// Instructions for one of the things that a row's repetition does.
fn instructions(sh: &Shell, command: &[&Path], name: &str) -> Result<f64> {
    // Unwatched: a component is compiled now, and kept.
    let (program, rest) = command.split_first().context("a program")?;
    let text = cmd!(sh, "{program} {rest...} --only {name} --repetitions 1").quiet().read()?;
    let per = per(&text, name)?;
    let count = |repetitions: u32| {
        let repetitions = repetitions.to_string();
        let watched = cmd!(
            sh,
            "valgrind --tool=callgrind --callgrind-out-file=/dev/null {command...} --only {name} --repetitions {repetitions}"
        );
        let output = watched.quiet().output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        collected(&said).with_context(|| format!("valgrind said of {name}:\n{said}"))
    };
    let (few, more) = (count(FEW)?, count(MORE)?);
    Ok((more - few) / f64::from(MORE - FEW) / per)
}

/// How many things a row's repetition does, as the program says.
fn per(text: &str, name: &str) -> Result<f64> {
    let rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut rows = rows.filter(|row| row.get("name").and_then(Value::as_str) == Some(name));
    let row = rows.next().with_context(|| format!("the benchmark program has no row {name}"))?;
    row.get("per").and_then(Value::as_f64).with_context(|| format!("{name} does not say of how many it is"))
}

/// What valgrind counted.
fn collected(said: &str) -> Result<f64> {
    let number = said.lines().find_map(|line| line.split_once(COLLECTED).map(|(_, number)| number.trim()));
    Ok(number.context("no count")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read() {
        let said = "==17== Events    : Ir\n==17== Collected : 123456\n==17== \n";
        assert_eq!(collected(said).unwrap(), 123_456.0);
        assert!(collected("==17== Killed").is_err());
        let rows = "{\"adapter\":\"a GPU\"}\n{\"name\":\"record/draw\",\"unit\":\"ns\",\"value\":10,\"per\":10000}\n";
        assert_eq!(per(rows, "record/draw").unwrap(), 10_000.0);
        assert!(per(rows, "record/dispatch").is_err());
    }
}
