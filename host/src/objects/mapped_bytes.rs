//! The bytes of mapped ranges on their way into a guest's memory — peer: wgpu-wasi-backend/src/objects/mapped_bytes.rs
//!
//! A native program reads what is mapped where it is. A guest gets a copy, and a copy by one thread takes about as long as
//! the program then needs to read it. So several threads share the copy of a large range.

use std::{mem::MaybeUninit, num::NonZero, ops::Deref, sync::LazyLock, thread};

use bytemuck::TransparentWrapper;
use rayon::{
    ThreadPool, ThreadPoolBuilder,
    iter::{IndexedParallelIterator as _, ParallelIterator as _},
    slice::{ParallelSlice as _, ParallelSliceMut as _},
};
use wasmtime::component::{
    __internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext},
    ComponentType, Lower,
};

/// Fewer bytes are copied by the thread that has them: to wake others takes longer. On a machine with 16 processors, 1 MiB
/// took 240 microseconds with them and 124 without, and 64 MiB 8.6 milliseconds with them and 15.5 without.
const LEAST_SHARED: usize = 8 << 20;

/// Bytes that a thread copies in one go.
const BYTES_PER_GO: usize = 1 << 20;

/// Threads that copy, for all guests together. With more, memory is what limits them.
const MAX_THREADS: usize = 8;

/// The threads that copy; none where the machine has one processor, or no room for threads.
static THREADS: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("wgpu-wasi-copy-{i}"));
    (threads > 1).then(|| pool.build().ok()).flatten()
});

/// The bytes of a range as the result of a call: a `list<u8>`. The view is let go when they are dropped, which is before
/// the call returns to the guest: at `unmap` none is left.
pub(crate) enum MappedBytes {
    Empty,
    View(wgpu::BufferView),
}

impl Deref for MappedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Empty => &[],
            Self::View(view) => view,
        }
    }
}

fn copy(from: &[u8], to: &mut [u8]) {
    match &*THREADS {
        Some(threads) if from.len() >= LEAST_SHARED => threads.install(|| {
            let parts = to.par_chunks_mut(BYTES_PER_GO).zip(from.par_chunks(BYTES_PER_GO));
            parts.for_each(|(to, from)| to.copy_from_slice(from));
        }),
        _ => to.copy_from_slice(from),
    }
}

/// A byte, of which wasmtime stores a list as [`copy`] does.
#[derive(TransparentWrapper)]
#[repr(transparent)]
struct Byte(u8);

/// The four promises to wasmtime are those of `u8` and `[u8]`, whose own functions are called. wasmtime alone finds a
/// place for the list in the guest's memory, and writes address and length. What is here is the copy to that place, in
/// safe code: it ends with an error where the place is not inside the memory.
mod promises {
    #![expect(unsafe_code, reason = "wasmtime's traits are unsafe to implement")]

    use super::*;

    // SAFETY: a byte is `u8`: the same representation and check.
    unsafe impl ComponentType for Byte {
        type Lower = <u8 as ComponentType>::Lower;

        const ABI: CanonicalAbiInfo = <u8 as ComponentType>::ABI;
        const MAY_REQUIRE_REALLOC: bool = <u8 as ComponentType>::MAY_REQUIRE_REALLOC;

        fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> wasmtime::Result<()> {
            <u8 as ComponentType>::typecheck(ty, types)
        }
    }

    // SAFETY: one byte is lowered by `u8`. Many are written to the range that wasmtime found for them, all of it.
    unsafe impl Lower for Byte {
        fn linear_lower_to_flat<T>(
            &self,
            cx: &mut LowerContext<'_, T>,
            ty: InterfaceType,
            dst: &mut MaybeUninit<Self::Lower>,
        ) -> wasmtime::Result<()> {
            self.0.linear_lower_to_flat(cx, ty, dst)
        }

        fn linear_lower_to_memory<T>(
            &self,
            cx: &mut LowerContext<'_, T>,
            ty: InterfaceType,
            offset: usize,
        ) -> wasmtime::Result<()> {
            self.0.linear_lower_to_memory(cx, ty, offset)
        }

        fn linear_store_list_to_memory<T>(
            cx: &mut LowerContext<'_, T>,
            _: InterfaceType,
            offset: usize,
            items: &[Self],
        ) -> wasmtime::Result<()> {
            let from = Byte::peel_slice(items);
            let place = cx.as_slice_mut().get_mut(offset..).and_then(|rest| rest.get_mut(..from.len()));
            copy(from, place.ok_or_else(|| wasmtime::Error::msg("a list beyond the guest's memory"))?);
            Ok(())
        }
    }

    // SAFETY: the bytes are a `[u8]`: the same representation and check.
    unsafe impl ComponentType for MappedBytes {
        type Lower = <[u8] as ComponentType>::Lower;

        const ABI: CanonicalAbiInfo = <[u8] as ComponentType>::ABI;
        const MAY_REQUIRE_REALLOC: bool = <[u8] as ComponentType>::MAY_REQUIRE_REALLOC;

        fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> wasmtime::Result<()> {
            <[u8] as ComponentType>::typecheck(ty, types)
        }
    }

    // SAFETY: they are lowered as the list of bytes that they are.
    unsafe impl Lower for MappedBytes {
        fn linear_lower_to_flat<T>(
            &self,
            cx: &mut LowerContext<'_, T>,
            ty: InterfaceType,
            dst: &mut MaybeUninit<Self::Lower>,
        ) -> wasmtime::Result<()> {
            Byte::wrap_slice(self).linear_lower_to_flat(cx, ty, dst)
        }

        fn linear_lower_to_memory<T>(
            &self,
            cx: &mut LowerContext<'_, T>,
            ty: InterfaceType,
            offset: usize,
        ) -> wasmtime::Result<()> {
            Byte::wrap_slice(self).linear_lower_to_memory(cx, ty, offset)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_whole_whatever_its_size() {
        for size in [0, 1, LEAST_SHARED - 1, LEAST_SHARED, 2 * LEAST_SHARED + 5] {
            let from: Vec<u8> = (0..=250).cycle().take(size).collect();
            let mut to = vec![0xff; size];
            copy(&from, &mut to);
            assert!(from == to, "{size} bytes");
        }
    }
}
