//! What passes and bundles record, and how it gets to the host.

pub(crate) mod binding_commands;
pub(crate) mod elide;
pub(crate) mod encoder;
pub(crate) mod memory;
pub(crate) mod render_commands;
