//! Every function of the WIT that a guest can reach, and sequences of them that come to something.

mod create;
mod data;
mod device;
mod get;
mod record;
mod window;

use std::pin::Pin;

use crate::{
    wit::{GpuDevice, GpuTextureUsage},
    world::{Item, KnownDevice, POOLS, World},
};

/// What an act that waits comes back with, as the others: `None` when there was nothing to act on.
pub(crate) type Later<'a> = Pin<Box<dyn Future<Output = Option<()>> + 'a>>;

/// One call with all of its arguments.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Now(fn(&mut World) -> Option<()>),
    Later(fn(&mut World) -> Later<'_>),
}

impl Act {
    async fn run(self, w: &mut World) -> Option<()> {
        match self {
            Self::Now(act) => act(w),
            Self::Later(act) => act(w).await,
        }
    }
}

use Act::{Later as L, Now as N};

/// What makes, records, submits and maps.
const WORK: &[Act] = &[
    N(create::buffer),
    N(create::buffer),
    N(create::texture),
    N(create::view),
    N(create::sampler),
    N(create::bind_group_layout),
    N(create::pipeline_layout),
    N(create::bind_group),
    N(create::bind_group),
    N(create::shader_module),
    N(create::query_set),
    N(create::compute_bind_group_layout),
    N(create::render_bind_group_layout),
    L(create::get_compilation_info),
    L(create::compute_pipeline),
    L(create::render_pipeline),
    N(data::get_mapped_range_get),
    N(data::get_mapped_range_set),
    N(data::unmap),
    N(data::submit),
    N(data::write_buffer),
    N(data::write_texture),
    L(data::map_async),
    L(data::on_submitted_work_done),
    N(device::queue),
    N(device::push_error_scope),
    L(device::pop_error_scope),
    N(record::encoder),
    N(record::finish),
    N(record::copy_buffer_to_buffer),
    N(record::copy_buffer_to_texture),
    N(record::copy_texture_to_buffer),
    N(record::copy_texture_to_texture),
    N(record::clear_buffer),
    N(record::resolve_query_set),
    N(record::begin_compute_pass),
    N(record::begin_render_pass),
    N(record::bundle_encoder),
    N(record::finish_bundle),
    N(record::set_compute_pipeline),
    N(record::dispatch),
    N(record::dispatch_indirect),
    N(record::end_compute),
    N(record::end_render),
    N(record::set_viewport),
    N(record::set_scissor_rect),
    N(record::set_blend_constant),
    N(record::set_stencil_reference),
    N(record::begin_occlusion_query),
    N(record::end_occlusion_query),
    N(record::execute_bundles),
    N(record::compute::push_debug_group),
    N(record::compute::pop_debug_group),
    N(record::compute::insert_debug_marker),
    N(record::compute::set_bind_group),
    N(record::compute::set_immediates),
    N(record::render::push_debug_group),
    N(record::render::pop_debug_group),
    N(record::render::insert_debug_marker),
    N(record::render::set_bind_group),
    N(record::render::set_immediates),
    N(record::bundle::push_debug_group),
    N(record::bundle::pop_debug_group),
    N(record::bundle::insert_debug_marker),
    N(record::bundle::set_bind_group),
    N(record::bundle::set_immediates),
    N(record::render_draws::set_pipeline),
    N(record::render_draws::set_index_buffer),
    N(record::render_draws::set_vertex_buffer),
    N(record::render_draws::draw),
    N(record::render_draws::draw_indexed),
    N(record::render_draws::draw_indirect),
    N(record::render_draws::draw_indexed_indirect),
    N(record::bundle_draws::set_pipeline),
    N(record::bundle_draws::set_index_buffer),
    N(record::bundle_draws::set_vertex_buffer),
    N(record::bundle_draws::draw),
    N(record::bundle_draws::draw_indexed),
    N(record::bundle_draws::draw_indirect),
    N(record::bundle_draws::draw_indexed_indirect),
    N(record::groups::push_debug_group),
    N(record::groups::pop_debug_group),
    N(record::groups::insert_debug_marker),
];

