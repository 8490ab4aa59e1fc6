//! Compute pipelines that can't be made.

use super::{gpu::*, *};

async fn pipeline(gpu: &Gpu, code: &str, entry_point: Option<&str>) -> Answer {
    constants(gpu, code, entry_point, &[]).await
}

async fn constants(gpu: &Gpu, code: &str, entry_point: Option<&str>, values: &[(&str, f64)]) -> Answer {
    let module = kit::shader(gpu, code);
    gpu.raises(|| gpu.create_compute_pipeline(descriptor(&module, entry_point, values))).await
}

fn descriptor<'a>(
    module: &'a GpuShaderModule,
    entry_point: Option<&str>,
    values: &[(&str, f64)],
) -> GpuComputePipelineDescriptor<'a> {
    let constants = RecordGpuPipelineConstantValue::new();
    for (name, value) in values {
        constants.add(name, *value);
    }
    GpuComputePipelineDescriptor {
        compute: GpuProgrammableStage {
            module,
            entry_point: entry_point.map(str::to_owned),
            constants: Some(constants),
        },
        layout: GpuLayoutMode::Auto,
        label: None,
    }
}

const OVERRIDES: &str = "
    override whole: u32 = 1u;
    override real: f32 = 1.0;
    @id(7) override numbered: i32 = 1;
    override size: u32 = 1u;
    var<workgroup> shared_data: array<u32, size>;
    @compute @workgroup_size(1) fn main() {
        shared_data[0] = whole + u32(real) + u32(numbered);
    }
";

pub async fn entry_point_that_is_none(gpu: &Gpu) -> Answer {
    pipeline(gpu, kit::DOUBLE, Some("nobody")).await
}

pub async fn entry_point_without_name(gpu: &Gpu) -> Answer {
    pipeline(gpu, kit::DOUBLE, Some("")).await
}

pub async fn entry_point_with_nul(gpu: &Gpu) -> Answer {
    pipeline(gpu, kit::DOUBLE, Some("main\0")).await
}

pub async fn entry_point_of_a_megabyte(gpu: &Gpu) -> Answer {
    pipeline(gpu, kit::DOUBLE, Some(&"main".repeat(1 << 18))).await
}

pub async fn entry_point_of_another_stage(gpu: &Gpu) -> Answer {
    pipeline(gpu, kit::DRAW, Some("fragment")).await
}

pub async fn entry_point_of_two(gpu: &Gpu) -> Answer {
    let code = "@compute @workgroup_size(1) fn a() {} @compute @workgroup_size(1) fn b() {}";
    pipeline(gpu, code, None).await
}

pub async fn module_without_entry_point(gpu: &Gpu) -> Answer {
    pipeline(gpu, "", None).await
}

pub async fn module_that_is_invalid(gpu: &Gpu) -> Answer {
    let (module, _) = kit::caught(gpu, || kit::shader(gpu, "this is not WGSL")).await;
    gpu.raises(|| kit::pipeline(gpu, &module)).await
}

pub async fn constant_that_is_none(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("nobody", 1.0)]).await
}

pub async fn constant_with_nul(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("whole\0", 1.0)]).await
}

pub async fn constant_of_a_number_that_is_none(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("8", 1.0)]).await
}

// One with a number goes by the number.
pub async fn constant_by_name_instead_of_number(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("numbered", 1.0)]).await
}

pub async fn constant_that_is_not_a_number(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("real", f64::NAN)]).await
}

pub async fn constant_without_end(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("real", f64::INFINITY)]).await
}

pub async fn constant_beyond_its_type(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("real", 1e300)]).await
}

pub async fn constant_below_its_type(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("whole", -1.0)]).await
}

pub async fn constant_that_makes_an_array_of_nothing(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("size", 0.0)]).await
}

pub async fn constant_that_makes_an_array_of_all_memory(gpu: &Gpu) -> Answer {
    constants(gpu, OVERRIDES, None, &[("size", 4_294_967_295.0)]).await
}

pub async fn constant_that_is_missing(gpu: &Gpu) -> Answer {
    let code = "override x: u32; @compute @workgroup_size(1) fn main() { _ = x; }";
    pipeline(gpu, code, None).await
}

pub async fn workgroup_over_the_limit(gpu: &Gpu) -> Answer {
    let x = gpu.limits().max_compute_workgroup_size_x() + 1;
    pipeline(gpu, &format!("@compute @workgroup_size({x}) fn main() {{}}"), None).await
}

pub async fn workgroup_of_all_numbers(gpu: &Gpu) -> Answer {
    let code = "@compute @workgroup_size(2147483647, 2147483647, 2147483647) fn main() {}";
    gpu.raises(|| kit::pipeline(gpu, &kit::shader(gpu, code))).await
}

