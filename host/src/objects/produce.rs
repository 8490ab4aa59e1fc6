//! What the streams of the host have in common: they give the guest one item at a time.

use std::task::Poll;

use wasmtime::{
    StoreContextMut,
    component::{Destination, StreamResult},
};

/// The next item of a stream, if the guest asks for one. `poll` has it; `None` is the end. `finish`: the guest takes back
/// that it asked.
pub(super) fn produce<T, I: Send + Sync + 'static>(
    mut store: StoreContextMut<'_, T>,
    destination: &mut Destination<'_, I, Option<I>>,
    finish: bool,
    poll: impl FnOnce(&mut T) -> Poll<wasmtime::Result<Option<I>>>,
) -> Poll<wasmtime::Result<StreamResult>> {
    if destination.remaining(&mut store) == Some(0) {
        return Poll::Ready(Ok(StreamResult::Completed));
    }
    match poll(store.data_mut()) {
        Poll::Ready(Ok(Some(item))) => {
            destination.set_buffer(Some(item));
            Poll::Ready(Ok(StreamResult::Completed))
        }
        Poll::Ready(Ok(None)) => Poll::Ready(Ok(StreamResult::Dropped)),
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Pending if finish => Poll::Ready(Ok(StreamResult::Cancelled)),
        Poll::Pending => Poll::Pending,
    }
}
