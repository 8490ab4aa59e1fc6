//! What a device makes: buffers, textures, layouts, shaders, pipelines and the rest.

use std::{cell::Cell, rc::Rc};

use crate::{
    act::{Later, device::perhaps},
    command_memory::with_new_name,
    shaders::{self, Facts, SHAPES, Slot},
    wgsl,
    wit::{
        CreatePipelineError, CreatePipelineErrorKind, CreateQuerySetErrorKind, GpuBindGroupDescriptor,
        GpuBindGroupEntry, GpuBindGroupLayout, GpuBindGroupLayoutDescriptor, GpuBindGroupLayoutEntry,
        GpuBindingResource, GpuBlendComponent, GpuBlendState, GpuBuffer, GpuBufferBinding,
        GpuBufferBindingLayout, GpuBufferBindingType, GpuBufferDescriptor, GpuBufferUsage,
        GpuColorTargetState, GpuComputePipeline, GpuComputePipelineDescriptor, GpuDepthStencilState,
        GpuExtent3D, GpuFragmentState, GpuLayoutMode, GpuMultisampleState, GpuPipelineErrorReason,
        GpuPipelineLayout, GpuPipelineLayoutDescriptor, GpuPrimitiveState, GpuProgrammableStage,
        GpuQuerySetDescriptor, GpuQueryType, GpuRenderPipeline, GpuRenderPipelineDescriptor, GpuSampler,
        GpuSamplerBindingLayout, GpuSamplerDescriptor, GpuShaderModule, GpuShaderModuleCompilationHint,
        GpuShaderModuleDescriptor, GpuShaderStage, GpuStencilFaceState, GpuStorageTextureBindingLayout,
        GpuTexture, GpuTextureBindingLayout, GpuTextureDescriptor, GpuTextureFormat, GpuTextureUsage,
        GpuTextureView, GpuTextureViewDescriptor, GpuVertexAttribute, GpuVertexBufferLayout, GpuVertexFormat,
        GpuVertexState, RecordGpuPipelineConstantValue,
    },
    world::{
        Item, KnownBuffer, KnownPipeline, KnownQueries, KnownTexture, Layout, Role, Target, World, call,
    },
};

/// What sensible buffers are for.
const BUFFERS: [GpuBufferUsage; 6] = [
    GpuBufferUsage::STORAGE.union(GpuBufferUsage::COPY_SRC).union(GpuBufferUsage::COPY_DST),
    GpuBufferUsage::UNIFORM.union(GpuBufferUsage::COPY_DST).union(GpuBufferUsage::QUERY_RESOLVE),
    GpuBufferUsage::VERTEX.union(GpuBufferUsage::INDEX).union(GpuBufferUsage::COPY_DST),
    GpuBufferUsage::MAP_READ.union(GpuBufferUsage::COPY_DST),
    GpuBufferUsage::MAP_WRITE.union(GpuBufferUsage::COPY_SRC),
    GpuBufferUsage::INDIRECT.union(GpuBufferUsage::COPY_DST).union(GpuBufferUsage::COPY_SRC),
];

pub(crate) fn buffer(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let random = &mut w.random;
    let sensible = random.one_of(&BUFFERS);
    let mut usage = random.mostly(sensible);
    if random.bounded() && usage.contains(GpuBufferUsage::INDIRECT) {
        // What a shader or a copy leaves in it would be the count of a draw.
        usage &= GpuBufferUsage::INDIRECT | GpuBufferUsage::COPY_SRC | GpuBufferUsage::UNIFORM;
    }
    let descriptor = GpuBufferDescriptor {
        size: random.number(&[16, 64, 256, 1024, 16_384]),
        usage,
        mapped_at_creation: random.maybe(|random| random.chance(300)),
        label: random.label(),
    };
    call!(w, "GpuDevice.create_buffer", device, descriptor);
    let mapped = Rc::new(Cell::new(descriptor.mapped_at_creation == Some(true)));
    let handle = device.handle.create_buffer(&descriptor);
    w.keep(handle, device.device, KnownBuffer { size: descriptor.size, usage, mapped });
    Some(())
}

