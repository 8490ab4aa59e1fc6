//! What a device does about writes and submits, and what they hold: see `in_flight.rs`.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    device::{
        budget::{Reservation, SharedReservation},
        core::DeviceCore,
        fence,
        in_flight::Awaited,
        lent_scopes::collecting,
        waiting::{Patience, WaitMode},
    },
    quotas::QuotaExceeded,
};

/// Between two looks for room.
const PAUSE: Duration = Duration::from_micros(200);

impl Awaited for DeviceCore {
    fn look(&self) -> bool {
        self.send();
        if self.held.unfinished() == 0 {
            return false;
        }
        self.poll_now();
        // A lost device finishes nothing more.
        self.held.unfinished() > 0 && !self.is_lost()
    }
}

impl DeviceCore {
    /// Takes `bytes` of what may be staged, for a write that follows. `Err` traps: the GPU did not finish earlier
    /// writes in time.
    pub(crate) async fn stage(&self, bytes: u64, patience: Patience) -> wasmtime::Result<Reservation> {
        let Patience { mode, deadline, in_place: _ } = patience;
        let start = Instant::now();
        loop {
            if let Some(staged) = self.staging.reserve_now(bytes) {
                return Ok(staged);
            }
            self.in_flight.look();
            if let Some(staged) = self.staging.reserve_now(bytes) {
                return Ok(staged);
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(QuotaExceeded::Wait(start.elapsed()).into());
            }
            match mode {
                WaitMode::Eager => patience.block(|| thread::sleep(PAUSE)),
                WaitMode::Background => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// A write to `target` was given to wgpu: it holds `staged` for it, and the target.
    pub(crate) fn staged(&self, staged: Reservation, target: &SharedReservation) {
        if self.held.hold_write(staged, target) {
            self.send();
        }
    }

    /// wgpu keeps `staging`, through which the guest has written to `target`, until the next submit is done.
    pub(crate) fn unmapped(&self, staging: Reservation, target: &SharedReservation) {
        if self.held.hold_mapping(staging, target) {
            self.send();
        }
    }

    /// Sends the writes that wait for a submit, if there are any.
    pub(crate) fn send(&self) {
        if !self.held.is_sent() {
            self.guarded(|| self.submitted(()));
        }
    }

    /// wgpu has refused a write that it had staged, and keeps what it has staged until it sends another: this is one.
    #[cold]
    pub(crate) fn unstick(&self) {
        let write = || {
            let buffer = self.wgpu.create_buffer(&wgpu::BufferDescriptor {
                label: Some("a write after one that was refused"),
                size: wgpu::COPY_BUFFER_ALIGNMENT,
                usage: wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            self.queue.write_buffer(&buffer, 0, &[0; 4]);
        };
        let ((), _errors) = self.guarded(|| collecting(write));
    }

    /// Something was submitted, or what waited for that has to go without: all that is held for it is held until it
    /// is done, and `commands` as well.
    pub(crate) fn submitted(&self, commands: impl Send + 'static) {
        if self.is_lost() && !self.lent {
            self.held.clear();
            return;
        }
        let submitted = self.held.submit(commands);
        // wgpu submits by itself here what no submit has taken along. Of a lost device it drops the closure.
        let told = fence::catch(|| self.queue.on_submitted_work_done(move || drop(submitted)));
        if let Err(panic) = told {
            self.lose(wgpu::DeviceLostReason::Unknown, &panic);
        }
    }
}
