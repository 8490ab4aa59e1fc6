//! What a render pass draws on, and how it begins — wit: gpu-render-pass-color-attachment, gpu-render-pass-depth-stencil-attachment — spec: <https://www.w3.org/TR/webgpu/#color-attachments> — peer: wgpu-wasi-backend/src/objects/render_pass.rs

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{kept::Kept, pass::Pass},
    objects::{command_encoder::CommandEncoder, render_pass::RenderPassEncoder, texture_view::TextureView},
    view::WebGpuCtxView,
    weights,
};

/// A color attachment whose handles are resolved.
#[derive(Debug)]
struct ColorAttachment {
    view: wgpu::TextureView,
    kept: Kept,
    depth_slice: Option<u32>,
    resolve_target: Option<wgpu::TextureView>,
    resolve_kept: Option<Kept>,
    load: wgpu::LoadOp<wgpu::Color>,
    store: wgpu::StoreOp,
}

impl ColorAttachment {
    fn into_kept(self) -> impl Iterator<Item = Kept> {
        [Some(self.kept), self.resolve_kept].into_iter().flatten()
    }
}

/// A depth-stencil attachment whose handles are resolved.
#[derive(Debug)]
struct DepthStencilAttachment {
    view: wgpu::TextureView,
    kept: Kept,
    depth: Channel<f32>,
    stencil: Channel<u32>,
}

/// The depth or the stencil of an attachment, as the guest gave it.
#[derive(Debug)]
struct Channel<V> {
    clear_value: Option<V>,
    load_op: Option<wit::GpuLoadOp>,
    store_op: Option<wit::GpuStoreOp>,
    read_only: bool,
}

impl<V: Copy> Channel<V> {
    /// wgpu's API has no more than operations or none, which is read-only; so the rules about the fields
    /// that must or must not be given are checked here. `exists`: whether the format has this aspect.
    /// <https://www.w3.org/TR/webgpu/#abstract-opdef-gpurenderpassdepthstencilattachment-gpurenderpassdepthstencilattachment-valid-usage>
    fn operations(&self, exists: bool, aspect: &str) -> Result<Option<wgpu::Operations<V>>, String> {
        let Self { clear_value, load_op, store_op, read_only } = self;
        match (load_op, store_op) {
            (None, None) if exists && !read_only => {
                Err(format!("the {aspect} is not read-only and needs a load and a store operation"))
            }
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => {
                Err(format!("the {aspect} has only one of its load and store operations"))
            }
            (Some(_), Some(_)) if *read_only => {
                Err(format!("the {aspect} is read-only and can't have a load and a store operation"))
            }
            (Some(_), Some(_)) if !exists => Err(format!("the format of the attachment has no {aspect}")),
            (Some(load_op), Some(store_op)) => Ok(Some(wgpu::Operations {
                load: match load_op {
                    wit::GpuLoadOp::Load => wgpu::LoadOp::Load,
                    wit::GpuLoadOp::Clear => wgpu::LoadOp::Clear(
                        clear_value.ok_or_else(|| format!("the {aspect} is cleared, but to no value"))?,
                    ),
                },
                store: (*store_op).into(),
            })),
        }
    }
}

type Attachments<'a> =
    (Vec<Option<wgpu::RenderPassColorAttachment<'a>>>, Option<wgpu::RenderPassDepthStencilAttachment<'a>>);

/// The attachments as wgpu takes them; `Err` is the rule that they break and wgpu can't see.
fn attachments<'a>(
    colors: &'a [Option<ColorAttachment>],
    depth_stencil: Option<&'a DepthStencilAttachment>,
) -> Result<Attachments<'a>, String> {
    let colors = colors
        .iter()
        .map(|color| {
            let Some(color) = color else { return Ok(None) };
            let ColorAttachment { view, kept: _, depth_slice, resolve_target, resolve_kept: _, load, store } =
                color;
            match load {
                wgpu::LoadOp::Clear(color) => finite(color)?,
                wgpu::LoadOp::Load | wgpu::LoadOp::DontCare(_) => {}
            }
            Ok(Some(wgpu::RenderPassColorAttachment {
                view,
                depth_slice: *depth_slice,
                resolve_target: resolve_target.as_ref(),
                ops: wgpu::Operations { load: *load, store: *store },
            }))
        })
        .collect::<Result<_, String>>()?;
    let depth_stencil = match depth_stencil {
        Some(DepthStencilAttachment { view, kept: _, depth, stencil }) => {
            let format = view.texture().format();
            Some(wgpu::RenderPassDepthStencilAttachment {
                view,
                depth_ops: depth.operations(format.has_depth_aspect(), "depth")?,
                stencil_ops: stencil.operations(format.has_stencil_aspect(), "stencil")?,
            })
        }
        None => None,
    };
    Ok((colors, depth_stencil))
}