/// What sensible textures are for, with format and samples.
const TEXTURES: [(Role, GpuTextureFormat, u32, GpuTextureUsage); 5] = {
    use GpuTextureUsage as U;
    let copies = U::COPY_SRC.union(U::COPY_DST);
    [
        (
            Role::Color,
            GpuTextureFormat::Rgba8unorm,
            1,
            U::RENDER_ATTACHMENT.union(U::TEXTURE_BINDING).union(copies),
        ),
        (
            Role::Depth,
            GpuTextureFormat::Depth24plusStencil8,
            1,
            U::RENDER_ATTACHMENT.union(U::TEXTURE_BINDING),
        ),
        (Role::Multisampled, GpuTextureFormat::Rgba8unorm, 4, U::RENDER_ATTACHMENT),
        (Role::Storage, GpuTextureFormat::Rgba8unorm, 1, U::STORAGE_BINDING.union(copies)),
        (Role::Sampled, GpuTextureFormat::Rgba8unorm, 1, U::TEXTURE_BINDING.union(copies)),
    ]
};

pub(crate) fn texture(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let random = &mut w.random;
    let (mut role, format, samples, usage) = random.one_of(&TEXTURES);
    let mut descriptor = GpuTextureDescriptor {
        size: GpuExtent3D {
            width: random.word(&[32]),
            height: Some(random.word(&[32])),
            depth_or_array_layers: random.maybe(|random| random.word(&[1])),
        },
        mip_level_count: random.maybe(|random| random.word(&[1])),
        sample_count: Some(random.word(&[u64::from(samples)])),
        dimension: if random.hostile() { Some(random.any()) } else { None },
        format: random.mostly(format),
        usage: random.mostly(usage),
        view_formats: if random.hostile() { Some(vec![random.any(), random.any()]) } else { None },
        texture_binding_view_dimension: if random.hostile() { Some(random.any()) } else { None },
        label: random.label(),
    };
    // Other textures than those of the passes: any format, levels and layers.
    if random.chance(250) {
        role = Role::Other;
        descriptor.format = random.any();
        descriptor.sample_count = None;
        descriptor.size.depth_or_array_layers = Some(random.word(&[1, 2, 6]));
        descriptor.mip_level_count = Some(random.word(&[1, 2, 3]));
        descriptor.usage = usage.intersection(GpuTextureUsage::TEXTURE_BINDING)
            | GpuTextureUsage::COPY_SRC
            | GpuTextureUsage::COPY_DST;
    }
    if random.bounded() {
        // Software clears each of them.
        descriptor.size.width = descriptor.size.width.min(20_000);
    }
    let usage = descriptor.usage;
    call!(w, "GpuDevice.create_texture", device, descriptor);
    let handle = device.handle.create_texture(&descriptor);
    w.keep(handle, device.device, KnownTexture { role, usage });
    Some(())
}

pub(crate) fn view(w: &mut World) -> Option<()> {
    let texture: Item<GpuTexture, KnownTexture> = w.any()?;
    let random = &mut w.random;
    let hostile = random.hostile();
    let mut descriptor = random.maybe(|random| GpuTextureViewDescriptor {
        format: if hostile { Some(random.any()) } else { None },
        dimension: if hostile { random.maybe(|random| random.any()) } else { None },
        usage: if hostile { random.maybe(|random| random.any()) } else { None },
        aspect: if hostile { random.maybe(|random| random.any()) } else { None },
        base_mip_level: random.maybe(|random| random.word(&[0])),
        mip_level_count: random.maybe(|random| random.word(&[1])),
        base_array_layer: random.maybe(|random| random.word(&[0])),
        array_layer_count: random.maybe(|random| random.word(&[1])),
        swizzle: if hostile { random.maybe(|random| random.text()) } else { None },
        label: random.label(),
    });
    if let Some(descriptor) = &mut descriptor
        && random.chance(30)
    {
        descriptor.swizzle =
            Some(random.one_of(&["rgba", "bgra", "01rg", "rrr", "rgbaa", "RGBA"]).to_owned());
    }
    call!(w, "GpuTexture.create_view", texture, descriptor);
    let handle = texture.handle.create_view(descriptor.as_ref());
    w.keep(handle, texture.device, texture.known);
    Some(())
}

