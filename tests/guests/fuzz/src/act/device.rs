//! Adapters and devices, their errors and their end.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
};

use crate::{
    act::{Later, get::LIMIT_NAMES},
    wit::{
        Gpu, GpuAdapter, GpuDevice, GpuDeviceDescriptor, GpuErrorFilter, GpuQueueDescriptor,
        GpuRequestAdapterOptions, PopErrorScopeErrorKind, RecordOptionGpuSize64, RequestDeviceErrorKind,
    },
    world::{Item, KnownDevice, World, call},
};

/// The most error scopes open on a device: one more than the host's quota would end the guest.
const MOST_SCOPES: u32 = 200;

/// The future's value if it is there at once; else it is dropped, which cancels the call.
pub(crate) async fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        })
    })
    .await
}

/// The future's value, for which a hasty guest does not wait ([`now_or_never`]). Only for what the host ends whatever
/// the guest does.
pub(crate) async fn perhaps<T>(hasty: bool, future: impl Future<Output = T>) -> Option<T> {
    if hasty { now_or_never(future).await } else { Some(future.await) }
}

pub(crate) fn request_adapter(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let gpu: Item<Gpu> = w.any()?;
        let random = &mut w.random;
        let hostile = random.hostile();
        let options = random.maybe(|random| GpuRequestAdapterOptions {
            feature_level: if hostile { Some(random.text()) } else { None },
            power_preference: random.maybe(|random| random.any()),
            force_fallback_adapter: if hostile { Some(random.any()) } else { None },
            xr_compatible: if hostile { Some(random.any()) } else { None },
        });
        call!(w, "Gpu.request_adapter", gpu, options);
        match gpu.handle.request_adapter(options).await {
            Some(adapter) => w.keep(adapter, 0, ()),
            None => w.answer("request-adapter: none"),
        }
        Some(())
    })
}

pub(crate) fn request_device(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let adapter: Item<GpuAdapter> = w.any()?;
        let required_limits = if w.random.chance(200) { Some(limits(w)?) } else { None };
        let random = &mut w.random;
        let features = random.below(4);
        let descriptor = random.maybe(|random| GpuDeviceDescriptor {
            required_features: random.maybe(|random| (0..features).map(|_| random.any()).collect()),
            required_limits,
            default_queue: random.maybe(|random| GpuQueueDescriptor { label: random.label() }),
            label: random.label(),
        });
        call!(w, "GpuAdapter.request_device", adapter, descriptor);
        let result = adapter.handle.request_device(descriptor).await;
        let device = w.result("request-device", result, |error| match error.kind {
            RequestDeviceErrorKind::TypeError => "type error".to_owned(),
            RequestDeviceErrorKind::OperationError => "operation error".to_owned(),
        });
        if let Some(device) = device {
            let number = w.unique();
            let known = KnownDevice { alive: Rc::new(Cell::new(true)), scopes: Rc::new(Cell::new(0)) };
            w.keep(device, number, known);
        }
        Some(())
    })
}

/// Limits to ask for.
fn limits(w: &mut World) -> Option<RecordOptionGpuSize64> {
    call!(w, "RecordOptionGpuSize64.new");
    let limits = RecordOptionGpuSize64::new();
    for _ in 0..w.random.below(3) {
        let name = w.random.one_of(LIMIT_NAMES);
        let value = w.random.maybe(|random| random.number(&[0, 1, 4, 256]));
        call!(w, "RecordOptionGpuSize64.add", limits, name, value);
        limits.add(name, value);
    }
    Some(limits)
}

pub(crate) fn queue(w: &mut World) -> Option<()> {
    let device = w.device()?;
    call!(w, "GpuDevice.queue", device.handle);
    w.keep(device.handle.queue(), device.device, ());
    Some(())
}

pub(crate) fn destroy(w: &mut World) -> Option<()> {
    let device = w.device()?;
    call!(w, "GpuDevice.destroy", device.handle);
    device.handle.destroy();
    device.known.alive.set(false);
    Some(())
}

