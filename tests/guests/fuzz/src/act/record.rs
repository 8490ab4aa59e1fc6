//! Encoders: of commands, of both kinds of pass, of render bundles.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use crate::{
    act::data,
    command_memory::{self, Object, with},
    random::Random,
    wit::{
        GpuBindGroup, GpuBufferUsage, GpuColor, GpuCommandBufferDescriptor, GpuCommandEncoder,
        GpuCommandEncoderDescriptor, GpuComputePassDescriptor, GpuComputePassEncoder,
        GpuComputePassTimestampWrites, GpuComputePipeline, GpuLoadOp, GpuQuerySet, GpuQueryType,
        GpuRenderBundle, GpuRenderBundleDescriptor, GpuRenderBundleEncoder, GpuRenderBundleEncoderDescriptor,
        GpuRenderPassColorAttachment, GpuRenderPassDepthStencilAttachment, GpuRenderPassDescriptor,
        GpuRenderPassEncoder, GpuRenderPassTimestampWrites, GpuRenderPipeline, GpuStoreOp,
        GpuTexelCopyBufferInfo, GpuTextureFormat, GpuTextureUsage, SetBindGroupError, SetBindGroupErrorKind,
    },
    world::{Item, KnownPass, KnownPipeline, KnownQueries, Layout, Recording, Role, Target, World, call},
};

type Encoder = Item<GpuCommandEncoder, Rc<Cell<Recording>>>;

pub(crate) fn encoder(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let descriptor = w.random.maybe(|random| GpuCommandEncoderDescriptor { label: random.label() });
    call!(w, "GpuDevice.create_command_encoder", device, descriptor);
    let handle = device.handle.create_command_encoder(descriptor.as_ref());
    w.keep(handle, device.device, Rc::new(Cell::new(Recording::Open)));
    Some(())
}

/// An encoder that takes commands.
fn open(w: &mut World) -> Option<Encoder> {
    w.pick(None, |known: &Rc<Cell<Recording>>| known.get() == Recording::Open)
}

pub(crate) fn finish(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let descriptor = w.random.maybe(|random| GpuCommandBufferDescriptor { label: random.label() });
    call!(w, "GpuCommandEncoder.finish", encoder, descriptor);
    let handle = encoder.handle.finish(descriptor.as_ref());
    encoder.known.set(Recording::Finished);
    w.keep(handle, encoder.device, ());
    Some(())
}

pub(crate) fn copy_buffer_to_buffer(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let source = w.buffer(encoder.device, GpuBufferUsage::COPY_SRC)?;
    let destination = w.buffer(encoder.device, GpuBufferUsage::COPY_DST)?;
    let random = &mut w.random;
    let (from, to) =
        (random.maybe(|random| random.number(&[0, 0, 4])), random.maybe(|random| random.number(&[0, 0, 8])));
    let size = random.number(&[4, 8, 16]);
    let size = random.hostile().then_some(size).or(Some(size));
    call!(
        w,
        "GpuCommandEncoder.copy_buffer_to_buffer",
        encoder,
        source.handle,
        from,
        destination.handle,
        to,
        size
    );
    encoder.handle.copy_buffer_to_buffer(&source.handle, from, &destination.handle, to, size);
    Some(())
}

pub(crate) fn clear_buffer(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let buffer = w.buffer(encoder.device, GpuBufferUsage::COPY_DST)?;
    let offset = w.random.maybe(|random| random.number(&[0, 4]));
    let size = w.random.maybe(|random| random.number(&[4, 8]));
    call!(w, "GpuCommandEncoder.clear_buffer", encoder, buffer.handle, offset, size);
    encoder.handle.clear_buffer(&buffer.handle, offset, size);
    Some(())
}

/// The rest of a place in a buffer to copy from or to.
macro_rules! texel_copy_buffer {
    ($world:expr, $buffer:expr) => {
        GpuTexelCopyBufferInfo {
            buffer: &$buffer.handle,
            offset: $world.random.maybe(|random| random.number(&[0, 0, 256])),
            bytes_per_row: $world.random.hostile().then_some(100).or(Some(256)),
            rows_per_image: $world.random.maybe(|random| random.word(&[8, 16])),
        }
    };
}

