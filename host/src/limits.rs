//! What one guest may use: the quotas, their defaults, and what breaks when one is exceeded.
//!
//! GPU memory answers as WebGPU does, with an out-of-memory error in the guest's error scope. The
//! other quotas have no WebGPU error; exceeding one traps that guest alone.

use std::{
    error::Error,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Bytes of buffers and textures that one guest may hold at a time: 64 GiB, more than most
/// adapters have, so that by default the adapter's own memory is the limit.
pub const DEFAULT_MAX_GPU_MEMORY: u64 = 64 << 30;

/// Objects (buffers, bind groups, encoders, …) that one guest may hold at a time.
pub const DEFAULT_MAX_OBJECTS: usize = 90_000;

/// Bytes that one call may carry from the guest to the host: 1 GiB. wasmtime calls it hostcall
/// fuel and allows 128 MiB; the weights of a model are larger.
pub const DEFAULT_MAX_CALL_BYTES: usize = 1 << 30;

/// Bytes of WGSL in one shader module: 256 KiB.
///
/// The parser recurses and its running time is superlinear in the depth of the source, so this is
/// also what bounds the compiler's stack (see [`STACK_BYTES_PER_SHADER_BYTE`]) and time.
pub const DEFAULT_MAX_SHADER_BYTES: usize = 256 << 10;

/// Stack that the shader compiler may need for each byte of WGSL: up to 690 were measured for
/// source that does nothing but nest.
pub const STACK_BYTES_PER_SHADER_BYTE: usize = 1 << 10;

/// Stack of the compiler's thread beyond what the text of a shader asks for, in bytes.
pub const COMPILER_STACK_MARGIN: usize = 16 << 20;

/// The longest that one call of a guest may wait for the GPU, or for a shader to be compiled.
pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(600);

/// Error scopes that may be open on one device at a time.
pub const MAX_ERROR_SCOPES: usize = 1_024;

/// Errors kept for a guest that has asked for the stream of uncaptured errors but does not read it.
pub const MAX_UNREAD_ERRORS: usize = 256;

/// Entries in one `record-*` map.
pub const MAX_RECORD_ENTRIES: usize = 4_096;

/// Bytes that the keys of one `record-*` map may have together.
pub const MAX_RECORD_KEY_BYTES: usize = 64 << 10;

/// The quotas of one guest; set with the methods of [`crate::WebGpuCtxBuilder`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quotas {
    /// See [`DEFAULT_MAX_GPU_MEMORY`]; in bytes.
    pub max_gpu_memory: u64,
    /// See [`DEFAULT_MAX_OBJECTS`].
    pub max_objects: usize,
    /// See [`DEFAULT_MAX_CALL_BYTES`]; in bytes.
    pub max_call_bytes: usize,
    /// See [`DEFAULT_MAX_SHADER_BYTES`]; in bytes.
    pub max_shader_bytes: usize,
    /// See [`DEFAULT_MAX_WAIT`].
    pub max_wait: Duration,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            max_gpu_memory: DEFAULT_MAX_GPU_MEMORY,
            max_objects: DEFAULT_MAX_OBJECTS,
            max_call_bytes: DEFAULT_MAX_CALL_BYTES,
            max_shader_bytes: DEFAULT_MAX_SHADER_BYTES,
            max_wait: DEFAULT_MAX_WAIT,
        }
    }
}

/// A quota whose breach ends the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuotaExceeded {
    /// More live objects than this.
    Objects(usize),
    /// More open error scopes than this.
    ErrorScopes(usize),
    /// More entries in a `record-*` map than this.
    RecordEntries(usize),
    /// More bytes of keys in a `record-*` map than this.
    RecordKeyBytes(usize),
    /// A wait for the GPU that took longer than this.
    Wait(Duration),
}

impl fmt::Display for QuotaExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Objects(max) => write!(f, "the guest holds {max} WebGPU objects, as many as it may"),
            Self::ErrorScopes(max) => {
                write!(f, "the guest has {max} error scopes open on a device, as many as it may")
            }
            Self::RecordEntries(max) => {
                write!(f, "a record of the guest has {max} entries, as many as it may")
            }
            Self::RecordKeyBytes(max) => {
                write!(f, "the keys of a record of the guest have more than {max} bytes")
            }
            Self::Wait(max) => write!(f, "the GPU did not finish the guest's work within {max:?}"),
        }
    }
}

impl Error for QuotaExceeded {}

/// The GPU memory that a guest holds, over all of its devices.
#[derive(Debug)]
pub(crate) struct GpuMemory {
    max: u64,
    used: AtomicU64,
}

impl GpuMemory {
    pub(crate) fn new(max: u64) -> Arc<Self> {
        Arc::new(Self { max, used: AtomicU64::new(0) })
    }

    /// Takes `bytes` from the quota until the reservation is dropped; `None` when they are not left.
    pub(crate) fn reserve(self: &Arc<Self>, bytes: u64) -> Option<Reservation> {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|sum| *sum <= self.max)
            })
            .ok()
            .map(|_| Reservation { memory: Arc::clone(self), bytes })
    }

    /// Bytes in use now.
    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn max(&self) -> u64 {
        self.max
    }
}

/// Bytes taken from a guest's GPU memory; held by a buffer or texture until it is destroyed.
#[derive(Debug)]
pub(crate) struct Reservation {
    memory: Arc<GpuMemory>,
    bytes: u64,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.memory.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The reservation of a buffer or texture together with all that keeps its memory in use when the
/// guest has dropped the handle: views and bind groups. Destroying gives it back for all of them.
#[derive(Clone, Debug)]
pub(crate) struct SharedReservation(Arc<Mutex<Option<Reservation>>>);

impl SharedReservation {
    /// `None` for an object that takes no memory.
    pub(crate) fn new(reservation: Option<Reservation>) -> Self {
        Self(Arc::new(Mutex::new(reservation)))
    }

    /// Gives the bytes back now.
    pub(crate) fn give_back(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpu_memory_is_given_back() {
        let memory = GpuMemory::new(100);
        let first = memory.reserve(60).unwrap();
        assert!(memory.reserve(41).is_none());
        assert!(memory.reserve(u64::MAX).is_none());
        let second = memory.reserve(40).unwrap();
        assert_eq!(memory.used(), 100);
        drop(first);
        assert_eq!(memory.used(), 40);
        drop(second);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_shared_reservation_ends_with_its_last_holder_or_when_given_back() {
        let memory = GpuMemory::new(100);
        let texture = SharedReservation::new(memory.reserve(60));
        let view = texture.clone();
        drop(texture);
        assert_eq!(memory.used(), 60);
        drop(view);
        assert_eq!(memory.used(), 0);
        let texture = SharedReservation::new(memory.reserve(60));
        let _view = texture.clone();
        texture.give_back();
        assert_eq!(memory.used(), 0);
    }
}
