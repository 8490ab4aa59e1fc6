//! `cargo xtask video`: streams of pictures go through `examples/video` between two pipes, natively and as a component,
//! and come out the same.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::cmd;

use crate::{
    artifacts::{self, EXAMPLES, RELEASE},
    repo::Repo,
    setup,
};

/// First lines of the streams: planes of every kind, odd sizes, more than 8 bits, and one larger than any pipe.
const STREAMS: [&str; 7] = [
    "W640 H360 F24:1 C420jpeg",
    "W321 H181 F30000:1001 A1:1 C420mpeg2 XCOLORRANGE=FULL",
    "W160 H90 C411",
    "W97 H55 C422",
    "W64 H48 C444",
    "W75 H41 Cmono",
    "W131 H73 C420p10",
];

/// Builds everything, and compares.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let host = artifacts::build_host(repo, RELEASE)?;
    compare(repo, &host)
}

/// Sends the streams through both programs, and one that is cut off in its last frame.
pub(crate) fn compare(repo: &Repo, host: &Path) -> Result<()> {
    let [native, component] = artifacts::build_both(repo, EXAMPLES, "video")?;
    let sh = &repo.sh;
    println!();
    for line in STREAMS {
        let stream = cmd!(sh, "{native} --make-sample {line} --frames 10").output()?.stdout;
        for (what, stream, status) in [("whole", &stream[..], 0), ("cut off", but_the_end(&stream), 1)] {
            let commands = [cmd!(sh, "{native} --quiet"), cmd!(sh, "{host} run {component} --quiet")];
            let [by_native, by_component] = commands
                .map(|command| command.stdin(stream).quiet().ignore_status().ignore_stderr().output());
            let (by_native, by_component) = (by_native?, by_component?);
            for (side, output) in [("natively", &by_native), ("as a component", &by_component)] {
                let code = output.status.code();
                ensure!(code == Some(status), "{line}, {what}, {side}: its status is {code:?}, not {status}");
            }
            let whole = status == 0;
            let (output, ends) = (&by_native.stdout, by_native.stdout.len() == stream.len());
            ensure!(output != stream && ends == whole, "{line}, {what}: that is not what was to come out");
            ensure!(by_component.stdout == *output, "{line}, {what}: the two streams differ");
        }
        println!("same  {line}");
    }
    println!("All {} streams are the same, byte for byte.", STREAMS.len());
    Ok(())
}

/// A stream without its last byte.
fn but_the_end(stream: &[u8]) -> &[u8] {
    stream.split_last().map_or(stream, |(_, rest)| rest)
}
