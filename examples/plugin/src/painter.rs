//! The component: what it exports, what it gets, and the store that it lives in.

use example_common::Gpu;
use wasmtime::{
    Config, Engine, Store,
    component::{Component, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wgpu_wasi_host::{LentDevice, WebGpuCtx, WebGpuCtxView, WebGpuView};

mod bindings {
    wasmtime::component::bindgen!({
        path: ["../../wit/deps/wasi-webgpu-0.3.0-rc.2", "wit"],
        world: "example:plugin/painter",
        // The resources are those that the host serves, so that handles fit both.
        with: { "wasi:webgpu/webgpu@0.3.0-rc.2": wgpu_wasi_host::bindings::wit },
        exports: { default: async },
    });
}

/// A component that draws, with the device that it was lent.
pub(crate) struct Painter {
    store: Store<State>,
    component: bindings::Painter,
    device: LentDevice,
}

struct State {
    wasi: WasiCtx,
    gpu: WebGpuCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WebGpuView for State {
    fn webgpu(&mut self) -> WebGpuCtxView<'_> {
        WebGpuCtxView { ctx: &mut self.gpu, table: &mut self.table }
    }
}

impl Painter {
    /// Starts a component and lends it the GPU.
    pub(crate) fn load(gpu: &Gpu, wasm: &[u8]) -> anyhow::Result<Self> {
        pollster::block_on(Self::start(gpu, wasm)).map_err(ours)
    }

    async fn start(gpu: &Gpu, wasm: &[u8]) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::<State>::new(&engine);
        // What the standard library wants. It can print, and see nothing of this machine.
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wgpu_wasi_host::add_to_linker(&mut linker)?;

        let wasi = WasiCtx::builder().inherit_stderr().build();
        let webgpu = WebGpuCtx::builder().max_gpu_memory(64 << 20).build();
        let mut store = Store::new(&engine, State { wasi, gpu: webgpu, table: ResourceTable::new() });
        let component = Component::new(&engine, wasm)?;
        let instance = linker.instantiate_async(&mut store, &component).await?;
        wgpu_wasi_host::attach_command_memory(&mut store, &instance).await?;
        let component = bindings::Painter::new(&mut store, &instance)?;

        let device = LentDevice::new(gpu.device.clone(), gpu.queue.clone());
        let handle = store.data_mut().webgpu().lend_device(&device)?;
        component.call_prepare(&mut store, handle).await?;
        Ok(Self { store, component, device })
    }

    /// Lends a texture and has it drawn into; gives what came back.
    pub(crate) fn draw(&mut self, target: wgpu::Texture, seconds: f32) -> anyhow::Result<wgpu::Texture> {
        let Self { store, component, device } = self;
        pollster::block_on(async {
            let target = store.data_mut().webgpu().lend_texture(device, target)?;
            let drawn = component.call_draw(&mut *store, target, seconds).await?;
            store.data_mut().webgpu().take_texture(device, drawn)
        })
        .map_err(ours)
    }
}

/// wasmtime's error as the rest of the program has it.
fn ours(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::from_boxed(error.into())
}