/// A `double` of WebIDL is finite: <https://webidl.spec.whatwg.org/#js-double>
pub(crate) fn finite(color: &wgpu::Color) -> Result<(), &'static str> {
    let wgpu::Color { r, g, b, a } = color;
    if [r, g, b, a].into_iter().all(|component| component.is_finite()) {
        Ok(())
    } else {
        Err("the color is not finite")
    }
}

impl WebGpuCtxView<'_> {
    /// `beginRenderPass`: <https://www.w3.org/TR/webgpu/#dom-gpucommandencoder-beginrenderpass>
    pub(crate) fn new_render_pass(
        &mut self,
        encoder: &Resource<CommandEncoder>,
        descriptor: wit::GpuRenderPassDescriptor,
    ) -> wasmtime::Result<RenderPassEncoder> {
        let wit::GpuRenderPassDescriptor {
            color_attachments,
            depth_stencil_attachment,
            occlusion_query_set,
            timestamp_writes,
            max_draw_count,
            label,
        } = descriptor;
        let colors = color_attachments
            .into_iter()
            .map(|attachment| attachment.map(|attachment| self.color_attachment(attachment)).transpose())
            .collect::<wasmtime::Result<Vec<_>>>()?;
        let depth_stencil = depth_stencil_attachment
            .map(|attachment| self.depth_stencil_attachment(attachment))
            .transpose()?;
        let occlusion_query_set = match occlusion_query_set {
            Some(query_set) => Some(self.get(&query_set)?.inner.clone()),
            None => None,
        };
        let timestamp_query_set = match &timestamp_writes {
            Some(writes) => Some(self.get(&writes.query_set)?.inner.clone()),
            None => None,
        };
        let timestamp_writes = timestamp_writes.zip(timestamp_query_set.as_ref()).map(
            |(
                wit::GpuRenderPassTimestampWrites {
                    query_set: _,
                    beginning_of_pass_write_index,
                    end_of_pass_write_index,
                },
                query_set,
            )| wgpu::RenderPassTimestampWrites {
                query_set,
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            },
        );

        let encoder = self.get_mut(encoder)?;
        let inner = match attachments(&colors, depth_stencil.as_ref()) {
            Ok((color_attachments, depth_stencil_attachment)) => {
                encoder.open_for("begin_render_pass", weights::PASS).then(|| {
                    encoder.with_wgpu(|encoder| {
                        encoder
                            .begin_render_pass(&wgpu::RenderPassDescriptor {
                                label: label.as_deref(),
                                color_attachments: &color_attachments,
                                depth_stencil_attachment,
                                timestamp_writes,
                                occlusion_query_set: occlusion_query_set.as_ref(),
                                // Not in WebGPU.
                                multiview_mask: None,
                            })
                            .forget_lifetime()
                    })
                })
            }
            Err(reason) => {
                if encoder.open_for("begin_render_pass", weights::PASS) {
                    encoder.state.invalidate(format!("In a pass parameter\n  {reason}"));
                }
                None
            }
        };
        let mut pass = Pass::new(inner, "RenderPass", &encoder.device, &encoder.state);
        pass.keep(colors.into_iter().flatten().flat_map(ColorAttachment::into_kept));
        pass.keep(depth_stencil.map(|attachment| attachment.kept));
        Ok(RenderPassEncoder::begun(pass, label.unwrap_or_default(), max_draw_count))
    }

    fn color_attachment(
        &self,
        attachment: wit::GpuRenderPassColorAttachment,
    ) -> wasmtime::Result<ColorAttachment> {
        let wit::GpuRenderPassColorAttachment {
            view,
            depth_slice,
            resolve_target,
            clear_value,
            load_op,
            store_op,
        } = attachment;
        let (view, kept) = self.attached_view(&view)?;
        let (resolve_target, resolve_kept) =
            resolve_target.map(|view| self.attached_view(&view)).transpose()?.unzip();
        Ok(ColorAttachment {
            view,
            kept,
            depth_slice,
            resolve_target,
            resolve_kept,
            load: match load_op {
                wit::GpuLoadOp::Load => wgpu::LoadOp::Load,
                // https://www.w3.org/TR/webgpu/#dom-gpurenderpasscolorattachment-clearvalue
                wit::GpuLoadOp::Clear => {
                    wgpu::LoadOp::Clear(clear_value.map_or(wgpu::Color::TRANSPARENT, Into::into))
                }
            },
            store: store_op.into(),
        })
    }

    fn depth_stencil_attachment(
        &self,
        attachment: wit::GpuRenderPassDepthStencilAttachment,
    ) -> wasmtime::Result<DepthStencilAttachment> {
        let wit::GpuRenderPassDepthStencilAttachment {
            view,
            depth_clear_value,
            depth_load_op,
            depth_store_op,
            depth_read_only,
            stencil_clear_value,
            stencil_load_op,
            stencil_store_op,
            stencil_read_only,
        } = attachment;
        let (view, kept) = self.attached_view(&view)?;
        Ok(DepthStencilAttachment {
            view,
            kept,
            depth: Channel {
                // No default: https://www.w3.org/TR/webgpu/#dom-gpurenderpassdepthstencilattachment-depthclearvalue
                clear_value: depth_clear_value,
                load_op: depth_load_op,
                store_op: depth_store_op,
                // https://www.w3.org/TR/webgpu/#dom-gpurenderpassdepthstencilattachment-depthreadonly
                read_only: depth_read_only.unwrap_or(false),
            },
            stencil: Channel {
                // https://www.w3.org/TR/webgpu/#dom-gpurenderpassdepthstencilattachment-stencilclearvalue
                clear_value: Some(stencil_clear_value.unwrap_or(0)),
                load_op: stencil_load_op,
                store_op: stencil_store_op,
                // https://www.w3.org/TR/webgpu/#dom-gpurenderpassdepthstencilattachment-stencilreadonly
                read_only: stencil_read_only.unwrap_or(false),
            },
        })
    }

    fn attached_view(&self, view: &Resource<TextureView>) -> wasmtime::Result<(wgpu::TextureView, Kept)> {
        let view = self.get(view)?;
        Ok((view.inner.clone(), Kept::Resource(view.reservation.clone())))
    }
}

