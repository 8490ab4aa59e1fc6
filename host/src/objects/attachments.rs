//! What a render pass draws on, and how it begins — wit: gpu-render-pass-color-attachment, gpu-render-pass-depth-stencil-attachment — spec: <https://www.w3.org/TR/webgpu/#color-attachments> — peer: wgpu-wasi-backend/src/objects/render_pass.rs

use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    commands::{
        kept::Kept,
        pass::{Pass, TimestampWrites},
        render::{ColorAttachment, DepthStencilAttachment, RenderPassDescriptor, finite},
    },
    objects::{command_encoder::CommandEncoder, render_pass::RenderPassEncoder, texture_view::TextureView},
    view::WebGpuCtxView,
    weights,
};

/// A depth-stencil attachment of which only the handle is resolved.
#[derive(Debug)]
struct DepthStencil {
    view: wgpu::TextureView,
    depth: Channel<f32>,
    stencil: Channel<u32>,
}

impl DepthStencil {
    /// As wgpu takes it; `Err` is the rule that it breaks and wgpu can't see.
    fn check(self) -> Result<DepthStencilAttachment, String> {
        let Self { view, depth, stencil } = self;
        let format = view.texture().format();
        let depth_ops = depth.operations(format.has_depth_aspect(), "depth")?;
        let stencil_ops = stencil.operations(format.has_stencil_aspect(), "stencil")?;
        Ok(DepthStencilAttachment { view, depth_ops, stencil_ops })
    }
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

/// Refuses what wgpu can't see.
fn check_color(color: &ColorAttachment) -> Result<(), String> {
    match &color.ops.load {
        wgpu::LoadOp::Clear(color) => Ok(finite(color)?),
        wgpu::LoadOp::Load | wgpu::LoadOp::DontCare(_) => Ok(()),
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
        let mut kept = Vec::new();
        let colors = color_attachments
            .into_iter()
            .map(|color| color.map(|color| self.color_attachment(color, &mut kept)).transpose())
            .collect::<wasmtime::Result<Vec<_>>>()?;
        let depth_stencil = depth_stencil_attachment
            .map(|attachment| self.depth_stencil_attachment(attachment, &mut kept))
            .transpose()?;
        let occlusion_query_set = match occlusion_query_set {
            Some(query_set) => Some(self.get(&query_set)?.inner.clone()),
            None => None,
        };
        let timestamp_writes = match timestamp_writes {
            Some(wit::GpuRenderPassTimestampWrites {
                query_set,
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            }) => Some(TimestampWrites {
                query_set: self.get(&query_set)?.inner.clone(),
                beginning_of_pass_write_index,
                end_of_pass_write_index,
            }),
            None => None,
        };

        let encoder = self.get_mut(encoder)?;
        let checked = colors.iter().flatten().try_for_each(check_color);
        let depth_stencil = checked.and_then(|()| depth_stencil.map(DepthStencil::check).transpose());
        // What wgpu takes is part of a pass; it refuses more, but gets to see it only when the encoder is finished.
        let most = usize::try_from(encoder.device.limits.max_color_attachments).unwrap_or(usize::MAX);
        let more = colors.len().saturating_sub(most).saturating_mul(size_of::<Option<ColorAttachment>>());
        let bytes = weights::PASS.saturating_add(more).saturating_add(label.as_ref().map_or(0, String::len));
        let open = encoder.open_for("begin_render_pass", bytes);
        let descriptor = match depth_stencil {
            Ok(depth_stencil) => open.then(|| RenderPassDescriptor {
                label: label.clone(),
                colors,
                depth_stencil,
                occlusion_query_set,
                timestamp_writes,
            }),
            Err(reason) => {
                if open {
                    encoder.state.invalidate(format!("In a pass parameter\n  {reason}"));
                }
                None
            }
        };
        let mut pass = Pass::new(descriptor, &encoder.device, &encoder.state);
        pass.keep(kept);
        Ok(RenderPassEncoder::begun(pass, label.unwrap_or_default(), max_draw_count))
    }

    fn color_attachment(
        &self,
        attachment: wit::GpuRenderPassColorAttachment,
        kept: &mut Vec<Kept>,
    ) -> wasmtime::Result<ColorAttachment> {
        let wit::GpuRenderPassColorAttachment {
            view,
            depth_slice,
            resolve_target,
            clear_value,
            load_op,
            store_op,
        } = attachment;
        let load = match load_op {
            wit::GpuLoadOp::Load => wgpu::LoadOp::Load,
            // https://www.w3.org/TR/webgpu/#dom-gpurenderpasscolorattachment-clearvalue
            wit::GpuLoadOp::Clear => {
                wgpu::LoadOp::Clear(clear_value.map_or(wgpu::Color::TRANSPARENT, Into::into))
            }
        };
        Ok(ColorAttachment {
            view: self.attached_view(&view, kept)?,
            depth_slice,
            resolve_target: resolve_target.map(|view| self.attached_view(&view, kept)).transpose()?,
            ops: wgpu::Operations { load, store: store_op.into() },
        })
    }

    fn depth_stencil_attachment(
        &self,
        attachment: wit::GpuRenderPassDepthStencilAttachment,
        kept: &mut Vec<Kept>,
    ) -> wasmtime::Result<DepthStencil> {
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
        Ok(DepthStencil {
            view: self.attached_view(&view, kept)?,
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

    fn attached_view(
        &self,
        view: &Resource<TextureView>,
        kept: &mut Vec<Kept>,
    ) -> wasmtime::Result<wgpu::TextureView> {
        let view = self.get(view)?;
        kept.push(Kept::Resource(view.reservation.clone()));
        Ok(view.inner.clone())
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
}
