//! The commands that only render passes have: how they are recorded, and how wgpu gets them. Those that bundles have as
//! well are in `draw.rs`.

use crate::{
    commands::{
        binding::{BindingCommand, BindingCommands, DebugCommand, encode_debug},
        draw::{DrawState, RenderCommand, RenderCommands},
        kept::Kept,
        pass::{Pass, PassDescriptor, TimestampWrites},
        recording::EncoderState,
        used::Used,
    },
    device::timeline::Timeline,
};

/// What a pass begins with, with its handles resolved.
#[derive(Debug)]
pub(crate) struct RenderPassDescriptor {
    pub(crate) label: Option<String>,
    pub(crate) colors: Vec<Option<ColorAttachment>>,
    pub(crate) depth_stencil: Option<DepthStencilAttachment>,
    pub(crate) occlusion_query_set: Option<wgpu::QuerySet>,
    pub(crate) timestamp_writes: Option<TimestampWrites>,
}

/// A `GPURenderPassColorAttachment` with its handles resolved.
#[derive(Debug)]
pub(crate) struct ColorAttachment {
    pub(crate) view: wgpu::TextureView,
    pub(crate) depth_slice: Option<u32>,
    pub(crate) resolve_target: Option<wgpu::TextureView>,
    pub(crate) ops: wgpu::Operations<wgpu::Color>,
}

/// A `GPURenderPassDepthStencilAttachment` with its handles resolved.
#[derive(Debug)]
pub(crate) struct DepthStencilAttachment {
    pub(crate) view: wgpu::TextureView,
    pub(crate) depth_ops: Option<wgpu::Operations<f32>>,
    pub(crate) stencil_ops: Option<wgpu::Operations<u32>>,
}

/// A command of a render pass with its handles resolved.
#[derive(Debug)]
pub(crate) enum RenderPassCommand {
    Render(RenderCommand),
    Debug(DebugCommand),
    SetViewport([f32; 6]),
    SetScissorRect([u32; 4]),
    SetBlendConstant(Box<wgpu::Color>),
    SetStencilReference(u32),
    BeginOcclusionQuery(u32),
    EndOcclusionQuery,
    ExecuteBundles(Vec<wgpu::RenderBundle>),
}

// A pass may have hundreds of thousands of them: fresh memory for each costs as much as the rest of recording it.
const _: () = assert!(size_of::<RenderPassCommand>() <= 32);

impl From<BindingCommand> for RenderPassCommand {
    fn from(command: BindingCommand) -> Self {
        Self::Render(RenderCommand::Binding(command))
    }
}

impl From<DebugCommand> for RenderPassCommand {
    fn from(command: DebugCommand) -> Self {
        Self::Debug(command)
    }
}

impl From<RenderCommand> for RenderPassCommand {
    fn from(command: RenderCommand) -> Self {
        Self::Render(command)
    }
}

impl RenderPassDescriptor {
    fn begin<'e>(&self, encoder: &'e mut wgpu::CommandEncoder) -> wgpu::RenderPass<'e> {
        let Self { label, colors, depth_stencil, occlusion_query_set, timestamp_writes } = self;
        let colors: Vec<_> = colors
            .iter()
            .map(|color| {
                color.as_ref().map(|ColorAttachment { view, depth_slice, resolve_target, ops }| {
                    wgpu::RenderPassColorAttachment {
                        view,
                        depth_slice: *depth_slice,
                        resolve_target: resolve_target.as_ref(),
                        ops: *ops,
                    }
                })
            })
            .collect();
        encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: label.as_deref(),
            color_attachments: &colors,
            depth_stencil_attachment: depth_stencil.as_ref().map(
                |DepthStencilAttachment { view, depth_ops, stencil_ops }| {
                    wgpu::RenderPassDepthStencilAttachment {
                        view,
                        depth_ops: *depth_ops,
                        stencil_ops: *stencil_ops,
                    }
                },
            ),
            timestamp_writes: timestamp_writes.as_ref().map(TimestampWrites::of_render_pass),
            occlusion_query_set: occlusion_query_set.as_ref(),
            // Not in WebGPU.
            multiview_mask: None,
        })
    }
}

impl PassDescriptor for RenderPassDescriptor {
    const NAME: &'static str = "RenderPass";
    type Command = RenderPassCommand;
    type Pipeline = wgpu::RenderPipeline;
    type Draws = DrawState;