pub(crate) fn sampler(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let random = &mut w.random;
    let descriptor = random.maybe(|random| GpuSamplerDescriptor {
        address_mode_u: random.maybe(|random| random.any()),
        address_mode_v: random.maybe(|random| random.any()),
        address_mode_w: random.maybe(|random| random.any()),
        mag_filter: random.maybe(|random| random.any()),
        min_filter: random.maybe(|random| random.any()),
        mipmap_filter: random.maybe(|random| random.any()),
        lod_min_clamp: if random.hostile() { Some(random.float()) } else { None },
        lod_max_clamp: if random.hostile() { Some(random.float()) } else { None },
        compare: if random.chance(200) { Some(random.any()) } else { None },
        max_anisotropy: if random.hostile() {
            Some(random.one_of(&[0, 1, 2, 16, 17, u16::MAX]))
        } else {
            None
        },
        label: random.label(),
    });
    let compares = descriptor.as_ref().is_some_and(|descriptor| descriptor.compare.is_some());
    call!(w, "GpuDevice.create_sampler", device, descriptor);
    let handle = device.handle.create_sampler(descriptor.as_ref());
    w.keep(handle, device.device, compares);
    Some(())
}

fn layout_entry(slot: Slot, binding: u32) -> GpuBindGroupLayoutEntry {
    let mut entry = GpuBindGroupLayoutEntry {
        binding,
        visibility: GpuShaderStage::COMPUTE | GpuShaderStage::FRAGMENT,
        buffer: None,
        sampler: None,
        texture: None,
        storage_texture: None,
    };
    let buffer = |type_, has_dynamic_offset| {
        Some(GpuBufferBindingLayout { type_: Some(type_), has_dynamic_offset, min_binding_size: None })
    };
    match slot {
        Slot::Storage => entry.buffer = buffer(GpuBufferBindingType::Storage, None),
        Slot::Uniform => entry.buffer = buffer(GpuBufferBindingType::Uniform, None),
        Slot::Dynamic => entry.buffer = buffer(GpuBufferBindingType::Uniform, Some(true)),
        Slot::Sampler => entry.sampler = Some(GpuSamplerBindingLayout { type_: None }),
        Slot::Texture => {
            entry.texture =
                Some(GpuTextureBindingLayout { sample_type: None, view_dimension: None, multisampled: None });
        }
        Slot::StorageTexture => {
            entry.storage_texture = Some(GpuStorageTextureBindingLayout {
                access: None,
                format: GpuTextureFormat::Rgba8unorm,
                view_dimension: None,
            });
        }
    }
    entry
}

/// Something else in a layout.
fn spoil_layout_entry(w: &mut World, entry: &mut GpuBindGroupLayoutEntry) {
    let random = &mut w.random;
    match random.below(6) {
        0 => entry.binding = random.word(&[0, 1, 999, 1000]),
        1 => entry.visibility = random.any(),
        2 => {
            entry.buffer = random.maybe(|random| GpuBufferBindingLayout {
                type_: random.maybe(|random| random.any()),
                has_dynamic_offset: random.maybe(|random| random.any()),
                min_binding_size: random.maybe(|random| random.number(&[0, 4, 1 << 20])),
            });
        }
        3 => {
            entry.sampler = random.maybe(|random| GpuSamplerBindingLayout { type_: Some(random.any()) });
        }
        4 => {
            entry.texture = random.maybe(|random| GpuTextureBindingLayout {
                sample_type: random.maybe(|random| random.any()),
                view_dimension: random.maybe(|random| random.any()),
                multisampled: random.maybe(|random| random.any()),
            });
        }
        _ => {
            entry.storage_texture = random.maybe(|random| GpuStorageTextureBindingLayout {
                access: random.maybe(|random| random.any()),
                format: random.any(),
                view_dimension: random.maybe(|random| random.any()),
            });
        }
    }
}