pub(crate) fn push_error_scope(w: &mut World) -> Option<()> {
    let device = w.device()?;
    if device.known.scopes.get() >= MOST_SCOPES {
        return None;
    }
    let filter = w.random.any();
    call!(w, "GpuDevice.push_error_scope", device.handle, filter);
    device.known.scopes.set(device.known.scopes.get() + 1);
    device.handle.push_error_scope(filter);
    Some(())
}

pub(crate) fn pop_error_scope(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let device = w.device()?;
        call!(w, "GpuDevice.pop_error_scope", device.handle);
        device.known.scopes.set(device.known.scopes.get().saturating_sub(1));
        let result = device.handle.pop_error_scope().await;
        let error = w.result("pop-error-scope", result, |error| match error.kind {
            PopErrorScopeErrorKind::OperationError => "operation error".to_owned(),
        });
        if let Some(Some(error)) = error {
            w.keep(error, device.device, ());
        }
        Some(())
    })
}

/// Opens a scope for what a sequence does wrong.
pub(crate) fn watch(w: &mut World) -> Option<Item<GpuDevice, KnownDevice>> {
    let device = w.device()?;
    if device.known.scopes.get() >= MOST_SCOPES {
        return None;
    }
    call!(w, "GpuDevice.push_error_scope", device.handle, GpuErrorFilter::Validation);
    device.known.scopes.set(device.known.scopes.get() + 1);
    device.handle.push_error_scope(GpuErrorFilter::Validation);
    Some(device)
}

/// Closes that scope, unless something else has, and counts how the sequence with this number went.
pub(crate) async fn watched(
    w: &mut World,
    device: &Item<GpuDevice, KnownDevice>,
    which: usize,
) -> Option<()> {
    call!(w, "GpuDevice.pop_error_scope", device.handle);
    device.known.scopes.set(device.known.scopes.get().saturating_sub(1));
    let error = device.handle.pop_error_scope().await.ok()?;
    let verdict = if error.is_some() { "refused" } else { "fine" };
    w.answer(&format!("sequence {which:2}: {verdict}"));
    if let Some(error) = error {
        call!(w, "GpuError.message", error);
        w.remark(&format!("sequence {which}: {}", error.message()));
        w.keep(error, device.device, ());
    }
    Some(())
}

pub(crate) fn lost(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let device: Item<GpuDevice, KnownDevice> = w.any()?;
        call!(w, "GpuDevice.lost", device.handle);
        let lost = device.handle.lost();
        match w.random.below(3) {
            0 => drop(lost),
            1 if !device.known.alive.get() => {
                let info = lost.await;
                w.keep(info, device.device, ());
            }
            1 => drop(now_or_never(async move { lost.await }).await),
            _ => w.put_off(false, async move {
                drop(lost.await);
                "lost"
            }),
        }
        Some(())
    })
}

pub(crate) fn on_uncaptured_error(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let device: Item<GpuDevice, KnownDevice> = w.any()?;
        call!(w, "GpuDevice.on_uncaptured_error", device.handle);
        w.listen();
        let mut errors = device.handle.on_uncaptured_error();
        match w.random.below(3) {
            0 => {}
            1 => {
                // How many there are so far is a matter of time.
                for _ in 0..3 {
                    match now_or_never(errors.next()).await {
                        Some(Some(error)) if w.manner.hasty => w.keep(error, device.device, ()),
                        Some(Some(error)) => drop(error.message()),
                        Some(None) | None => break,
                    }
                }
            }
            _ => w.put_off(false, async move {
                while errors.next().await.is_some() {}
                "no more errors"
            }),
        }
        Some(())
    })
}

/// Goes on with what was started, or forgets it.
pub(crate) async fn go_on(w: &mut World) {
    if w.pending.is_empty() {
        return;
    }
    let which = w.random.below(w.pending.len());
    // Dropping it cancels the call.
    if w.random.chance(300) {
        w.remark("forgets a call");
        drop(w.pending.swap_remove(which));
        return;
    }
    w.remark("goes on with a call");
    let pending = &mut w.pending[which];
    let hasty = w.manner.hasty || !pending.ends;
    let Some(call) = &mut pending.call else { return };
    let Some(answer) = perhaps(hasty, call.as_mut()).await else { return };
    pending.call = None;
    // When the others end is a matter of time.
    if pending.ends {
        w.answer(answer);
    }
}
