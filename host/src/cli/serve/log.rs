//! The log of a server: for people, or as objects.

use std::{
    fmt::{self, Write as _},
    io::{self, IsTerminal as _},
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value};
use tracing::{Event, Subscriber, field::Field};
use tracing_subscriber::{
    EnvFilter,
    field::Visit,
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use super::options::Log;

/// What is logged unless `RUST_LOG` says otherwise: warnings, and of a server all that it does.
const LEVELS: &str = "warn,wgpu_wasi_host::cli::serve=info,wgpu_wasi_host::cli::stream=info,wgpu_hal=off,wgpu_core=error,\
                      naga=error,h2=error";

/// Starts the log, on standard error.
pub(in crate::cli) fn start(how: Log) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LEVELS));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match how {
        Log::Text => log.with_ansi(io::stderr().is_terminal()).with_target(false).init(),
        Log::Json => log.event_format(Json).init(),
    }
}

/// An object a line: `time` in seconds since 1970, `level`, `message`, and the fields of the event.
struct Json;

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields(Map::new());
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        fields.0.insert("time".to_owned(), time.as_secs_f64().into());
        let level = event.metadata().level().as_str().to_lowercase();
        fields.0.insert("level".to_owned(), level.into());
        event.record(&mut fields);
        writeln!(writer, "{}", Value::Object(fields.0))
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = write!(text, "{value:?}");
        self.add(field, text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }
}
