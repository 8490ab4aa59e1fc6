//! What one guest may use: the quotas, their defaults, and what breaks when one is exceeded.

use std::{
    error::Error,
    fmt, mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::device::in_flight::InFlight;

/// Bytes of buffers and textures that one guest may hold at a time: 64 GiB, more than most
/// adapters have, so that by default the adapter's own memory is the limit.
pub const DEFAULT_MAX_GPU_MEMORY: u64 = 64 << 30;

/// Bytes of the host's own memory that one guest may hold at a time with its objects and with what it records, labels
/// and puts into records: 2 GiB, as much as eight million commands, or two thousand pipelines.
pub const DEFAULT_MAX_HOST_MEMORY: u64 = 2 << 30;

/// Bytes as which a recorded command counts, beside its texts and offsets: about what wgpu and a driver
/// keep of it between them.
pub const BYTES_PER_COMMAND: u64 = 256;

/// Bytes that the writes of one guest to buffers and textures may have on their way to the GPU at a time, beside its
/// quotas: 64 MiB. A write that finds no room waits until the GPU has done others; with this many none waits for long.
pub const MAX_STAGED_BYTES: u64 = 64 << 20;

/// Objects (buffers, bind groups, encoders, …) that one guest may hold at a time.
pub const DEFAULT_MAX_OBJECTS: usize = 1_000_000;

/// Handles that a guest may hold beside those of [`Quotas::max_objects`]: files, streams, futures and what its
/// components give each other. As many as wasmtime allows in all.
pub const MAX_OTHER_HANDLES: usize = 100_000;

/// Bytes of the memories and tables that a guest's own instances may have together: 5 GiB, one memory of wasm32 at
/// its largest and room beside it.
pub const DEFAULT_MAX_GUEST_MEMORY: u64 = 5 << 30;

/// Bytes as which an element of a guest's table counts.
pub const BYTES_PER_TABLE_ELEMENT: u64 = 16;

/// Instances of modules that a guest may consist of.
pub const MAX_GUEST_INSTANCES: usize = 10_000;

/// Tables that a guest's instances may have.
pub const MAX_GUEST_TABLES: usize = 10_000;

/// Memories that a guest's instances may have: each reserves gigabytes of addresses, of which a process has 128 TiB.
pub const MAX_GUEST_MEMORIES: usize = 1_000;

/// Bytes that one call may carry from the guest to the host: 1 GiB. wasmtime calls it hostcall
/// fuel and allows 128 MiB; the weights of a model are larger.
pub const DEFAULT_MAX_CALL_BYTES: usize = 1 << 30;

/// Bytes of WGSL in one shader module: 2 MiB.
pub const DEFAULT_MAX_SHADER_BYTES: usize = 2 << 20;

/// Operators, brackets and `else`s that may be inside each other in a shader. The compiler recurses with them, and its
/// running time is superlinear in their number, so this is what bounds its stack and its time, and not the length of
/// the text. As many as a native program's main thread has the stack for.
pub const MAX_SHADER_DEPTH: usize = 12 << 10;

/// Stack that the shader compiler may need for each of [`MAX_SHADER_DEPTH`].
pub const STACK_BYTES_PER_SHADER_LEVEL: usize = 16 << 10;

/// Stack that the shader compiler may need for each byte of WGSL: it goes from a declaration to those that it needs,
/// and from these to theirs.
pub const STACK_BYTES_PER_SHADER_BYTE: usize = 64;

/// Stack of the compiler's thread beyond what the text of a shader asks for, in bytes.
pub const COMPILER_STACK_MARGIN: usize = 16 << 20;

/// Compilations of shaders and pipelines that run at a time in a process, for all guests together. Another one waits
/// until one of them has ended, for as long as it may take itself, and is refused then.
pub const MAX_COMPILES: usize = 16;

/// Compilations of one guest that may go on after their time was up, for they can't be stopped; while as many do, no
/// other one of that guest begins.
pub const MAX_COMPILES_LEFT_BEHIND: usize = 2;

/// The longest that one call of a guest may wait for the GPU, or for a shader to be compiled.
pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(600);

/// Expressions that one function of a shader may have, those of the functions that it calls among them, once
/// for each call: drivers put functions in the place of their calls. Mesa's lavapipe takes about a kilobyte
/// for each.
pub const MAX_INLINED_EXPRESSIONS: u64 = 1 << 20;

/// Elements that the values of arrays may have which one shader names, each counted as often as it is named. naga makes
/// a node of about a hundred bytes for each before it asks whether such a value may be: `shaders/const_values.rs`.
pub const MAX_CONST_ELEMENTS: u64 = 1 << 20;

/// Error scopes that may be open on one device at a time.
pub const MAX_ERROR_SCOPES: usize = 1_024;

/// Bytes of the message of an error; a longer one, with a label that is, is cut.
pub const MAX_ERROR_MESSAGE_BYTES: usize = 64 << 10;

/// Places in the text of a shader that the message of one error shows. wgpu shows all, which takes longer than the
/// square of their number when they are on one line.
pub const MAX_ERROR_PLACES: usize = 4;

/// Errors kept for a guest that has asked for the stream of uncaptured errors but does not read it.
pub const MAX_UNREAD_ERRORS: usize = 256;

/// Uncaptured errors of a guest that are logged in full; the others are counted.
pub const MAX_LOGGED_ERRORS: usize = 32;

/// Render bundles that a guest may have refused, in all. Each leaves an entry in wgpu's tables that stays
/// for as long as the instance does.
pub const MAX_REFUSED_BUNDLES: usize = 10_000;

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
    /// See [`DEFAULT_MAX_HOST_MEMORY`]; in bytes.
    pub max_host_memory: u64,
    /// See [`DEFAULT_MAX_OBJECTS`].
    pub max_objects: usize,
    /// See [`DEFAULT_MAX_GUEST_MEMORY`]; in bytes. [`GuestMemory`](crate::GuestMemory) puts it into effect.
    pub max_guest_memory: u64,
    /// See [`DEFAULT_MAX_CALL_BYTES`]; in bytes.
    pub max_call_bytes: usize,
    /// See [`DEFAULT_MAX_SHADER_BYTES`]; in bytes.
    pub max_shader_bytes: usize,
    /// See [`DEFAULT_MAX_WAIT`].
    pub max_wait: Duration,
    /// Iterations that all loops of one invocation of a shader may begin together; then each of them ends at
    /// once, and the invocation runs to its end. The guest is not told. `None`, the default, is no bound.
    pub max_loop_iterations: Option<u32>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            max_gpu_memory: DEFAULT_MAX_GPU_MEMORY,
            max_host_memory: DEFAULT_MAX_HOST_MEMORY,
            max_objects: DEFAULT_MAX_OBJECTS,
            max_guest_memory: DEFAULT_MAX_GUEST_MEMORY,
            max_call_bytes: DEFAULT_MAX_CALL_BYTES,
            max_shader_bytes: DEFAULT_MAX_SHADER_BYTES,
            max_wait: DEFAULT_MAX_WAIT,
            max_loop_iterations: None,
        }
    }
}