pub(crate) fn copy_buffer_to_texture(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let buffer = w.buffer(encoder.device, GpuBufferUsage::COPY_SRC)?;
    let texture = data::texture(w, encoder.device, GpuTextureUsage::COPY_DST)?;
    let source = texel_copy_buffer!(w, buffer);
    let destination = data::texel_copy_texture(w, &texture.handle);
    let size = data::extent(w);
    call!(w, "GpuCommandEncoder.copy_buffer_to_texture", encoder, source, destination, size);
    encoder.handle.copy_buffer_to_texture(&source, &destination, size);
    Some(())
}

pub(crate) fn copy_texture_to_buffer(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let texture = data::texture(w, encoder.device, GpuTextureUsage::COPY_SRC)?;
    let buffer = w.buffer(encoder.device, GpuBufferUsage::COPY_DST)?;
    let source = data::texel_copy_texture(w, &texture.handle);
    let destination = texel_copy_buffer!(w, buffer);
    let size = data::extent(w);
    call!(w, "GpuCommandEncoder.copy_texture_to_buffer", encoder, source, destination, size);
    encoder.handle.copy_texture_to_buffer(&source, &destination, size);
    Some(())
}

pub(crate) fn copy_texture_to_texture(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let from = data::texture(w, encoder.device, GpuTextureUsage::COPY_SRC)?;
    let to = data::texture(w, encoder.device, GpuTextureUsage::COPY_DST)?;
    let source = data::texel_copy_texture(w, &from.handle);
    let destination = data::texel_copy_texture(w, &to.handle);
    let size = data::extent(w);
    call!(w, "GpuCommandEncoder.copy_texture_to_texture", encoder, source, destination, size);
    encoder.handle.copy_texture_to_texture(&source, &destination, size);
    Some(())
}

/// A query set of `device` for `kind`.
fn queries(w: &mut World, device: usize, kind: GpuQueryType) -> Option<Item<GpuQuerySet, KnownQueries>> {
    w.pick(Some(device), |known: &KnownQueries| known.kind == kind)
}

pub(crate) fn resolve_query_set(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let set: Item<GpuQuerySet, KnownQueries> = w.pick(Some(encoder.device), |_| true)?;
    let buffer = w.buffer(encoder.device, GpuBufferUsage::QUERY_RESOLVE)?;
    let first = w.random.word(&[0]);
    let count = w.random.word(&[1, 2, u64::from(set.known.count)]);
    let offset = w.random.number(&[0, 0, 256]);
    w.unsure |= set.known.kind == GpuQueryType::Timestamp;
    call!(w, "GpuCommandEncoder.resolve_query_set", encoder, set, first, count, buffer.handle, offset);
    encoder.handle.resolve_query_set(&set.handle, first, count, &buffer.handle, offset);
    Some(())
}

fn pass(encoder: &Rc<Cell<Recording>>, target: Target) -> KnownPass {
    KnownPass {
        encoder: Rc::clone(encoder),
        open: Rc::new(Cell::new(true)),
        target,
        pipeline: Rc::new(RefCell::new(None)),
        groups_open: Rc::new(Cell::new(0)),
        in_query: Rc::new(Cell::new(false)),
    }
}

pub(crate) fn begin_compute_pass(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let timestamps = w.random.chance(100);
    let set = if timestamps { queries(w, encoder.device, GpuQueryType::Timestamp) } else { None };
    let random = &mut w.random;
    let label = random.label();
    let descriptor = random.maybe(|random| GpuComputePassDescriptor {
        timestamp_writes: set.as_ref().map(|set| GpuComputePassTimestampWrites {
            query_set: &set.handle,
            beginning_of_pass_write_index: random.maybe(|random| random.word(&[0])),
            end_of_pass_write_index: random.maybe(|random| random.word(&[1])),
        }),
        label,
    });
    call!(w, "GpuCommandEncoder.begin_compute_pass", encoder, descriptor);
    let handle = encoder.handle.begin_compute_pass(descriptor.as_ref());
    encoder.known.set(Recording::InPass);
    w.keep(handle, encoder.device, pass(&encoder.known, Target::Color));
    Some(())
}

