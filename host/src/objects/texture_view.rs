//! GPUTextureView — wit: gpu-texture-view — spec: <https://www.w3.org/TR/webgpu/#gputextureview> — peer: wgpu-wasi-backend/src/objects/texture_view.rs

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    device::{budget::SharedReservation, lent_scopes::collecting},
    objects::texture::Texture,
    view::{WebGpuCtxView, label_methods, labelled},
};

/// A view of one of the guest's textures.
#[derive(Debug)]
pub struct TextureView {
    pub(crate) inner: wgpu::TextureView,
    pub(crate) label: String,
    /// The texture's: its memory stays in use for as long as there is a view.
    pub(crate) reservation: SharedReservation,
}

labelled!(TextureView, crate::weights::TEXTURE_VIEW);

impl TextureView {
    /// `createView`: <https://www.w3.org/TR/webgpu/#dom-gputexture-createview>
    pub(crate) fn create(texture: &Texture, descriptor: Option<wit::GpuTextureViewDescriptor>) -> Self {
        let wit::GpuTextureViewDescriptor {
            format,
            dimension,
            usage,
            aspect,
            base_mip_level,
            mip_level_count,
            base_array_layer,
            array_layer_count,
            swizzle,
            label,
        } = descriptor.unwrap_or(wit::GpuTextureViewDescriptor {
            format: None,
            dimension: None,
            usage: None,
            aspect: None,
            base_mip_level: None,
            mip_level_count: None,
            base_array_layer: None,
            array_layer_count: None,
            swizzle: None,
            label: None,
        });
        let label = label.unwrap_or_default();
        // What is `None` here depends on the texture, and wgpu resolves it as WebGPU does:
        // https://www.w3.org/TR/webgpu/#abstract-opdef-resolving-gputextureviewdescriptor-defaults
        let wgpu_descriptor = wgpu::TextureViewDescriptor {
            label: Some(&label),
            format: format.map(Into::into),
            dimension: dimension.map(Into::into),
            usage: usage.map(Into::into),
            // https://www.w3.org/TR/webgpu/#dom-gputextureviewdescriptor-aspect
            aspect: aspect.map_or(wgpu::TextureAspect::All, Into::into),
            // https://www.w3.org/TR/webgpu/#dom-gputextureviewdescriptor-basemiplevel
            base_mip_level: base_mip_level.unwrap_or(0),
            mip_level_count,
            // https://www.w3.org/TR/webgpu/#dom-gputextureviewdescriptor-basearraylayer
            base_array_layer: base_array_layer.unwrap_or(0),
            array_layer_count,
        };
        let inner = match swizzle.as_deref().map_or(Ok(()), check_swizzle) {
            Ok(()) => texture.inner.create_view(&wgpu_descriptor),
            Err(reason) => {
                texture.device.errors.refuse("Texture::create_view", &label, reason);
                // A view that wgpu refuses to use anywhere: one of no mip level is never valid.
                let refused = wgpu::TextureViewDescriptor { mip_level_count: Some(0), ..wgpu_descriptor };
                let (inner, _) = collecting(|| texture.inner.create_view(&refused));
                inner
            }
        };
        Self { inner, label, reservation: texture.reservation.clone() }
    }
}

impl wit::HostGpuTextureView for WebGpuCtxView<'_> {
    label_methods!(TextureView);

    fn drop(&mut self, this: Resource<TextureView>) -> wasmtime::Result<()> {
        self.delete(this).map(drop)
    }
}

/// Whether a view can have this swizzle, which is one character for each component, as in "rgba".
/// <https://www.w3.org/TR/webgpu/#dom-gputextureviewdescriptor-swizzle>
fn check_swizzle(swizzle: &str) -> Result<(), String> {
    if swizzle == "rgba" {
        return Ok(());
    }
    let components = swizzle.chars().count();
    if components == 4 && swizzle.chars().all(|component| "rgba01".contains(component)) {
        Err(format!("the swizzle \"{swizzle}\" needs the feature \"texture-component-swizzle\""))
    } else {
        Err(format!("\"{}\" is not a swizzle", swizzle.escape_debug().take(32).collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_identity_is_a_swizzle_that_wgpu_has() {
        assert_eq!(check_swizzle("rgba"), Ok(()));
        assert!(check_swizzle("bgra").unwrap_err().contains("texture-component-swizzle"));
        assert!(check_swizzle("r001").unwrap_err().contains("texture-component-swizzle"));
        for bad in ["", "rgb", "rgbaa", "RGBA", "rgbü", "rgb2"] {
            assert!(check_swizzle(bad).unwrap_err().contains("is not a swizzle"), "{bad}");
        }
    }
}
