//! A guest that answers HTTP requests by wasi:http 0.2. The path says how.
#![cfg(target_os = "wasi")]

use std::io::Write;

use wasip2::{
    cli::environment,
    clocks::monotonic_clock,
    http::{
        outgoing_handler,
        types::{
            Fields, IncomingRequest, OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam,
            Scheme,
        },
    },
};

wasip2::http::proxy::export!(Guest);

struct Guest;

impl wasip2::exports::http::incoming_handler::Guest for Guest {
    fn handle(request: IncomingRequest, answer: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let (path, port) = path.split_once('?').unwrap_or((&path, "1"));
        let text = match path {
            "/" => "hello of 0.2\n".to_owned(),
            "/environment" => format!("{:?}\n", environment::get_environment()),
            "/trap" => panic!("it was asked for"),
            "/loop" => forever(),
            "/sleep" => {
                monotonic_clock::subscribe_duration(3_600_000_000_000).block();
                "slept\n".to_owned()
            }
            "/out" => outside(port),
            _ => "no such path\n".to_owned(),
        };
        let response = OutgoingResponse::new(Fields::new());
        let body = response.body().expect("nobody has taken the body");
        ResponseOutparam::set(answer, Ok(response));
        let mut stream = body.write().expect("nobody has taken the stream");
        // A client that has gone is no fault of the guest's.
        let _ = stream.write_all(text.as_bytes()).and_then(|()| Write::flush(&mut stream));
        drop(stream);
        let _ = OutgoingBody::finish(body, None);
    }
}

fn forever() -> ! {
    let mut number = 0_u64;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}

/// What comes of a request to a port of this machine.
fn outside(port: &str) -> String {
    let request = OutgoingRequest::new(Fields::new());
    let set = request.set_scheme(Some(&Scheme::Http)).is_ok()
        && request.set_authority(Some(&format!("127.0.0.1:{port}"))).is_ok()
        && request.set_path_with_query(Some("/")).is_ok();
    assert!(set, "the parts of the request are well formed");
    let response = match outgoing_handler::handle(request, None) {
        Ok(response) => response,
        Err(error) => return format!("{error:?}\n"),
    };
    response.subscribe().block();
    match response.get() {
        Some(Ok(Ok(response))) => format!("answered: {}\n", response.status()),
        other => format!("{other:?}\n"),
    }
}
