//! The programs of pages that take long to build: over eframe, burn, vello and others.

use std::path::Path;

use anyhow::Result;

use crate::{
    artifacts::{self, DROP_IN, ML, WINDOWED},
    repo::Repo,
    setup::{self, ml::SMALL_DIGITS},
};

/// Builds them by `cargo wgpu-wasi`, which is `tool`, and fetches what they learn from.
pub(crate) fn build(repo: &Repo, tool: &Path) -> Result<()> {
    setup::ml::ensure(repo, &[&SMALL_DIGITS])?;
    artifacts::build_by_subcommand(repo, tool, DROP_IN, &[])?;
    artifacts::build_by_subcommand(repo, tool, WINDOWED, &["-p", "windowed-darkroom"])?;
    artifacts::build_by_subcommand(repo, tool, ML, &["-p", "ml-draw"])
}
