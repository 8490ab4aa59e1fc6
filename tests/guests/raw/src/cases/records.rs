//! The two maps: order, replacement, removal, values that are none.

use crate::{
    Checks, kit,
    wit::{
        GpuComputePipelineDescriptor, GpuLayoutMode, GpuProgrammableStage, RecordGpuPipelineConstantValue,
        RecordOptionGpuSize64,
    },
};

pub async fn run(c: &mut Checks) {
    let constants = RecordGpuPipelineConstantValue::new();
    c.that(
        "empty",
        constants.keys().is_empty() && constants.values().is_empty() && constants.entries().is_empty(),
    );
    constants.add("b", 1.5);
    constants.add("a", f64::INFINITY);
    constants.add("", -0.0);
    constants.add("b", 2.5);
    c.equal("keys", constants.keys(), vec!["b".to_owned(), "a".to_owned(), String::new()]);
    c.equal("values", constants.values(), vec![2.5, f64::INFINITY, -0.0]);
    c.equal("entries", constants.entries()[0].clone(), ("b".to_owned(), 2.5));
    c.equal("get", constants.get("b"), Some(2.5));
    c.equal("get of nobody", constants.get("nobody"), None);
    c.that("has", constants.has("a") && constants.has("") && !constants.has("c"));
    constants.remove("b");
    constants.remove("nobody");
    c.that("removed", !constants.has("b") && constants.get("b").is_none());
    constants.add("b", 3.5);
    c.equal("added again, at the end", constants.keys().pop(), Some("b".to_owned()));

    let limits = RecordOptionGpuSize64::new();
    limits.add("x", Some(1));
    limits.add("größe", None);
    c.equal("get of none", limits.get("größe"), Some(None));
    c.equal("get of some", limits.get("x"), Some(Some(1)));
    c.equal("get of nobody", limits.get("nobody"), None);
    limits.add("x", Some(u64::MAX));
    c.equal("values", limits.values(), vec![Some(u64::MAX), None]);
    c.equal("keys", limits.keys(), vec!["x".to_owned(), "größe".to_owned()]);
    c.equal("entries", limits.entries().len(), 2);
    limits.remove("x");
    c.that("removed", !limits.has("x") && limits.has("größe"));

    // A map that is handed over is used; a value that is no number of the type is an error.
    let device = kit::device().await;
    let module = kit::shader(
        &device,
        "override n: u32 = 1u;
        @group(0) @binding(0) var<storage, read_write> data: array<u32>;
        @compute @workgroup_size(1) fn main() { data[0] = n; }",
    );
    let pipeline = |value: f64| {
        let constants = RecordGpuPipelineConstantValue::new();
        constants.add("n", value);
        device.create_compute_pipeline(GpuComputePipelineDescriptor {
            compute: GpuProgrammableStage { module: &module, entry_point: None, constants: Some(constants) },
            layout: GpuLayoutMode::Auto,
            label: None,
        })
    };
    c.fine("a number", &device, || pipeline(7.0)).await;
    for value in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
        c.invalid(&format!("{value} for a u32"), &device, || pipeline(value)).await;
    }
}