fn color(w: &mut World) -> GpuColor {
    let random = &mut w.random;
    let mut channel = || f64::from(random.float());
    GpuColor { r: channel(), g: channel(), b: channel(), a: channel() }
}

pub(crate) fn begin_render_pass(w: &mut World) -> Option<()> {
    let encoder = open(w)?;
    let device = encoder.device;
    let target = w.random.one_of(&[Target::Color, Target::Color, Target::Depth, Target::Multisampled]);
    let role = if target == Target::Multisampled { Role::Multisampled } else { Role::Color };
    let view = w.view(device, role)?;
    let resolve =
        if target == Target::Multisampled || w.random.hostile() { w.view(device, Role::Color) } else { None };
    let depth =
        if target == Target::Depth || w.random.hostile() { w.view(device, Role::Depth) } else { None };
    let occlusion = queries(w, device, GpuQueryType::Occlusion);
    let timestamps = w.random.chance(100);
    let timestamps = if timestamps { queries(w, device, GpuQueryType::Timestamp) } else { None };
    let clear_value = color(w);
    let random = &mut w.random;
    let attachment = |random: &mut Random| GpuRenderPassColorAttachment {
        view: &view.handle,
        depth_slice: random.hostile().then_some(0),
        resolve_target: resolve.as_ref().map(|view| &*view.handle),
        clear_value: random.maybe(|_| clear_value),
        load_op: random.any(),
        store_op: random.any(),
    };
    let mut color_attachments = vec![Some(attachment(random))];
    while random.hostile() && color_attachments.len() < 10 {
        color_attachments.push(random.maybe(attachment));
    }
    let descriptor = GpuRenderPassDescriptor {
        color_attachments,
        depth_stencil_attachment: depth.as_ref().map(|view| {
            let hostile = random.hostile();
            GpuRenderPassDepthStencilAttachment {
                view: &view.handle,
                depth_clear_value: Some(random.float()),
                depth_load_op: if hostile { random.maybe(|r| r.any()) } else { Some(GpuLoadOp::Clear) },
                depth_store_op: if hostile { random.maybe(|r| r.any()) } else { Some(GpuStoreOp::Store) },
                depth_read_only: if hostile { random.maybe(|r| r.any()) } else { None },
                stencil_clear_value: random.maybe(|random| random.word(&[0, 255])),
                stencil_load_op: if hostile { random.maybe(|r| r.any()) } else { Some(GpuLoadOp::Clear) },
                stencil_store_op: if hostile { random.maybe(|r| r.any()) } else { Some(GpuStoreOp::Store) },
                stencil_read_only: if hostile { random.maybe(|r| r.any()) } else { None },
            }
        }),
        occlusion_query_set: occlusion.as_ref().map(|set| &*set.handle),
        timestamp_writes: timestamps.as_ref().map(|set| GpuRenderPassTimestampWrites {
            query_set: &set.handle,
            beginning_of_pass_write_index: random.maybe(|random| random.word(&[0])),
            end_of_pass_write_index: random.maybe(|random| random.word(&[1])),
        }),
        max_draw_count: random.maybe(|random| random.number(&[50_000_000, 0, 10])),
        label: random.label(),
    };
    call!(w, "GpuCommandEncoder.begin_render_pass", encoder, descriptor);
    let handle = encoder.handle.begin_render_pass(&descriptor);
    encoder.known.set(Recording::InPass);
    w.keep(handle, device, pass(&encoder.known, target));
    Some(())
}