pub async fn workgroup_of_too_many_together(gpu: &Gpu) -> Answer {
    let limits = gpu.limits();
    let (x, y) = (limits.max_compute_workgroup_size_x(), limits.max_compute_workgroup_size_y());
    pipeline(gpu, &format!("@compute @workgroup_size({x}, {y}) fn main() {{}}"), None).await
}

// An error in WebGPU; wgpu leaves it to the driver, as documented.
pub async fn workgroup_memory_over_the_limit(gpu: &Gpu) -> Answer {
    let words = gpu.limits().max_compute_workgroup_storage_size() / 4 + 1;
    let code = format!(
        "var<workgroup> a: array<u32, {words}>;
         @compute @workgroup_size(1) fn main(@builtin(local_invocation_index) i: u32) {{ a[i] = i; }}"
    );
    pipeline(gpu, &code, None).await
}

async fn with_layout(gpu: &Gpu, groups: &[&GpuBindGroupLayout]) -> Answer {
    let module = kit::shader(gpu, kit::DOUBLE);
    let layout = gpu.pipeline_layout(groups);
    gpu.raises(|| {
        let layout = GpuLayoutMode::Specific(&layout);
        gpu.create_compute_pipeline(GpuComputePipelineDescriptor {
            layout,
            ..kit::compute_descriptor(&module)
        })
    })
    .await
}

pub async fn layout_without_the_group(gpu: &Gpu) -> Answer {
    with_layout(gpu, &[]).await
}

pub async fn layout_without_the_binding(gpu: &Gpu) -> Answer {
    with_layout(gpu, &[&gpu.layout(&[storage_entry(1)])]).await
}

pub async fn layout_of_another_kind(gpu: &Gpu) -> Answer {
    with_layout(gpu, &[&gpu.layout(&[sampler_entry(0)])]).await
}

pub async fn layout_that_is_read_only(gpu: &Gpu) -> Answer {
    let buffer = buffer_of(GpuBufferBindingType::ReadOnlyStorage);
    with_layout(gpu, &[&gpu.layout(&[GpuBindGroupLayoutEntry { buffer, ..ENTRY }])]).await
}

pub async fn layout_for_another_stage(gpu: &Gpu) -> Answer {
    let entry = GpuBindGroupLayoutEntry { visibility: GpuShaderStage::FRAGMENT, ..storage_entry(0) };
    with_layout(gpu, &[&gpu.layout(&[entry])]).await
}

pub async fn layout_that_is_invalid(gpu: &Gpu) -> Answer {
    let (layout, _) = kit::caught(gpu, || {
        gpu.create_pipeline_layout(&GpuPipelineLayoutDescriptor {
            bind_group_layouts: vec![],
            immediate_size: Some(u32::MAX),
            label: None,
        })
    })
    .await;
    let module = kit::shader(gpu, kit::DOUBLE);
    gpu.raises(|| {
        let layout = GpuLayoutMode::Specific(&layout);
        gpu.create_compute_pipeline(GpuComputePipelineDescriptor {
            layout,
            ..kit::compute_descriptor(&module)
        })
    })
    .await
}

pub async fn group_layout_beyond_the_last(gpu: &Gpu) -> Answer {
    let (pipeline, last) = (gpu.doubling(), gpu.limits().max_bind_groups());
    gpu.raises(|| pipeline.get_bind_group_layout(last)).await
}

pub async fn group_layout_of_32_bits(gpu: &Gpu) -> Answer {
    let pipeline = gpu.doubling();
    gpu.raises(|| pipeline.get_bind_group_layout(u32::MAX)).await
}

pub async fn group_layout_of_an_invalid_one(gpu: &Gpu) -> Answer {
    let (pipeline, _) = kit::caught(gpu, || {
        let module = kit::shader(gpu, "this is not WGSL");
        kit::pipeline(gpu, &module)
    })
    .await;
    gpu.raises(|| pipeline.get_bind_group_layout(0)).await
}

pub async fn async_entry_point_that_is_none(gpu: &Gpu) -> Answer {
    let module = kit::shader(gpu, kit::DOUBLE);
    gpu.answers(async || gpu.create_compute_pipeline_async(descriptor(&module, Some("nobody"), &[])).await)
        .await
}

pub async fn async_module_that_is_invalid(gpu: &Gpu) -> Answer {
    let (module, _) = kit::caught(gpu, || kit::shader(gpu, "this is not WGSL")).await;
    gpu.answers(async || gpu.create_compute_pipeline_async(descriptor(&module, None, &[])).await).await
}

pub async fn async_constant_that_is_none(gpu: &Gpu) -> Answer {
    let module = kit::shader(gpu, OVERRIDES);
    let values = [("nobody", 1.0)];
    gpu.answers(async || gpu.create_compute_pipeline_async(descriptor(&module, None, &values)).await).await
}
