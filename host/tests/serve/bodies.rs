//! Bodies that come slowly, or not to their end, and those that nobody reads.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{Method, Request, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty, StreamBody};
use wgpu_wasi_host::http::{Handler, HandlerOptions, OnDisconnect};

use crate::guests::{Guest, ask, get, metric, run, text, until};

const MS: Duration = Duration::from_millis(1);

fn options() -> HandlerOptions {
    HandlerOptions::default().instances(1)
}

type Part = Result<Frame<Bytes>, std::io::Error>;

fn data(bytes: usize) -> Part {
    Ok(Frame::data(Bytes::from(vec![b'x'; bytes])))
}

/// A byte each 20 ms, without an end.
fn trickle() -> impl HttpBody<Data = Bytes, Error = std::io::Error> + Send + 'static {
    StreamBody::new(Box::pin(stream::unfold((), async |()| {
        tokio::time::sleep(20 * MS).await;
        Some((data(1), ()))
    })))
}

/// These parts; then nothing, and no end.
fn stalls(parts: Vec<Part>) -> impl HttpBody<Data = Bytes, Error = std::io::Error> + Send + Unpin + 'static {
    StreamBody::new(stream::iter(parts).chain(stream::pending()))
}

/// A body that says its size.
struct OfSize<B>(B, u64);

impl<B: HttpBody + Unpin> HttpBody for OfSize<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        std::pin::Pin::new(&mut self.0).poll_frame(cx)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.1)
    }
}

async fn send<B>(handler: &Handler, path: &str, body: B) -> (StatusCode, String)
where
    B: HttpBody<Data = Bytes, Error = std::io::Error> + Send + 'static,
{
    text(handler.handle(Request::post(path).body(body).unwrap()).await).await
}

#[test]
fn what_nobody_reads_is_not_kept() {
    run(async {
        let handler = Guest::New.handler(options().stall_timeout(1000 * MS));
        let unread = get(&handler, "/bytes?900000").await;
        until("all of it is kept", || handler.kept() >= 900_000).await;
        assert_eq!(metric(&handler, "wgpu_wasi_kept_bytes", ""), handler.kept() as f64);
        until("nothing is kept", || handler.kept() == 0).await;
        assert!(unread.into_body().collect().await.is_err());
        assert_eq!(metric(&handler, "wgpu_wasi_unread_total", ""), 1.0);
        // One that reads may take longer than that.
        let mut slow = get(&handler, "/bytes?100000").await.into_body();
        let mut bytes = 0;
        while let Some(frame) = slow.frame().await {
            bytes += frame.unwrap().into_data().unwrap().len();
            tokio::time::sleep(200 * MS).await;
        }
        assert_eq!(bytes, 100_000);
    });
}

#[test]
fn all_that_is_kept_has_a_limit() {
    run(async {
        let handler = Guest::New.handler(options().instances(4).buffer_memory(1_000_000));
        let mut unread = Vec::new();
        for _ in 0..4 {
            unread.push(get(&handler, "/bytes?900000").await);
        }
        until("the first is kept", || handler.kept() >= 900_000).await;
        // Three instances wait for their clients, each with a piece that is not within the limit.
        for _ in 0..20 {
            assert!(handler.kept() <= 1_000_000 + 3 * (16 << 10), "{}", handler.kept());
            tokio::time::sleep(10 * MS).await;
        }
        // All of them come whole, whoever reads first.
        for response in unread.into_iter().rev() {
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), 900_000);
        }
        until("nothing is kept", || handler.kept() == 0).await;
    });
}

#[test]
fn an_upload_that_stands_still_does_not_end_the_instance() {
    run(async {
        let options = options().upload_timeout(200 * MS).timeout(Duration::from_secs(2));
        let handler = Guest::New.handler(options);
        assert_eq!(ask(&handler, "/count").await.1, "1\n");
        let (status, text) = send(&handler, "/echo", stalls(vec![data(10)])).await;
        assert_eq!((status, text.contains("upload")), (StatusCode::REQUEST_TIMEOUT, true), "{text}");
        // Nor does one that moves, and has not come to its end when the time is up.
        let (status, _) = send(&handler, "/echo", trickle()).await;
        assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(ask(&handler, "/count").await.1, "4\n");
        let refused = metric(&handler, "wgpu_wasi_refused_total", ",reason=\"upload_timeout\"");
        assert_eq!(refused, 2.0);
    });
}

