//! A server that a test has started: what it logs, and its end. For the tests of `serve` and of `stream`.

use std::{
    io::{BufRead as _, BufReader},
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
    log: mpsc::Receiver<String>,
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

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
