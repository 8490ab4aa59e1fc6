//! What a handler counts, and its text for Prometheus.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Duration,
};

use parking_lot::Mutex;

use super::Handler;

/// The type of what [`prometheus`] makes, for the header `content-type`.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper ends of the buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// How often something took how long.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// Of each bucket alone, and of what is beyond the last.
    counts: [AtomicU64; BUCKETS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Histogram {
    pub(super) fn add(&self, time: Duration) {
        let seconds = time.as_secs_f64();
        let bucket = BUCKETS.iter().position(|end| seconds <= *end).unwrap_or(BUCKETS.len());
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(time, Ordering::Relaxed);
    }

    /// Its lines; `labels` end with a comma where there are any.
    fn write(&self, text: &mut String, name: &str, labels: &str) {
        let mut sum = 0;
        let ends = BUCKETS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        for (end, count) in ends.zip(&self.counts) {
            sum += count.load(Ordering::Relaxed);
            line(text, &format!("{name}_bucket"), &format!("{labels}le=\"{end}\""), sum);
        }
        let labels = labels.trim_end_matches(',');
        let seconds = Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)).as_secs_f64();
        line(text, &format!("{name}_sum"), labels, seconds);
        line(text, &format!("{name}_count"), labels, sum);
    }
}

/// What one handler counts.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// By the status of the answer.
    pub(super) requests: Mutex<BTreeMap<u16, Histogram>>,
    pub(super) active: AtomicI64,
    pub(super) queue: Histogram,
    pub(super) gpu_wait: Histogram,
    pub(super) instance_start: Histogram,
    pub(super) traps: AtomicU64,
    pub(super) device_lost: AtomicU64,
    pub(super) unread: AtomicU64,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    retired: Mutex<BTreeMap<&'static str, u64>>,
}

impl Metrics {
    pub(super) fn answered(&self, status: u16, time: Duration) {
        self.requests.lock().entry(status).or_default().add(time);
    }

    pub(super) fn refuse(&self, reason: &'static str) {
        *self.refused.lock().entry(reason).or_default() += 1;
    }

    pub(super) fn retire(&self, reason: &'static str) {
        *self.retired.lock().entry(reason).or_default() += 1;
    }
}

/// The metrics of handlers in the text format of Prometheus, each with the name of its application as the label `app`.
#[must_use]
pub fn prometheus<'a>(handlers: impl IntoIterator<Item = (&'a str, &'a Handler)>) -> String {
    let apps: Vec<_> =
        handlers.into_iter().map(|(app, handler)| (format!("app=\"{}\",", escaped(app)), handler)).collect();
    let mut text = String::new();
    let mut family = Family { text: &mut text, name: "" };
    requests(&mut family, &apps);
    times(&mut family, &apps);
    states(&mut family, &apps);
    events(&mut family, &apps);
    text
}

fn requests(family: &mut Family<'_>, apps: &Apps<'_>) {
    let help = "Requests, until the head of their answer";
    family.begin("http_server_request_duration_seconds", "histogram", help);
    family.each(apps, |family, app, handler| {
        for (status, histogram) in handler.metrics().requests.lock().iter() {
            histogram.write(family.text, family.name, &format!("{app}code=\"{status}\","));
        }
    });
}

fn times(family: &mut Family<'_>, apps: &Apps<'_>) {
    family.histogram(apps, "wgpu_wasi_queue_seconds", "Waits for an instance", |metrics| &metrics.queue);
    let help = "Waits for the GPU, of each request that an instance answered, until the end of its body";
    family.histogram(apps, "wgpu_wasi_gpu_wait_seconds", help, |metrics| &metrics.gpu_wait);
    let help = "Starts of instances";
    family.histogram(apps, "wgpu_wasi_instance_start_seconds", help, |metrics| &metrics.instance_start);
}

