//! What has to be refused, on wgpu's noop adapter: the same kinds of error on both sides, without a GPU.

use wgpu_wasi_harness::{Adapter, runs::Mode};

use crate::parity::check;

macro_rules! validation {
    ($case:ident) => {
        #[test]
        fn $case() {
            check(stringify!($case), Adapter::Noop, Mode::Default);
        }
    };
}

programs::foreach_validation!(validation);