pub(crate) fn bind_group_layout(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let mut key = w.random.below(SHAPES.len());
    let slots = SHAPES[key];
    let mut entries: Vec<_> = (0..).zip(slots).map(|(binding, slot)| layout_entry(*slot, binding)).collect();
    while w.random.hostile() && !entries.is_empty() {
        key = w.unique();
        let which = w.random.below(entries.len());
        let mut entry = entries[which];
        spoil_layout_entry(w, &mut entry);
        if w.random.chance(500) { entries.push(entry) } else { entries[which] = entry }
    }
    let descriptor = GpuBindGroupLayoutDescriptor { entries, label: w.random.label() };
    call!(w, "GpuDevice.create_bind_group_layout", device, descriptor);
    let handle = device.handle.create_bind_group_layout(&descriptor);
    w.keep(handle, device.device, Layout { key, slots });
    Some(())
}

pub(crate) fn pipeline_layout(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let mut groups: Vec<Option<Item<GpuBindGroupLayout, Layout>>> = Vec::new();
    let count = if w.random.hostile() { w.random.below(12) } else { 1 };
    for _ in 0..count {
        // Those of automatic layouts are not for others.
        let layout = w.pick(Some(device.device), |known: &Layout| known.key < SHAPES.len());
        groups.push(if w.random.hostile() { None } else { layout });
    }
    let descriptor = GpuPipelineLayoutDescriptor {
        bind_group_layouts: groups.iter().map(|group| group.as_ref().map(|group| &*group.handle)).collect(),
        immediate_size: if w.random.hostile() { Some(w.random.word(&[0, 4, 16])) } else { None },
        label: w.random.label(),
    };
    call!(w, "GpuDevice.create_pipeline_layout", device, descriptor);
    let handle = device.handle.create_pipeline_layout(&descriptor);
    let known = groups.into_iter().flatten().map(|group| group.known).collect();
    w.keep(handle, device.device, known);
    Some(())
}

/// What can be bound.
enum Bound {
    Buffer(Item<GpuBuffer, KnownBuffer>),
    Sampler(Item<GpuSampler, bool>),
    View(Item<GpuTextureView, KnownTexture>),
    Texture(Item<GpuTexture, KnownTexture>),
}

/// A buffer of a device to be bound, which is made where the guest has none: groups that lack one come to nothing.
fn buffer_for(w: &mut World, device: usize, usage: GpuBufferUsage) -> Option<Item<GpuBuffer, KnownBuffer>> {
    let kind = usage & (GpuBufferUsage::STORAGE | GpuBufferUsage::UNIFORM);
    let fits = |buffer: &Item<GpuBuffer, KnownBuffer>| {
        let KnownBuffer { size: _, usage, mapped } = &buffer.known;
        buffer.device == device && usage.contains(kind) && !mapped.get()
    };
    if !w.pools.buffers.iter().any(fits)
        && let Some(owner) = w.pools.devices.iter().find(|item| item.device == device).cloned()
    {
        let size = w.random.one_of(&[16, 256, 1024]);
        let descriptor = GpuBufferDescriptor { size, usage, mapped_at_creation: None, label: None };
        call!(w, "GpuDevice.create_buffer", owner, descriptor);
        let handle = owner.handle.create_buffer(&descriptor);
        w.keep(handle, device, KnownBuffer { size, usage, mapped: Rc::new(Cell::new(false)) });
    }
    w.buffer(device, kind)
}

fn bound(w: &mut World, device: usize, slot: Slot) -> Option<Bound> {
    let slot = if w.random.hostile() {
        w.random.one_of(&[Slot::Storage, Slot::Uniform, Slot::Sampler, Slot::Texture, Slot::StorageTexture])
    } else {
        slot
    };
    Some(match slot {
        Slot::Storage => Bound::Buffer(buffer_for(w, device, BUFFERS[0])?),
        Slot::Uniform | Slot::Dynamic => Bound::Buffer(buffer_for(w, device, BUFFERS[1])?),
        Slot::Sampler => Bound::Sampler(w.pick(Some(device), |compares: &bool| !*compares)?),
        Slot::Texture if w.random.chance(100) => {
            Bound::Texture(w.pick(Some(device), |known: &KnownTexture| known.role == Role::Sampled)?)
        }
        Slot::Texture => Bound::View(w.view(device, Role::Sampled)?),
        Slot::StorageTexture => Bound::View(w.view(device, Role::Storage)?),
    })
}

