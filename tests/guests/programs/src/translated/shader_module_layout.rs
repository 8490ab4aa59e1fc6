//! Where members and elements lie: the same words are read through text, through IR and through SPIR-V made of it, and
//! through the layouts that GLSL has and WGSL has not.

use std::borrow::Cow;

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ShaderStage, Span, Type, TypeInner};

use crate::{Gpu, Report, kit};

const ATTRIBUTES: &str = "
    struct Inner { @align(32) a: u32, b: vec2<u32> }
    struct Item { id: u32, @align(16) pos: u32, @size(12) tag: u32, last: u32, inner: Inner, @size(64) end: u32 }
    @group(0) @binding(0) var<storage, read_write> out: array<u32>;
    @group(0) @binding(1) var<storage, read_write> items: array<Item>;
    @compute @workgroup_size(1) fn main() {
        out[0] = items[0].id; out[1] = items[0].pos; out[2] = items[0].tag; out[3] = items[0].last;
        out[4] = items[1].id; out[5] = items[1].inner.a; out[6] = items[1].inner.b.y; out[7] = arrayLength(&items);
        items[0].end = items[1].end;
        let whole = items[1];
        out[8] = whole.inner.b.x + whole.tag;
    }";

const UNIFORM: &str = "#version 450
    layout(local_size_x = 1) in;
    struct Part { float w[3]; vec3 v; float after; };
    layout(set = 0, binding = 0) buffer Out { uint o[]; };
    layout(set = 0, binding = 1, std140) uniform U { float a; float w[3]; float z; mat3 m; Part part; vec2 p[2]; };
    float second(Part part) { return part.w[1]; }
    void main() {
        int i = int(a);
        o[0] = uint(a); o[1] = uint(w[0]); o[2] = uint(w[1]); o[3] = uint(w[i + 2]); o[4] = uint(z);
        o[5] = uint(m[1].x); o[6] = uint(m[2].z); o[7] = uint(part.w[2]); o[8] = uint(part.v.z);
        o[9] = uint(part.after); o[10] = uint(p[1].y); o[11] = uint(second(part));
        float copy[3];
        for (int k = 0; k < 3; k++) { copy[k] = w[k]; }
        copy[1] += 1000.0;
        o[12] = uint(copy[i + 1]) + uint(copy[2]);
    }";

const STORAGE: &str = "#version 450
    layout(local_size_x = 1) in;
    struct Part { vec3 v[2]; float w[3]; };
    layout(set = 0, binding = 0) buffer Out { uint o[]; };
    layout(set = 0, binding = 1, std140) buffer S { float a; Part parts[2]; float rest[]; };
    void main() {
        o[0] = uint(parts[1].w[2]); o[1] = uint(parts[1].v[1].y); o[2] = uint(rest[0]); o[3] = uint(rest[1]);
        o[4] = uint(rest.length());
        parts[0] = parts[1];
        rest[2] = 5000.0;
        parts[1].w[0] = 7000.0; parts[1].w[2] = 9000.0;
    }";

/// Two words at byte 32 of the immediates, as a stage has them that shares these with another.
const IMMEDIATES: &str = "
    struct Pair { a: u32, b: u32 }
    var<immediate> pair: Pair;
    @group(0) @binding(0) var<storage, read_write> out: array<u32>;
    @compute @workgroup_size(1) fn main() { out[0] = pair.a; out[1] = pair.b; let both = pair; out[2] = both.b; }";

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let (device, queue) = gpu.device().await;
    let words: Vec<u32> = (0..128).collect();
    let numbers: Vec<f32> = (0..128_u16).map(f32::from).collect();
    for (name, source) in sources(ATTRIBUTES) {
        let data = kit::storage(&device, &words);
        let found = read(r, &device, &queue, &name, source, data.as_entire_binding()).await;
        assert_eq!(found[..5], [0, 4, 5, 8, 36], "{name}");
        r.bytes(format!("{name}: written"), kit::read_bytes(&device, &queue, &data));
    }
    for (name, text, uniform) in [("std140 uniform", UNIFORM, true), ("std140 storage", STORAGE, false)] {
        let data = if uniform { kit::uniform(&device, &numbers) } else { kit::storage(&device, &numbers) };
        let found = read(r, &device, &queue, name, glsl(text), data.as_entire_binding()).await;
        if uniform {
            assert_eq!(found[..5], [0, 4, 8, 12, 16], "{name}");
        } else {
            r.bytes(format!("{name}: written"), kit::read_bytes(&device, &queue, &data));
        }
    }
    immediates(gpu, r).await;
}

