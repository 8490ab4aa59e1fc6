//! What visitors see, and what becomes of what they do.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::Duration,
};

use serde_json::json;

use crate::{
    process::{PATIENCE, check_metrics},
    server::Server,
    tab::{Said, Tab, size},
};

#[test]
fn pictures_come_and_input_goes_back() {
    let Some(server) = Server::start(&[]) else { return };
    let (status, head, page) = server.ask("/", &["Host: localhost"]);
    assert!(status == 200 && page.contains("raw_windows") && !page.contains("{nonce}"), "{status} {page}");
    for line in ["content-security-policy: default-src 'none'", "cache-control: no-store", "nosniff"] {
        assert!(head.contains(line), "{line}\n{head}");
    }
    let mut tab = Tab::open(&server);
    let welcome = tab.message("welcome", |_| true);
    assert_eq!((&welcome["largest"], &welcome["shared"]), (&json!([1920, 1080]), &json!(false)));
    let window = tab.message("window", |_| true);
    assert_eq!(
        (&window["title"], &window["size"]),
        (&json!("raw — raw_windows.wasm (sandboxed)"), &json!([64, 48]))
    );
    let first = tab.picture(1, |_| true);
    assert_eq!(size(&first), (64, 48));
    // What the program has heard of it stands in the log.
    tab.happens(
        "key",
        json!({ "key": { "code": "KeyX", "key": "X", "location": 0, "repeat": false, "pressed": true } }),
    );
    let heard = server.wait_for("Key(");
    assert!(heard.contains("KeyX") && heard.contains("\"X\"") && heard.contains("pressed: true"), "{heard}");
    let pressed = tab.picture(1, |jpeg| jpeg != first);
    tab.happens("modifiers", json!({ "held": ["shift", "left-shift"] }));
    let heard = server.wait_for("Modifiers");
    assert!(heard.contains("LEFT_SHIFT") && heard.contains("SHIFT"), "{heard}");
    tab.happens("cursor", json!({ "at": [12.5, 40] }));
    assert!(server.wait_for("CursorMoved").contains("12.5"));
    tab.happens("inside", json!({ "is": false }));
    server.wait_for("CursorLeft");
    tab.happens("button", json!({ "button": 2, "pressed": true }));
    assert!(server.wait_for("Button").contains("Right"));
    tab.picture(1, |jpeg| jpeg != pressed);
    tab.happens("wheel", json!({ "by": [0, -2], "lines": true }));
    let heard = server.wait_for("Wheel");
    assert!(heard.contains("Lines") && heard.contains("-2"), "{heard}");
    tab.happens("touch", json!({ "at": [1, 2], "finger": 7, "phase": "started", "force": 0.5 }));
    let heard = server.wait_for("Touch");
    assert!(heard.contains("finger: 7") && heard.contains("Started") && heard.contains("0.5"), "{heard}");
    tab.happens("commit", json!({ "text": "か" }));
    assert!(server.wait_for("Ime").contains("か"));
    for is in ["true", "false"] {
        tab.happens("focus", json!({ "is": is == "true" }));
        assert!(server.wait_for("Focused").contains(is));
    }
    tab.say(json!({ "type": "theme", "theme": "light" }));
    assert!(server.wait_for("ThemeChanged").contains("Light"));
    tab.happens("drop", json!({ "name": "a.png" }));
    assert!(server.wait_for("FileDropped").contains("a.png"));
    tab.happens("scale", json!({ "scale": 2 }));
    assert!(server.wait_for("ScaleChanged").contains("factor: 2"));
}

#[test]
fn windows_change_their_size_and_look() {
    let Some(server) = Server::start(&["--max-size", "320x200"]) else { return };
    let mut tab = Tab::open(&server);
    tab.picture(1, |jpeg| size(jpeg) == (64, 48));
    tab.happens("resize", json!({ "size": [100, 50] }));
    tab.picture(1, |jpeg| size(jpeg) == (100, 50));
    // No larger than the server wants.
    tab.happens("resize", json!({ "size": [1e9, 60] }));
    tab.picture(1, |jpeg| size(jpeg) == (320, 60));
    tab.types("s");
    let asked = tab.message("window", |window| window["asked"] == 1);
    assert_eq!(asked["size"], json!([96, 32]));
    tab.picture(1, |jpeg| size(jpeg) == (96, 32));
    tab.types("t");
    tab.message("window", |window| window["title"] == "another title — raw_windows.wasm (sandboxed)");
    tab.types("w");
    assert_eq!(tab.message("window", |window| window["window"] == 2)["size"], json!([32, 32]));
    // Windows that do not exist hear of nothing.
    tab.say(json!({ "type": "close", "window": 99 }));
    tab.picture(1, |_| true);
    // It closes its windows when it is asked to, which is its end.
    tab.happens("close", json!({}));
    assert_eq!(tab.end(), (4000, "The program has ended.".to_owned()));
}

#[test]
fn one_picture_is_on_its_way() {
    let Some(server) = Server::start(&["--rate", "60"]) else { return };
    let mut tab = Tab::open(&server);
    let number = loop {
        if let Said::Picture { number, .. } = tab.next() {
            break number;
        }
    };
    // It draws on, and nobody is sent anything.
    server.wait_until("wgpu_wasi_stream_dropped_pictures_total", |dropped| dropped >= 30);
    assert!(tab.is_quiet(Duration::from_millis(100)));
    let read = server.metric("wgpu_wasi_stream_read_pictures_total", "");
    assert!(read <= number + 3, "{read} pictures were read for nobody");
    // One that is not on its way is nothing to be told of.
    tab.shows(number + 1);
    assert!(tab.is_quiet(Duration::from_millis(100)));
    tab.shows(number);
    let Said::Picture { number: next, .. } = tab.next() else { panic!("there is no other picture") };
    assert!(next > number);
}

