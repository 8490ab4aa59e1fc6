//! What compute and render pipelines share: the two ways in which they are made.

use crate::{
    bindings::wit,
    device::DeviceCore,
    error::{ErrorKind, GpuError, collecting},
};

/// A pipeline, and the errors that arose, which no scope has seen.
pub(crate) struct Made<P> {
    pub(crate) pipeline: P,
    pub(crate) errors: Vec<GpuError>,
}

impl<P> Made<P> {
    /// As `create…Pipeline` gives it: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createcomputepipeline>
    pub(crate) fn reported(self, device: &DeviceCore) -> P {
        let Self { pipeline, errors } = self;
        for error in errors {
            device.errors.report(error);
        }
        pipeline
    }

    /// As `create…PipelineAsync` does: <https://www.w3.org/TR/webgpu/#dom-gpudevice-createcomputepipelineasync>
    pub(crate) fn checked(self) -> Result<P, wit::CreatePipelineError> {
        let Self { pipeline, errors } = self;
        errors.into_iter().next().map_or(Ok(pipeline), |error| Err(pipeline_error(error)))
    }
}

/// Makes a pipeline on the compiler's thread; returns it with the errors that arose, which no scope saw.
/// `None`: the compiler panicked, and the one error says so.
pub(crate) async fn compile<P: Send + 'static>(
    device: &DeviceCore,
    call: &'static str,
    create: impl FnOnce(&wgpu::Device) -> P + Send + 'static,
) -> (Option<P>, Vec<GpuError>) {
    match device.compile(move |device| collecting(|| create(device))).await {
        Ok((pipeline, errors)) => (Some(pipeline), errors),
        Err(panic) => (None, vec![GpuError::internal(format!("In Device::{call}: {panic}"))]),
    }
}

/// The error of a pipeline that the host itself refuses.
pub(crate) fn refused(call: &'static str, label: &str, reason: &str) -> GpuError {
    GpuError::caused(format_args!("Device::{call}"), label, reason)
}

/// The error that `create…PipelineAsync` answers with: <https://www.w3.org/TR/webgpu/#gpupipelineerror>
fn pipeline_error(error: GpuError) -> wit::CreatePipelineError {
    let GpuError { kind, message } = error;
    let reason = match kind {
        ErrorKind::Validation => wit::GpuPipelineErrorReason::Validation,
        ErrorKind::OutOfMemory | ErrorKind::Internal => wit::GpuPipelineErrorReason::Internal,
    };
    wit::CreatePipelineError { kind: wit::CreatePipelineErrorKind::GpuPipelineError(reason), message }
}
