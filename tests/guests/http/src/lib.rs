//! A guest that answers HTTP requests, by wasi:http 0.3.
#![cfg(target_os = "wasi")]

use wasip3::{
    http::types::{ErrorCode, Fields, Request, Response},
    wit_bindgen, wit_future, wit_stream,
};

wasip3::http::service::export!(Guest);

struct Guest;

impl wasip3::exports::http::handler::Guest for Guest {
    async fn handle(_: Request) -> Result<Response, ErrorCode> {
        Ok(answer(b"hello\n".to_vec()))
    }
}

/// A response with this body.
fn answer(body: Vec<u8>) -> Response {
    let (mut writer, reader) = wit_stream::new();
    let (trailers, trailers_reader) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(Fields::new(), Some(reader), trailers_reader);
    drop(trailers);
    wit_bindgen::spawn_local(async move {
        // What is left over is for a client that has gone.
        let _ = writer.write_all(body).await;
    });
    response
}
