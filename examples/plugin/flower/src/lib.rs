//! A flower of a thousand florets, drawn into a texture that somebody else owns.
//!
//! This is the component of the example `plugin`. Its `prepare` gets the device of the program that loaded
//! it, and its `draw` a texture; between the two it is a program of wgpu like any other.
#![cfg(target_os = "wasi")]

mod painting;

use std::cell::RefCell;

use wgpu_wasi_backend::interop::{self, webgpu};

use crate::painting::Painting;

mod bindings {
    wit_bindgen::generate!({
        path: ["../../../wit/deps/wasi-webgpu-0.3.0-rc.2", "../wit"],
        world: "example:plugin/painter",
        // The same types as the backend's, so that handles can go from one to the other.
        with: { "wasi:webgpu/webgpu@0.3.0-rc.2": wgpu_wasi_backend::interop::webgpu },
    });
    export!(Flower);

    use super::Flower;
}

struct Flower;

thread_local! {
    /// What `prepare` made; the component has one thread.
    static PAINTING: RefCell<Option<Painting>> = const { RefCell::new(None) };
}

impl bindings::Guest for Flower {
    fn prepare(device: webgpu::GpuDevice) {
        let (device, queue) = interop::device_from_handle(device);
        PAINTING.replace(Some(Painting::new(device, queue)));
    }

    fn draw(target: webgpu::GpuTexture, seconds: f32) -> webgpu::GpuTexture {
        PAINTING.with_borrow_mut(|painting| {
            // A program that has not called `prepare` gets its texture back as it was.
            let Some(painting) = painting else { return target };
            let target = interop::texture_from_handle(painting.device(), target);
            painting.draw(&target, seconds);
            interop::texture_into_handle(target)
        })
    }
}