pub(crate) fn bind_group(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let layout: Item<GpuBindGroupLayout, Layout> = w.pick(Some(device.device), |_| true)?;
    let mut bindings = Vec::new();
    for (number, slot) in (0..).zip(layout.known.slots) {
        if let Some(bound) = bound(w, device.device, *slot)
            && !w.random.hostile()
        {
            let number = w.random.word(&[number]);
            bindings.push((number, *slot, bound));
        }
    }
    let mut entries = Vec::new();
    for (binding, slot, bound) in &bindings {
        let resource = match bound {
            Bound::Buffer(buffer) if *slot == Slot::Dynamic || w.random.chance(500) => {
                GpuBindingResource::GpuBufferBinding(GpuBufferBinding {
                    buffer: &buffer.handle,
                    offset: w.random.maybe(|random| random.number(&[0, 0, 256])),
                    size: if *slot == Slot::Dynamic || w.random.hostile() {
                        Some(w.random.number(&[16]))
                    } else {
                        None
                    },
                })
            }
            Bound::Buffer(buffer) => GpuBindingResource::GpuBuffer(&buffer.handle),
            Bound::Sampler(sampler) => GpuBindingResource::GpuSampler(&sampler.handle),
            Bound::View(view) => GpuBindingResource::GpuTextureView(&view.handle),
            Bound::Texture(texture) => GpuBindingResource::GpuTexture(&texture.handle),
        };
        entries.push(GpuBindGroupEntry { binding: *binding, resource });
    }
    let descriptor = GpuBindGroupDescriptor { layout: &layout.handle, entries, label: w.random.label() };
    let name = w.memory.new_name();
    call!(w, "GpuDevice.create_bind_group", device, descriptor, name);
    let handle = Rc::new(with_new_name(name, || device.handle.create_bind_group(&descriptor)));
    w.memory.made(name, &handle);
    w.keep_shared(handle, device.device, layout.known);
    Some(())
}

pub(crate) fn shader_module(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let text = if w.random.chance(350) {
        // What was spoiled may loop for ever.
        let spoils = w.manner.loops_end || !w.random.bounded();
        wgsl::generated(&mut w.random, spoils)
    } else {
        shaders::written(&mut w.random)
    };
    let shaders::Text { code, facts } = text;
    let layout: Option<Item<GpuPipelineLayout, Vec<Layout>>> = w.any();
    let hint = w.random.hostile();
    let descriptor = GpuShaderModuleDescriptor {
        code,
        compilation_hints: if hint {
            let layout = layout.as_ref().map(|layout| GpuLayoutMode::Specific(&layout.handle));
            Some(vec![GpuShaderModuleCompilationHint { entry_point: w.random.text(), layout }])
        } else {
            None
        },
        label: w.random.label(),
    };
    call!(w, "GpuDevice.create_shader_module", device, descriptor);
    let handle = device.handle.create_shader_module(&descriptor);
    w.keep(handle, device.device, facts.map(Rc::new));
    Some(())
}

pub(crate) fn get_compilation_info(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let module: Item<GpuShaderModule, Option<Rc<Facts>>> = w.any()?;
        call!(w, "GpuShaderModule.get_compilation_info", module);
        if let Some(info) = perhaps(w.manner.hasty, module.handle.get_compilation_info()).await {
            w.keep(info, module.device, ());
        }
        Some(())
    })
}

/// Override constants for a shader.
fn constants(w: &mut World, names: &[String]) -> Option<Option<RecordGpuPipelineConstantValue>> {
    if !w.random.chance(250) {
        return Some(None);
    }
    call!(w, "RecordGpuPipelineConstantValue.new");
    let constants = RecordGpuPipelineConstantValue::new();
    for name in names {
        let name = if w.random.hostile() { w.random.text() } else { name.clone() };
        let value = f64::from(w.random.float());
        call!(w, "RecordGpuPipelineConstantValue.add", constants, name, value);
        constants.add(&name, value);
    }
    Some(Some(constants))
}