/// A text, its IR, and SPIR-V made of that.
fn sources(text: &'static str) -> [(String, wgpu::ShaderSource<'static>); 3] {
    let module = naga::front::wgsl::parse_str(text).unwrap();
    [
        ("text".to_owned(), wgpu::ShaderSource::Wgsl(text.into())),
        ("SPIR-V".to_owned(), wgpu::ShaderSource::SpirV(spirv(&module).into())),
        ("IR".to_owned(), wgpu::ShaderSource::Naga(Cow::Owned(module))),
    ]
}

/// What another compiler would make of a module.
pub(super) fn spirv(module: &Module) -> Vec<u32> {
    let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(module).unwrap();
    naga::back::spv::write_vec(module, &info, &Default::default(), None).unwrap()
}

fn glsl(text: &'static str) -> wgpu::ShaderSource<'static> {
    wgpu::ShaderSource::Glsl { shader: text.into(), stage: ShaderStage::Compute, defines: &[] }
}

async fn read(
    r: &mut Report,
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    name: &str,
    source: wgpu::ShaderSource<'_>,
    data: wgpu::BindingResource<'_>,
) -> Vec<u32> {
    let pipeline = r
        .caught(name, device, || {
            let module =
                device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some(name), source });
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: None,
                layout: None,
                module: &module,
                entry_point: Some("main"),
                compilation_options: Default::default(),
                cache: None,
            })
        })
        .await;
    let out = kit::storage_of_size(device, 64);
    kit::dispatch(device, queue, &pipeline, &[out.as_entire_binding(), data], [1, 1, 1]);
    let found: Vec<u32> = kit::read(device, queue, &out);
    r.bytes(format!("{name}: read"), bytemuck::cast_slice(&found));
    found
}

async fn immediates(gpu: &Gpu, r: &mut Report) {
    let supported = gpu.adapter.features().contains(wgpu::Features::IMMEDIATES);
    r.number("immediates", supported);
    if !supported {
        return;
    }
    let limits = wgpu::Limits { max_immediate_size: 64, ..Default::default() };
    let (device, queue) = gpu.device_with(wgpu::Features::IMMEDIATES, limits).await;
    let mut module = naga::front::wgsl::parse_str(IMMEDIATES).unwrap();
    move_pair(&mut module);
    let words = wgpu::ShaderSource::SpirV(spirv(&module).into());
    for (name, source) in [("SPIR-V", words), ("IR", wgpu::ShaderSource::Naga(Cow::Owned(module)))] {
        let name = format!("immediates, {name}");
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &[kit::storage_entry(0)],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 64,
        });
        let pipeline = r
            .caught(name.as_str(), &device, || {
                let module =
                    device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
                device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: None,
                    layout: Some(&pipeline_layout),
                    module: &module,
                    entry_point: None,
                    compilation_options: Default::default(),
                    cache: None,
                })
            })
            .await;
        let out = kit::storage_of_size(&device, 16);
        let group = kit::bind(&device, &layout, &[out.as_entire_binding()]);
        let mut encoder = kit::encoder(&device);
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &group, &[]);
        pass.set_immediates(0, bytemuck::cast_slice(&(0..16_u32).collect::<Vec<_>>()));
        pass.dispatch_workgroups(1, 1, 1);
        drop(pass);
        queue.submit([encoder.finish()]);
        let found: Vec<u32> = kit::read(&device, &queue, &out);
        assert_eq!(found[..3], [8, 9, 9], "{name}");
        r.bytes(format!("{name}: read"), bytemuck::cast_slice(&found));
    }
}

/// Puts the members of `Pair` behind 32 bytes that belong to somebody else.
fn move_pair(module: &mut Module) {
    let is_immediate = |space| space == AddressSpace::Immediate;
    let (_, variable) =
        module.global_variables.iter().find(|(_, variable)| is_immediate(variable.space)).unwrap();
    let handle = variable.ty;
    let Type { name, inner } = module.types[handle].clone();
    let TypeInner::Struct { mut members, span } = inner else { panic!("a struct") };
    members.iter_mut().for_each(|member| member.offset += 32);
    let inner = TypeInner::Struct { members, span: span + 32 };
    module.types.replace(handle, Type { name, inner });
    assert!(module.types.get_span(handle) != Span::UNDEFINED);
}
