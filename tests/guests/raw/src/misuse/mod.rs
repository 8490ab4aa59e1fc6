//! One misuse to a function, by object; `misuses.rs` says what the answer to each has to be.
//!
//! A function prepares what it needs, which must raise no error, and then does one thing wrong. What came
//! of it is the function's result; the harness compares it with the table, so a misuse that is answered
//! with another kind of error, or in another call, fails.

pub mod adapter;
pub mod bind_group;
pub mod bind_group_layout;
pub mod buffer;
pub mod command_encoder;
pub mod compute_pass;
pub mod compute_pipeline;
pub mod device;
pub mod drop_order;
pub mod finished;
pub mod foreign;
pub mod gpu;
pub mod handle;
pub mod lost;
pub mod pending;
pub mod pipeline_layout;
pub mod query_set;
pub mod queue;
pub mod record;
pub mod render_bundle;
pub mod render_pass;
pub mod render_pipeline;
pub mod sampler;
pub mod shader_module;
pub mod texture;

use std::{fmt, pin::Pin};

pub use gpu::Gpu;

use crate::{
    kit::{self, Caught},
    wit::*,
};

/// A misuse: its name and what it does.
pub struct Misuse {
    /// Object and function, as `buffer::map_twice`.
    pub name: &'static str,
    run: for<'a> fn(&'a Gpu) -> Pin<Box<dyn Future<Output = Answer> + 'a>>,
}

impl Misuse {
    /// Does it on a device of its own; errors outside of the misuse itself are in the answer, too.
    pub async fn run(&self) -> Answer {
        let gpu = Gpu::new(None).await.expect("the adapter gives a device");
        let mut answer = (self.run)(&gpu).await;
        answer.add("before or after: ", gpu.close().await);
        answer
    }
}

/// What came of a misuse: the errors, in order. None at all is "quiet".
#[derive(Debug, Default)]
pub struct Answer {
    /// Kind, and text for people.
    errors: Vec<(String, String)>,
}

impl Answer {
    /// Nothing was said.
    pub fn quiet() -> Self {
        Self::default()
    }

    /// What the table can't foresee.
    pub fn wrong(what: impl Into<String>) -> Self {
        Self { errors: vec![(what.into(), String::new())] }
    }

    /// Quiet if `holds`.
    pub fn that(holds: bool, what: &str) -> Self {
        if holds { Self::quiet() } else { Self::wrong(format!("not so: {what}")) }
    }

    /// The adapter lacks a feature that the misuse needs.
    pub fn unsupported() -> Self {
        Self::wrong("unsupported")
    }

    /// What a function of the WIT answers.
    pub fn of<T, E: Refusal>(result: Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::quiet(),
            Err(error) => {
                let (kind, message) = error.into_parts();
                Self { errors: vec![(kind.to_owned(), message)] }
            }
        }
    }

    fn add(&mut self, when: &str, caught: Caught) {
        let (kind, message) = match caught {
            Caught::Nothing => return,
            Caught::Validation(message) => ("validation", message),
            Caught::OutOfMemory(message) => ("out-of-memory", message),
            Caught::Internal(message) => ("internal", message),
        };
        self.errors.push((format!("{when}{kind}"), message));
    }

    /// This one, and then the other.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.errors.extend(other.errors);
        self
    }

    /// The texts of the errors.
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.errors.iter().map(|(_, message)| message.as_str())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.errors.is_empty() {
            return f.write_str("quiet");
        }
        let kinds: Vec<_> = self.errors.iter().map(|(kind, _)| kind.as_str()).collect();
        f.write_str(&kinds.join(", "))
    }
}

/// An error of the WIT.
pub trait Refusal {
    /// The name of its kind in the WIT, and its text.
    fn into_parts(self) -> (&'static str, String);
}

macro_rules! refusals {
    ($($error:ident: $kind:ident { $($variant:ident = $name:literal),+ })*) => {
        $(impl Refusal for $error {
            fn into_parts(self) -> (&'static str, String) {
                let kind = match self.kind {
                    $($kind::$variant => $name,)+
                };
                (kind, self.message)
            }
        })*
    };
}

refusals! {
    CreateQuerySetError: CreateQuerySetErrorKind { TypeError = "type-error" }
    GetMappedRangeError: GetMappedRangeErrorKind {
        OperationError = "operation-error", RangeError = "range-error", TypeError = "type-error"
    }
    MapAsyncError: MapAsyncErrorKind {
        OperationError = "operation-error", RangeError = "range-error", AbortError = "abort-error"
    }
    PopErrorScopeError: PopErrorScopeErrorKind { OperationError = "operation-error" }
    RequestDeviceError: RequestDeviceErrorKind {
        TypeError = "type-error", OperationError = "operation-error"
    }
    SetBindGroupError: SetBindGroupErrorKind { RangeError = "range-error" }
    UnmapError: UnmapErrorKind { AbortError = "abort-error" }
    WriteBufferError: WriteBufferErrorKind { OperationError = "operation-error" }
}

impl Refusal for CreatePipelineError {
    fn into_parts(self) -> (&'static str, String) {
        let CreatePipelineErrorKind::GpuPipelineError(reason) = self.kind;
        let kind = match reason {
            GpuPipelineErrorReason::Validation => "pipeline-error validation",
            GpuPipelineErrorReason::Internal => "pipeline-error internal",
        };
        (kind, self.message)
    }
}

macro_rules! registry {
    ($($object:ident { $($misuse:ident: $answer:literal,)* })*) => {
        /// All misuses.
        pub const MISUSES: &[Misuse] = &[
            $($(Misuse {
                name: concat!(stringify!($object), "::", stringify!($misuse)),
                run: |gpu| Box::pin($object::$misuse(gpu)),
            },)*)*
        ];
    };
}

include!("../../misuses.rs");
misuses!(registry);