/// A pipeline's layout: the numbers of its groups, and what the guest passes.
struct ChosenLayout {
    specific: Option<Item<GpuPipelineLayout, Vec<Layout>>>,
    groups: Vec<Layout>,
}

fn layout(w: &mut World, device: usize, shapes: &[usize]) -> ChosenLayout {
    let fits = |known: &Vec<Layout>| known.iter().map(|layout| layout.key).eq(shapes.iter().copied());
    // A group with a dynamic offset is never automatic.
    let explicit = shapes.contains(&4) || w.random.chance(300);
    if explicit && let Some(specific) = w.pick(Some(device), fits) {
        let groups = specific.known.clone();
        return ChosenLayout { specific: Some(specific), groups };
    }
    let groups = shapes.iter().map(|shape| {
        let slots = if *shape == 4 { &[Slot::Uniform] } else { SHAPES[*shape] };
        Layout { key: 0, slots }
    });
    let mut groups: Vec<_> = groups.collect();
    for group in &mut groups {
        group.key = w.unique();
    }
    ChosenLayout { specific: None, groups }
}

impl ChosenLayout {
    fn mode(&self) -> GpuLayoutMode<'_> {
        match &self.specific {
            Some(layout) => GpuLayoutMode::Specific(&layout.handle),
            None => GpuLayoutMode::Auto,
        }
    }
}

fn pipeline_error(error: &CreatePipelineError) -> String {
    match error.kind {
        CreatePipelineErrorKind::GpuPipelineError(GpuPipelineErrorReason::Validation) => "validation",
        CreatePipelineErrorKind::GpuPipelineError(GpuPipelineErrorReason::Internal) => "internal",
    }
    .to_owned()
}

/// Which entry point, if any is named.
fn entry_point(w: &mut World, sensible: &str) -> Option<String> {
    if w.random.hostile() {
        return Some(w.random.text());
    }
    w.random.maybe(|_| sensible.to_owned())
}

/// The groups and the constants of a pipeline's shader.
fn needs(
    w: &mut World,
    module: &Item<GpuShaderModule, Option<Rc<Facts>>>,
) -> Option<(&'static [usize], Vec<String>)> {
    match &module.known {
        Some(facts) => Some((facts.groups, facts.constants.clone())),
        // Seldom, for nothing that the guest reads after that is compared.
        None if !w.random.hostile() => None,
        None => {
            // It may have been broken in a way that makes another right shader, whose invocations get into each
            // other's way.
            w.unsure = true;
            Some((&[], Vec::new()))
        }
    }
}

pub(crate) fn compute_pipeline(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let device = w.device()?;
        let is_compute = |known: &Option<Rc<Facts>>| known.as_ref().is_some_and(|facts| facts.compute);
        let module: Item<GpuShaderModule, Option<Rc<Facts>>> = w.pick(Some(device.device), is_compute)?;
        let (shapes, names) = needs(w, &module)?;
        let layout = layout(w, device.device, shapes);
        let constants = constants(w, &names)?;
        let entry_point = entry_point(w, "main");
        let label = w.random.label();
        let descriptor = GpuComputePipelineDescriptor {
            compute: GpuProgrammableStage { module: &module.handle, entry_point, constants },
            layout: layout.mode(),
            label,
        };
        let pipeline = if w.random.chance(300) {
            call!(w, "GpuDevice.create_compute_pipeline_async", device, descriptor);
            let result =
                perhaps(w.manner.hasty, device.handle.create_compute_pipeline_async(descriptor)).await?;
            w.result("create-compute-pipeline-async", result, pipeline_error)?
        } else {
            call!(w, "GpuDevice.create_compute_pipeline", device, descriptor);
            device.handle.create_compute_pipeline(descriptor)
        };
        let known = KnownPipeline { groups: layout.groups, target: Target::Color };
        w.keep::<GpuComputePipeline, _>(pipeline, device.device, known);
        Some(())
    })
}

/// What a render pipeline has beside its stages.
struct Fixed {
    primitive: Option<GpuPrimitiveState>,
    depth_stencil: Option<GpuDepthStencilState>,
    multisample: Option<GpuMultisampleState>,
    targets: Vec<Option<GpuColorTargetState>>,
    buffers: Option<Vec<Option<GpuVertexBufferLayout>>>,
}

