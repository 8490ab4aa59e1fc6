//! All statements of a shader's block, those inside others among them. Recurses with the source, as the
//! compiler does.

use wgpu::naga::{Block, Statement};

/// Whether `holds` does for every statement of `block`, each before those inside it.
pub(crate) fn every(block: &Block, holds: &mut impl FnMut(&Statement) -> bool) -> bool {
    block.iter().all(|statement| {
        holds(statement)
            && match statement {
                Statement::Block(block) => every(block, holds),
                Statement::If { condition: _, accept, reject } => {
                    every(accept, holds) && every(reject, holds)
                }
                Statement::Switch { selector: _, cases } => cases.iter().all(|case| every(&case.body, holds)),
                Statement::Loop { body, continuing, break_if: _ } => {
                    every(body, holds) && every(continuing, holds)
                }
                // All that hold no statements, so that a new kind that does is not passed over.
                Statement::Emit(_)
                | Statement::Break
                | Statement::Continue
                | Statement::Return { .. }
                | Statement::Call { .. }
                | Statement::Kill
                | Statement::ControlBarrier(_)
                | Statement::MemoryBarrier(_)
                | Statement::Store { .. }
                | Statement::ImageStore { .. }
                | Statement::Atomic { .. }
                | Statement::ImageAtomic { .. }
                | Statement::WorkGroupUniformLoad { .. }
                | Statement::RayQuery { .. }
                | Statement::RayPipelineFunction(_)
                | Statement::SubgroupBallot { .. }
                | Statement::SubgroupGather { .. }
                | Statement::SubgroupCollectiveOperation { .. }
                | Statement::CooperativeStore { .. } => true,
            }
    })
}
