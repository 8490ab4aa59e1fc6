//! A guest that answers HTTP requests, by wasi:http 0.2.
#![cfg(target_os = "wasi")]

use std::io::Write;

use wasip2::http::types::{Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};

wasip2::http::proxy::export!(Guest);

struct Guest;

impl wasip2::exports::http::incoming_handler::Guest for Guest {
    fn handle(_: IncomingRequest, answer: ResponseOutparam) {
        let response = OutgoingResponse::new(Fields::new());
        let body = response.body().expect("nobody has taken the body");
        ResponseOutparam::set(answer, Ok(response));
        let mut stream = body.write().expect("nobody has taken the stream");
        // A client that has gone is no fault of the guest's.
        let _ = stream.write_all(b"hello of 0.2\n").and_then(|()| stream.flush());
        drop(stream);
        let _ = OutgoingBody::finish(body, None);
    }
}
