//! What a handler answers, and what becomes of its instances.

use std::time::{Duration, Instant};

use http::StatusCode;
use http_body_util::BodyExt as _;
use tower_service::Service as _;
use wgpu_wasi_host::http::{Body, HandlerOptions, LEAKS, NotAHandler};

use crate::guests::{Guest, ask, get, has_gpu, metric, post, run, text, until};

fn options() -> HandlerOptions {
    HandlerOptions::default()
}

fn numbers(range: std::ops::Range<u32>) -> Vec<u8> {
    range.flat_map(u32::to_le_bytes).collect()
}

#[test]
fn both_kinds_of_guests_answer() {
    run(async {
        let handler = Guest::New.handler(options());
        handler.try_one().await.unwrap();
        assert_eq!(ask(&handler, "/").await, (StatusCode::OK, "hello\n".to_owned()));
        assert_eq!(ask(&handler, "/count").await.1, "2\n");
        let body: Vec<u8> = (0..=250).cycle().take(5_000_000).collect();
        let echoed = post(&handler, "/echo", body.clone()).await.into_body().collect().await.unwrap();
        assert!(echoed.to_bytes() == body, "a body comes back as it was");
        let mut service = handler.clone();
        let request = http::Request::get("/").body(http_body_util::Empty::new()).unwrap();
        assert_eq!(service.call(request).await.unwrap().status(), StatusCode::OK);

        let handler = Guest::Old.handler(options());
        assert_eq!(ask(&handler, "/").await, (StatusCode::OK, "hello of 0.2\n".to_owned()));
        assert_eq!(ask(&handler, "/environment").await.1, "[]\n");
    });
}

#[test]
fn requests_at_a_time_can_be_one_batch() {
    run(async {
        let handler = Guest::New.handler(options().instances(1).concurrency(8));
        let ask_for = |number: usize| {
            let handler = handler.clone();
            tokio::spawn(async move { ask(&handler, &format!("/batch?{number}")).await })
        };
        for asked in [8, 1] {
            let asked: Vec<_> = (0..asked).map(ask_for).collect();
            for (number, answer) in asked.into_iter().enumerate() {
                assert_eq!(answer.await.unwrap(), (StatusCode::OK, format!("{}\n", number * 2)));
            }
        }
        // One of the first eight may have come before the others.
        let batches = ask(&handler, "/batches").await.1;
        assert!(["2\n", "3\n"].contains(&batches.as_str()), "nine requests were {batches} batches");
    });
}

