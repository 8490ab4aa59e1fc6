//! The program between two pipes.

#![allow(
    clippy::unwrap_used,
    reason = "a test fails by a panic; clippy knows test functions, and not what they call"
)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn video(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_video"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It may end before it has read everything.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn sample(line: &str, frames: &str) -> Vec<u8> {
    let output = video(&["--make-sample", line, "--frames", frames], b"");
    assert!(output.status.success(), "{}", errors(&output));
    output.stdout
}

/// Whether there is no GPU; with `CI` set that is a failure.
fn without_gpu(output: &Output) -> bool {
    let without = errors(output).contains("no GPU adapter found");
    assert!(!without || std::env::var_os("CI").is_none(), "no GPU, and CI is set");
    without
}

#[test]
fn a_stream_goes_through() {
    let stream = sample("W66 H34 F30000:1001 A1:1 C420mpeg2 XNOTE=kept", "7");
    let output = video(&[], &stream);
    if without_gpu(&output) {
        return;
    }
    assert!(output.status.success(), "{}", errors(&output));
    assert_eq!(output.stdout.len(), stream.len());
    assert!(output.stdout.starts_with(b"YUV4MPEG2 W66 H34 F30000:1001 A1:1 C420mpeg2 XNOTE=kept\nFRAME\n"));
    assert!(output.stdout != stream);
    assert!(errors(&output).contains("7 frames in") && errors(&output).contains("times real time"));
    let neutral = ["--denoise", "0", "--contrast", "0", "--saturation", "1", "--split", "0", "--quiet"];
    let output = video(&neutral, &stream);
    assert!(output.stdout == stream);
    // Drivers may have their say.
    assert!(!errors(&output).contains("frames") && !errors(&output).contains("GPU"), "{}", errors(&output));
}

#[test]
fn of_a_cut_stream_comes_what_was_whole() {
    let stream = sample("W66 H34 C422", "4");
    let frame = 66 * 34 * 2 + 6;
    let whole = video(&[], &stream);
    if without_gpu(&whole) {
        return;
    }
    for mode in [&[][..], &["--pass-through"]] {
        let output = video(mode, &stream[..stream.len() - 100]);
        assert_eq!(output.status.code(), Some(1));
        assert!(errors(&output).contains("cut off in frame 3: 4388 of 4488 bytes"), "{}", errors(&output));
        assert!(errors(&output).contains("3 frames in"));
        assert_eq!(output.stdout.len(), stream.len() - frame);
        let expected = if mode.is_empty() { &whole.stdout } else { &stream };
        assert!(expected.starts_with(&output.stdout));
    }
}

#[test]
fn what_is_no_stream_is_refused() {
    for (input, words) in [
        (&b""[..], "is empty"),
        (b"\0\0\0\x20ftypisom", "-f yuv4mpegpipe"),
        (b"YUV4MPEG2 W8 H8 It\n", "interlaced"),
        (b"YUV4MPEG2 W8 H8 C444alpha\n", "C444alpha"),
    ] {
        let output = video(&[], input);
        assert_eq!(output.status.code(), Some(1));
        assert!(errors(&output).contains(words), "{}", errors(&output));
        assert!(output.stdout.is_empty());
    }
    let output = video(&["--make-sample", "W8"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("how high"));
}
