//! A component that answers requests.

use std::{mem, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use pyo3::{
    Bound, FromPyObject, PyResult, Python, exceptions::PyRuntimeError, prelude::*, pybacked::PyBackedBytes,
    pyclass, types::PyBytes,
};
use wgpu_wasi_host::http::{Handler, HandlerOptions, OnDisconnect, Unanswered};

use crate::{
    access::{self, Access, set, set_time},
    errors::{IncompleteBody, Timeout, TooLarge, option, unanswered, unusable, value},
    waiting::{check_process, duration, is_own_process, on_a_thread, runtime, wait_for},
};

/// The options of `_options.AppOptions` beside those of [`Access`].
#[derive(Debug, FromPyObject)]
#[pyo3(from_item_all)]
struct Settings {
    #[pyo3(default)]
    instances: Option<usize>,
    #[pyo3(default)]
    keep: Option<usize>,
    #[pyo3(default)]
    idle: Option<f64>,
    #[pyo3(default)]
    reuse: Option<usize>,
    #[pyo3(default)]
    concurrency: Option<usize>,
    #[pyo3(default)]
    queue: Option<usize>,
    #[pyo3(default)]
    queue_timeout: Option<f64>,
    #[pyo3(default)]
    request_timeout: Option<f64>,
    #[pyo3(default)]
    stall_timeout: Option<f64>,
    #[pyo3(default)]
    max_body: Option<u64>,
    #[pyo3(default)]
    max_response: Option<usize>,
    stop_on_timeout: bool,
}

/// What is kept of a response where nothing else was said.
const MAX_RESPONSE: usize = 256 << 20;

/// Callers are threads of this process, which may wait, and not clients who may be hostile.
const QUEUE: usize = 10_000;

impl Settings {
    fn options(&self, name: &str, access: &Access) -> PyResult<HandlerOptions> {
        let quotas = access.quotas()?;
        let choice = access.adapter().map_err(|error| option(&error))?;
        // What is wrong with the folders is told here; each instance opens them for itself.
        access.wasi(name, &[]).map_err(|error| option(&error))?;
        let (name, access) = (name.to_owned(), access.clone());
        let mut options = HandlerOptions::default()
            .gpu(move || access::gpu(quotas.clone(), choice.clone()))
            .wasi(move |instance| {
                let mut wasi = access.wasi(&name, &[]).unwrap_or_else(|error| {
                    tracing::error!("instance {instance} of {name} has no folders: {error:#}");
                    wasmtime_wasi::WasiCtx::builder()
                });
                wasi.stdout(std::io::stderr()).stderr(std::io::stderr());
                wasi
            });
        if self.stop_on_timeout {
            options = options.on_disconnect(OnDisconnect::Stop);
        }
        set(&mut options.instances, self.instances);
        set(&mut options.keep, self.keep);
        set_time(&mut options.idle, self.idle, "idle")?;
        set(&mut options.reuse, self.reuse);
        set(&mut options.concurrency, self.concurrency);
        options.queue = Some(self.queue.unwrap_or(QUEUE));
        set_time(&mut options.timeout, self.request_timeout, "request_timeout")?;
        // As long as a request may take: who calls has said how long that is.
        options.queue_timeout = options.timeout;
        set_time(&mut options.queue_timeout, self.queue_timeout, "queue_timeout")?;
        set_time(&mut options.stall_timeout, self.stall_timeout, "stall_timeout")?;
        set(&mut options.max_body, self.max_body);
        // Bodies are in memory already, on both sides.
        options.request_buffer = u64::MAX;
        options.buffer_memory = usize::MAX;
        Ok(options)
    }
}

/// The native part of `wgpu_wasi.App`.
#[pyclass(frozen, module = "wgpu_wasi._native")]
pub(crate) struct App {
    handler: Handler,
    max_response: usize,
}

/// The head and the body of an answer.
type Answer = (http::response::Parts, Result<Bytes, BodyFailure>);

enum BodyFailure {
    TooLarge,
    Broken(String),
}

#[pymethods]
impl App {
    #[new]
    fn new(
        py: Python<'_>,
        component: PyBackedBytes,
        name: String,
        options: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let (access, settings): (Access, Settings) = (options.extract()?, options.extract()?);
        let max_response = settings.max_response.unwrap_or(MAX_RESPONSE);
        let runtime = runtime()?;
        let begin = move || -> PyResult<Handler> {
            let told = |error: &wasmtime::Error| unusable(&name, error);
            let options = settings.options(&name, &access)?;
            let engine = access.runtime().map_err(|error| option(&error))?;
            let component = engine.compile(&component).map_err(|error| told(&error))?;
            let _inside = runtime.enter();
            let handler = Handler::new(&engine, &component, options).map_err(|error| told(&error))?;
            runtime.block_on(handler.try_one()).map_err(|error| told(&error))?;
            Ok(handler)
        };
        // Without a limit it is always waited for.
        let begun = on_a_thread(py, "wgpu-wasi app", None, begin, || {})?;
        let handler = begun.ok_or_else(|| PyRuntimeError::new_err("interrupted"))??;
        Ok(Self { handler, max_response })
    }

    /// The status, the headers and the body of the answer.
    #[pyo3(signature = (method, url, headers, body, timeout))]
    fn request<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        url: &str,
        headers: Vec<(String, String)>,
        body: PyBackedBytes,
        timeout: Option<f64>,
    ) -> PyResult<Given<'py>> {
        check_process()?;
        let timeout = timeout.map(|seconds| duration(seconds, "timeout")).transpose()?;
        let request = request(method, url, headers, body)?;
        let answer = self.answer(request);
        let (parts, body) = match timeout {
            None => wait_for(py, answer)?,
            Some(timeout) => wait_for(py, async move { tokio::time::timeout(timeout, answer).await })?
                .map_err(|_| {
                    Timeout::new_err(format!("there was no answer within {timeout:?} (`timeout`)"))
                })?,
        };
        if let Some(why) = parts.extensions.get::<Unanswered>() {
            return Err(unanswered(*why));
        }
        let body = body.map_err(|failure| match failure {
            BodyFailure::TooLarge => TooLarge::new_err(format!(
                "the body of the response has more than {} bytes (`max_response`)",
                self.max_response
            )),
            BodyFailure::Broken(why) => IncompleteBody::new_err(why),
        })?;
        Ok((parts.status.as_u16(), listed(&parts.headers), PyBytes::new(py, &body)))
    }

    /// Lets no more requests in, and waits for those that are there; whether all were answered, and whether all instances
    /// have ended. In a fork there is nothing to wait for.
    fn drain(&self, py: Python<'_>, limit: f64) -> PyResult<(bool, bool)> {
        if !is_own_process() {
            return Ok((true, true));
        }
        let limit = duration(limit, "timeout")?;
        let handler = self.handler.clone();
        let drained = wait_for(py, async move { handler.drain(limit).await })?;
        Ok((drained.answered, drained.empty))
    }

    /// Instances that are there.
    #[getter]
    fn instances(&self) -> usize {
        self.handler.instances()
    }

    /// Requests that wait for an instance.
    #[getter]
    fn queued(&self) -> usize {
        self.handler.queued()
    }

    /// Bytes of GPU memory that the instances hold.
    #[getter]
    fn gpu_memory(&self) -> u64 {
        self.handler.gpu_memory()
    }

    /// Whether it is worth to send requests.
    #[getter]
    fn is_ready(&self) -> bool {
        self.handler.is_ready()
    }
}

