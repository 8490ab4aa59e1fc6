//! Which functions of the WIT guests have called, from the host's own tracing.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt, fs,
    sync::{Mutex, Once, PoisonError},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    callsite::Identifier,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::Interest,
};

use crate::guests;

/// Functions that no test calls, each with the reason. Calling one of them fails the test, so that the
/// list stays true.
pub const NOT_CALLED: &[(&str, &str)] = &[
    ("[method]gpu-canvas-context.configure", "no function of the package returns a canvas context"),
    ("[method]gpu-canvas-context.unconfigure", "no function of the package returns a canvas context"),
    ("[method]gpu-canvas-context.get-configuration", "no function of the package returns a canvas context"),
    ("[method]gpu-canvas-context.get-current-texture", "no function of the package returns a canvas context"),
    ("[method]gpu-uncaptured-error-event.error", "no function of the package returns such an event"),
];

/// What was called and which places in the host have been seen.
#[derive(Default)]
struct Seen {
    functions: BTreeSet<String>,
    warnings: BTreeMap<String, u64>,
    callsites: HashSet<Identifier>,
}

static SEEN: Mutex<Option<Seen>> = Mutex::new(None);

/// Starts to take notes, for the whole process.
///
/// # Panics
///
/// When somebody else listens already.
pub fn listen() {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        tracing::subscriber::set_global_default(Listener).expect("nobody else listens in this process");
    });
}

/// The functions called so far, as `[method]gpu-buffer.unmap`.
#[must_use]
pub fn called() -> BTreeSet<String> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.as_ref().map(|seen| seen.functions.clone()).unwrap_or_default()
}

/// What the host warned of, and how often: the kinds of the errors that no scope of a guest caught, and
/// `fenced` for each panic of wgpu that became an error of the guest. Of errors this is what the host traces, which is all
/// of them, and not what it logs.
#[must_use]
pub fn warnings() -> BTreeMap<String, u64> {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.as_ref().map(|seen| seen.warnings.clone()).unwrap_or_default()
}

/// All functions of the WIT, named as in [`called`].
///
/// # Panics
///
/// When the WIT can't be read.
#[must_use]
pub fn functions() -> BTreeSet<String> {
    let path = guests::root().join("wit/deps/wasi-webgpu-0.3.0-rc.2/webgpu.wit");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("can't read {}: {error}", path.display()));
    functions_in(&text)
}

/// The functions of an interface as it is written in this repository: one to a line.
fn functions_in(wit: &str) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    let mut resource = None;
    for line in wit.lines().map(str::trim) {
        if line.starts_with("//") {
            continue;
        }
        if let Some(rest) = line.strip_prefix("resource ") {
            resource = rest.split_whitespace().next();
        } else if line == "}" {
            resource = None;
        } else if line.starts_with("constructor(") {
            functions.extend(resource.map(|resource| format!("[constructor]{resource}")));
        } else if let Some((name, rest)) = line.split_once(':')
            && (rest.trim_start().starts_with("func(") || rest.trim_start().starts_with("async func("))
        {
            let name = name.trim_start_matches('%');
            functions.insert(match resource {
                Some(resource) => format!("[method]{resource}.{name}"),
                None => name.to_owned(),
            });
        }
    }
    functions
}

/// Notes the field `function` of spans and events about an interface of WebGPU.
struct Listener;

impl Listener {
    /// Whether it is worth looking at: a place is about one function, so once is enough, but for the few
    /// that share a place.
    fn is_new(metadata: &Metadata<'_>) -> bool {
        if metadata.is_event() {
            return true;
        }
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get_or_insert_default().callsites.insert(metadata.callsite())
    }

    fn note(visitor: Visitor) {
        if let Some(warning) = visitor.warning {
            let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
            *seen.get_or_insert_default().warnings.entry(warning).or_default() += 1;
            return;
        }
        let Visitor { of_webgpu: true, function: Some(function), warning: None } = visitor else { return };
        // Bindgen prefixes functions that are async in WIT; the WIT does not.
        let function = function.replace("[async method]", "[method]").replace("[async]", "");
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get_or_insert_default().functions.insert(function);
    }
}

impl Subscriber for Listener {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let fields = metadata.fields();
        let has = |name| fields.field(name).is_some();
        let warns = metadata.target().starts_with("wgpu_wasi_host")
            && (has("fenced") || has("kind") && *metadata.level() == Level::TRACE);
        warns || (has("module") && has("function"))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        if Self::is_new(span.metadata()) {
            let mut visitor = Visitor::default();
            span.record(&mut visitor);
            Self::note(visitor);
        }
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut visitor = Visitor::default();
        event.record(&mut visitor);
        Self::note(visitor);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

#[derive(Default)]
struct Visitor {
    of_webgpu: bool,
    function: Option<String>,
    warning: Option<String>,
}

impl Visit for Visitor {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "module" => self.of_webgpu = value == "webgpu" || value.contains("wasi:webgpu/"),
            "function" => self.function = Some(value.to_owned()),
            "kind" => self.warning = Some(value.to_owned()),
            "fenced" => self.warning = Some("fenced".to_owned()),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, format!("{value:?}").trim_matches('"'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_functions_are_found() {
        let functions = functions();
        assert_eq!(functions.len(), 229);
        for name in [
            "get-gpu",
            "[method]gpu-buffer.unmap",
            "[method]gpu-query-set.type",
            "[method]gpu-queue.on-submitted-work-done",
            "[constructor]record-option-gpu-size64",
        ] {
            assert!(functions.contains(name), "{name}");
        }
    }

    #[test]
    fn what_is_not_called_exists() {
        let functions = functions();
        for (name, _) in NOT_CALLED {
            assert!(functions.contains(*name), "{name}");
        }
    }
}
