//! What a case found wrong.

use std::fmt::Debug;

use crate::{
    kit::{self, Caught},
    wit::GpuDevice,
};

/// Collects what is not as it should be.
#[derive(Default)]
pub struct Checks {
    failures: Vec<String>,
}

impl Checks {
    /// What was found wrong, a line each.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Notes a failure.
    pub fn fail(&mut self, text: impl Into<String>) {
        self.failures.push(text.into());
    }

    /// Something that has to be true.
    pub fn that(&mut self, what: &str, holds: bool) {
        if !holds {
            self.fail(format!("{what}: it does not hold"));
        }
    }

    /// Two things that have to be equal.
    pub fn equal<T: PartialEq + Debug>(&mut self, what: &str, found: T, expected: T) {
        if found != expected {
            self.fail(format!("{what}: {found:?} where {expected:?} is right"));
        }
    }

    /// A call that has to raise a validation error.
    pub async fn invalid<T>(&mut self, what: &str, device: &GpuDevice, body: impl FnOnce() -> T) -> T {
        let (value, caught) = kit::caught(device, body).await;
        match caught {
            Caught::Validation(_) => {}
            other => self.fail(format!("{what}: {other:?} where a validation error is right")),
        }
        value
    }

    /// A call that must not raise an error.
    pub async fn fine<T>(&mut self, what: &str, device: &GpuDevice, body: impl FnOnce() -> T) -> T {
        let (value, caught) = kit::caught(device, body).await;
        if !matches!(caught, Caught::Nothing) {
            self.fail(format!("{what}: {caught:?} where no error is right"));
        }
        value
    }

    /// A result that has to be an error.
    pub fn refused<T, E>(&mut self, what: &str, result: Result<T, E>) {
        if result.is_ok() {
            self.fail(format!("{what}: it was not refused"));
        }
    }

    /// A result that has to be good.
    pub fn granted<T, E: Debug>(&mut self, what: &str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.fail(format!("{what}: {error:?}"));
                None
            }
        }
    }
}
