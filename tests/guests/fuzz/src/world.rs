//! What a guest holds: its handles by type, with what it knows about each.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt::{Arguments, Debug},
    pin::Pin,
    rc::Rc,
};

use crate::{
    command_memory::CommandMemory,
    random::Random,
    shaders::{Facts, Slot},
    windows::{drawing::Context, pixels, surface::Surface, wit::Window},
    wit::{
        Gpu, GpuAdapter, GpuAdapterInfo, GpuBindGroup, GpuBindGroupLayout, GpuBuffer, GpuBufferUsage,
        GpuCommandBuffer, GpuCommandEncoder, GpuCompilationInfo, GpuCompilationMessage,
        GpuComputePassEncoder, GpuComputePipeline, GpuDevice, GpuDeviceLostInfo, GpuError, GpuPipelineLayout,
        GpuQuerySet, GpuQueryType, GpuQueue, GpuRenderBundle, GpuRenderBundleEncoder, GpuRenderPassEncoder,
        GpuRenderPipeline, GpuSampler, GpuShaderModule, GpuSupportedFeatures, GpuSupportedLimits, GpuTexture,
        GpuTextureUsage, GpuTextureView, RecordGpuPipelineConstantValue, RecordOptionGpuSize64,
        WgslLanguageFeatures,
    },
};

/// The most handles of one type; then one of them is dropped for each new one.
const MOST: usize = 14;

/// A handle, the number of the device that it belongs to, and what is known about it.
#[derive(Debug)]
pub(crate) struct Item<T, K = ()> {
    pub(crate) handle: Rc<T>,
    pub(crate) device: usize,
    pub(crate) known: K,
}

impl<T, K: Clone> Clone for Item<T, K> {
    fn clone(&self) -> Self {
        Self { handle: Rc::clone(&self.handle), device: self.device, known: self.known.clone() }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct KnownBuffer {
    pub(crate) size: u64,
    pub(crate) usage: GpuBufferUsage,
    pub(crate) mapped: Rc<Cell<bool>>,
}

/// What a texture, or a view of it, is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Color,
    Depth,
    Multisampled,
    Storage,
    Sampled,
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownTexture {
    pub(crate) role: Role,
    pub(crate) usage: GpuTextureUsage,
}

/// A bind group layout: groups and pipelines with the same `key` go together.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) key: usize,
    pub(crate) slots: &'static [Slot],
}

/// What a render pass draws to: color alone, with depth, or multisampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Color,
    Depth,
    Multisampled,
}

#[derive(Clone, Debug)]
pub(crate) struct KnownPipeline {
    pub(crate) groups: Vec<Layout>,
    pub(crate) target: Target,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recording {
    Open,
    InPass,
    Finished,
}

/// An encoder of commands, one of a pass among them.
#[derive(Clone, Debug)]
pub(crate) struct KnownPass {
    /// The state of the command encoder above it; a bundle's own.
    pub(crate) encoder: Rc<Cell<Recording>>,
    pub(crate) open: Rc<Cell<bool>>,
    pub(crate) target: Target,
    pub(crate) pipeline: Rc<RefCell<Option<KnownPipeline>>>,
    pub(crate) groups_open: Rc<Cell<u32>>,
    pub(crate) in_query: Rc<Cell<bool>>,
}

/// A call that was started, or will be at its first poll.
pub(crate) struct Pending {
    /// `None` once it has ended. It keeps its place, so that what comes next does not depend on when that was.
    pub(crate) call: Option<Pin<Box<dyn Future<Output = &'static str>>>>,
    /// Whether the host ends it whatever the guest does.
    pub(crate) ends: bool,
}

impl KnownPass {
    /// Whether something may be drawn or dispatched: there is a pipeline, and perhaps what that needs.
    pub(crate) fn is_ready(&self) -> bool {
        self.pipeline.borrow().is_some()
    }
}

macro_rules! pools {
    ($($pool:ident: $type:ty $(, $known:ty)?;)*) => {
        /// All handles.
        #[derive(Default)]
        pub(crate) struct Pools {
            $(pub(crate) $pool: Vec<Item<$type $(, $known)?>>,)*
        }

        /// How many pools there are.
        pub(crate) const POOLS: usize = [$(stringify!($pool)),*].len();

        impl Pools {
            /// Drops a handle of the pool with this number; its name, if it had any.
            pub(crate) fn drop_one(&mut self, number: usize, random: &mut Random) -> Option<&'static str> {
                let mut at = 0;
                $(
                    if at == number {
                        if self.$pool.is_empty() {
                            return None;
                        }
                        let which = random.below(self.$pool.len());
                        drop(self.$pool.swap_remove(which));
                        return Some(stringify!($pool));
                    }
                    at += 1;
                )*
                let _ = at;
                None
            }
        }

        $(impl Pooled for Item<$type $(, $known)?> {
            fn pool(pools: &mut Pools) -> &mut Vec<Self> {
                &mut pools.$pool
            }
        })*
    };
}

/// What goes into a pool.
pub(crate) trait Pooled: Sized {
    /// Its pool.
    fn pool(pools: &mut Pools) -> &mut Vec<Self>;
}

