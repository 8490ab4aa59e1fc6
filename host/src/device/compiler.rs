//! The thread on which shaders are compiled.
//!
//! The WGSL parser, its validator and the writers behind pipeline creation recurse with the depth of
//! the source: a few kilobytes of `- - - …` overflow a stack of two megabytes, and a stack overflow
//! ends the process. So modules and pipelines are made on a thread whose stack covers the deepest source that is
//! admitted ([`crate::limits::MAX_SHADER_DEPTH`]) and the longest ([`crate::limits::STACK_BYTES_PER_SHADER_BYTE`]). The
//! stack is address space, not memory: pages that are never touched are never allocated.
//!
//! A compilation can't be stopped. One that takes too long is left behind, with its thread and what it has allocated,
//! and goes on even when its guest has ended. So there is a bound on those that run at a time in this process
//! ([`MAX_COMPILES`]), and on those that one guest has left behind ([`MAX_COMPILES_LEFT_BEHIND`]).

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::{
    device::{fence, waiting::WaitMode},
    quotas::{
        COMPILER_STACK_MARGIN, MAX_COMPILES, MAX_COMPILES_LEFT_BEHIND, MAX_SHADER_DEPTH,
        STACK_BYTES_PER_SHADER_BYTE, STACK_BYTES_PER_SHADER_LEVEL,
    },
};

type Job = Box<dyn FnOnce() + Send>;

/// Between two looks at whether another compilation may begin.
const PAUSE: Duration = Duration::from_millis(1);