/// What is so now.
fn states(family: &mut Family<'_>, apps: &Apps<'_>) {
    family.begin("http_server_active_requests", "gauge", "Requests that wait or are answered");
    family.value(apps, |handler| handler.metrics().active.load(Ordering::Relaxed).into());
    family.begin("wgpu_wasi_queued_requests", "gauge", "Requests that wait for an instance");
    family.value(apps, |handler| count(handler.queued()));
    family.begin("wgpu_wasi_instances", "gauge", "Instances, those among them that are being given back");
    family.value(apps, |handler| count(handler.instances()));
    family.begin("wgpu_wasi_kept_bytes", "gauge", "Bytes of requests and responses that are kept");
    family.value(apps, |handler| count(handler.kept()));
    family.begin("wgpu_wasi_gpu_memory_bytes", "gauge", "GPU memory that instances hold");
    family.value(apps, |handler| handler.gpu_memory().into());
}

/// What has happened so far.
fn events(family: &mut Family<'_>, apps: &Apps<'_>) {
    family.begin("wgpu_wasi_traps_total", "counter", "Instances that have trapped");
    family.value(apps, |handler| handler.metrics().traps.load(Ordering::Relaxed).into());
    family.begin("wgpu_wasi_device_lost_total", "counter", "Instances that have lost their device");
    family.value(apps, |handler| handler.metrics().device_lost.load(Ordering::Relaxed).into());
    family.begin("wgpu_wasi_unread_total", "counter", "Responses that their clients did not read in time");
    family.value(apps, |handler| handler.metrics().unread.load(Ordering::Relaxed).into());
    family.begin(
        "wgpu_wasi_refused_total",
        "counter",
        "Requests that the server has answered itself, by the reason",
    );
    family.reasons(apps, |metrics| &metrics.refused);
    family.begin("wgpu_wasi_retired_total", "counter", "Instances that have ended, by the reason");
    family.reasons(apps, |metrics| &metrics.retired);
}

type Apps<'a> = [(String, &'a Handler)];

/// One family of metrics, being written.
struct Family<'a> {
    text: &'a mut String,
    name: &'static str,
}

impl Family<'_> {
    fn begin(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        let _ = writeln!(self.text, "# HELP {name} {help}.\n# TYPE {name} {kind}");
    }

    fn each(&mut self, apps: &Apps<'_>, write: impl Fn(&mut Self, &str, &Handler)) {
        for (app, handler) in apps {
            write(self, app, handler);
        }
    }

    fn value(&mut self, apps: &Apps<'_>, value: impl Fn(&Handler) -> i128) {
        self.each(apps, |family, app, handler| {
            line(family.text, family.name, app.trim_end_matches(','), value(handler));
        });
    }

    fn reasons(&mut self, apps: &Apps<'_>, of: impl Fn(&Metrics) -> &Mutex<BTreeMap<&'static str, u64>>) {
        self.each(apps, |family, app, handler| {
            for (reason, count) in of(handler.metrics()).lock().iter() {
                line(family.text, family.name, &format!("{app}reason=\"{reason}\""), count);
            }
        });
    }

    fn histogram(
        &mut self,
        apps: &Apps<'_>,
        name: &'static str,
        help: &str,
        of: impl Fn(&Metrics) -> &Histogram,
    ) {
        self.begin(name, "histogram", help);
        self.each(apps, |family, app, handler| of(handler.metrics()).write(family.text, name, app));
    }
}

fn count(number: usize) -> i128 {
    i128::try_from(number).unwrap_or(i128::MAX)
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{name}{{{labels}}} {value}");
}

/// A label's value, as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_sums() {
        let histogram = Histogram::default();
        for milliseconds in [1, 2, 2, 70_000] {
            histogram.add(Duration::from_millis(milliseconds));
        }
        let mut text = String::new();
        histogram.write(&mut text, "x", "app=\"a\",");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "x_bucket{app=\"a\",le=\"0.001\"} 1");
        assert_eq!(lines[1], "x_bucket{app=\"a\",le=\"0.0025\"} 3");
        assert_eq!(lines[13], "x_bucket{app=\"a\",le=\"60\"} 3");
        assert_eq!(lines[14], "x_bucket{app=\"a\",le=\"+Inf\"} 4");
        assert_eq!(lines[15], "x_sum{app=\"a\"} 70.005");
        assert_eq!(lines[16], "x_count{app=\"a\"} 4");
    }

    #[test]
    fn labels_are_escaped() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