#[test]
fn an_upload_that_says_its_size_keeps_no_instance() {
    run(async {
        let handler = Guest::New.handler(options().upload_timeout(Duration::from_secs(100)));
        let (sender, parts) = tokio::sync::mpsc::channel(1);
        let parts = stream::unfold(parts, async |mut parts| Some((parts.recv().await?, parts)));
        let body = OfSize(StreamBody::new(Box::pin(parts)), 20);
        let slow = tokio::spawn({
            let handler = handler.clone();
            async move { send(&handler, "/echo", body).await }
        });
        sender.send(data(10)).await.unwrap();
        until("a part is taken in", || handler.kept() > 0).await;
        for count in 1..4 {
            assert_eq!(ask(&handler, "/count").await.1, format!("{count}\n"));
        }
        sender.send(data(10)).await.unwrap();
        drop(sender);
        assert_eq!(slow.await.unwrap(), (StatusCode::OK, "x".repeat(20)));
        until("nothing is kept", || handler.kept() == 0).await;
        // One that stands still is refused without an instance, and a drain waits for one that comes.
        let handler = Guest::New.handler(options().upload_timeout(200 * MS));
        let (status, _) = send(&handler, "/echo", OfSize(stalls(vec![data(10)]), 20)).await;
        assert_eq!((status, handler.instances()), (StatusCode::REQUEST_TIMEOUT, 0));
        let late = stream::once(async {
            tokio::time::sleep(100 * MS).await;
            data(20)
        });
        let late = tokio::spawn({
            let handler = handler.clone();
            async move { send(&handler, "/echo", OfSize(StreamBody::new(Box::pin(late)), 20)).await }
        });
        until("it has come", || metric(&handler, "http_server_active_requests", "") > 0.0).await;
        assert!(handler.drain(Duration::from_secs(30)).await.answered);
        assert_eq!(late.await.unwrap().0, StatusCode::OK);
    });
}

#[test]
fn a_body_that_is_cut_off_is_not_taken_for_whole() {
    run(async {
        let handler = Guest::New.handler(options());
        let cut = || vec![data(10), Err(std::io::Error::other("the client has gone"))];
        let (status, _) = send(&handler, "/echo", StreamBody::new(stream::iter(cut()))).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let (status, _) = send(&handler, "/echo", OfSize(StreamBody::new(stream::iter(cut())), 20)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(ask(&handler, "/whole").await.1, "0\n");
        assert_eq!(send(&handler, "/echo", StreamBody::new(stream::iter([data(3)]))).await.1, "xxx");
        assert_eq!(ask(&handler, "/whole").await.1, "1\n");
    });
}

#[test]
fn a_client_that_has_all_it_asked_for_may_go() {
    run(async {
        let handler = Guest::New.handler(options().on_disconnect(OnDisconnect::Stop));
        let ask_for = async |method: Method, path: &str| {
            let request = Request::builder().method(method).uri(path).body(Empty::new()).unwrap();
            handler.handle(request).await
        };
        // As hyper does it: the body of an answer to HEAD is dropped, and one whose size is told is not read further.
        drop(ask_for(Method::HEAD, "/bytes?5000000").await);
        let mut told = ask_for(Method::GET, "/length?10").await.into_body();
        assert_eq!(told.frame().await.unwrap().unwrap().into_data().unwrap().len(), 10);
        drop(told);
        assert_eq!(ask(&handler, "/count").await.1, "3\n");
        // One that goes before ends the instance.
        drop(ask_for(Method::GET, "/bytes?5000000").await);
        assert_eq!(ask(&handler, "/count").await.1, "1\n");
    });
}

#[test]
fn tunnels_are_refused() {
    run(async {
        let handler = Guest::New.handler(options());
        let request = Request::connect("example.org:80").body(Empty::new()).unwrap();
        assert_eq!(handler.handle(request).await.status(), StatusCode::NOT_IMPLEMENTED);
        assert_eq!(handler.instances(), 0);
    });
}
