//! The expressions that an expression is made of.

use wgpu::naga::{Expression, Handle, ImageQuery, SampleLevel};

/// All of them. `None`: the expression is of a kind that WebGPU does not have.
#[expect(clippy::too_many_lines, reason = "some lines for each kind of expression")]
pub(super) fn operands(expression: &mut Expression) -> Option<Vec<&mut Handle<Expression>>> {
    Some(match expression {
        Expression::Literal(_)
        | Expression::Constant(_)
        | Expression::Override(_)
        | Expression::ZeroValue(_)
        | Expression::FunctionArgument(_)
        | Expression::GlobalVariable(_)
        | Expression::LocalVariable(_)
        | Expression::CallResult(_)
        | Expression::AtomicResult { .. }
        | Expression::WorkGroupUniformLoadResult { .. }
        | Expression::SubgroupBallotResult
        | Expression::SubgroupOperationResult { .. } => Vec::new(),
        Expression::Compose { ty: _, components } => components.iter_mut().collect(),
        Expression::Access { base, index } => vec![base, index],
        Expression::AccessIndex { base: one, index: _ }
        | Expression::Splat { size: _, value: one }
        | Expression::Swizzle { size: _, vector: one, pattern: _ }
        | Expression::Load { pointer: one }
        | Expression::Unary { op: _, expr: one }
        | Expression::Derivative { axis: _, ctrl: _, expr: one }
        | Expression::Relational { fun: _, argument: one }
        | Expression::As { expr: one, kind: _, convert: _ }
        | Expression::ArrayLength(one) => vec![one],
        Expression::Binary { op: _, left, right } => vec![left, right],
        Expression::Select { condition, accept, reject } => vec![condition, accept, reject],
        Expression::Math { fun: _, arg, arg1, arg2, arg3 } => {
            [arg].into_iter().chain([arg1, arg2, arg3].into_iter().flatten()).collect()
        }
        Expression::ImageSample {
            image,
            sampler,
            gather: _,
            coordinate,
            array_index,
            offset,
            level,
            depth_ref,
            clamp_to_edge: _,
        } => {
            let level = match level {
                SampleLevel::Auto | SampleLevel::Zero => Vec::new(),
                SampleLevel::Exact(level) | SampleLevel::Bias(level) => vec![level],
                SampleLevel::Gradient { x, y } => vec![x, y],
            };
            let others = [array_index, offset, depth_ref].into_iter().flatten();
            [image, sampler, coordinate].into_iter().chain(others).chain(level).collect()
        }
        Expression::ImageLoad { image, coordinate, array_index, sample, level } => {
            let others = [array_index, sample, level].into_iter().flatten();
            [image, coordinate].into_iter().chain(others).collect()
        }
        Expression::ImageQuery { image, query } => {
            let level = match query {
                ImageQuery::Size { level } => level.as_mut(),
                ImageQuery::NumLevels | ImageQuery::NumLayers | ImageQuery::NumSamples => None,
            };
            [image].into_iter().chain(level).collect()
        }
        Expression::RayQueryVertexPositions { .. }
        | Expression::RayQueryProceedResult
        | Expression::RayQueryGetIntersection { .. }
        | Expression::CooperativeLoad { .. }
        | Expression::CooperativeMultiplyAdd { .. } => return None,
    })
}
