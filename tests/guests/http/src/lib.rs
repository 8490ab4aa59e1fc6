//! A guest that answers HTTP requests by wasi:http 0.3, on the GPU, well and badly. The path says how.
#![cfg(target_os = "wasi")]

// What the examples do with a body, and with several requests, so that it is tested.
#[expect(unreachable_pub, reason = "the example exports it")]
#[path = "../../../../examples/serve/embed/src/batches.rs"]
mod batches;
#[expect(unreachable_pub, reason = "the examples export it")]
#[path = "../../../../examples/serve/kit/src/body.rs"]
mod body;
mod gpu;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasip3::{
    clocks::monotonic_clock,
    http::{
        client,
        types::{ErrorCode, Fields, Request, Response, Scheme},
    },
    wit_bindgen, wit_future, wit_stream,
};

wasip3::http::service::export!(Guest);

struct Guest;

/// Where `gpu` gets its wgpu from.
fn instance() -> wgpu::Instance {
    wgpu_wasi_backend::instance()
}

const SECOND: u64 = 1_000_000_000;

thread_local! {
    /// Requests that this instance has begun to answer.
    static REQUESTS: Cell<u64> = const { Cell::new(0) };
    /// Bodies that it has read.
    static WHOLE: Cell<u64> = const { Cell::new(0) };
    /// Parts that it has written.
    static PARTS: Cell<u64> = const { Cell::new(0) };
    /// Numbers that several requests have doubled together, and how often that was done.
    static BATCHES: Rc<batches::Batches<usize, usize>> = Rc::new(batches::Batches::new(100));
    static DOUBLED: Cell<u64> = const { Cell::new(0) };
    /// What it does not let go of.
    static KEPT: RefCell<Vec<wgpu::Buffer>> = const { RefCell::new(Vec::new()) };
}

impl wasip3::exports::http::handler::Guest for Guest {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        REQUESTS.set(REQUESTS.get() + 1);
        let path = request.get_path_with_query().unwrap_or_default();
        let (path, number) = path.split_once('?').unwrap_or((&path, ""));
        let number = number.parse().unwrap_or(0);
        match path {
            "/" => Ok(whole(b"hello\n".to_vec())),
            "/count" => Ok(whole(format!("{}\n", REQUESTS.get()).into_bytes())),
            // Every number of the body twice as large.
            "/double" => Ok(sized(gpu::double(&read(request).await?))),
            "/batch" => Ok(whole(format!("{}\n", batch(number).await).into_bytes())),
            "/batches" => Ok(whole(format!("{}\n", DOUBLED.get()).into_bytes())),
            "/bytes" => Ok(whole(vec![b'x'; number])),
            "/echo" => Ok(whole(read(request).await?)),
            // How many bodies have come whole.
            "/whole" => Ok(whole(format!("{}\n", WHOLE.get()).into_bytes())),
            // A body that says its size, and comes to its end later.
            "/length" => Ok(length(number)),
            "/error" => Err(ErrorCode::InternalError(Some("it was asked for".to_owned()))),
            "/trap" => panic!("it was asked for"),
            "/loop" => forever(),
            "/sleep" => {
                monotonic_clock::wait_for(number as u64 * SECOND / 1000).await;
                Ok(whole(b"slept\n".to_vec()))
            }
            // The GPU is opened, and that is all.
            "/open" => {
                gpu::open();
                Ok(whole(b"open\n".to_vec()))
            }
            // A buffer of so many bytes that stays.
            "/keep" => {
                let buffer = gpu::buffer(number);
                KEPT.with_borrow_mut(|kept| kept.push(buffer));
                Ok(whole(b"kept\n".to_vec()))
            }
            // All the GPU memory that there is, and then an error of WebGPU, which ends the guest.
            "/hoard" => loop {
                let buffer = gpu::buffer(16 << 20);
                KEPT.with_borrow_mut(|kept| kept.push(buffer));
            },
            // The GPU works for so many milliseconds, and the guest waits for it once.
            "/spin" => {
                gpu::spin(number);
                Ok(whole(b"done\n".to_vec()))
            }
            // A part each tenth of a second, for so many, and without an end for none.
            "/parts" => Ok(parts(number)),
            // How many of them were written.
            "/written" => Ok(whole(format!("{}\n", PARTS.get()).into_bytes())),
            // A body that breaks off.
            "/half" => Ok(half()),
            // A body that does not go on.
            "/stall" => Ok(stall()),
            "/out" => Ok(whole(outside(number).await.into_bytes())),
            _ => Ok(whole(b"no such path\n".to_vec())),
        }
    }
}

