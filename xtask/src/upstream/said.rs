//! What an example without a window says, as far as both sides have to say the same.

use std::process::Output;

use anyhow::{Context, Result, bail, ensure};

/// Has the examples log what they have to say, and nothing else: what wgpu logs natively, a component does not.
pub(super) const LOG: (&str, &str) = ("RUST_LOG", "off,wgpu_examples=info");

/// What the logged lines of an example have in them.
const LOGGED: &str = " wgpu_examples";

/// The lines that an example has printed, and those that it has logged. Of lines with one of the words in `chance`, which
/// are others each time, only the word is kept.
pub(super) fn lines(output: &Output, chance: &[&str]) -> Vec<String> {
    let (printed, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut all: Vec<String> = printed.lines().map(str::to_owned).collect();
    let mut logged = false;
    for line in errors.lines() {
        // The lines of a message after its first are indented. What the driver says begins elsewhere.
        logged = if line.starts_with('[') { line.contains(LOGGED) } else { logged && line.starts_with("  ") };
        if logged {
            all.push(line.to_owned());
        }
    }
    for line in &mut all {
        if let Some(word) = chance.iter().find(|word| line.contains(**word)) {
            *line = (*word).to_owned();
        }
    }
    all
}

/// Why a program has ended: the line after "panicked at", or the last one.
pub(super) fn reason(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let mut lines = errors.lines().skip_while(|line| !line.contains("panicked at")).skip(1);
    let line = lines.next().or_else(|| errors.lines().last()).unwrap_or("nothing");
    // Some have all that the host offers in them.
    line.char_indices()
        .nth(100)
        .map_or(line.to_owned(), |(end, _)| format!("{}…", line.get(..end).unwrap_or(line)))
}

/// Checks what `repeated_compute` has logged: how often each number has to be halved, or tripled and one added, until it
/// is 1. The numbers are others each time, so the two sides can't be compared.
pub(super) fn collatz(output: &Output) -> Result<()> {
    let errors = String::from_utf8_lossy(&output.stderr);
    let lists = |before: &str| -> Result<Vec<u32>> {
        let texts = errors.lines().filter_map(|line| line.split_once(before)).map(|(_, list)| list);
        let numbers = texts
            .flat_map(|list| list.split(|sign: char| !sign.is_ascii_digit()).filter(|one| !one.is_empty()));
        numbers.map(|number| number.parse().with_context(|| number.to_owned())).collect()
    };
    let (data, results) = (lists("GPU compute on data")?, lists("Results: ")?);
    ensure!(
        !data.is_empty() && data.len() == results.len(),
        "{} numbers, {} results",
        data.len(),
        results.len()
    );
    for (number, result) in data.into_iter().zip(results) {
        // None that begins below 65,536 comes near 4,294,967,296.
        let next = |now: &u64| (*now > 1).then(|| if now.is_multiple_of(2) { now / 2 } else { 3 * now + 1 });
        let steps = std::iter::successors(Some(u64::from(number)), next).skip(1).count();
        if usize::try_from(result) != Ok(steps) {
            bail!("{number} takes {steps} steps, and not {result}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::ExitStatus;

    use super::*;

    fn output(stdout: &str, stderr: &str) -> Output {
        Output { status: ExitStatus::default(), stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn only_what_the_example_says() {
        let stderr = "WARNING: lavapipe\n[INFO  wgpu_examples::a] one\n    more\n[INFO  wgpu_core] two\n    more\n\
                      [INFO  wgpu_examples::a] took 12 ms\n";
        let said = lines(&output("printed\n", stderr), &["took"]);
        assert_eq!(said, ["printed", "[INFO  wgpu_examples::a] one", "    more", "took"]);
    }

    #[test]
    fn why_it_ended() {
        let stderr = "first\nthread 'main' (1) panicked at a.rs:1:2:\nNo suitable GPU\nnote: run with\n";
        assert_eq!(reason(&output("", stderr)), "No suitable GPU");
        assert_eq!(reason(&output("", "one\nerror: time is up\n")), "error: time is up");
        assert!(reason(&output("", &"ü".repeat(400))).ends_with('…'));
    }

    #[test]
    fn a_wrong_number_of_steps_is_seen() {
        let log = |results: &str| {
            let data = "[INFO  wgpu_examples::r] Beginning GPU compute on data [0, 1, 2, 3].\n";
            output("", &format!("{data}[INFO  wgpu_examples::r] Results: {results}\n"))
        };
        assert!(collatz(&log("[\"0\", \"0\", \"1\", \"7\"]")).is_ok());
        let wrong = collatz(&log("[\"0\", \"0\", \"1\", \"8\"]")).unwrap_err().to_string();
        assert_eq!(wrong, "3 takes 7 steps, and not 8");
        assert!(collatz(&log("[\"0\", \"0\", \"1\"]")).is_err());
        assert!(collatz(&output("", "")).is_err());
    }
}
