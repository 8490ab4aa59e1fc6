//! A program of tests, and one test of it in an instance of its own.

use std::path::PathBuf;

use wasmtime::component::Component;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wgpu_wasi_host::{
    cli::{Options, trap_report},
    command::{Outcome, Runtime, TimedOut},
};

/// What a test may write, in bytes.
const OUTPUT: usize = 64 << 20;

/// A compiled program.
#[derive(Debug)]
pub(super) struct Program {
    options: Options,
    app: PathBuf,
    runtime: Runtime,
    component: Component,
}

/// How a test has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Passed,
    Failed,
    Ignored,
}

/// How a test has ended, and what it wrote.
#[derive(Clone, Debug)]
pub(super) struct TestResult {
    pub(super) verdict: Verdict,
    pub(super) output: String,
}

impl Program {
    pub(super) fn new(options: Options, app: PathBuf) -> wasmtime::Result<Self> {
        let runtime = options.runtime()?;
        let component = options.compile(&runtime, &app)?;
        Ok(Self { options, app, runtime, component })
    }

    /// The tests of the selection.
    pub(super) fn list(&self, selection: &[String]) -> wasmtime::Result<Vec<String>> {
        let mut arguments = vec!["--list".to_owned(), "--format=terse".to_owned()];
        arguments.extend_from_slice(selection);
        let (ended, output) = self.instance(&arguments)?;
        let told = || wasmtime::format_err!("the program did not list its tests\n{output}");
        if !ended.map_err(|error| error.context(told()))?.success {
            return Err(told());
        }
        let name = |line: &str| line.rsplit_once(": ").map(|(name, _)| name.to_owned());
        Ok(output.lines().filter_map(name).collect())
    }

    /// Runs one test; `mode` is about ignored ones.
    pub(super) fn run(&self, name: &str, mode: &[String]) -> TestResult {
        // Not captured in there: what the program holds back is lost when it traps.
        let mut arguments =
            vec!["--exact".to_owned(), "--nocapture".to_owned(), "--test-threads=1".to_owned()];
        arguments.extend_from_slice(mode);
        arguments.extend(["--".to_owned(), name.to_owned()]);
        match self.instance(&arguments) {
            Ok((Ok(outcome), output)) => judge(name, outcome.success, &output),
            Ok((Err(error), output)) => {
                let mut output = own_output(name, &output).to_owned();
                match error.downcast_ref::<TimedOut>() {
                    Some(timed_out) => output.push_str(&format!("error: {timed_out} (--timeout)\n")),
                    None => output.push_str(&trap_report(&error)),
                }
                TestResult { verdict: Verdict::Failed, output }
            }
            Err(error) => TestResult { verdict: Verdict::Failed, output: format!("{error:?}\n") },
        }
    }

    /// Runs the program in a new instance; returns how that ended and what it wrote to stdout and stderr.
    fn instance(&self, arguments: &[String]) -> wasmtime::Result<(wasmtime::Result<Outcome>, String)> {
        let output = MemoryOutputPipe::new(OUTPUT);
        let mut wasi = self.options.wasi(&self.app, arguments)?;
        let wasi = wasi.stdout(output.clone()).stderr(output.clone()).build();
        let gpu = self.options.gpu()?;
        let ended = match self.options.timeout() {
            Some(timeout) => self.runtime.run_for(&self.component, wasi, gpu, timeout),
            None => self.runtime.run(&self.component, wasi, gpu),
        };
        Ok((ended, String::from_utf8_lossy(&output.contents()).into_owned()))
    }
}

/// What libtest says about the one test that it has run.
fn judge(name: &str, success: bool, output: &str) -> TestResult {
    let summary = output.lines().rev().find(|line| line.starts_with("test result: ")).unwrap_or_default();
    let verdict = match success {
        true if summary.contains(" 1 passed;") => Verdict::Passed,
        true if summary.contains(" 1 ignored;") => Verdict::Ignored,
        // A test that ends the program with success has not shown anything.
        _ => Verdict::Failed,
    };
    TestResult { verdict, output: own_output(name, output).to_owned() }
}

/// What the test has written, without what libtest has around it.
fn own_output<'a>(name: &str, output: &'a str) -> &'a str {
    let start = format!("test {name} ... ");
    let own = output.split_once(&start).map_or(output, |(_, own)| own);
    let mut own = own.rsplit_once("\ntest result: ").map_or(own, |(own, _)| own).trim_end_matches('\n');
    // The list of failures stands there twice: with what each has written, and the names alone.
    for _ in 0..2 {
        let list = own.rsplit_once("\nfailures:\n").map(|(before, _)| before);
        match list.or_else(|| own.strip_suffix("\nfailures:")) {
            Some(before) if !own.ends_with("FAILED") => own = before.trim_end_matches('\n'),
            _ => break,
        }
    }
    ["ok", "FAILED"].iter().find_map(|verdict| own.strip_suffix(verdict)).unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_of_libtest() {
        let passed = "\nrunning 1 test\ntest a::b ... hello\nok\n\ntest result: ok. 1 passed; 0 failed; \
                      0 ignored; 0 measured; 3 filtered out; finished in 0.00s\n\n";
        let result = judge("a::b", true, passed);
        assert_eq!((result.verdict, result.output.as_str()), (Verdict::Passed, "hello\n"));

        let failed = "\nrunning 1 test\ntest a ... Error: \"x\"\nFAILED\n\nfailures:\n\nfailures:\n    a\n\n\
                      test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n\n";
        let result = judge("a", false, failed);
        assert_eq!((result.verdict, result.output.as_str()), (Verdict::Failed, "Error: \"x\"\n"));

        let ignored =
            "\nrunning 1 test\ntest a ... ignored\n\ntest result: ok. 0 passed; 0 failed; 1 ignored;\n";
        assert_eq!(judge("a", true, ignored).verdict, Verdict::Ignored);
        assert_eq!(judge("a", true, "\nrunning 1 test\ntest a ... ").verdict, Verdict::Failed);
        assert_eq!(
            own_output("a", "\nrunning 1 test\ntest a ... \nthread panicked at"),
            "\nthread panicked at"
        );
    }
}
