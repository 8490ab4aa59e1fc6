//! The command line.

use crate::Result;

const HELP: &str = "\
wgpu-wasi-bench [--only NAME]… [--quick] [--repetitions N] [--gpu-seconds S]
  --only NAME      only rows whose name starts with NAME
  --quick          few repetitions: shows that it works, not how fast
  --repetitions N  so many of each row, however long they take
  --gpu-seconds S  how long one run of the GPU-bound kernel takes (default 0.5)";

/// What to measure, and how long.
#[derive(Debug, PartialEq)]
pub(crate) struct Options {
    only: Vec<String>,
    /// Few repetitions.
    pub(crate) quick: bool,
    /// How many repetitions; without it, as many as fit into a while.
    pub(crate) repetitions: Option<usize>,
    /// How long one run of the GPU-bound kernel takes.
    pub(crate) gpu_seconds: f64,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self { only: Vec::new(), quick: false, repetitions: None, gpu_seconds: 0.5 };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value\n{HELP}"));
            match argument.as_str() {
                "--only" => options.only.push(value()?),
                "--quick" => options.quick = true,
                "--repetitions" => options.repetitions = Some(value()?.parse()?),
                "--gpu-seconds" => options.gpu_seconds = value()?.parse()?,
                _ => return Err(format!("unknown argument {argument}\n{HELP}").into()),
            }
        }
        if options.quick {
            options.gpu_seconds = options.gpu_seconds.min(0.1);
        }
        Ok(options)
    }

    /// Whether a row is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| name.starts_with(only.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn rows_are_picked_by_the_start_of_their_name() {
        let options = parse("--only record --only upload/4KiB").unwrap();
        assert!(options.wants("record/dispatch") && options.wants("upload/4KiB"));
        assert!(!options.wants("upload/1MiB"));
        assert!(parse("").unwrap().wants("submit"));
    }

    #[test]
    fn mistakes_are_told() {
        assert!(parse("--only").is_err());
        assert!(parse("--fast").is_err());
    }
}
