//! What is counted, as text for Prometheus: under the names that `serve` has, where it has them.

use std::{fmt::Write as _, sync::atomic::Ordering};

use super::guests::{Guests, Now};

/// The metrics of all guests.
pub(super) fn text(guests: &Guests) -> String {
    let Now { guests: live, visitors, gpu_memory, read, dropped } = guests.now();
    let counts = &guests.counts;
    let app = guests.name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let mut text = String::new();
    let mut write = |name: &str, kind: &str, help: &str, values: &[(&str, u64)]| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# HELP {name} {help}.\n# TYPE {name} {kind}");
        for (label, value) in values {
            let reason = if label.is_empty() { String::new() } else { format!(",reason=\"{label}\"") };
            let _ = writeln!(text, "{name}{{app=\"{app}\"{reason}}} {value}");
        }
    };
    let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let load = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    let instances = "Programs, those among them that are being ended";
    write("wgpu_wasi_instances", "gauge", instances, &[("", number(live))]);
    write("wgpu_wasi_gpu_memory_bytes", "gauge", "GPU memory that programs hold", &[("", gpu_memory)]);
    write("wgpu_wasi_stream_visitors", "gauge", "Those who look", &[("", number(visitors))]);
    write("wgpu_wasi_stream_visits_total", "counter", "Those who have come", &[("", load(&counts.visits))]);
    write(
        "wgpu_wasi_stream_read_pictures_total",
        "counter",
        "Pictures that were read from the GPU",
        &[("", read)],
    );
    let help = "Pictures that nobody was ready for";
    write("wgpu_wasi_stream_dropped_pictures_total", "counter", help, &[("", dropped)]);
    write(
        "wgpu_wasi_stream_pictures_total",
        "counter",
        "Pictures that were sent",
        &[("", load(&counts.sent))],
    );
    let bytes = load(&counts.sent_bytes);
    write("wgpu_wasi_stream_bytes_total", "counter", "Bytes of pictures that were sent", &[("", bytes)]);
    write("wgpu_wasi_traps_total", "counter", "Programs that have trapped", &[("", load(&counts.traps))]);
    let help = "Programs that have lost their device";
    write("wgpu_wasi_device_lost_total", "counter", help, &[("", load(&counts.device_lost))]);
    let refused: Vec<_> = counts.refused.lock().iter().map(|(reason, count)| (*reason, *count)).collect();
    let help = "Visitors and requests that were refused, by the reason";
    write("wgpu_wasi_refused_total", "counter", help, &refused);
    text
}
