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

/// A response with a body of this type.
#[must_use]
pub fn answer(content_type: &str, body: Vec<u8>) -> Response {
    stream(content_type, async move |mut writer| {
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
    let (writer, reader) = wit_stream::new();
    let (trailers, trailers_reader) = wit_future::new(|| Ok(None));
    let fields = Fields::from_list(&[("content-type".to_owned(), content_type.as_bytes().to_vec())]);
    let (response, _) =
        Response::new(fields.unwrap_or_else(|_| Fields::new()), Some(reader), trailers_reader);
    drop(trailers);
    wit_bindgen::spawn_local(write(writer));
    response
}
