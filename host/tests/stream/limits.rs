//! Who is not let in, what is not believed, and when it ends.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use serde_json::json;

use crate::{
    server::{Server, command},
    tab::{BINARY, TEXT, Tab},
};

#[test]
fn places_are_few() {
    let Some(server) = Server::start(&["--instances", "1"]) else { return };
    let mut first = Tab::open(&server);
    first.picture(1, |_| true);
    let (status, head, page) = server.ask("/", &["Host: localhost"]);
    assert!(status == 503 && head.contains("retry-after: 10"), "{status} {head}");
    assert!(page.contains("All places are taken.") && page.contains("http-equiv=\"refresh\""), "{page}");
    assert_eq!(Tab::open(&server).end(), (1013, "All places are taken.".to_owned()));
    let (status, _, words) = server.ask("/stream.mjpeg", &["Host: localhost"]);
    assert_eq!((status, words.as_str()), (503, "All places are taken.\n"));
    assert_eq!(server.metric("wgpu_wasi_refused_total", ",reason=\"full\""), 3);
    first.picture(1, |_| true);
    drop(first);
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
    assert_eq!(server.ask("/", &["Host: localhost"]).0, 200);
    Tab::open(&server).picture(1, |_| true);
}

#[test]
fn strangers_stay_outside() {
    let Some(server) = Server::start(&[]) else { return };
    assert!(server.url.starts_with("http://127.0.0.1:") && server.url.ends_with('/'), "{}", server.url);
    let status = |path: &str, lines: &[&str]| server.ask(path, lines).0;
    // A name that somebody has pointed here, or none.
    assert_eq!(status("/", &["Host: evil.example"]), 421);
    assert_eq!(status("/", &["X-Host: localhost"]), 421);
    // Pages of others.
    for lines in [
        &["Host: localhost", "Origin: http://evil.example"][..],
        &["Host: localhost", "Origin: null"],
        &["Host: localhost", "Sec-Fetch-Site: cross-site"],
    ] {
        assert_eq!(status("/stream.mjpeg", lines), 403, "{lines:?}");
        assert_eq!(Tab::connect(&server, "/windows", lines).err(), Some(403), "{lines:?}");
    }
    assert_eq!(Tab::connect(&server, "/windows", &["Host: evil.example"]).err(), Some(421));
    let own = format!("Origin: http://{}", server.address);
    let mut tab = Tab::connect(&server, "/windows", &[&format!("Host: {}", server.address), &own]).unwrap();
    tab.say(json!({ "type": "hello", "size": [800, 600], "scale": 1, "theme": null }));
    tab.picture(1, |_| true);
    assert_eq!(server.metric("wgpu_wasi_instances", ""), 1);
    assert_eq!(status("/nothing", &["Host: localhost"]), 404);
    let administration = |host: &str| server.administration(&[host]);
    assert_eq!((administration("Host: evil.example"), administration("Host: localhost")), (421, 200));
    assert_eq!(status("/windows", &["Host: localhost"]), 400);
}

#[test]
fn from_elsewhere_a_secret_is_needed() {
    let Some(server) = Server::start_at("0.0.0.0:0", &[]) else { return };
    let (_, secret) = server.url.split_once("/?token=").unwrap();
    assert_eq!(secret.len(), 32);
    for path in ["/", "/?token=", "/?token=0", "/stream.mjpeg"] {
        let (status, _, page) = server.ask(path, &["Host: 127.0.0.1"]);
        assert!(status == 403 && page.contains("The secret in the address is missing or wrong."), "{page}");
    }
    assert_eq!(Tab::connect(&server, "/windows", &["Host: 127.0.0.1"]).err(), Some(403));
    assert_eq!(server.ask(&format!("/?token={secret}"), &["Host: 127.0.0.1"]).0, 200);
    let path = format!("/windows?token={secret}");
    let mut tab = Tab::connect(&server, &path, &["Host: 127.0.0.1"]).unwrap();
    tab.say(json!({ "type": "hello", "size": [800, 600], "scale": 1, "theme": null }));
    tab.picture(1, |_| true);
}

#[test]
fn behind_another_name_a_secret_is_needed() {
    let Some(server) = Server::start(&["--host", "gpu.example"]) else { return };
    let (_, secret) = server.url.split_once("/?token=").unwrap();
    let status = |path: &str| server.ask(path, &["Host: gpu.example"]).0;
    assert_eq!((status("/"), status(&format!("/?token={secret}"))), (403, 200));
}

#[test]
fn who_asks_for_a_head_begins_no_program() {
    let Some(server) = Server::start(&[]) else { return };
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "HEAD /stream.mjpeg HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("multipart/x-mixed-replace"), "{answer}");
    assert_eq!(server.metric("wgpu_wasi_stream_visits_total", ""), 0);
}

#[test]
fn numbers_of_nothing_are_refused() {
    for option in ["--instances", "--viewers"] {
        let output = command(&[option, "0", "app.wasm"]).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && words.contains("0 is not in 1..=1024"), "{words}");
    }
}