#[test]
fn the_gpu_answers_and_what_it_holds_is_given_back() {
    if !has_gpu() {
        return;
    }
    run(async {
        let handler = Guest::New.handler(options().instances(1));
        for round in 0..100 {
            let doubled = post(&handler, "/double", numbers(round..round + 1000)).await;
            let doubled = doubled.into_body().collect().await.unwrap().to_bytes();
            let right: Vec<u8> =
                (round..round + 1000).flat_map(|number| (number * 2).to_le_bytes()).collect();
            assert!(doubled == right, "round {round}");
        }
        // A guest that lets go of what it makes is not taken to leak.
        assert_eq!(ask(&handler, "/count").await.1, "101\n");
        let drained = handler.drain(Duration::from_secs(10)).await;
        assert!(drained.answered && drained.empty);
        assert!(metric(&handler, "wgpu_wasi_gpu_wait_seconds_sum", "") > 0.0);
        assert_eq!(metric(&handler, "wgpu_wasi_gpu_wait_seconds_count", ""), 101.0);
        assert_eq!((handler.instances(), handler.gpu_memory()), (0, 0));
        assert_eq!(get(&handler, "/").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    });
}

#[test]
fn a_body_that_is_whole_says_its_size() {
    run(async {
        let handler = Guest::New.handler(options());
        let size = |response: &http::Response<Body>| http_body::Body::size_hint(response.body()).exact();
        let response = get(&handler, "/").await;
        until("all of it has come", || size(&response) == Some(6)).await;
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello\n");
        // One that goes on has no size yet, and one whose head says it is left as it is.
        for path in ["/parts?3", "/length?10"] {
            let mut response = get(&handler, path).await;
            response.body_mut().frame().await.unwrap().unwrap();
            assert_eq!(size(&response), None, "{path}");
        }
    });
}

#[test]
fn an_instance_answers_so_many_requests() {
    run(async {
        let fresh = Guest::New.handler(options().reuse(1));
        let third = Guest::New.handler(options().instances(1).reuse(3));
        for round in 0..9 {
            assert_eq!(ask(&fresh, "/count").await.1, "1\n");
            assert_eq!(ask(&third, "/count").await.1, format!("{}\n", round % 3 + 1));
        }
    });
}

#[test]
fn one_that_leaks_begins_anew() {
    if !has_gpu() {
        return;
    }
    run(async {
        let handler = Guest::New.handler(options().instances(1));
        for _ in 0..LEAKS + 4 {
            assert_eq!(ask(&handler, "/keep?1000").await.0, StatusCode::OK);
        }
        assert_eq!(metric(&handler, "wgpu_wasi_retired_total", ",reason=\"leak\""), 1.0);
        let count: usize = ask(&handler, "/count").await.1.trim().parse().unwrap();
        assert!(count <= 5, "{count}");
    });
}

#[test]
fn what_goes_wrong_is_one_requests_alone() {
    run(async {
        let handler = Guest::New.handler(options().instances(1));
        for (path, reason) in [("/trap", "trap"), ("/error", "error")] {
            let before = metric(&handler, "wgpu_wasi_traps_total", "");
            let (status, text) = ask(&handler, path).await;
            assert_eq!((status, text.contains(reason)), (StatusCode::INTERNAL_SERVER_ERROR, true), "{text}");
            assert_eq!(ask(&handler, "/").await.1, "hello\n");
            let traps = metric(&handler, "wgpu_wasi_traps_total", "") - before;
            assert_eq!(traps, if reason == "trap" { 1.0 } else { 0.0 });
        }
        // An error of its own leaves an instance as it is.
        assert_eq!(ask(&handler, "/count").await.1, "4\n");
        let old = Guest::Old.handler(options().instances(1));
        assert_eq!(ask(&old, "/trap").await.0, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(ask(&old, "/").await.1, "hello of 0.2\n");
    });
}

#[test]
fn a_body_that_breaks_off_is_told_apart_from_a_whole_one() {
    run(async {
        let handler = Guest::New.handler(options().instances(1).stall_timeout(Duration::from_millis(300)));
        let half = get(&handler, "/half").await;
        assert_eq!(half.status(), StatusCode::OK);
        assert!(half.into_body().collect().await.is_err());
        let start = Instant::now();
        let stalled = get(&handler, "/stall").await;
        assert!(stalled.into_body().collect().await.is_err());
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        assert_eq!(ask(&handler, "/").await.1, "hello\n");
        // One that goes on may take longer than that.
        let (status, parts) = text(get(&handler, "/parts?6").await).await;
        assert_eq!((status, parts.lines().count()), (StatusCode::OK, 6));
    });
}

#[test]
fn nothing_is_sent_to_anybody() {
    run(async {
        for guest in [Guest::New, Guest::Old] {
            let (status, text) = ask(&guest.handler(options()), "/out?1").await;
            assert_eq!(
                (status, text.contains("HttpRequestDenied")),
                (StatusCode::OK, true),
                "{guest:?}: {text}"
            );
        }
    });
}

#[test]
fn components_that_answer_nothing_are_refused() {
    let runtime = wgpu_wasi_host::command::RuntimeOptions::default();
    let wat = r#"(component (core module $m (func (export "run") (result i32) i32.const 0))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i "run")))
        (instance $run (export "run" (func $run)))
        (export "wasi:cli/run@0.2.0" (instance $run)))"#;
    let refused = |interruptible, wat: &str| {
        let runtime = wgpu_wasi_host::command::Runtime::new(&runtime.clone().interruptible(interruptible));
        let runtime = runtime.unwrap();
        let component = runtime.compile(&wat::parse_str(wat).unwrap()).unwrap();
        wgpu_wasi_host::http::Handler::new(&runtime, &component, options()).unwrap_err()
    };
    assert_eq!(refused(true, wat).downcast_ref(), Some(&NotAHandler::NoExport(true)));
    let imports = r#"(component (import "a:b/c" (instance)))"#;
    let expected = NotAHandler::Imports(vec!["a:b/c".to_owned()]);
    assert_eq!(refused(true, imports).downcast_ref(), Some(&expected));
    assert!(refused(false, wat).is::<wgpu_wasi_host::command::NotInterruptible>());
}