pools! {
    gpus: Gpu;
    adapters: GpuAdapter;
    infos: GpuAdapterInfo;
    features: GpuSupportedFeatures;
    limits: GpuSupportedLimits;
    languages: WgslLanguageFeatures;
    devices: GpuDevice, KnownDevice;
    queues: GpuQueue;
    buffers: GpuBuffer, KnownBuffer;
    textures: GpuTexture, KnownTexture;
    views: GpuTextureView, KnownTexture;
    samplers: GpuSampler, bool;
    bind_group_layouts: GpuBindGroupLayout, Layout;
    pipeline_layouts: GpuPipelineLayout, Vec<Layout>;
    bind_groups: GpuBindGroup, Layout;
    modules: GpuShaderModule, Option<Rc<Facts>>;
    compute_pipelines: GpuComputePipeline, KnownPipeline;
    render_pipelines: GpuRenderPipeline, KnownPipeline;
    encoders: GpuCommandEncoder, Rc<Cell<Recording>>;
    command_buffers: GpuCommandBuffer;
    compute_passes: GpuComputePassEncoder, KnownPass;
    render_passes: GpuRenderPassEncoder, KnownPass;
    bundle_encoders: GpuRenderBundleEncoder, KnownPass;
    bundles: GpuRenderBundle, Target;
    query_sets: GpuQuerySet, KnownQueries;
    errors: GpuError;
    lost: GpuDeviceLostInfo;
    compilation_infos: GpuCompilationInfo;
    messages: GpuCompilationMessage;
    constants: RecordGpuPipelineConstantValue;
    sizes: RecordOptionGpuSize64;
    windows: Window;
    surfaces: Surface;
    canvases: Context, KnownCanvas;
    pixel_canvases: pixels::Context;
    pixel_buffers: pixels::Buffer;
}

/// A canvas, and the number of the device that it was configured for.
#[derive(Clone, Debug)]
pub(crate) struct KnownCanvas {
    pub(crate) device: Rc<Cell<Option<usize>>>,
}

#[derive(Clone, Debug)]
pub(crate) struct KnownDevice {
    pub(crate) alive: Rc<Cell<bool>>,
    pub(crate) scopes: Rc<Cell<u32>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownQueries {
    pub(crate) kind: GpuQueryType,
    pub(crate) count: u32,
}

/// What a guest is told about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// How many calls it makes.
    pub(crate) calls: u64,
    /// Each call goes to stderr before it is made.
    pub(crate) log: bool,
    /// It drops calls that have not ended, and so what it does next depends on time.
    pub(crate) hasty: bool,
    /// The host ends the loops of its shaders.
    pub(crate) loops_end: bool,
}

/// A guest.
pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) pools: Pools,
    /// Calls that were started and not waited for.
    pub(crate) pending: Vec<Pending>,
    /// What was answered, by kind.
    pub(crate) answers: BTreeMap<String, u64>,
    pub(crate) calls: u64,
    pub(crate) manner: Manner,
    next: usize,
    pub(crate) memory: CommandMemory,
    /// A sum over what was called and answered, in order.
    pub(crate) trace: Sum,
    /// What was read from buffers, in order.
    pub(crate) reads: Vec<Read>,
    /// Nobody knows what is in buffers from now on: a time is in one of them, or a shader ran whose
    /// invocations may overtake each other.
    pub(crate) unsure: bool,
    /// It has asked for the stream of uncaptured errors.
    listened: bool,
}

/// Bytes that were read from a buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read {
    /// The number of calls that were made before.
    pub(crate) call: u64,
    /// How many bytes.
    pub(crate) bytes: usize,
    pub(crate) sum: Sum,
}

/// A sum over bytes in which their order counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum(pub(crate) u64);

impl Default for Sum {
    /// That of nothing.
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        // FNV-1a, and an end that no byte is.
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.0 = (self.0 ^ 0x100).wrapping_mul(0x0100_0000_01b3);
    }
}

impl World {
    pub(crate) fn new(random: Random, memory: CommandMemory, manner: Manner) -> Self {
        Self {
            random,
            pools: Pools::default(),
            pending: Vec::new(),
            answers: BTreeMap::new(),
            calls: 0,
            manner,
            // The numbers below are those of explicit layouts.
            next: 1000,
            memory,
            trace: Sum::default(),
            reads: Vec::new(),
            unsure: false,
            listened: false,
        }
    }

    /// Whether calls are left.
    pub(crate) fn goes_on(&self) -> bool {
        self.calls < self.manner.calls
    }

    /// Notes a call before it is made; `None` when there are no more to make.
    pub(crate) fn call(&mut self, function: &str, arguments: Arguments<'_>) -> Option<()> {
        if !self.goes_on() {
            return None;
        }
        self.calls += 1;
        self.trace.add(function.as_bytes());
        if self.manner.log {
            let text: String = arguments.to_string().chars().take(20_000).collect();
            eprintln!("#{} {function} {text}", self.calls);
        }
        Some(())
    }