    fn encode(
        self,
        commands: Vec<RenderPassCommand>,
        used: &Used<wgpu::RenderPipeline>,
        encoder: &mut wgpu::CommandEncoder,
        state: &EncoderState,
        timeline: &Timeline,
    ) {
        let mut pass = self.begin(encoder);
        for command in &commands {
            match command {
                RenderPassCommand::Render(command) => {
                    state.require(command.encode(&mut pass, used, timeline));
                }
                RenderPassCommand::Debug(command) => encode_debug!(command, pass),
                RenderPassCommand::SetViewport([x, y, width, height, min_depth, max_depth]) => {
                    pass.set_viewport(*x, *y, *width, *height, *min_depth, *max_depth);
                }
                RenderPassCommand::SetScissorRect([x, y, width, height]) => {
                    pass.set_scissor_rect(*x, *y, *width, *height);
                }
                RenderPassCommand::SetBlendConstant(color) => pass.set_blend_constant(**color),
                RenderPassCommand::SetStencilReference(reference) => pass.set_stencil_reference(*reference),
                RenderPassCommand::BeginOcclusionQuery(query) => pass.begin_occlusion_query(*query),
                RenderPassCommand::EndOcclusionQuery => pass.end_occlusion_query(),
                RenderPassCommand::ExecuteBundles(bundles) => pass.execute_bundles(bundles),
            }
        }
    }
}

impl RenderCommands for Pass<RenderPassDescriptor> {
    /// wgpu checks them.
    fn check_indirect(_: &wgpu::Buffer, _: u64, _: u64) -> Result<(), String> {
        Ok(())
    }
}

impl Pass<RenderPassDescriptor> {
    /// `setViewport`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-setviewport>
    pub(crate) fn set_viewport(&mut self, viewport: [f32; 6]) {
        self.try_record("set_viewport", 0, |_, _| {
            // A `float` of WebIDL is finite, and wgpu's comparisons let NaN through to the driver:
            // https://webidl.spec.whatwg.org/#js-float
            if !viewport.into_iter().all(f32::is_finite) {
                return Err("the viewport is not finite");
            }
            Ok(Some(RenderPassCommand::SetViewport(viewport)))
        });
    }

    /// `setScissorRect`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-setscissorrect>
    #[inline]
    pub(crate) fn set_scissor_rect(&mut self, rect: [u32; 4]) {
        self.record("set_scissor_rect", 0, || RenderPassCommand::SetScissorRect(rect));
    }

    /// `setBlendConstant`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-setblendconstant>
    pub(crate) fn set_blend_constant(&mut self, color: wgpu::Color) {
        self.try_record("set_blend_constant", 0, |_, _| {
            finite(&color)?;
            Ok::<_, &str>(Some(RenderPassCommand::SetBlendConstant(Box::new(color))))
        });
    }

    /// `setStencilReference`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-setstencilreference>
    pub(crate) fn set_stencil_reference(&mut self, reference: u32) {
        self.record("set_stencil_reference", 0, || RenderPassCommand::SetStencilReference(reference));
    }

    /// `beginOcclusionQuery`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-beginocclusionquery>
    pub(crate) fn begin_occlusion_query(&mut self, query: u32) {
        self.record("begin_occlusion_query", 0, || RenderPassCommand::BeginOcclusionQuery(query));
    }

    /// `endOcclusionQuery`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-endocclusionquery>
    pub(crate) fn end_occlusion_query(&mut self) {
        self.record("end_occlusion_query", 0, || RenderPassCommand::EndOcclusionQuery);
    }

    /// `executeBundles`: <https://www.w3.org/TR/webgpu/#dom-gpurenderpassencoder-executebundles>. The bundles, which are
    /// `None` where they are invalid, draw `draw_count` times and take `bytes`.
    pub(crate) fn execute_bundles(
        &mut self,
        bundles: Vec<Option<wgpu::RenderBundle>>,
        draw_count: u64,
        bytes: u64,
        kept: Vec<Kept>,
    ) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.try_record("execute_bundles", bytes, |draws, used| {
            draws.reset_bindings();
            draws.draw_count = draws.draw_count.saturating_add(draw_count);
            let bundles = bundles.into_iter().collect::<Option<_>>().ok_or("a render bundle is invalid")?;
            used.keep(kept);
            Ok::<_, &str>(Some(RenderPassCommand::ExecuteBundles(bundles)))
        });
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_finite() {
        assert!(finite(&wgpu::Color::WHITE).is_ok());
        assert!(finite(&wgpu::Color { r: f64::NAN, ..wgpu::Color::WHITE }).is_err());
        assert!(finite(&wgpu::Color { a: f64::INFINITY, ..wgpu::Color::WHITE }).is_err());
    }
}