#[test]
fn visitors_have_programs_of_their_own() {
    let Some(server) = Server::start(&[]) else { return };
    let (mut one, mut other) = (Tab::open(&server), Tab::open(&server));
    let (first, same) = (one.picture(1, |_| true), other.picture(1, |_| true));
    assert_eq!(first, same);
    server.wait_until("wgpu_wasi_instances", |programs| programs == 2);
    // Each holds a megabyte, and its picture now and then.
    let memory = server.metric("wgpu_wasi_gpu_memory_bytes", "");
    assert!(memory >= 2 << 20, "{memory}");
    one.types("x");
    one.picture(1, |jpeg| jpeg != first);
    for _ in 0..5 {
        assert_eq!(other.picture(1, |_| true), same);
    }
    one.types("p");
    assert_eq!(one.end().0, 4001);
    assert_eq!(other.picture(1, |_| true), same);
    server.wait_until("wgpu_wasi_traps_total", |traps| traps == 1);
    server.wait_until("wgpu_wasi_instances", |programs| programs == 1);
    let left = server.metric("wgpu_wasi_gpu_memory_bytes", "");
    assert!((1 << 20..2 << 20).contains(&left), "{left} of {memory}");
    check_metrics(&server.metrics());
}

#[test]
fn who_goes_ends_his_program() {
    let Some(server) = Server::start(&[]) else { return };
    let mut tab = Tab::open(&server);
    tab.picture(1, |_| true);
    server.wait_until("wgpu_wasi_gpu_memory_bytes", |bytes| bytes > 0);
    drop(tab);
    assert!(server.wait_for("visit").contains("end=Left"));
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
    assert_eq!(server.metric("wgpu_wasi_gpu_memory_bytes", ""), 0);
    // One that computes does not hear of it.
    let mut tab = Tab::open(&server);
    tab.picture(1, |_| true);
    tab.types("l");
    server.wait_for("Key(");
    drop(tab);
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
    assert_eq!(server.metric("wgpu_wasi_traps_total", ""), 0);
    let mut tab = Tab::open(&server);
    tab.picture(1, |_| true);
    tab.types("q");
    assert_eq!(tab.end(), (4000, "The program has ended.".to_owned()));
}

#[test]
fn a_program_has_its_place_until_its_gpu_is_done() {
    let Some(server) = Server::start(&["--instances", "1"]) else { return };
    let mut tab = Tab::open(&server);
    tab.picture(1, |_| true);
    tab.types("g");
    server.wait_for("the GPU works");
    drop(tab);
    // It is ended after a second, and its GPU has work for six.
    thread::sleep(Duration::from_secs(2));
    assert_eq!(server.metric("wgpu_wasi_instances", ""), 1, "its GPU has not done its work");
    assert_eq!(Tab::open(&server).end(), (1013, "All places are taken.".to_owned()));
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
    Tab::open(&server).picture(1, |_| true);
}

#[test]
fn all_may_see_one_program() {
    let Some(server) = Server::start(&["--shared", "--viewers", "2"]) else { return };
    let (mut one, mut other) = (Tab::open(&server), Tab::open(&server));
    let first = one.picture(1, |_| true);
    assert_eq!(other.picture(1, |_| true), first);
    assert_eq!(server.metric("wgpu_wasi_instances", ""), 1);
    let mut third = Tab::open(&server);
    assert_eq!(third.end(), (1013, "All places are taken.".to_owned()));
    // What one does, all see; its size is nobody's.
    other.happens("resize", json!({ "size": [100, 50] }));
    other.happens("close", json!({}));
    other.happens("key", json!({ "key": { "code": "KeyX", "key": "x", "pressed": true } }));
    assert_eq!(size(&one.picture(1, |jpeg| jpeg != first)), (64, 48));
    assert_eq!(size(&other.picture(1, |jpeg| jpeg != first)), (64, 48));
    server.wait_for("pressed: true");
    // What he holds is released when he goes.
    drop(other);
    let released = server.wait_for("pressed: false");
    assert!(released.contains("KeyX") && released.contains("synthetic: true"), "{released}");
    one.picture(1, |_| true);
    assert_eq!(server.metric("wgpu_wasi_instances", ""), 1);
    drop(one);
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
    Tab::open(&server).picture(1, |_| true);
}

/// Reads a line that ends with CR LF.
fn line(stream: &mut TcpStream) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

#[test]
fn plain_clients_get_parts() {
    let Some(server) = Server::start(&[]) else { return };
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // Of 1.0, so that its body is in no chunks.
    write!(stream, "GET /stream.mjpeg?width=320 HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut head = String::new();
    while !head.ends_with("\n\n") {
        head += &(line(&mut stream) + "\n");
    }
    assert!(head.contains(" 200 ") && head.contains("multipart/x-mixed-replace; boundary=picture"), "{head}");
    for _ in 0..3 {
        assert_eq!(line(&mut stream), "--picture");
        assert_eq!(line(&mut stream), "Content-Type: image/jpeg");
        let length = line(&mut stream);
        let length: usize = length.strip_prefix("Content-Length: ").unwrap().parse().unwrap();
        assert_eq!(line(&mut stream), "");
        let mut jpeg = vec![0; length];
        stream.read_exact(&mut jpeg).unwrap();
        assert_eq!(size(&jpeg), (64, 48));
        assert_eq!(line(&mut stream), "");
    }
    server.wait_until("wgpu_wasi_instances", |programs| programs == 1);
    drop(stream);
    server.wait_until("wgpu_wasi_instances", |programs| programs == 0);
}