pub(crate) fn bundle_encoder(w: &mut World) -> Option<()> {
    let device = w.device()?;
    let random = &mut w.random;
    let target = random.one_of(&[Target::Color, Target::Depth, Target::Multisampled]);
    let hostile = random.hostile();
    let mut color_formats = vec![Some(random.mostly(GpuTextureFormat::Rgba8unorm))];
    while random.hostile() && color_formats.len() < 10 {
        color_formats.push(random.maybe(|random| random.any()));
    }
    let samples = if target == Target::Multisampled { 4 } else { 1 };
    let descriptor = GpuRenderBundleEncoderDescriptor {
        depth_read_only: if hostile { Some(random.any()) } else { None },
        stencil_read_only: if hostile { Some(random.any()) } else { None },
        color_formats,
        depth_stencil_format: if target == Target::Depth {
            Some(random.mostly(GpuTextureFormat::Depth24plusStencil8))
        } else {
            None
        },
        sample_count: Some(random.word(&[samples])),
        label: random.label(),
    };
    call!(w, "GpuDevice.create_render_bundle_encoder", device, descriptor);
    let handle = device.handle.create_render_bundle_encoder(&descriptor);
    w.keep(handle, device.device, pass(&Rc::new(Cell::new(Recording::InPass)), target));
    Some(())
}

pub(crate) fn finish_bundle(w: &mut World) -> Option<()> {
    let encoder: Item<GpuRenderBundleEncoder, KnownPass> =
        w.pick(None, |known: &KnownPass| known.open.get())?;
    let descriptor = w.random.maybe(|random| GpuRenderBundleDescriptor { label: random.label() });
    call!(w, "GpuRenderBundleEncoder.finish", encoder.handle, descriptor);
    let handle = encoder.handle.finish(descriptor.as_ref());
    encoder.known.open.set(false);
    w.keep::<GpuRenderBundle, _>(handle, encoder.device, encoder.known.target);
    Some(())
}

fn set_bind_group_error(error: &SetBindGroupError) -> String {
    match error.kind {
        SetBindGroupErrorKind::RangeError => "range error".to_owned(),
    }
}

/// The bind group that the pass's pipeline wants, with its dynamic offsets.
struct ChosenGroup {
    index: u32,
    group: Option<Item<GpuBindGroup, Layout>>,
    offsets: Option<Vec<u32>>,
    start: Option<u64>,
    length: Option<u32>,
}

fn choose_group(w: &mut World, device: usize, known: &KnownPass) -> Option<ChosenGroup> {
    let wanted = known.pipeline.borrow().as_ref().and_then(|pipeline| pipeline.groups.first().map(|g| g.key));
    let group: Item<GpuBindGroup, Layout> =
        w.pick(Some(device), |layout: &Layout| wanted.is_none_or(|wanted| layout.key == wanted))?;
    // The shape with a dynamic offset, when its layout is explicit.
    let dynamic = group.known.key == 4;
    let random = &mut w.random;
    let offset = random.word(&[0, 0, 256]);
    let hostile = random.hostile();
    Some(ChosenGroup {
        index: random.word(&[0]),
        group: if random.hostile() { None } else { Some(group) },
        offsets: if dynamic != hostile { Some(vec![offset; 1 + usize::from(hostile)]) } else { None },
        start: if hostile { random.maybe(|random| random.number(&[0, 1])) } else { None },
        length: if hostile { random.maybe(|random| random.word(&[0, 1])) } else { None },
    })
}

