//! The lines of libtest.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use super::{
    Libtest,
    instance::{TestResult, Verdict},
};

/// libtest's own exit status when a test has failed.
const FAILED: u8 = 101;

/// What has been told so far.
#[derive(Debug)]
pub(super) struct Report {
    quiet: bool,
    nocapture: bool,
    show_output: bool,
    passed: usize,
    ignored: usize,
    /// Name and output of tests whose output is told at the end.
    successes: Vec<(String, String)>,
    failures: Vec<(String, String)>,
}

impl Report {
    pub(super) fn begin(libtest: &Libtest, count: usize) -> Self {
        let plural = if count == 1 { "" } else { "s" };
        tell(&format!("\nrunning {count} test{plural}\n"));
        Self {
            quiet: libtest.quiet,
            nocapture: libtest.nocapture,
            show_output: libtest.show_output,
            passed: 0,
            ignored: 0,
            successes: Vec::new(),
            failures: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, name: &str, result: TestResult) {
        let TestResult { verdict, output } = result;
        let (word, letter) = match verdict {
            Verdict::Passed => ("ok", "."),
            Verdict::Failed => ("FAILED", "F"),
            Verdict::Ignored => ("ignored", "i"),
        };
        if self.nocapture && verdict != Verdict::Ignored {
            tell(&output);
        }
        tell(&if self.quiet { letter.to_owned() } else { format!("test {name} ... {word}\n") });
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Ignored => self.ignored += 1,
            Verdict::Failed => {}
        }
        match verdict {
            Verdict::Failed => self.failures.push((name.to_owned(), output)),
            Verdict::Passed if self.show_output => self.successes.push((name.to_owned(), output)),
            Verdict::Passed | Verdict::Ignored => {}
        }
    }

    pub(super) fn end(mut self, filtered: usize, time: Duration) -> ExitCode {
        if self.quiet {
            tell("\n");
        }
        self.successes.sort();
        self.failures.sort();
        tell(&section("successes", &self.successes, !self.nocapture));
        tell(&section("failures", &self.failures, !self.nocapture));
        let verdict = if self.failures.is_empty() { "ok" } else { "FAILED" };
        tell(&format!(
            "\ntest result: {verdict}. {} passed; {} failed; {} ignored; 0 measured; {filtered} filtered out; \
             finished in {:.2}s\n\n",
            self.passed,
            self.failures.len(),
            self.ignored,
            time.as_secs_f64()
        ));
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
    }
}

/// The outputs of some tests, and their names again.
fn section(title: &str, tests: &[(String, String)], outputs: bool) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{title}:\n");
    for (name, output) in tests.iter().filter(|(_, output)| outputs && !output.trim().is_empty()) {
        text.push_str(&format!("\n---- {name} stdout ----\n{}\n", output.trim_matches('\n')));
    }
    text.push_str(&format!("\n\n{title}:\n"));
    for (name, _) in tests {
        text.push_str(&format!("    {name}\n"));
    }
    text
}

fn tell(text: &str) {
    let mut out = io::stdout().lock();
    // Nobody may be left to read; the exit status tells all the same.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