    /// Writes a line of the log for what is no call.
    pub(crate) fn remark(&self, text: &str) {
        if self.manner.log {
            eprintln!("#{} {text}", self.calls);
        }
    }

    /// Says that it asks for the stream of uncaptured errors. How many are on their way in it when it is dropped, and so
    /// are not left to the host, is a matter of time. It says so at once: it may trap before its last call.
    pub(crate) fn listen(&mut self) {
        if !self.listened {
            self.listened = true;
            println!("listened");
        }
    }

    /// Notes what a function tells.
    pub(crate) fn told(&mut self, value: &impl Debug) {
        self.trace.add(format!("{value:?}").as_bytes());
    }

    /// Notes what was read from a buffer.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        if !self.unsure {
            if self.manner.log {
                self.remark(&format!("reads {bytes:?}"));
            }
            let mut sum = Sum::default();
            sum.add(bytes);
            self.reads.push(Read { call: self.calls, bytes: bytes.len(), sum });
        }
    }

    /// Puts a call off, which says what came of it.
    pub(crate) fn put_off(&mut self, ends: bool, call: impl Future<Output = &'static str> + 'static) {
        self.pending.push(Pending { call: Some(Box::pin(call)), ends });
    }

    /// Counts an answer.
    pub(crate) fn answer(&mut self, kind: &str) {
        self.trace.add(kind.as_bytes());
        self.remark(kind);
        match self.answers.get_mut(kind) {
            Some(count) => *count += 1,
            None => _ = self.answers.insert(kind.to_owned(), 1),
        }
    }

    /// Counts an `Err` of the WIT.
    pub(crate) fn result<T, E: Debug>(
        &mut self,
        function: &str,
        result: Result<T, E>,
        kind: impl FnOnce(&E) -> String,
    ) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                let kind = kind(&error);
                self.answer(&format!("{function}: {kind}"));
                None
            }
        }
    }

    /// A number that nothing else has.
    pub(crate) fn unique(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    /// Keeps a handle.
    pub(crate) fn keep<T, K>(&mut self, handle: T, device: usize, known: K)
    where
        Item<T, K>: Pooled,
    {
        self.keep_shared(Rc::new(handle), device, known);
    }

    /// Keeps a handle that others have as well.
    pub(crate) fn keep_shared<T, K>(&mut self, handle: Rc<T>, device: usize, known: K)
    where
        Item<T, K>: Pooled,
    {
        let pool = Item::<T, K>::pool(&mut self.pools);
        if pool.len() >= MOST {
            let which = self.random.below(pool.len());
            drop(pool.swap_remove(which));
        }
        pool.push(Item { handle, device, known });
    }

    /// A handle that `fits` and belongs to `device`, the newer the likelier; any other when the guest is
    /// hostile, or has none that does.
    pub(crate) fn pick<T, K: Clone>(
        &mut self,
        device: Option<usize>,
        fits: impl Fn(&K) -> bool,
    ) -> Option<Item<T, K>>
    where
        Item<T, K>: Pooled,
    {
        let pool = Item::<T, K>::pool(&mut self.pools);
        if pool.is_empty() {
            return None;
        }
        if !self.random.hostile() {
            let here = |item: &&Item<T, K>| device.is_none_or(|device| item.device == device);
            let fitting = pool.iter().rev().filter(here).filter(|item| fits(&item.known));
            // Mostly the newest: what comes after it in a sequence was made for it.
            let mut skip = 0;
            while skip < 4 && self.random.chance(250) {
                skip += 1;
            }
            let fitting: Vec<_> = fitting.take(skip + 1).collect();
            if let Some(item) = fitting.last() {
                return Some((*item).clone());
            }
        }
        let which = self.random.below(pool.len());
        pool.get(which).cloned()
    }

    /// Any handle.
    pub(crate) fn any<T, K: Clone>(&mut self) -> Option<Item<T, K>>
    where
        Item<T, K>: Pooled,
    {
        self.pick(None, |_| true)
    }

    /// A device, which is not lost most of the time.
    pub(crate) fn device(&mut self) -> Option<Item<GpuDevice, KnownDevice>> {
        self.pick(None, |known: &KnownDevice| known.alive.get())
    }

    /// A buffer for `usage`.
    pub(crate) fn buffer(
        &mut self,
        device: usize,
        usage: GpuBufferUsage,
    ) -> Option<Item<GpuBuffer, KnownBuffer>> {
        self.pick(Some(device), |known: &KnownBuffer| known.usage.contains(usage) && !known.mapped.get())
    }

    /// A view for `role`.
    pub(crate) fn view(&mut self, device: usize, role: Role) -> Option<Item<GpuTextureView, KnownTexture>> {
        self.pick(Some(device), |known: &KnownTexture| known.role == role)
    }
}

/// Notes a call with its arguments; leaves the function when the guest has made all of its calls.
macro_rules! call {
    ($world:expr, $function:expr $(, $argument:expr)* $(,)?) => {
        $world.call($function, format_args!("{:?}", ($(&$argument,)*)))?
    };
}

pub(crate) use call;