#[test]
fn what_is_no_page_is_not_believed() {
    // Programs that are being ended have places, too.
    let Some(server) = Server::start(&["--instances", "32"]) else { return };
    let misunderstood = (1008, "A message was not understood.".to_owned());
    let text = |text: &str| (TEXT, text.as_bytes().to_vec());
    for (kind, bytes) in [
        text("nonsense"),
        text("{\"type\":\"ack\"}"),
        text("{\"type\":\"cursor\",\"window\":1,\"at\":[1e999,0]}"),
        text(&"[".repeat(16 << 10)),
        (BINARY, vec![0; 100]),
    ] {
        let mut tab = Tab::open(&server);
        tab.message("welcome", |_| true);
        tab.send(kind, &bytes).unwrap();
        assert_eq!(tab.end(), misunderstood);
    }
    // One that says something else first.
    let mut tab = Tab::connect(&server, "/windows", &["Host: localhost"]).unwrap();
    tab.say(json!({ "type": "ack", "picture": 1 }));
    assert_eq!(tab.end().0, 1008);
    // Messages that are too long, and what is no frame, end the connection.
    for (kind, bytes) in [(TEXT, vec![b' '; 1 << 20]), (7, Vec::new())] {
        let mut tab = Tab::open(&server);
        tab.message("welcome", |_| true);
        // It may be gone before all is written.
        let _ = tab.send(kind, &bytes);
        assert_ne!(tab.end().0, 4000);
    }
    let mut tab = Tab::open(&server);
    tab.write(&[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap();
    assert_ne!(tab.end().0, 4000);
    // Strange numbers are none of anybody's.
    let mut tab = Tab::open(&server);
    tab.picture(1, |_| true);
    for message in [
        json!({ "type": "resize", "window": 1, "size": [-1e300, 0] }),
        json!({ "type": "scale", "window": 1, "scale": 0 }),
        json!({ "type": "cursor", "window": 4_000_000_000_u32, "at": [1e300, -1e300] }),
        json!({ "type": "touch", "window": 1, "at": [0, 0], "finger": u64::MAX, "phase": "ended", "force": -1 }),
        json!({ "type": "button", "window": 1, "button": 65535, "pressed": false }),
        json!({ "type": "hello", "size": [1, 1], "scale": 1, "theme": null }),
        json!({ "type": "ack", "picture": u64::MAX }),
    ] {
        tab.say(message);
    }
    server.wait_for("65535");
    // A flood ends the visit, and takes no memory.
    let before = server.peak_memory();
    let message = json!({ "type": "cursor", "window": 1, "at": [1, 1] }).to_string();
    let sent = (0..100_000).take_while(|_| tab.send(TEXT, message.as_bytes()).is_ok()).count();
    let end = tab.end();
    assert!(
        end == (1008, "There were too many messages.".to_owned()) || (end.0 == 0 && sent < 100_000),
        "{end:?}"
    );
    if let (Some(before), Some(after)) = (before, server.peak_memory()) {
        assert!(after < before + (32 << 20), "{before} bytes have become {after}");
    }
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
    Tab::open(&server).picture(1, |_| true);
}

#[test]
fn a_visit_has_its_time() {
    let Some(server) = Server::start(&["--timeout", "2"]) else { return };
    let mut tab = Tab::open(&server);
    assert_eq!(tab.end(), (4002, "The time for this visit is up.".to_owned()));
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
}

#[test]
fn who_is_there_may_go_on_for_a_while() {
    let Some(mut server) = Server::start(&["--drain", "2"]) else { return };
    let mut tab = Tab::open(&server);
    tab.picture(1, |_| true);
    server.signal("-TERM");
    assert_eq!(tab.message("stopping", |_| true)["seconds"], 2);
    tab.picture(1, |_| true);
    assert_eq!(server.ask("/", &["Host: localhost"]).0, 0);
    assert_eq!(tab.end(), (1001, "The server is stopping.".to_owned()));
    assert!(server.ended(Duration::from_secs(5)).success());
    // With nobody there it ends at once; with a program that hangs, it does not wait for that.
    let Some(mut server) = Server::start_after(server, &["--drain", "100"]) else { return };
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(5)).success());
    let Some(mut server) = Server::start_after(server, &["--drain", "1"]) else { return };
    let mut tab = Tab::open(&server);
    tab.picture(1, |_| true);
    tab.types("l");
    server.wait_for("Key(");
    server.signal("-TERM");
    assert!(server.ended(Duration::from_secs(8)).success());
}

#[test]
fn what_can_not_be_streamed_is_told() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stream-wrong");
    fs::create_dir_all(&folder).unwrap();
    let (text, windowless) = (folder.join("text.wasm"), folder.join("windowless.wasm"));
    fs::write(&text, b"text").unwrap();
    fs::write(&windowless, wat::parse_str("(component)").unwrap()).unwrap();
    for (file, options, why) in [
        (&text, &[][..], "not a WebAssembly component"),
        (&windowless, &[], "opens no windows"),
        (&windowless, &["--adapter", "pci:ffff:ff:1f.7"], "pci:ffff:ff:1f.7"),
    ] {
        let output = command(&["--addr", "127.0.0.1:0"]).args(options).arg(file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(125) && said.contains(why), "{why}: {said}");
    }
    assert_eq!(command(&["--rate", "0"]).arg(&text).output().unwrap().status.code(), Some(2));
}
