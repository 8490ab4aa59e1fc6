//! Options of `request-adapter`: levels that are known, levels that are not, everything together.

use crate::{
    Checks,
    wit::{self, GpuPowerPreference, GpuRequestAdapterOptions},
};

pub async fn run(c: &mut Checks) {
    let gpu = wit::get_gpu();
    let options = |feature_level: Option<&str>, power_preference, xr_compatible| GpuRequestAdapterOptions {
        feature_level: feature_level.map(str::to_owned),
        power_preference,
        force_fallback_adapter: Some(false),
        xr_compatible,
    };
    for (level, expected) in [
        (None, true),
        (Some("core"), true),
        (Some("compatibility"), true),
        (Some("everything"), false),
        (Some(""), false),
    ] {
        let found = gpu.request_adapter(Some(options(level, None, None))).await;
        c.equal(&format!("level {level:?}"), found.is_some(), expected);
    }
    for preference in [GpuPowerPreference::LowPower, GpuPowerPreference::HighPerformance] {
        let found = gpu.request_adapter(Some(options(None, Some(preference), Some(false)))).await;
        c.that("any preference finds an adapter", found.is_some());
    }
    c.that(
        "options that are all left out",
        gpu.request_adapter(Some(options(None, None, None))).await.is_some(),
    );
}