/// What all encoders of passes share.
macro_rules! passes {
    ($($module:ident $encoder:ident $type:ident,)*) => {$(
        pub(crate) mod $module {
            use super::*;

            pub(crate) const ENCODER: command_memory::Encoder = command_memory::Encoder::$encoder;

            pub(crate) fn pick(w: &mut World) -> Option<Item<$type, KnownPass>> {
                w.pick(None, |known: &KnownPass| known.open.get())
            }

            pub(crate) fn push_debug_group(w: &mut World) -> Option<()> {
                let pass = pick(w)?;
                let text = w.random.text();
                let words = w.memory.words(ENCODER, None, false);
                call!(w, concat!(stringify!($type), ".push_debug_group"), pass.handle, text, words);
                pass.known.groups_open.set(pass.known.groups_open.get() + 1);
                with(&*pass.handle, &words, || pass.handle.push_debug_group(&text));
                Some(())
            }

            pub(crate) fn pop_debug_group(w: &mut World) -> Option<()> {
                let pass = pick(w)?;
                if pass.known.groups_open.get() == 0 && !w.random.hostile() {
                    return None;
                }
                let words = w.memory.words(ENCODER, None, false);
                call!(w, concat!(stringify!($type), ".pop_debug_group"), pass.handle, words);
                pass.known.groups_open.set(pass.known.groups_open.get().saturating_sub(1));
                with(&*pass.handle, &words, || pass.handle.pop_debug_group());
                Some(())
            }

            pub(crate) fn insert_debug_marker(w: &mut World) -> Option<()> {
                let pass = pick(w)?;
                let text = w.random.text();
                let words = w.memory.words(ENCODER, None, false);
                call!(w, concat!(stringify!($type), ".insert_debug_marker"), pass.handle, text, words);
                with(&*pass.handle, &words, || pass.handle.insert_debug_marker(&text));
                Some(())
            }

            pub(crate) fn set_bind_group(w: &mut World) -> Option<()> {
                let pass = pick(w)?;
                let ChosenGroup { index, group, offsets, start, length } =
                    choose_group(w, pass.device, &pass.known)?;
                let object = group.as_ref().map(|group| Object::BindGroup(Rc::clone(&group.handle)));
                let words = w.memory.words(ENCODER, object, false);
                call!(
                    w,
                    concat!(stringify!($type), ".set_bind_group"),
                    pass.handle, index, group, offsets, start, length, words
                );
                let group = group.as_ref().map(|group| &*group.handle);
                let call = || pass.handle.set_bind_group(index, group, offsets.as_deref(), start, length);
                let result = with(&*pass.handle, &words, call);
                w.result("set-bind-group", result, set_bind_group_error);
                Some(())
            }

            pub(crate) fn set_immediates(w: &mut World) -> Option<()> {
                let pass = pick(w)?;
                let random = &mut w.random;
                let offset = random.word(&[0, 4]);
                let data = random.one_of(&[0, 4, 16, 3]);
                let data = random.bytes(data);
                let start = random.maybe(|random| random.number(&[0, 4]));
                let size = random.maybe(|random| random.number(&[0, 4]));
                let words = w.memory.words(ENCODER, None, false);
                call!(
                    w,
                    concat!(stringify!($type), ".set_immediates"),
                    pass.handle, offset, data, start, size, words
                );
                with(&*pass.handle, &words, || pass.handle.set_immediates(offset, &data, start, size));
                Some(())
            }
        }
    )*};
}

passes! {
    compute Compute GpuComputePassEncoder,
    render Render GpuRenderPassEncoder,
    bundle Bundle GpuRenderBundleEncoder,
}

pub(crate) fn set_compute_pipeline(w: &mut World) -> Option<()> {
    let pass = compute::pick(w)?;
    let pipeline: Item<GpuComputePipeline, KnownPipeline> = w.pick(Some(pass.device), |_| true)?;
    let words =
        w.memory.words(compute::ENCODER, Some(Object::ComputePipeline(Rc::clone(&pipeline.handle))), false);
    call!(w, "GpuComputePassEncoder.set_pipeline", pass.handle, pipeline, words);
    with(&*pass.handle, &words, || pass.handle.set_pipeline(&pipeline.handle));
    *pass.known.pipeline.borrow_mut() = Some(pipeline.known);
    Some(())
}

pub(crate) fn dispatch(w: &mut World) -> Option<()> {
    let pass = compute::pick(w)?;
    let x = w.random.workgroups();
    let (y, z) = (w.random.maybe(|random| random.workgroups()), w.random.maybe(|random| random.workgroups()));
    let words = w.memory.words(compute::ENCODER, None, pass.known.is_ready());
    call!(w, "GpuComputePassEncoder.dispatch_workgroups", pass.handle, x, y, z, words);
    with(&*pass.handle, &words, || pass.handle.dispatch_workgroups(x, y, z));
    Some(())
}

