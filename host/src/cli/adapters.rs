//! `wgpu-wasi adapters`: which GPUs there are.

use std::process::ExitCode;

use crate::{NO_ADAPTER, launch::adapters};
use clap::Args;
use comfy_table::{Table, presets::UTF8_BORDERS_ONLY};

/// Lists the GPU adapters that programs can run on.
///
/// `wgpu-wasi run --adapter NAME` takes any part of a name, and `--adapter pci:ADDRESS` tells GPUs of one kind apart. The first of the table is what a program gets
/// that asks for nothing special on a machine with one GPU.
#[derive(Debug, Args)]
pub struct Adapters {}

impl Adapters {
    /// Prints the table.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn execute(self) -> wasmtime::Result<ExitCode> {
        let Self {} = self;
        let adapters = adapters();
        if adapters.is_empty() {
            return Err(wasmtime::Error::msg(NO_ADAPTER));
        }
        let mut table = Table::new();
        table
            .load_preset(UTF8_BORDERS_ONLY)
            .set_header(["Name", "Type", "Backend", "Driver", "Ids", "Buffer", "Features"]);
        for adapter in &adapters {
            table.add_row(row(adapter));
        }
        println!("{table}");
        Ok(ExitCode::SUCCESS)
    }
}

fn row(adapter: &wgpu::Adapter) -> [String; 7] {
    let info = adapter.get_info();
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete",
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        wgpu::DeviceType::Cpu => "CPU (software)",
        wgpu::DeviceType::Other => "other",
    };
    let offered = adapter.features();
    let features: Vec<&str> = [
        (wgpu::Features::SHADER_F16, "f16"),
        (wgpu::Features::SUBGROUP, "subgroups"),
        (wgpu::Features::TIMESTAMP_QUERY, "timestamps"),
        (wgpu::Features::FLOAT32_FILTERABLE, "float32-filterable"),
        (wgpu::Features::TEXTURE_COMPRESSION_BC, "bc"),
        (wgpu::Features::TEXTURE_COMPRESSION_ETC2, "etc2"),
        (wgpu::Features::TEXTURE_COMPRESSION_ASTC, "astc"),
    ]
    .into_iter()
    .filter_map(|(feature, name)| offered.contains(feature).then_some(name))
    .collect();
    [
        info.name,
        kind.to_owned(),
        info.backend.to_string(),
        [info.driver, info.driver_info].join(" ").trim().to_owned(),
        match info.device_pci_bus_id.as_str() {
            "" => format!("{:04x}:{:04x}", info.vendor, info.device),
            address => format!("{:04x}:{:04x} pci:{address}", info.vendor, info.device),
        },
        bytesize::ByteSize(adapter.limits().max_buffer_size).display().iec().to_string(),
        features.join(" "),
    ]
}