/// Leave to compile, for as long as it is held.
#[derive(Debug)]
struct Permit(&'static AtomicUsize);

impl Permit {
    /// `None` when as many are held as may be.
    fn take(held: &'static AtomicUsize) -> Option<Self> {
        let more = |held: usize| held.checked_add(1).filter(|held| *held <= MAX_COMPILES);
        held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok().then(|| Self(held))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Permits that are held in this process.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// A compiler thread, started at the first use.
#[derive(Debug)]
pub(crate) struct Compiler {
    stack_bytes: usize,
    max_wait: Duration,
    mode: WaitMode,
    state: Mutex<State>,
    held: &'static AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    thread: Option<Thread>,
    /// The threads that were left behind and have not ended.
    left_behind: Vec<Weak<()>>,
    /// The moment after which no compilation is waited for.
    deadline: Option<Instant>,
}

#[derive(Debug)]
struct Thread {
    jobs: mpsc::Sender<Job>,
    /// Lives for as long as the thread does.
    life: Weak<()>,
}

impl Compiler {
    /// A compiler for sources of up to `max_shader_bytes`, each of which may take `max_wait`.
    pub(crate) fn new(max_shader_bytes: usize, max_wait: Duration, mode: WaitMode) -> Self {
        let stack_bytes = max_shader_bytes
            .saturating_mul(STACK_BYTES_PER_SHADER_BYTE)
            .saturating_add(MAX_SHADER_DEPTH * STACK_BYTES_PER_SHADER_LEVEL + COMPILER_STACK_MARGIN);
        Self { stack_bytes, max_wait, mode, state: Mutex::default(), held: &HELD }
    }

    /// Waits for no compilation beyond `deadline`.
    pub(crate) fn set_deadline(&self, deadline: Option<Instant>) {
        self.state.lock().deadline = deadline;
    }

    /// Runs `job` on the compiler's thread and waits for it, as [`WaitMode`] says. `Err` holds the text of a
    /// panic, or why there is no result. A job whose time is up can't be stopped; it goes on in a thread that
    /// nobody waits for, and the next one gets a new thread.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, String> {
        let permit = self.permit().await?;
        // Before the caller hears of the end, so that what it begins next finds room.
        let job = move || {
            let result = fence::catch(job);
            drop(permit);
            result
        };
        // The caller waits for as long as the job runs, or has given up: either way nobody misses a result
        // that can't be sent.
        let finished = match self.mode {
            WaitMode::Eager => {
                let (done, result) = mpsc::sync_channel(1);
                let limit = self.begin(Box::new(move || drop(done.send(job()))))?;
                result.recv_timeout(limit).map_err(|error| match error {
                    mpsc::RecvTimeoutError::Timeout => Some(limit),
                    mpsc::RecvTimeoutError::Disconnected => None,
                })
            }
            WaitMode::Background => {
                let (done, result) = oneshot::channel();
                let limit = self.begin(Box::new(move || drop(done.send(job()))))?;
                match tokio::time::timeout(limit, result).await {
                    Ok(result) => result.map_err(|_| None),
                    Err(_) => Err(Some(limit)),
                }
            }
        };
        match finished {
            Ok(result) => result,
            Err(Some(limit)) => {
                self.leave_behind();
                Err(format!("the shader was not compiled within {limit:?}"))
            }
            Err(None) => Err("the compiler's thread has ended".to_owned()),
        }
    }

    /// Leave to compile, which may have to be waited for; `Err` says why there is none.
    async fn permit(&self) -> Result<Permit, String> {
        let end = Instant::now().checked_add(self.limit());
        loop {
            if let Some(permit) = Permit::take(self.held) {
                return Ok(permit);
            }
            if end.is_none_or(|end| end <= Instant::now()) {
                return Err(format!(
                    "the host compiles {MAX_COMPILES} shaders already, as many as it does at a time, and none was \
                     finished in time"
                ));
            }
            match self.mode {
                WaitMode::Eager => thread::sleep(PAUSE),
                WaitMode::Background => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// For how long a compilation that begins now may take.
    fn limit(&self) -> Duration {
        let deadline = self.state.lock().deadline;
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        left.map_or(self.max_wait, |left| left.min(self.max_wait))
    }

    /// Hands `job` to the thread; returns for how long to wait for it.
    fn begin(&self, job: Job) -> Result<Duration, String> {
        {
            let mut state = self.state.lock();
            state.left_behind.retain(|life| life.strong_count() > 0);
            if state.left_behind.len() >= MAX_COMPILES_LEFT_BEHIND {
                return Err(format!(
                    "{MAX_COMPILES_LEFT_BEHIND} shaders of the guest are being compiled still whose time was up, as many \
                     as may be"
                ));
            }
            let thread = match state.thread.take() {
                Some(thread) => thread,
                None => self.start()?,
            };
            thread.jobs.send(job).map_err(|_| "the compiler's thread has ended".to_owned())?;
            state.thread = Some(thread);
        }
        Ok(self.limit())
    }

    /// Gives up the thread that works on a job whose time is up.
    fn leave_behind(&self) {
        let mut state = self.state.lock();
        // It is gone already where two jobs for one thread were given up.
        if let Some(Thread { jobs: _, life }) = state.thread.take() {
            state.left_behind.push(life);
        }
    }

    fn start(&self) -> Result<Thread, String> {
        let (jobs, receiver) = mpsc::channel::<Job>();
        let alive = Arc::new(());
        let life = Arc::downgrade(&alive);
        #[expect(clippy::disallowed_methods, reason = "it ends when the `Compiler` is dropped")]
        let spawned = thread::Builder::new()
            .name("wgpu-wasi compiler".to_owned())
            .stack_size(self.stack_bytes)
            .spawn(move || {
                // Until the sender is dropped.
                for job in receiver {
                    job();
                }
                drop(alive);
            });
        spawned.map_err(|error| {
            format!(
                "can't start a thread with a stack of {} bytes to compile shaders: {error}",
                self.stack_bytes
            )
        })?;
        Ok(Thread { jobs, life })
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
    fn a_guest_leaves_few_jobs_behind() {
        for mode in MODES {
            let mut compiler = Compiler::new(1 << 10, Duration::from_millis(20), mode);
            let mut going_on = Vec::new();
            for _ in 0..MAX_COMPILES_LEFT_BEHIND {
                let (go_on, wait) = mpsc::channel::<()>();
                let late = run(&compiler, move || wait.recv().is_ok());
                assert!(late.unwrap_err().contains("not compiled within"));
                going_on.push(go_on);
            }
            compiler.max_wait = Duration::from_secs(60);
            assert!(run(&compiler, || 2).unwrap_err().contains("whose time was up"));
            drop(going_on);
            // They end when they get to it.
            let ended = (0..1000).any(|_| {
                thread::sleep(PAUSE);
                run(&compiler, || 2) == Ok(2)
            });
            assert!(ended);
        }
    }

    #[test]
    fn few_jobs_run_at_a_time_in_the_process() {
        static HELD: AtomicUsize = AtomicUsize::new(0);
        for mode in MODES {
            let compiler = |max_wait| {
                let mut compiler = Compiler::new(1 << 10, max_wait, mode);
                compiler.held = &HELD;
                compiler
            };
            let mut going_on = Vec::new();
            for _ in 0..MAX_COMPILES {
                let (go_on, wait) = mpsc::channel::<()>();
                let late = run(&compiler(Duration::from_millis(5)), move || wait.recv().is_ok());
                assert!(late.unwrap_err().contains("not compiled within"));
                going_on.push(go_on);
            }
            let refused = run(&compiler(Duration::from_millis(20)), || 2).unwrap_err();
            assert!(refused.contains("as many as it does at a time"), "{refused}");
            // One that ends makes room for one that waits.
            drop(going_on.pop());
            assert_eq!(run(&compiler(Duration::from_secs(60)), || 2), Ok(2));
            drop(going_on);
            while HELD.load(Ordering::Relaxed) > 0 {
                thread::sleep(PAUSE);
            }
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