impl Quotas {
    /// Handles that a guest may hold, those of WebGPU and all others: for
    /// [`Store::set_max_component_handles`](wasmtime::Store::set_max_component_handles) and
    /// [`ResourceTable::set_max_capacity`](wasmtime::component::ResourceTable::set_max_capacity).
    #[must_use]
    pub fn max_handles(&self) -> usize {
        self.max_objects.saturating_add(MAX_OTHER_HANDLES)
    }
}

/// How the quota of this name is raised, for the messages that tell of its breach.
pub(crate) fn quota(name: &str) -> String {
    let option = name.replace('_', "-");
    format!("the quota `{name}`: option `--{option}`, or `WebGpuCtxBuilder::{name}`")
}

/// A quota whose breach ends the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuotaExceeded {
    /// More live objects than this.
    Objects(usize),
    /// More bytes of objects, labels and records than this.
    HostMemory(u64),
    /// More bytes of memories and tables of its own than this.
    GuestMemory(u64),
    /// More bytes in one call than this.
    CallBytes(usize),
    /// More open error scopes than this.
    ErrorScopes(usize),
    /// More render bundles were refused than this.
    RefusedBundles(usize),
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
            Self::Objects(max) => {
                let quota = quota("max_objects");
                write!(f, "the guest holds {max} WebGPU objects, as many as it may ({quota})")
            }
            Self::HostMemory(max) => {
                let quota = quota("max_host_memory");
                write!(
                    f,
                    "objects, labels and records of the guest take more than the {max} bytes of host memory it may \
                     ({quota})"
                )
            }
            Self::GuestMemory(max) => {
                let quota = quota("max_guest_memory");
                write!(
                    f,
                    "the guest asked for more than the {max} bytes that its memories and tables may have together \
                     ({quota})"
                )
            }
            Self::CallBytes(max) => {
                let quota = quota("max_call_bytes");
                write!(f, "a call of the guest carries more than {max} bytes ({quota})")
            }
            Self::ErrorScopes(max) => {
                write!(f, "the guest has {max} error scopes open on a device, as many as it may")
            }
            Self::RefusedBundles(max) => {
                write!(f, "{max} render bundles of the guest were refused, as many as may be")
            }
            Self::RecordEntries(max) => {
                write!(f, "a record of the guest has {max} entries, as many as it may")
            }
            Self::RecordKeyBytes(max) => {
                write!(f, "the keys of a record of the guest have more than {max} bytes")
            }
            Self::Wait(max) => {
                let quota = quota("max_wait");
                write!(f, "the GPU did not finish the guest's work within {max:?} ({quota})")
            }
        }
    }
}

