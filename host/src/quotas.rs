//! What one guest may use: the quotas, their defaults, and what breaks when one is exceeded.

use std::time::Duration;

use thiserror::Error;

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

/// Windows that a guest may have open at a time.
pub const MAX_WINDOWS: usize = 16;

/// Pixels that a window or a canvas may have in a row or a column.
pub const MAX_WINDOW_SIDE: u32 = 16 << 10;

/// Bytes of the title of a window that are shown.
pub const MAX_TITLE_BYTES: usize = 1 << 10;

/// Pixels that an icon, or a pointer of the guest's own, may have in a row or a column; a larger one is not shown.
pub const MAX_ICON_SIDE: u32 = 256;

/// Bytes of text that a guest may read from the clipboard, or write to it, at a time.
pub const MAX_CLIPBOARD_BYTES: usize = 1 << 20;

/// How long after somebody has pressed a key or a button in its window, or touched it, a guest may keep the pointer, fill
/// a screen, take the keyboard, or write to the clipboard.
pub const PRESS_COUNTS_FOR: Duration = Duration::from_secs(1);

/// Events of windows that wait for a guest. One that does not take them loses movements, and presses together with
/// their releases.
pub const MAX_WAITING_EVENTS: usize = 16 << 10;

/// Events that wait in one stream of a surface. A guest that does not read them loses the oldest; no release of a key.
pub const MAX_UNREAD_EVENTS: usize = 256;

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
    /// once, and the invocation runs to its end. The guest gets no error. `None`, the default, is no bound.
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

/// How the quota of this name is raised, for the messages about its breach.
pub(crate) fn quota(name: &str) -> String {
    let option = name.replace('_', "-");
    format!("the quota `{name}`: option `--{option}`, or `WebGpuCtxBuilder::{name}`")
}

/// A quota that a guest has exceeded. It is the reason for a trap, except that a guest whose own memory did not grow
/// ([`Self::GuestMemory`]) may go on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuotaExceeded {
    /// More live objects than this.
    #[error("the guest holds {0} WebGPU objects, as many as it may ({quota})", quota = quota("max_objects"))]
    Objects(usize),
    /// More bytes of objects, labels and records than this.
    #[error(
        "objects, labels and records of the guest take more than the {0} bytes of host memory it may ({quota})",
        quota = quota("max_host_memory")
    )]
    HostMemory(u64),
    /// More bytes of memories and tables of its own than this.
    #[error(
        "the guest asked for more than the {0} bytes that its memories and tables may have together ({quota})",
        quota = quota("max_guest_memory")
    )]
    GuestMemory(u64),
    /// More bytes in one call than this.
    #[error("a call of the guest carries more than {0} bytes ({quota})", quota = quota("max_call_bytes"))]
    CallBytes(usize),
    /// More open error scopes than this.
    #[error("the guest has {0} error scopes open on a device, as many as it may")]
    ErrorScopes(usize),
    /// More render bundles were refused than this.
    #[error("{0} render bundles of the guest were refused, as many as may be")]
    RefusedBundles(usize),
    /// More entries in a `record-*` map than this.
    #[error("a record of the guest has {0} entries, as many as it may")]
    RecordEntries(usize),
    /// More bytes of keys in a `record-*` map than this.
    #[error("the keys of a record of the guest have more than {0} bytes")]
    RecordKeyBytes(usize),
    /// A wait for the GPU that took longer than this.
    #[error("the GPU did not finish the guest's work within {0:?} ({quota})", quota = quota("max_wait"))]
    Wait(Duration),
}
