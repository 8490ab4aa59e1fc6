//! What wgpu holds: the objects of an instance, by kind.

/// The objects of one kind that an instance holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objects {
    /// The kind, in the plural.
    pub kind: &'static str,
    /// Objects that someone still has a handle of.
    pub kept: usize,
    /// Places in wgpu's table that are taken.
    pub allocated: usize,
}

/// The objects of every kind, in the order of wgpu's own report; `None` where no backend keeps count.
#[must_use]
pub fn objects(instance: &wgpu::Instance) -> Option<Vec<Objects>> {
    // With every field named, a kind that a later wgpu adds is not passed over.
    let wgpu::wgc::hub::HubReport {
        adapters,
        devices,
        queues,
        pipeline_layouts,
        shader_modules,
        bind_group_layouts,
        bind_groups,
        command_encoders,
        command_buffers,
        render_bundles,
        render_pipelines,
        compute_pipelines,
        pipeline_caches,
        query_sets,
        buffers,
        textures,
        texture_views,
        external_textures,
        samplers,
        render_passes,
        compute_passes,
        render_bundle_encoders,
    } = instance.generate_report()?.hub;
    let kinds = [
        ("adapters", adapters),
        ("devices", devices),
        ("queues", queues),
        ("pipeline layouts", pipeline_layouts),
        ("shader modules", shader_modules),
        ("bind group layouts", bind_group_layouts),
        ("bind groups", bind_groups),
        ("command encoders", command_encoders),
        ("command buffers", command_buffers),
        (RENDER_BUNDLES, render_bundles),
        ("render pipelines", render_pipelines),
        ("compute pipelines", compute_pipelines),
        ("pipeline caches", pipeline_caches),
        ("query sets", query_sets),
        ("buffers", buffers),
        ("textures", textures),
        ("texture views", texture_views),
        ("external textures", external_textures),
        ("samplers", samplers),
        ("render passes", render_passes),
        ("compute passes", compute_passes),
        ("render bundle encoders", render_bundle_encoders),
    ];
    let counted = kinds.map(|(kind, report)| Objects {
        kind,
        kept: report.num_kept_from_user,
        allocated: report.num_allocated,
    });
    Some(counted.into())
}

/// The kind of which wgpu 30.0.1 keeps one for each `finish` that it answers with a panic, which the host
/// fences.
pub const RENDER_BUNDLES: &str = "render bundles";