fn stencil_face(w: &mut World) -> Option<GpuStencilFaceState> {
    w.random.maybe(|random| GpuStencilFaceState {
        compare: random.maybe(|random| random.any()),
        fail_op: random.maybe(|random| random.any()),
        depth_fail_op: random.maybe(|random| random.any()),
        pass_op: random.maybe(|random| random.any()),
    })
}

fn depth_stencil(w: &mut World) -> GpuDepthStencilState {
    let (stencil_front, stencil_back) = (stencil_face(w), stencil_face(w));
    let random = &mut w.random;
    GpuDepthStencilState {
        format: random.mostly(GpuTextureFormat::Depth24plusStencil8),
        depth_write_enabled: Some(random.any()),
        depth_compare: Some(random.any()),
        stencil_front,
        stencil_back,
        stencil_read_mask: random.maybe(|random| random.word(&[0, 255])),
        stencil_write_mask: random.maybe(|random| random.word(&[0, 255])),
        depth_bias: random.maybe(|random| i32::from(random.chance(500))),
        depth_bias_slope_scale: random.maybe(|random| random.float()),
        depth_bias_clamp: if random.hostile() { Some(random.float()) } else { None },
    }
}

fn blend(w: &mut World) -> GpuBlendComponent {
    let random = &mut w.random;
    let hostile = random.hostile();
    GpuBlendComponent {
        operation: if hostile { random.maybe(|random| random.any()) } else { None },
        src_factor: if hostile { random.maybe(|random| random.any()) } else { None },
        dst_factor: if hostile { random.maybe(|random| random.any()) } else { None },
    }
}

fn vertex_buffer(w: &mut World) -> GpuVertexBufferLayout {
    let random = &mut w.random;
    let mut layout = GpuVertexBufferLayout {
        array_stride: random.number(&[0, 16, 32]),
        step_mode: random.maybe(|random| random.any()),
        attributes: vec![GpuVertexAttribute {
            format: random.mostly(GpuVertexFormat::Float32x4),
            offset: random.number(&[0]),
            shader_location: random.word(&[0]),
        }],
    };
    if random.hostile() {
        layout.attributes.push(GpuVertexAttribute {
            format: random.any(),
            offset: random.number(&[0, 4, 2044]),
            shader_location: random.word(&[1, 15]),
        });
    }
    layout
}

fn fixed(w: &mut World, target: Target, vertices: bool) -> Fixed {
    let (color, alpha) = (blend(w), blend(w));
    let depth = target == Target::Depth || w.random.hostile();
    let depth_stencil = if depth { Some(depth_stencil(w)) } else { None };
    let mut buffers = Vec::new();
    if vertices {
        buffers.push(Some(vertex_buffer(w)));
    }
    while w.random.hostile() && buffers.len() < 10 {
        let buffer = vertex_buffer(w);
        buffers.push(w.random.maybe(|_| buffer));
    }
    let random = &mut w.random;
    let primitive = random.maybe(|random| {
        let hostile = random.hostile();
        GpuPrimitiveState {
            topology: random.maybe(|random| random.any()),
            strip_index_format: if hostile { random.maybe(|random| random.any()) } else { None },
            front_face: random.maybe(|random| random.any()),
            cull_mode: random.maybe(|random| random.any()),
            unclipped_depth: if hostile { random.maybe(|random| random.any()) } else { None },
        }
    });
    let samples = if target == Target::Multisampled { 4 } else { 1 };
    let multisample = GpuMultisampleState {
        count: Some(random.word(&[samples])),
        mask: random.maybe(|random| random.word(&[u64::from(u32::MAX), 1])),
        alpha_to_coverage_enabled: if random.hostile() { Some(random.any()) } else { None },
    };
    let mut targets = vec![Some(GpuColorTargetState {
        format: random.mostly(GpuTextureFormat::Rgba8unorm),
        blend: random.maybe(|_| GpuBlendState { color, alpha }),
        write_mask: random.maybe(|random| random.any()),
    })];
    while random.hostile() && targets.len() < 10 {
        targets.push(random.maybe(|random| GpuColorTargetState {
            format: random.any(),
            blend: None,
            write_mask: None,
        }));
    }
    Fixed {
        primitive,
        depth_stencil,
        multisample: Some(multisample),
        targets,
        buffers: if buffers.is_empty() { None } else { Some(buffers) },
    }
}

