//! A module of SPIR-V, as a compiler of another language would make it; and words that are none.

use super::shader_module_naga::{SHADER, check};
use crate::{Gpu, Report};

pub async fn run(gpu: &Gpu, r: &mut Report) {
    let module = naga::front::wgsl::parse_str(SHADER).unwrap();
    let info =
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::empty())
            .validate(&module)
            .unwrap();
    let words = naga::back::spv::write_vec(&module, &info, &Default::default(), None).unwrap();
    check(gpu, r, wgpu::ShaderSource::SpirV(words.into())).await;

    let (device, _queue) = gpu.device().await;
    for (name, words) in [
        ("no words", vec![]),
        ("other words", vec![1, 2, 3]),
        ("only a head", vec![0x0723_0203, 0x0001_0000, 0, 10, 0]),
    ] {
        r.caught(name, &device, || {
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: None,
                source: wgpu::ShaderSource::SpirV(words.into()),
            })
        })
        .await;
    }
}