#[cfg(test)]
mod tests {
    use wit::{GpuLoadOp::Clear, GpuStoreOp::Store};

    use super::*;

    #[test]
    fn depth_has_operations_or_is_read_only() {
        let operations = |load_op, store_op, read_only, clear_value, exists| {
            Channel { clear_value, load_op, store_op, read_only }.operations(exists, "depth")
        };
        let cleared = wgpu::Operations { load: wgpu::LoadOp::Clear(1.0_f32), store: wgpu::StoreOp::Store };
        assert_eq!(operations(Some(Clear), Some(Store), false, Some(1.0), true), Ok(Some(cleared)));
        assert_eq!(operations(None, None, true, None, true), Ok(None));
        assert_eq!(operations(None, None, false, None, false), Ok(None));
        assert_eq!(operations(None, None, true, None, false), Ok(None));
        for (load_op, store_op, read_only, clear_value, exists) in [
            (None, None, false, None, true),
            (Some(Clear), None, false, Some(1.0), true),
            (None, Some(Store), false, Some(1.0), true),
            (Some(Clear), Some(Store), true, Some(1.0), true),
            (Some(Clear), Some(Store), false, None, true),
            (Some(Clear), Some(Store), false, Some(1.0), false),
        ] {
            operations(load_op, store_op, read_only, clear_value, exists).unwrap_err();
        }
    }

    #[test]
    fn colors_are_finite() {
        assert!(finite(&wgpu::Color::WHITE).is_ok());
        assert!(finite(&wgpu::Color { r: f64::NAN, ..wgpu::Color::WHITE }).is_err());
        assert!(finite(&wgpu::Color { a: f64::INFINITY, ..wgpu::Color::WHITE }).is_err());
    }
}
