//! What maps and waits, once more with mappings that complete in `poll`: the reports agree as well.

use wgpu_wasi_harness::runs::Mode;

use crate::waiting;

waiting::tests!(Mode::Deferred);
