//! Requests and responses of wasi:http 0.3.

use wasip3::{
    clocks::monotonic_clock,
    http::types::{Fields, Response},
    wit_bindgen::{self, StreamWriter},
    wit_future, wit_stream,
};

/// Milliseconds that the program does nothing for.
pub async fn wait(milliseconds: u64) {
    monotonic_clock::wait_for(milliseconds * 1_000_000).await;
}

/// Times that are equally far apart, whatever the program does in between.
#[derive(Clone, Copy, Debug)]
pub struct Beat {
    period: u64,
    next: u64,
}

impl Beat {
    /// Of so many milliseconds, from now on.
    #[must_use]
    pub fn new(milliseconds: u64) -> Self {
        let period = milliseconds * 1_000_000;
        Self { period, next: monotonic_clock::now() + period }
    }

    /// Waits for the next one. What was missed is not made up for.
    pub async fn wait(&mut self) {
        let at = self.next.max(monotonic_clock::now());
        self.next = at + self.period;
        monotonic_clock::wait_until(at).await;
    }
}

/// A response with a body of this type, which says its size.
#[must_use]
pub fn answer(content_type: &str, body: Vec<u8>) -> Response {
    let size = ("content-length", body.len().to_string());
    respond(&[("content-type", content_type.to_owned()), size], async move |mut writer| {
        // What is left over is for a client that has gone.
        let _ = writer.write_all(body).await;
    })
}

/// A response with this status, for a request that can't be answered, which says why.
#[must_use]
pub fn refuse(status: u16, why: &anyhow::Error) -> Response {
    let response = answer("text/plain; charset=utf-8", format!("{why:#}\n").into_bytes());
    // No status that there is is refused.
    let _ = response.set_status_code(status);
    response
}

/// A response whose body `write` writes, in its time.
#[must_use]
pub fn stream<F: Future<Output = ()> + 'static>(
    content_type: &str,
    write: impl FnOnce(StreamWriter<u8>) -> F,
) -> Response {
    respond(&[("content-type", content_type.to_owned())], write)
}

fn respond<F: Future<Output = ()> + 'static>(
    headers: &[(&str, String)],
    write: impl FnOnce(StreamWriter<u8>) -> F,
) -> Response {
    let (writer, reader) = wit_stream::new();
    let (trailers, trailers_reader) = wit_future::new(|| Ok(None));
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    // No header that there is here is refused.
    let fields = Fields::from_list(&headers).unwrap_or_else(|_| Fields::new());
    let (response, _) = Response::new(fields, Some(reader), trailers_reader);
    drop(trailers);
    wit_bindgen::spawn_local(write(writer));
    response
}