/// What ends objects, or takes long: seldom.
const RARE: &[Act] = &[
    N(data::destroy_buffer),
    N(data::destroy_texture),
    N(data::destroy_query_set),
    L(device::request_adapter),
    L(device::request_device),
    L(device::lost),
    L(device::on_uncaptured_error),
];

/// What opens windows, draws on them and hears of them.
const WINDOWS: &[Act] = &[
    N(window::open),
    N(window::own_surface),
    N(window::surface),
    N(window::canvas),
    N(window::set_mode),
    N(window::configure),
    N(window::configure),
    N(window::unconfigure),
    N(window::get_current_texture),
    N(window::get_current_texture),
    N(window::present),
    N(window::present),
    N(window::pixel_canvas),
    N(window::get_current_buffer),
    N(window::pixels_get),
    N(window::pixels_set),
    N(window::present_pixels),
    L(window::next),
    L(window::stream),
    N(window::surface_size),
    L(window::copy_and_paste),
    N(window::change),
    N(window::change),
    N(window::ask),
];

/// Sequences that end in work for the device, if nothing comes in between.
const SEQUENCES: &[&[Act]] = &[
    // A pipeline with an automatic layout, and what it wants bound.
    &[
        N(create::shader_module),
        L(create::compute_pipeline),
        N(create::compute_bind_group_layout),
        N(create::bind_group),
    ],
    &[
        N(create::shader_module),
        L(create::render_pipeline),
        N(create::render_bind_group_layout),
        N(create::bind_group),
    ],
    &[N(create::bind_group_layout), N(create::pipeline_layout), N(create::bind_group)],
    &[N(create::texture), N(create::view)],
    &[N(create::shader_module), L(create::get_compilation_info), get::MESSAGES],
    // Compute.
    &[
        N(record::encoder),
        N(record::begin_compute_pass),
        N(record::set_compute_pipeline),
        N(record::compute::set_bind_group),
        N(record::dispatch),
        N(record::dispatch_indirect),
        N(record::end_compute),
        N(record::finish),
        N(data::submit),
    ],
    // Rendering.
    &[
        N(record::encoder),
        N(record::begin_render_pass),
        N(record::render_draws::set_pipeline),
        N(record::render::set_bind_group),
        N(record::render_draws::set_vertex_buffer),
        N(record::begin_occlusion_query),
        N(record::render_draws::draw),
        N(record::end_occlusion_query),
        N(record::render_draws::set_index_buffer),
        N(record::render_draws::draw_indexed),
        N(record::end_render),
        N(record::finish),
        N(data::submit),
    ],
    &[
        N(record::encoder),
        N(record::begin_render_pass),
        N(record::render_draws::set_pipeline),
        N(record::render::set_bind_group),
        N(record::render_draws::set_vertex_buffer),
        N(record::set_viewport),
        N(record::set_scissor_rect),
        N(record::render_draws::draw_indirect),
        N(record::end_render),
        N(record::finish),
        N(data::submit),
    ],
    // A bundle.
    &[
        N(record::bundle_encoder),
        N(record::bundle_draws::set_pipeline),
        N(record::bundle::set_bind_group),
        N(record::bundle_draws::set_vertex_buffer),
        N(record::bundle_draws::draw),
        N(record::finish_bundle),
        N(record::encoder),
        N(record::begin_render_pass),
        N(record::execute_bundles),
        N(record::end_render),
        N(record::finish),
        N(data::submit),
    ],
    // Copies.
    &[
        N(record::encoder),
        N(record::copy_buffer_to_buffer),
        N(record::clear_buffer),
        N(record::finish),
        N(data::submit),
        L(data::map_async),
        N(data::get_mapped_range_get),
        N(data::unmap),
    ],
    &[N(record::encoder), N(record::copy_buffer_to_texture), N(record::finish), N(data::submit)],
    &[N(record::encoder), N(record::copy_texture_to_buffer), N(record::finish), N(data::submit)],
    &[N(record::encoder), N(record::copy_texture_to_texture), N(record::finish), N(data::submit)],
    &[N(record::encoder), N(record::resolve_query_set), N(record::finish), N(data::submit)],
    &[L(data::map_async), N(data::get_mapped_range_set), N(data::unmap), N(data::write_buffer)],
    // A picture in a window.
    &[
        N(window::open),
        N(window::surface),
        N(window::canvas),
        N(window::configure),
        N(window::get_current_texture),
        N(create::view),
        N(record::encoder),
        N(record::begin_render_pass),
        N(record::end_render),
        N(record::finish),
        N(data::submit),
        N(window::present),
        L(window::next),
    ],
    &[
        N(window::own_surface),
        N(window::pixel_canvas),
        N(window::get_current_buffer),
        N(window::pixels_set),
        N(window::present_pixels),
        L(window::stream),
    ],
];