pub(crate) fn dispatch_indirect(w: &mut World) -> Option<()> {
    let pass = compute::pick(w)?;
    let buffer = w.buffer(pass.device, GpuBufferUsage::INDIRECT)?;
    let offset = w.random.number(&[0, 4]);
    let words = w.memory.words(compute::ENCODER, Some(Object::Buffer(Rc::clone(&buffer.handle))), false);
    call!(w, "GpuComputePassEncoder.dispatch_workgroups_indirect", pass.handle, buffer.handle, offset, words);
    with(&*pass.handle, &words, || pass.handle.dispatch_workgroups_indirect(&buffer.handle, offset));
    Some(())
}

pub(crate) fn end_compute(w: &mut World) -> Option<()> {
    let pass = compute::pick(w)?;
    let words = w.memory.words(compute::ENCODER, None, pass.known.is_ready());
    call!(w, "GpuComputePassEncoder.end", pass.handle, words);
    with(&*pass.handle, &words, || pass.handle.end());
    pass.known.open.set(false);
    pass.known.encoder.set(Recording::Open);
    Some(())
}

pub(crate) fn end_render(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    let words = w.memory.words(render::ENCODER, None, pass.known.is_ready());
    call!(w, "GpuRenderPassEncoder.end", pass.handle, words);
    with(&*pass.handle, &words, || pass.handle.end());
    pass.known.open.set(false);
    pass.known.encoder.set(Recording::Open);
    Some(())
}

pub(crate) fn set_viewport(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    let random = &mut w.random;
    let mut length = |most: f32| random.float() * most;
    let [x, y, width, height] = [8.0, 8.0, 16.0, 16.0].map(&mut length);
    let [from, to] = [length(0.5), 0.5 + length(0.5)];
    let words = w.memory.words(render::ENCODER, None, false);
    call!(w, "GpuRenderPassEncoder.set_viewport", pass.handle, x, y, width, height, from, to, words);
    with(&*pass.handle, &words, || pass.handle.set_viewport(x, y, width, height, from, to));
    Some(())
}

pub(crate) fn set_scissor_rect(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    let random = &mut w.random;
    let [x, y, width, height] =
        [random.word(&[0, 8]), random.word(&[0, 8]), random.word(&[0, 16]), random.word(&[8])];
    let words = w.memory.words(render::ENCODER, None, false);
    call!(w, "GpuRenderPassEncoder.set_scissor_rect", pass.handle, x, y, width, height, words);
    with(&*pass.handle, &words, || pass.handle.set_scissor_rect(x, y, width, height));
    Some(())
}

pub(crate) fn set_blend_constant(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    let color = color(w);
    let words = w.memory.words(render::ENCODER, None, false);
    call!(w, "GpuRenderPassEncoder.set_blend_constant", pass.handle, color, words);
    with(&*pass.handle, &words, || pass.handle.set_blend_constant(color));
    Some(())
}

pub(crate) fn set_stencil_reference(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    let reference = w.random.word(&[0, 255]);
    let words = w.memory.words(render::ENCODER, None, false);
    call!(w, "GpuRenderPassEncoder.set_stencil_reference", pass.handle, reference, words);
    with(&*pass.handle, &words, || pass.handle.set_stencil_reference(reference));
    Some(())
}

pub(crate) fn begin_occlusion_query(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    if pass.known.in_query.get() && !w.random.hostile() {
        return None;
    }
    let index = w.random.word(&[0, 1]);
    let words = w.memory.words(render::ENCODER, None, false);
    call!(w, "GpuRenderPassEncoder.begin_occlusion_query", pass.handle, index, words);
    with(&*pass.handle, &words, || pass.handle.begin_occlusion_query(index));
    pass.known.in_query.set(true);
    Some(())
}

