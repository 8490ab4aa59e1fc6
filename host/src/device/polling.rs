//! Waiting for the GPU: the one place where the host does.
//!
//! A guest waits in `map-async` and `on-submitted-work-done`. wgpu answers through a callback that runs
//! while somebody polls the device; who polls, and on which thread, is the [`WaitMode`].

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    device::{
        core::DeviceCore,
        fence,
        waiting::{Patience, Polled, WaitMode},
    },
    quotas::QuotaExceeded,
};

/// The longest single wait inside wgpu; between two the deadline is looked at.
const SLICE: Duration = Duration::from_millis(200);

/// Between two looks at a device that is not waited for inside wgpu.
const PAUSE: Duration = Duration::from_micros(200);

impl DeviceCore {
    /// Waits for the callback behind `done`, which work on the device triggers.
    ///
    /// `Ok(None)` when the callback was dropped without a call, as happens when the device is lost.
    pub(crate) async fn wait_until<T: Send>(
        self: &Arc<Self>,
        done: oneshot::Receiver<T>,
        patience: Patience,
    ) -> wasmtime::Result<Option<T>> {
        let start = Instant::now();
        let result = self.wait_since(start, done, patience).await;
        self.in_flight.add_wait(start.elapsed());
        result
    }

    async fn wait_since<T: Send>(
        self: &Arc<Self>,
        start: Instant,
        mut done: oneshot::Receiver<T>,
        patience: Patience,
    ) -> wasmtime::Result<Option<T>> {
        let Patience { mode, deadline, in_place: _ } = patience;
        let expired = || wasmtime::Error::from(QuotaExceeded::Wait(start.elapsed()));
        match mode {
            WaitMode::Eager => loop {
                if let Some(answer) = answered(&mut done) {
                    return Ok(answer);
                }
                let slice = match deadline {
                    Some(deadline) => {
                        let left = deadline.saturating_duration_since(Instant::now());
                        if left.is_zero() {
                            return Err(expired());
                        }
                        left.min(SLICE)
                    }
                    None => SLICE,
                };
                patience.block(|| self.poll(Some(slice)));
            },
            WaitMode::Background => {
                // The thread must not keep the device alive: it ends with it.
                let device = Arc::downgrade(self);
                let _waiting = self
                    .poller
                    .wait(move || device.upgrade().map_or(Polled::Gone, |device| device.poll(None)));
                match deadline {
                    Some(deadline) => match tokio::time::timeout_at(deadline.into(), done).await {
                        Ok(result) => Ok(result.ok()),
                        Err(_) => Err(expired()),
                    },
                    None => Ok(done.await.ok()),
                }
            }
        }
    }

    /// Polls the device once, for no longer than `slice`: until the oldest submission is done that is not known to be.
    /// Time running out is no error here: the caller looks at its own deadline. A GPU lost during the wait is a panic in
    /// wgpu and ends as a lost device.
    ///
    /// wgpu's wait panics, and loses callbacks, when it times out just as another thread finds the work done. So with a
    /// `slice`, it is looked at again and again while the timeline has something to do; the others of a lent device are
    /// never known.
    fn poll(&self, slice: Option<Duration>) -> Polled {
        let oldest = self.submissions.oldest();
        // A wait for a lent device would be for the embedder's work as well.
        let looks = self.lent || (slice.is_some() && !self.timeline.is_empty());
        let wait = if looks {
            wgpu::PollType::Poll
        } else {
            let submission_index = oldest.as_ref().map(|(_, index)| index.clone());
            wgpu::PollType::Wait { submission_index, timeout: slice }
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "behind the fence, and without a wait where others may poll"
        )]
        let polled = fence::catch(|| self.wgpu.poll(wait));
        let done = || {
            if let Some((number, _)) = &oldest {
                self.submissions.done(*number);
            }
        };
        match polled {
            Ok(Ok(status)) if looks && !status.is_queue_empty() => {
                thread::sleep(slice.map_or(PAUSE, |slice| slice.min(PAUSE)));
                Polled::Busy
            }
            // The callbacks have run by then, or are being run by another thread that has polled.
            Ok(Ok(status)) if status.is_queue_empty() => {
                done();
                Polled::Idle
            }
            // wgpu says that of a submission that it has refused, and that is the last one.
            Ok(Ok(_) | Err(wgpu::PollError::WrongSubmissionIndex(..))) => {
                done();
                Polled::Busy
            }
            Ok(Err(wgpu::PollError::Timeout)) => Polled::Busy,
            Err(message) => {
                self.lose(wgpu::DeviceLostReason::Unknown, &message);
                Polled::Idle
            }
        }
    }

    /// Polls the device without waiting.
    pub(crate) fn poll_now(&self) {
        #[expect(clippy::disallowed_methods, reason = "behind the fence")]
        let polled = fence::catch(|| self.wgpu.poll(wgpu::PollType::Poll));
        if let Err(message) = polled {
            self.lose(wgpu::DeviceLostReason::Unknown, &message);
        }
    }
}

/// What a callback has said, or that it was dropped; `None` while neither has come.
fn answered<T>(done: &mut oneshot::Receiver<T>) -> Option<Option<T>> {
    match done.try_recv() {
        Ok(value) => Some(Some(value)),
        Err(oneshot::error::TryRecvError::Closed) => Some(None),
        Err(oneshot::error::TryRecvError::Empty) => None,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::testing::Guest;

    #[test]
    fn a_callback_that_is_dropped_is_heard_of() {
        let guest = Guest::new(|_| {});
        let (sender, done) = oneshot::channel::<()>();
        drop(sender);
        let patience = Patience { mode: WaitMode::Background, deadline: None, in_place: false };
        let answer = guest.core.wait_until(done, patience).now_or_never();
        assert_eq!(answer.expect("it is ready at once").unwrap(), None);
    }
}
