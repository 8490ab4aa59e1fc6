//! Components that answer HTTP requests (feature `http`).
//!
//! A [`Handler`] answers with a component that exports `wasi:http/handler@0.3` or `wasi:http/incoming-handler@0.2`. It
//! keeps a bounded number of instances, each in a sandbox of its own, and uses each again. It is a service of tower's,
//! for axum or hyper, and can be called without either:
//!
//! ```no_run
//! use http_body_util::{BodyExt as _, Full};
//! use wgpu_wasi_host::{command::{Runtime, RuntimeOptions}, http::{Handler, HandlerOptions}};
//!
//! # async fn example() -> wasmtime::Result<()> {
//! let runtime = Runtime::new(&RuntimeOptions::default().interruptible(true))?;
//! let component = runtime.compile(&std::fs::read("filter.wasm")?)?;
//! let handler = Handler::new(&runtime, &component, HandlerOptions::default().instances(4))?;
//!
//! let request = http::Request::post("/filter").body(Full::from("…"))?;
//! let response = handler.handle(request).await;
//! println!("{}", response.status());
//! let body = response.into_body().collect().await?.to_bytes();
//! # drop(body);
//! # Ok(())
//! # }
//! ```
//!
//! It runs inside a runtime of tokio's with time enabled; guests of 0.2 want one with several threads.
//!
//! - **Instances.** No more than [`HandlerOptions::instances`] are there at a time, those that are being given back
//!   among them, so that the quotas of one, times their number, are what all may use.
//! - **Admission.** A request that finds no free instance waits, with a bounded number of others and for a bounded time;
//!   then it is refused with 503 and `Retry-After`.
//! - **Time.** The head of a response has to be there within [`HandlerOptions::timeout`], else the answer is 504. Its body
//!   has to move on within [`HandlerOptions::stall_timeout`], that of a request within
//!   [`HandlerOptions::upload_timeout`]. An instance whose time is up is ended, whether it computes or waits for the GPU.
//! - **Memory.** What is kept of bodies counts against [`HandlerOptions::buffer_memory`].
//! - **Retirement.** An instance takes no more requests when it has trapped, was late, has lost its device, has held more
//!   after each of [`LEAKS`] requests in a row, or has answered [`HandlerOptions::reuse`] requests.
//! - **No outgoing requests**: they are denied, but for those to names that [`HandlerOptions::allow_http`] has.

mod body;
mod buffers;
mod clock;
mod gate;
mod handler;
mod instance;
mod metrics;
mod options;
mod outgoing;
mod pool;
pub(crate) mod upload;

pub use body::{Body, BodyError};
pub use handler::{Drained, Handler, NotAHandler, Unanswered};
pub use instance::LEAKS;
pub use metrics::{CONTENT_TYPE, prometheus};
pub use options::{HandlerOptions, OnDisconnect};
pub use outgoing::{AllowedHost, Ends, NotAHost, SendRequest, Sending};
/// What [`SendRequest`] is about.
pub use wasmtime_wasi_http::{Error as SendError, RequestOptions, WasiBody};