pub(crate) fn end_occlusion_query(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    if !pass.known.in_query.get() && !w.random.hostile() {
        return None;
    }
    let words = w.memory.words(render::ENCODER, None, false);
    call!(w, "GpuRenderPassEncoder.end_occlusion_query", pass.handle, words);
    with(&*pass.handle, &words, || pass.handle.end_occlusion_query());
    pass.known.in_query.set(false);
    Some(())
}

pub(crate) fn execute_bundles(w: &mut World) -> Option<()> {
    let pass = render::pick(w)?;
    let target = pass.known.target;
    let mut bundles: Vec<Item<GpuRenderBundle, Target>> = Vec::new();
    for _ in 0..w.random.below(3) {
        bundles.extend(w.pick(Some(pass.device), |known: &Target| *known == target));
    }
    let handles: Vec<&GpuRenderBundle> = bundles.iter().map(|bundle| &*bundle.handle).collect();
    let words = w.memory.words(render::ENCODER, None, false);
    call!(w, "GpuRenderPassEncoder.execute_bundles", pass.handle, handles, words);
    with(&*pass.handle, &words, || pass.handle.execute_bundles(&handles));
    Some(())
}

/// What render passes and bundles share.
macro_rules! draws {
    ($($module:ident $pass:ident $type:ident,)*) => {$(
        pub(crate) mod $module {
            use super::*;

            pub(crate) fn set_pipeline(w: &mut World) -> Option<()> {
                let pass = $pass::pick(w)?;
                let target = pass.known.target;
                let pipeline: Item<GpuRenderPipeline, KnownPipeline> =
                    w.pick(Some(pass.device), |known: &KnownPipeline| known.target == target)?;
                let words = w.memory.words($pass::ENCODER, Some(Object::RenderPipeline(Rc::clone(&pipeline.handle))), false);
                call!(w, concat!(stringify!($type), ".set_pipeline"), pass.handle, pipeline, words);
                with(&*pass.handle, &words, || pass.handle.set_pipeline(&pipeline.handle));
                *pass.known.pipeline.borrow_mut() = Some(pipeline.known);
                Some(())
            }

            pub(crate) fn set_index_buffer(w: &mut World) -> Option<()> {
                let pass = $pass::pick(w)?;
                let buffer = w.buffer(pass.device, GpuBufferUsage::INDEX)?;
                let format = w.random.any();
                let offset = w.random.maybe(|random| random.number(&[0, 4]));
                let size = w.random.maybe(|random| random.number(&[0, 4, 12]));
                let words = w.memory.words($pass::ENCODER, Some(Object::Buffer(Rc::clone(&buffer.handle))), false);
                call!(w, concat!(stringify!($type), ".set_index_buffer"), pass.handle, buffer.handle, format, offset, size, words);
                with(&*pass.handle, &words, || pass.handle.set_index_buffer(&buffer.handle, format, offset, size));
                Some(())
            }

            pub(crate) fn set_vertex_buffer(w: &mut World) -> Option<()> {
                let pass = $pass::pick(w)?;
                let buffer = w.buffer(pass.device, GpuBufferUsage::VERTEX)?;
                let slot = w.random.word(&[0]);
                let offset = w.random.maybe(|random| random.number(&[0, 0, 16]));
                let size = w.random.hostile().then_some(16);
                let buffer = if w.random.hostile() { None } else { Some(buffer) };
                let named = buffer.as_ref().map(|buffer| Object::Buffer(Rc::clone(&buffer.handle)));
                let words = w.memory.words($pass::ENCODER, named, false);
                call!(w, concat!(stringify!($type), ".set_vertex_buffer"), pass.handle, slot, buffer, offset, size, words);
                with(&*pass.handle, &words, || pass.handle.set_vertex_buffer(slot, buffer.as_ref().map(|buffer| &*buffer.handle), offset, size));
                Some(())
            }

            pub(crate) fn draw(w: &mut World) -> Option<()> {
                let pass = $pass::pick(w)?;
                let random = &mut w.random;
                let (vertices, instances) = (random.count(&[0, 1, 3]), random.maybe(|random| random.count(&[1, 2])));
                let first = random.hostile().then_some(1).map(|one| random.word(&[one]));
                let first_instance = random.hostile().then_some(1).map(|one| random.word(&[one]));
                let words = w.memory.words($pass::ENCODER, None, pass.known.is_ready());
                call!(w, concat!(stringify!($type), ".draw"), pass.handle, vertices, instances, first, first_instance, words);
                with(&*pass.handle, &words, || pass.handle.draw(vertices, instances, first, first_instance));
                Some(())
            }

            pub(crate) fn draw_indexed(w: &mut World) -> Option<()> {
                let pass = $pass::pick(w)?;
                let random = &mut w.random;
                let (indices, instances) = (random.count(&[0, 1, 3]), random.maybe(|random| random.count(&[1, 2])));
                let first = random.hostile().then_some(1).map(|one| random.word(&[one]));
                let base = if random.hostile() { Some(random.one_of(&[-1, 1, i32::MIN, i32::MAX])) } else { None };
                let first_instance = random.hostile().then_some(1).map(|one| random.word(&[one]));
                let words = w.memory.words($pass::ENCODER, None, pass.known.is_ready());
                call!(w, concat!(stringify!($type), ".draw_indexed"), pass.handle, indices, instances, first, base, first_instance, words);
                with(&*pass.handle, &words, || pass.handle.draw_indexed(indices, instances, first, base, first_instance));
                Some(())
            }

            pub(crate) fn draw_indirect(w: &mut World) -> Option<()> {
                let pass = $pass::pick(w)?;
                let buffer = w.buffer(pass.device, GpuBufferUsage::INDIRECT)?;
                let offset = w.random.number(&[0]);
                let words = w.memory.words($pass::ENCODER, Some(Object::Buffer(Rc::clone(&buffer.handle))), false);
                call!(w, concat!(stringify!($type), ".draw_indirect"), pass.handle, buffer.handle, offset, words);
                with(&*pass.handle, &words, || pass.handle.draw_indirect(&buffer.handle, offset));
                Some(())
            }

            pub(crate) fn draw_indexed_indirect(w: &mut World) -> Option<()> {
                let pass = $pass::pick(w)?;
                let buffer = w.buffer(pass.device, GpuBufferUsage::INDIRECT)?;
                let offset = w.random.number(&[0]);
                let words = w.memory.words($pass::ENCODER, Some(Object::Buffer(Rc::clone(&buffer.handle))), false);
                call!(w, concat!(stringify!($type), ".draw_indexed_indirect"), pass.handle, buffer.handle, offset, words);
                with(&*pass.handle, &words, || pass.handle.draw_indexed_indirect(&buffer.handle, offset));
                Some(())
            }
        }
    )*};
}

draws! {
    render_draws render GpuRenderPassEncoder,
    bundle_draws bundle GpuRenderBundleEncoder,
}

/// The debug groups of a command encoder.
pub(crate) mod groups {
    use super::*;

    pub(crate) fn push_debug_group(w: &mut World) -> Option<()> {
        let encoder = open(w)?;
        let text = w.random.text();
        call!(w, "GpuCommandEncoder.push_debug_group", encoder, text);
        encoder.handle.push_debug_group(&text);
        Some(())
    }

    pub(crate) fn pop_debug_group(w: &mut World) -> Option<()> {
        let encoder = open(w)?;
        call!(w, "GpuCommandEncoder.pop_debug_group", encoder);
        encoder.handle.pop_debug_group();
        Some(())
    }

    pub(crate) fn insert_debug_marker(w: &mut World) -> Option<()> {
        let encoder = open(w)?;
        let text = w.random.text();
        call!(w, "GpuCommandEncoder.insert_debug_marker", encoder, text);
        encoder.handle.insert_debug_marker(&text);
        Some(())
    }
}