impl Error for QuotaExceeded {}

/// Bytes of one kind that a guest holds, over all of its devices.
#[derive(Debug)]
pub(crate) struct Budget {
    max: u64,
    used: AtomicU64,
    /// What is not done yet holds some, which it gives back.
    in_flight: Arc<InFlight>,
}

impl Budget {
    pub(crate) fn new(max: u64, in_flight: &Arc<InFlight>) -> Arc<Self> {
        Arc::new(Self { max, used: AtomicU64::new(0), in_flight: Arc::clone(in_flight) })
    }

    /// Takes `bytes` from the quota until the reservation is dropped; `None` when they are not left.
    pub(crate) fn reserve(self: &Arc<Self>, bytes: u64) -> Option<Reservation> {
        self.take(bytes).then(|| Reservation { memory: Arc::clone(self), bytes })
    }

    /// [`Self::reserve`], without a look at what the GPU has finished.
    #[inline]
    pub(crate) fn reserve_now(self: &Arc<Self>, bytes: u64) -> Option<Reservation> {
        self.take_now(self.max, bytes).then(|| Reservation { memory: Arc::clone(self), bytes })
    }

    /// Takes `bytes` from the quota until [`Self::give_back`] gets them; `false` when they are not left.
    pub(crate) fn take(&self, bytes: u64) -> bool {
        self.take_below(self.max, bytes)
    }

    /// [`Self::take`], if no more than `max` are in use then.
    fn take_below(&self, max: u64, bytes: u64) -> bool {
        // More than there will ever be is not waited for.
        self.take_now(max, bytes) || (bytes <= max && self.in_flight.make_room(|| self.take_now(max, bytes)))
    }

    #[inline]
    fn take_now(&self, max: u64, bytes: u64) -> bool {
        let sum = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= max);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).is_ok()
    }

    /// Gives back what [`Self::take`] took.
    pub(crate) fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
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
    memory: Arc<Budget>,
    bytes: u64,
}

impl Reservation {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds `more`, of the same quota, to what is there.
    pub(crate) fn merge(sum: &mut Option<Self>, mut more: Self) {
        match sum {
            Some(sum) => {
                sum.bytes = sum.bytes.saturating_add(mem::take(&mut more.bytes));
            }
            None => *sum = Some(more),
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.memory.give_back(self.bytes);
    }
}

/// What is counted for the commands of one encoder or pass. It takes more than it needs from the quota, so
/// that most commands touch nothing that is shared.
#[derive(Debug)]
pub(crate) struct Ledger {
    budget: Arc<Budget>,
    reserved: Reservation,
    left: u64,
}

impl Ledger {
    pub(crate) fn new(budget: &Arc<Budget>) -> Self {
        let budget = Arc::clone(budget);
        Self { reserved: Reservation { memory: Arc::clone(&budget), bytes: 0 }, budget, left: 0 }
    }

