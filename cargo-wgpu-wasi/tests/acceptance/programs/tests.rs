//! Tests of a project: each outcome that there is.

fn adapter() -> wgpu::Adapter {
    let instance = wgpu::Instance::default();
    pollster::block_on(instance.request_adapter(&Default::default())).expect("an adapter")
}

#[test]
fn passes_on_the_gpu() {
    let (_device, _queue) = pollster::block_on(adapter().request_device(&Default::default())).unwrap();
    println!("written by the one that passes");
}

#[test]
fn panics() {
    println!("written before the panic");
    assert_eq!(adapter().get_info().backend, wgpu::Backend::Noop, "the reason of the panic");
}

#[test]
fn returns_an_error() -> Result<(), String> {
    Err("the reason of the error".to_owned())
}

#[test]
fn comes_after_the_panic() {}

#[test]
#[ignore]
fn is_ignored() {}