/// After how many calls a guest reads what it has done.
const READ_BACK: u64 = 200;

/// The calls of a guest, until it has made them all.
pub(crate) async fn all(w: &mut World) {
    let mut next = READ_BACK;
    while w.goes_on() {
        revive(w).await;
        if w.calls >= next {
            data::read_back(w).await;
            next += READ_BACK;
        }
        match w.random.below(100) {
            0..45 => sequence(w).await,
            45..85 => single(w).await,
            85..90 => device::go_on(w).await,
            _ => drop_one(w),
        }
    }
    data::read_back(w).await;
}

/// Makes what is needed for everything else, where it is missing.
async fn revive(w: &mut World) {
    if w.pools.gpus.is_empty() {
        let get_gpu = get::OTHERS[0];
        get_gpu.run(w).await;
    }
    if w.pools.adapters.is_empty() {
        L(device::request_adapter).run(w).await;
    }
    let alive = |device: &Item<GpuDevice, KnownDevice>| device.known.alive.get();
    if !w.pools.devices.iter().any(alive) {
        L(device::request_device).run(w).await;
        N(device::queue).run(w).await;
    } else if w.pools.devices.len() > 3 {
        let which = w.random.below(w.pools.devices.len());
        drop(w.pools.devices.swap_remove(which));
    }
    if w.pools.queues.is_empty() {
        N(device::queue).run(w).await;
    }
    if !w.pools.textures.iter().any(|item| item.known.usage.contains(GpuTextureUsage::RENDER_ATTACHMENT)) {
        N(create::texture).run(w).await;
    }
}

async fn sequence(w: &mut World) {
    let which = w.random.below(SEQUENCES.len());
    let watched = if w.random.chance(200) { device::watch(w) } else { None };
    for act in SEQUENCES[which] {
        act.run(w).await;
        if w.random.chance(40) {
            single(w).await;
        }
        if !w.goes_on() {
            return;
        }
    }
    if let Some(device) = watched {
        device::watched(w, &device, which).await;
    }
}

/// Makes any object of those that are made without waiting.
pub(crate) fn make(w: &mut World) {
    const MAKE: [fn(&mut World) -> Option<()>; 8] = [
        create::buffer,
        create::texture,
        create::view,
        create::bind_group_layout,
        create::pipeline_layout,
        create::bind_group,
        create::bind_group,
        create::query_set,
    ];
    let make = w.random.one_of(&MAKE);
    make(w);
}

async fn single(w: &mut World) {
    let act = match w.random.below(1000) {
        0..2 => N(device::destroy),
        2..60 => w.random.one_of(RARE),
        60..100 => w.random.one_of(get::GETTERS),
        100..120 => w.random.one_of(get::LIMITS),
        120..160 => w.random.one_of(get::OTHERS),
        160..180 => w.random.one_of(get::LABELS),
        180..200 => w.random.one_of(get::SET_LABELS),
        200..320 => w.random.one_of(WINDOWS),
        _ => w.random.one_of(WORK),
    };
    act.run(w).await;
}

fn drop_one(w: &mut World) {
    let which = w.random.below(POOLS);
    if let Some(pool) = w.pools.drop_one(which, &mut w.random) {
        w.remark(&format!("drops one of {pool}"));
    }
}