    /// Counts a command with `bytes` beside itself; `Err` says that there is no room for it.
    #[inline]
    pub(crate) fn command(&mut self, bytes: usize) -> Result<(), String> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(BYTES_PER_COMMAND);
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => self.refill(bytes),
        }
    }

    #[cold]
    fn refill(&mut self, bytes: u64) -> Result<(), String> {
        const MIN_CHUNK: u64 = 16 * BYTES_PER_COMMAND;
        const MAX_CHUNK: u64 = 1 << 20;
        // As much again as there is: a long recording asks seldom, a short one takes little.
        let chunk = bytes.max(self.reserved.bytes.clamp(MIN_CHUNK, MAX_CHUNK));
        // The rest is for texts, such as the error that follows from this.
        let max = self.budget.max() / 8 * 7;
        let missing = bytes - self.left;
        let more = if self.budget.take_now(max, chunk) {
            chunk
        } else if self.budget.take_below(max, missing) {
            missing
        } else {
            return Err(format!(
                "the commands that the guest has recorded take the {max} bytes of host memory they may (seven \
                 eighths of {})",
                quota("max_host_memory")
            ));
        };
        self.reserved.bytes += more;
        self.left = self.left + more - bytes;
        Ok(())
    }

    /// Bytes of the commands that were counted.
    pub(crate) fn counted(&self) -> u64 {
        self.reserved.bytes.saturating_sub(self.left)
    }

    /// What the commands take, to hold until they are gone; the ledger begins anew.
    pub(crate) fn close(&mut self) -> SharedReservation {
        let begun = Self::new(&self.budget);
        let Self { budget, mut reserved, left } = mem::replace(self, begun);
        reserved.bytes -= left;
        budget.give_back(left);
        SharedReservation::new(Some(reserved))
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

    /// Takes the bytes out, to be given back when nothing needs the memory any more.
    pub(crate) fn take(&self) -> Option<Reservation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The same for the clones of one, and different from all others.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpu_memory_is_given_back() {
        let memory = Budget::new(100, &Arc::default());
        let first = memory.reserve(60).unwrap();
        assert!(memory.reserve(41).is_none());
        assert!(memory.reserve(u64::MAX).is_none());
        let second = memory.reserve(40).unwrap();
        assert_eq!(memory.used(), 100);
        drop(first);
        assert_eq!(memory.used(), 40);
        drop(second);
        assert_eq!(memory.used(), 0);
        let mut sum = None;
        Reservation::merge(&mut sum, memory.reserve(30).unwrap());
        Reservation::merge(&mut sum, memory.reserve(20).unwrap());
        assert_eq!((memory.used(), sum.as_ref().unwrap().bytes()), (50, 50));
        drop(sum);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_ledger_takes_chunks_and_gives_them_back() {
        const COMMAND: u64 = BYTES_PER_COMMAND;
        let memory = Budget::new(64 * COMMAND, &Arc::default());
        let mut ledger = Ledger::new(&memory);
        ledger.command(0).unwrap();
        assert_eq!(memory.used(), 16 * COMMAND);
        (0..15).for_each(|_| ledger.command(0).unwrap());
        assert_eq!(memory.used(), 16 * COMMAND);
        ledger.command(0).unwrap();
        assert_eq!((memory.used(), ledger.counted()), (32 * COMMAND, 17 * COMMAND));
        let commands = ledger.close();
        assert_eq!(memory.used(), 17 * COMMAND);
        ledger.command(1).unwrap();
        assert_eq!((memory.used(), ledger.counted()), (33 * COMMAND, COMMAND + 1));
        // 56 are for commands. Where a chunk is too much, what is missing is taken.
        assert!(ledger.command(usize::MAX).is_err());
        assert_eq!((0..60).filter(|_| ledger.command(0).is_ok()).count(), 37);
        drop(commands);
        ledger.command(0).unwrap();
        drop(ledger);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_shared_reservation_ends_with_its_last_holder_or_when_given_back() {
        let memory = Budget::new(100, &Arc::default());
        let texture = SharedReservation::new(memory.reserve(60));
        let view = texture.clone();
        drop(texture);
        assert_eq!(memory.used(), 60);
        drop(view);
        assert_eq!(memory.used(), 0);
        let texture = SharedReservation::new(memory.reserve(60));
        let view = texture.clone();
        assert_eq!(view.address(), texture.address());
        drop(texture.take());
        assert_eq!(memory.used(), 0);
    }
}
