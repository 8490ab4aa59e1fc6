//! The thread on which shaders are compiled.
//!
//! The WGSL parser, its validator and the writers behind pipeline creation recurse with the depth of
//! the source: a few kilobytes of `- - - …` overflow a stack of two megabytes, and a stack overflow
//! ends the process. So modules and pipelines are made on a thread whose stack covers the deepest source that is
//! admitted ([`crate::limits::MAX_SHADER_DEPTH`]) and the longest ([`crate::limits::STACK_BYTES_PER_SHADER_BYTE`]). The
//! stack is address space, not memory: pages that are never touched are never allocated.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    fence,
    limits::{
        COMPILER_STACK_MARGIN, MAX_SHADER_DEPTH, STACK_BYTES_PER_SHADER_BYTE, STACK_BYTES_PER_SHADER_LEVEL,
    },
    wait::WaitMode,
};

type Job = Box<dyn FnOnce() + Send>;

/// A compiler thread, started at the first use.
#[derive(Debug)]
pub(crate) struct Compiler {
    stack_bytes: usize,
    max_wait: Duration,
    mode: WaitMode,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    jobs: Option<mpsc::Sender<Job>>,
    /// The moment after which no compilation is waited for.
    deadline: Option<Instant>,
}

impl Compiler {
    /// A compiler for sources of up to `max_shader_bytes`, each of which may take `max_wait`.
    pub(crate) fn new(max_shader_bytes: usize, max_wait: Duration, mode: WaitMode) -> Self {
        let stack_bytes = max_shader_bytes
            .saturating_mul(STACK_BYTES_PER_SHADER_BYTE)
            .saturating_add(MAX_SHADER_DEPTH * STACK_BYTES_PER_SHADER_LEVEL + COMPILER_STACK_MARGIN);
        Self { stack_bytes, max_wait, mode, state: Mutex::default() }
    }

    /// Waits for no compilation beyond `deadline`.
    pub(crate) fn set_deadline(&self, deadline: Option<Instant>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).deadline = deadline;
    }

    /// Runs `job` on the compiler's thread and waits for it, as [`WaitMode`] says. `Err` holds the text of a
    /// panic, or why there is no result. A job whose time is up can't be stopped; it goes on in a thread that
    /// nobody waits for, and the next one gets a new thread.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        // The caller waits for as long as the job runs, or has given up: either way nobody misses a result
        // that can't be sent.
        let finished = match self.mode {
            WaitMode::Eager => {
                let (done, result) = mpsc::sync_channel(1);
                let limit = self.begin(Box::new(move || drop(done.send(fence::catch(job)))))?;
                result.recv_timeout(limit).map_err(|error| match error {
                    mpsc::RecvTimeoutError::Timeout => Some(limit),
                    mpsc::RecvTimeoutError::Disconnected => None,
                })
            }
            WaitMode::Background => {
                let (done, result) = oneshot::channel();
                let limit = self.begin(Box::new(move || drop(done.send(fence::catch(job)))))?;
                match tokio::time::timeout(limit, result).await {
                    Ok(result) => result.map_err(|_| None),
                    Err(_) => Err(Some(limit)),
                }
            }
        };
        match finished {
            Ok(result) => result,
            Err(Some(limit)) => {
                self.state.lock().unwrap_or_else(PoisonError::into_inner).jobs = None;
                Err(format!("the shader was not compiled within {limit:?}"))
            }
            Err(None) => Err("the compiler's thread has ended".to_owned()),
        }
    }

    /// Hands `job` to the thread; returns for how long to wait for it.
    fn begin(&self, job: Job) -> Result<Duration, String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match state.jobs.take() {
            Some(sender) => sender,
            None => self.start()?,
        };
        sender.send(job).map_err(|_| "the compiler's thread has ended".to_owned())?;
        state.jobs = Some(sender);
        let left = state.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        Ok(left.map_or(self.max_wait, |left| left.min(self.max_wait)))
    }

    fn start(&self) -> Result<mpsc::Sender<Job>, String> {
        let (sender, receiver) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("wgpu-wasi compiler".to_owned())
            .stack_size(self.stack_bytes)
            .spawn(move || {
                // Ends when the `Compiler`, and with it the sender, is dropped.
                for job in receiver {
                    job();
                }
            })
            .map_err(|error| {
                format!(
                    "can't start a thread with a stack of {} bytes to compile shaders: {error}",
                    self.stack_bytes
                )
            })?;
        Ok(sender)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [WaitMode; 2] = [WaitMode::Eager, WaitMode::Background];

    fn run<T: Send + 'static>(
        compiler: &Compiler,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(compiler.run(job))
    }

    #[test]
    fn jobs_run_in_order_and_panics_stay_inside() {
        for mode in MODES {
            let compiler = Compiler::new(1 << 10, Duration::from_secs(60), mode);
            assert_eq!(run(&compiler, || 1), Ok(1));
            assert_eq!(run(&compiler, || panic!("bad source")), Err::<(), _>("bad source".to_owned()));
            assert_eq!(run(&compiler, || 2), Ok(2));
        }
    }

    #[test]
    fn a_job_whose_time_is_up_is_left_behind() {
        for mode in MODES {
            let mut compiler = Compiler::new(1 << 10, Duration::from_millis(20), mode);
            let (go_on, wait) = mpsc::channel::<()>();
            let late = run(&compiler, move || wait.recv().is_ok());
            assert!(late.unwrap_err().contains("not compiled within"));
            // The first thread is busy still.
            compiler.max_wait = Duration::from_secs(60);
            assert_eq!(run(&compiler, || 2), Ok(2));
            go_on.send(()).unwrap();
        }
    }

    #[test]
    fn a_task_beside_a_job_gets_its_turns() {
        let compiler = Compiler::new(1 << 10, Duration::from_secs(60), WaitMode::Background);
        let (go_on, wait) = mpsc::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let result = runtime.block_on(async {
            // The job ends only if the other task runs while it is waited for.
            let other = tokio::spawn(async move { go_on.send(()).unwrap() });
            let result = compiler.run(move || wait.recv().is_ok()).await;
            other.await.unwrap();
            result
        });
        assert_eq!(result, Ok(true));
    }
}