pub(crate) fn render_pipeline(w: &mut World) -> Later<'_> {
    Box::pin(async move {
        let device = w.device()?;
        let renders = |known: &Option<Rc<Facts>>| known.as_ref().is_some_and(|facts| facts.render.is_some());
        let module: Item<GpuShaderModule, Option<Rc<Facts>>> = w.pick(Some(device.device), renders)?;
        let (shapes, names) = needs(w, &module)?;
        let vertices = module.known.as_ref().is_some_and(|facts| facts.render == Some(true));
        let target = w.random.one_of(&[Target::Color, Target::Color, Target::Depth, Target::Multisampled]);
        let layout = layout(w, device.device, shapes);
        let (vertex_constants, fragment_constants) = (constants(w, &names)?, constants(w, &names)?);
        let (vertex_entry, fragment_entry) = (entry_point(w, "vertex"), entry_point(w, "fragment"));
        let Fixed { primitive, depth_stencil, multisample, targets, buffers } = fixed(w, target, vertices);
        let no_fragment = w.random.hostile();
        let descriptor = GpuRenderPipelineDescriptor {
            vertex: GpuVertexState {
                buffers,
                module: &module.handle,
                entry_point: vertex_entry,
                constants: vertex_constants,
            },
            primitive,
            depth_stencil,
            multisample,
            fragment: if no_fragment {
                None
            } else {
                Some(GpuFragmentState {
                    targets,
                    module: &module.handle,
                    entry_point: fragment_entry,
                    constants: fragment_constants,
                })
            },
            layout: layout.mode(),
            label: w.random.label(),
        };
        let pipeline = if w.random.chance(300) {
            call!(w, "GpuDevice.create_render_pipeline_async", device, descriptor);
            let result =
                perhaps(w.manner.hasty, device.handle.create_render_pipeline_async(descriptor)).await?;
            w.result("create-render-pipeline-async", result, pipeline_error)?
        } else {
            call!(w, "GpuDevice.create_render_pipeline", device, descriptor);
            device.handle.create_render_pipeline(descriptor)
        };
        let known = KnownPipeline { groups: layout.groups, target };
        w.keep::<GpuRenderPipeline, _>(pipeline, device.device, known);
        Some(())
    })
}

macro_rules! get_bind_group_layout {
    ($name:ident, $type:ident) => {
        pub(crate) fn $name(w: &mut World) -> Option<()> {
            let pipeline: Item<$type, KnownPipeline> =
                w.pick(None, |known: &KnownPipeline| !known.groups.is_empty())?;
            let index = w.random.word(&[0]);
            call!(w, concat!(stringify!($type), ".get_bind_group_layout"), pipeline.handle, index);
            let handle = pipeline.handle.get_bind_group_layout(index);
            let which = usize::try_from(index).unwrap_or(usize::MAX);
            let none = Layout { key: w.unique(), slots: &[] };
            let known = pipeline.known.groups.get(which).cloned().unwrap_or(none);
            w.keep(handle, pipeline.device, known);
            Some(())
        }
    };
}

get_bind_group_layout!(compute_bind_group_layout, GpuComputePipeline);
get_bind_group_layout!(render_bind_group_layout, GpuRenderPipeline);

pub(crate) fn query_set(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let kind = w.random.one_of(&[GpuQueryType::Occlusion, GpuQueryType::Occlusion, GpuQueryType::Timestamp]);
    let count = w.random.word(&[2, 4, 8]);
    let descriptor = GpuQuerySetDescriptor { type_: kind, count, label: w.random.label() };
    call!(w, "GpuDevice.create_query_set", device, descriptor);
    let result = device.handle.create_query_set(&descriptor);
    let set = w.result("create-query-set", result, |error| match error.kind {
        CreateQuerySetErrorKind::TypeError => "type error".to_owned(),
    })?;
    w.keep(set, device.device, KnownQueries { kind, count });
    Some(())
}
