//! How many at a time, how long, and how much: what a handler refuses, ends, and keeps from the others.

use std::time::{Duration, Instant};

use http::StatusCode;
use http_body_util::BodyExt as _;
use wgpu_wasi_host::{
    WebGpuCtx,
    http::{HandlerOptions, OnDisconnect},
};

use crate::guests::{Guest, ask, get, has_gpu, metric, post, run, until};

fn options() -> HandlerOptions {
    HandlerOptions::default().instances(1)
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn more_than_there_is_room_for_is_refused_in_time() {
    run(async {
        let handler = Guest::New.handler(options().queue(1).queue_timeout(200 * MS));
        let start = Instant::now();
        let ask = || {
            let handler = handler.clone();
            tokio::spawn(async move {
                let response = get(&handler, "/sleep?1000").await;
                let retry = response.headers().contains_key("retry-after");
                (response.status().as_u16(), retry, start.elapsed())
            })
        };
        let mut answers = Vec::new();
        for asked in [ask(), ask(), ask()] {
            answers.push(asked.await.unwrap());
        }
        answers.sort_by_key(|(_, _, time)| *time);
        let [full, late, answered] = answers[..] else { panic!() };
        assert_eq!((full.0, full.1, full.2 < 150 * MS), (503, true, true), "{full:?}");
        assert_eq!((late.0, late.1, late.2 < 300 * MS), (503, true, true), "{late:?}");
        assert_eq!((answered.0, answered.1), (200, false));
        for reason in ["full", "queue_timeout"] {
            assert_eq!(metric(&handler, "wgpu_wasi_refused_total", &format!(",reason=\"{reason}\"")), 1.0);
        }
    });
}

#[test]
fn a_guest_that_takes_too_long_is_ended() {
    run(async {
        let timeout = 400 * MS;
        for guest in [Guest::New, Guest::Old] {
            let handler = guest.handler(options().timeout(timeout));
            // What is loaded once does not count.
            ask(&handler, "/").await;
            for path in ["/loop", "/sleep?3600000"] {
                let start = Instant::now();
                let status = get(&handler, path).await.status();
                let late = start.elapsed().saturating_sub(timeout);
                assert_eq!(
                    (status, late < 300 * MS),
                    (StatusCode::GATEWAY_TIMEOUT, true),
                    "{guest:?} {path} {late:?}"
                );
                assert_eq!(ask(&handler, "/").await.0, StatusCode::OK, "{guest:?} after {path}");
            }
        }
    });
}

#[test]
fn one_that_waits_for_the_gpu_for_too_long_is_ended() {
    if !has_gpu() {
        return;
    }
    run(async {
        let timeout = 1500 * MS;
        let handler = Guest::New.handler(options().instances(2).timeout(timeout));
        assert_eq!(ask(&handler, "/spin?1").await.1, "done\n");
        let start = Instant::now();
        let status = get(&handler, "/spin?6000").await.status();
        let late = start.elapsed().saturating_sub(timeout);
        assert_eq!((status, late < 300 * MS), (StatusCode::GATEWAY_TIMEOUT, true), "{late:?}");
        // Its GPU has work still, which is waited for; another instance answers meanwhile.
        assert_eq!(ask(&handler, "/count").await.1, "1\n");
        assert_eq!(handler.instances(), 2);
        let answer = post(&handler, "/double", 21_u32.to_le_bytes().to_vec()).await;
        assert_eq!(answer.into_body().collect().await.unwrap().to_bytes()[..], 42_u32.to_le_bytes());
        until("its GPU is done", || handler.instances() == 1).await;
        assert_eq!(ask(&handler, "/count").await.1, "3\n");
    });
}

#[test]
fn one_that_has_waited_for_all_of_its_time_is_refused() {
    if !has_gpu() {
        return;
    }
    run(async {
        let handler = Guest::New.handler(options().timeout(800 * MS).queue_timeout(100_000 * MS));
        assert_eq!(ask(&handler, "/spin?1").await.1, "done\n");
        assert_eq!(get(&handler, "/spin?6000").await.status(), StatusCode::GATEWAY_TIMEOUT);
        // The only instance is being given back for longer than that.
        assert_eq!(get(&handler, "/count").await.status(), StatusCode::SERVICE_UNAVAILABLE);
        until("its GPU is done", || handler.instances() == 0).await;
        assert_eq!(ask(&handler, "/count").await.1, "1\n");
    });
}

#[test]
fn bodies_have_a_size() {
    run(async {
        let handler = Guest::New.handler(options().max_body(1000));
        assert_eq!(post(&handler, "/echo", vec![1; 1000]).await.status(), StatusCode::OK);
        assert_eq!(post(&handler, "/echo", vec![1; 1001]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
        // One that does not say its size before.
        let parts = std::iter::repeat_n(bytes::Bytes::from(vec![1; 100]), 11);
        let parts = parts.map(|part| Ok::<_, std::io::Error>(http_body::Frame::data(part)));
        let body = http_body_util::StreamBody::new(futures_util::stream::iter(parts));
        let response = handler.handle(http::Request::post("/echo").body(body).unwrap()).await;
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(ask(&handler, "/").await.1, "hello\n");
    });
}

#[test]
fn a_client_that_reads_slowly_does_not_keep_an_instance() {
    run(async {
        let handler = Guest::New.handler(options().response_buffer(1_000_000));
        let slow = get(&handler, "/bytes?900000").await;
        assert_eq!(ask(&handler, "/").await.1, "hello\n");
        assert_eq!(slow.into_body().collect().await.unwrap().to_bytes().len(), 900_000);
        // What does not fit is waited for, and not for ever.
        let handler = Guest::New.handler(options().response_buffer(1000).stall_timeout(200 * MS));
        let slow = get(&handler, "/bytes?2000000").await;
        assert_eq!(ask(&handler, "/").await.1, "hello\n");
        assert!(slow.into_body().collect().await.is_err());
    });
}

#[test]
fn work_for_a_client_that_has_gone_is_finished_or_ended() {
    run(async {
        for (what, answered) in [(OnDisconnect::Finish, "2\n"), (OnDisconnect::Stop, "1\n")] {
            let handler = Guest::New.handler(options().on_disconnect(what));
            let gone = tokio::time::timeout(200 * MS, get(&handler, "/sleep?600")).await;
            assert!(gone.is_err());
            assert_eq!(ask(&handler, "/count").await.1, answered, "{what:?}");
            assert_eq!(metric(&handler, "http_server_request_duration_seconds_count", ",code=\"499\""), 1.0);
        }
        // One that computes is ended as well, long before its time is up.
        let handler = Guest::New.handler(options().on_disconnect(OnDisconnect::Stop).timeout(60_000 * MS));
        assert!(tokio::time::timeout(300 * MS, get(&handler, "/loop")).await.is_err());
        let next = tokio::time::timeout(20_000 * MS, ask(&handler, "/")).await;
        assert_eq!(next.expect("the instance is free again").1, "hello\n");
        // One that streams without an end notices.
        let handler = Guest::New.handler(options());
        let mut endless = get(&handler, "/parts").await.into_body();
        endless.frame().await.unwrap().unwrap();
        drop(endless);
        assert_eq!(ask(&handler, "/").await.1, "hello\n");
        tokio::time::sleep(1000 * MS).await;
        let written = ask(&handler, "/written").await;
        tokio::time::sleep(300 * MS).await;
        assert_eq!(ask(&handler, "/written").await, written, "its loop has ended within a second");
    });
}

#[test]
fn a_good_component_beside_a_bad_one_answers() {
    if !has_gpu() {
        return;
    }
    run(async {
        let good = Guest::New.handler(options().instances(2));
        let gpu = || WebGpuCtx::builder().max_gpu_memory(64 << 20);
        let bad = Guest::New.handler(options().timeout(100 * MS).queue_timeout(50 * MS).gpu(gpu));
        let stop = tokio::sync::watch::Sender::new(false);
        let load = ["/trap", "/loop", "/sleep?3600000", "/hoard"].map(|path| {
            let (bad, stop) = (bad.clone(), stop.subscribe());
            tokio::spawn(async move {
                let mut failed = 0;
                while !*stop.borrow() {
                    failed += usize::from(get(&bad, path).await.status().is_server_error());
                }
                failed
            })
        });
        for round in 0_u32..200 {
            let numbers: Vec<u8> = (0..256).flat_map(|number| (number ^ round).to_le_bytes()).collect();
            let doubled =
                post(&good, "/double", numbers).await.into_body().collect().await.unwrap().to_bytes();
            let right: Vec<u8> = (0..256).flat_map(|number| ((number ^ round) * 2).to_le_bytes()).collect();
            assert!(doubled == right, "round {round}");
        }
        stop.send_replace(true);
        for task in load {
            assert!(task.await.unwrap() > 0);
        }
        assert!(bad.drain(Duration::from_secs(1)).await.empty);
        assert_eq!((bad.instances(), bad.gpu_memory()), (0, 0));
        assert!(bad.instances() <= 1);
    });
}

#[test]
fn under_load_there_are_never_more_instances_and_all_is_counted() {
    run(async {
        let handler =
            Guest::New.handler(options().instances(3).queue(1000).queue_timeout(Duration::from_secs(60)));
        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let handler = handler.clone();
                tokio::spawn(async move {
                    for _ in 0..50 {
                        assert_eq!(ask(&handler, "/").await.1, "hello\n");
                        assert!(handler.instances() <= 3);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let answered = metric(&handler, "http_server_request_duration_seconds_count", ",code=\"200\"");
        assert_eq!(answered, 1600.0);
        assert_eq!(metric(&handler, "wgpu_wasi_queue_seconds_count", ""), 1600.0);
        assert_eq!(metric(&handler, "http_server_active_requests", ""), 0.0);
        assert!(handler.drain(Duration::from_secs(10)).await.empty);
        assert_eq!(handler.instances(), 0);
    });
}

#[test]
fn a_drain_answers_all_that_was_let_in() {
    run(async {
        let handler = Guest::New.handler(options().instances(2));
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let handler = handler.clone();
                tokio::spawn(async move { ask(&handler, "/sleep?200").await.0 })
            })
            .collect();
        tokio::time::sleep(50 * MS).await;
        let drained = handler.drain(Duration::from_secs(30)).await;
        assert!(drained.answered && drained.empty);
        for task in tasks {
            assert_eq!(task.await.unwrap(), StatusCode::OK);
        }
        // A guest that hangs is ended.
        let handler = Guest::New.handler(options());
        let hangs = handler.clone();
        let hangs = tokio::spawn(async move { get(&hangs, "/loop").await.status() });
        tokio::time::sleep(100 * MS).await;
        let start = Instant::now();
        let drained = handler.drain(500 * MS).await;
        assert!(
            !drained.answered && drained.empty && start.elapsed() < Duration::from_secs(2),
            "{drained:?}"
        );
        assert!(hangs.await.unwrap().is_server_error());
    });
}
