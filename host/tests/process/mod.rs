//! A server that a test has started: what it logs, and its end. For the tests of `serve` and of `stream`.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// For what takes a moment on a machine that has nothing else to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A process, which is ended with the test.
pub(crate) struct Process {
    pub(crate) child: Child,
    /// What it logs.
    pub(crate) log: mpsc::Receiver<String>,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, log) = mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, log }
    }

    /// The next line of the log with this text.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut before = String::new();
        loop {
            let line = self.log.recv_timeout(end.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("no {text:?} in the log:\n{before}"));
            if line.contains(text) {
                return line;
            }
            before += &format!("{line}\n");
        }
    }

    /// The two addresses in the next line of the log with this text: the server's, and its administration's.
    pub(crate) fn addresses(&self, text: &str) -> [String; 2] {
        let line = self.wait_for(text);
        let mut addresses =
            line.split("http://").skip(1).map(|rest| rest.split([',', '"']).next().unwrap().trim());
        [(); 2].map(|()| addresses.next().unwrap().to_owned())
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Its end, which comes within `limit`.
    pub(crate) fn ended(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < limit, "it has not ended within {limit:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Has Prometheus' own tool look at metrics, where it is installed (Debian: `prometheus`).
pub(crate) fn check_metrics(text: &str) {
    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut promtool) = promtool.spawn() else {
        eprintln!("passed over: promtool is not installed");
        return;
    };
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    // It has a status for what it would have otherwise, and one for what is wrong.
    assert!(output.status.success() && said.is_empty(), "{}\n{text}", String::from_utf8_lossy(&said));
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