impl App {
    fn answer(&self, request: Request<Full<Bytes>>) -> impl Future<Output = Answer> + Send {
        let (handler, most) = (self.handler.clone(), self.max_response);
        async move {
            let (parts, body) = handler.handle(request).await.into_parts();
            let body = Limited::new(body, most).collect().await;
            let body = body.map(|body| body.to_bytes()).map_err(|error| {
                if error.is::<LengthLimitError>() {
                    BodyFailure::TooLarge
                } else {
                    BodyFailure::Broken(error.to_string())
                }
            });
            (parts, body)
        }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let handler = self.handler.clone();
        match runtime() {
            // Instances end where they may block, and not under Python's lock.
            Ok(runtime) => drop(runtime.spawn(async move { handler.drain(Duration::ZERO).await })),
            // In a fork, what would have to end them is not there.
            Err(_) => mem::forget(handler),
        }
    }
}

/// The status, the headers and the body of an answer, as Python gets them.
type Given<'py> = (u16, Vec<(String, String)>, Bound<'py, PyBytes>);

fn request(
    method: &str,
    url: &str,
    headers: Vec<(String, String)>,
    body: PyBackedBytes,
) -> PyResult<Request<Full<Bytes>>> {
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| value(format!("{method:?} is no method of HTTP, such as GET or POST")))?;
    let uri = url
        .parse::<Uri>()
        .map_err(|error| value(format!("{url:?} is no path such as /filter?width=64, nor a URL: {error}")))?;
    if uri.path_and_query().is_none() || !uri.path().starts_with('/') {
        return Err(value(format!("{url:?} is no path: it does not begin with `/`")));
    }
    // A list, or what Python has kept, is given up to threads that have not got Python's lock.
    let mut request = Request::new(Full::new(Bytes::from_owner(body)));
    (*request.method_mut(), *request.uri_mut()) = (method, uri);
    for (name, text) in headers {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| value(format!("{name:?} is no name of a header")))?;
        let text = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| {
            value(format!("the value of the header {name:?} has characters that no header has"))
        })?;
        request.headers_mut().append(header, text);
    }
    Ok(request)
}

/// Headers as they came. Their bytes are Latin-1, as everywhere in Python.
fn listed(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