/// All of a request's body.
async fn read(request: Request) -> Result<Vec<u8>, ErrorCode> {
    let body = body::read(request).await?;
    WHOLE.set(WHOLE.get() + 1);
    Ok(body)
}

/// A number twice as large, together with those of other requests.
async fn batch(number: usize) -> usize {
    let batches = BATCHES.with(Rc::clone);
    let double = |numbers: &[usize]| {
        DOUBLED.set(DOUBLED.get() + 1);
        Ok(numbers.iter().map(|number| number * 2).collect())
    };
    let doubled = batches.answer(vec![number], monotonic_clock::wait_for(SECOND / 10), double).await;
    doubled.expect("doubling does not fail")[0]
}

/// A response whose body `write` writes.
fn answer<F: Future<Output = ()> + 'static>(
    write: impl FnOnce(wit_bindgen::StreamWriter<u8>) -> F,
) -> Response {
    answer_with(Fields::new(), write)
}

/// The same with these headers.
fn answer_with<F: Future<Output = ()> + 'static>(
    fields: Fields,
    write: impl FnOnce(wit_bindgen::StreamWriter<u8>) -> F,
) -> Response {
    let (writer, reader) = wit_stream::new();
    let (trailers, trailers_reader) = wit_future::new(|| Ok(None));
    let (response, _) = Response::new(fields, Some(reader), trailers_reader);
    drop(trailers);
    wit_bindgen::spawn_local(write(writer));
    response
}

/// A response with this body.
fn whole(body: Vec<u8>) -> Response {
    answer(async move |mut writer| {
        // What is left over is for a client that has gone.
        let _ = writer.write_all(body).await;
    })
}

/// The same, which says its size, as those of native servers do.
fn sized(body: Vec<u8>) -> Response {
    answer_with(length_of(body.len()), async move |mut writer| {
        let _ = writer.write_all(body).await;
    })
}

/// The header that says how many bytes come.
fn length_of(bytes: usize) -> Fields {
    let length = ("content-length".to_owned(), bytes.to_string().into_bytes());
    Fields::from_list(&[length]).expect("the header is well formed")
}

fn length(number: usize) -> Response {
    answer_with(length_of(number), async move |mut writer| {
        let _ = writer.write_all(vec![b'x'; number]).await;
        monotonic_clock::wait_for(SECOND / 2).await;
        drop(writer);
    })
}

fn parts(number: usize) -> Response {
    answer(async move |mut writer| {
        let mut part = 0;
        while number == 0 || part < number {
            let rest = writer.write_all(format!("part {part}\n").into_bytes()).await;
            if !rest.is_empty() {
                return;
            }
            PARTS.set(PARTS.get() + 1);
            monotonic_clock::wait_for(SECOND / 10).await;
            part += 1;
        }
    })
}

fn half() -> Response {
    answer(async move |mut writer| {
        let _ = writer.write_all(b"half of it".to_vec()).await;
        panic!("it was asked for");
    })
}

fn stall() -> Response {
    answer(async move |mut writer| {
        let _ = writer.write_all(b"some of it".to_vec()).await;
        monotonic_clock::wait_for(3600 * SECOND).await;
        drop(writer);
    })
}

fn forever() -> ! {
    let mut number = 0_u64;
    loop {
        number = std::hint::black_box(number.wrapping_add(1));
    }
}

/// What comes of a request to a port of this machine.
async fn outside(port: usize) -> String {
    let (trailers, trailers_reader) = wit_future::new(|| Ok(None));
    let (request, _) = Request::new(Fields::new(), None, trailers_reader, None);
    drop(trailers);
    let set = request.set_scheme(Some(&Scheme::Http)).is_ok()
        && request.set_authority(Some(&format!("127.0.0.1:{port}"))).is_ok()
        && request.set_path_with_query(Some("/")).is_ok();
    assert!(set, "the parts of the request are well formed");
    match client::send(request).await {
        Ok(response) => format!("answered: {}\n", response.get_status_code()),
        Err(error) => format!("{error:?}\n"),
    }
}
