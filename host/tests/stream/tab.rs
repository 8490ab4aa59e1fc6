//! A browser's tab, as far as the server knows: a WebSocket.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{process::PATIENCE, server::Server};

/// What the server says.
#[derive(Debug)]
pub(crate) enum Said {
    Text(Value),
    Picture {
        window: u32,
        number: u64,
        jpeg: Vec<u8>,
    },
    Close(u16, String),
    /// The connection ends.
    Gone,
}

/// A tab.
pub(crate) struct Tab {
    stream: TcpStream,
    /// What a message that is waited for has passed over.
    pub(crate) texts: Vec<Value>,
}

/// The kinds of frames: <https://www.rfc-editor.org/rfc/rfc6455#section-5.2>
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

impl Tab {
    /// Connects, with these lines in the head of the request; a status that is not 101 is an error.
    pub(crate) fn connect(server: &Server, path: &str, lines: &[&str]) -> Result<Self, u16> {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n\r\n",
            lines.join("\r\n")
        )
        .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        match head.split(' ').nth(1).unwrap().parse().unwrap() {
            101 => Ok(Self { stream, texts: Vec::new() }),
            status => Err(status),
        }
    }

    /// Opens the page.
    pub(crate) fn open(server: &Server) -> Self {
        let mut tab = Self::connect(server, "/windows", &["Host: localhost"]).unwrap();
        tab.say(json!({ "type": "hello", "size": [800, 600], "scale": 1, "theme": "dark" }));
        tab
    }

    pub(crate) fn say(&mut self, message: Value) {
        self.send(TEXT, message.to_string().as_bytes()).unwrap();
    }

    /// Says that something happens in the first window.
    pub(crate) fn happens(&mut self, kind: &str, more: Value) {
        let mut message = json!({ "type": kind, "window": 1 });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(message);
    }

    /// Presses a key that types `text`, and releases it.
    pub(crate) fn types(&mut self, text: &str) {
        let code = format!("Key{}", text.to_uppercase());
        for pressed in [true, false] {
            self.happens("key", json!({ "key": { "code": code, "key": text, "pressed": pressed } }));
        }
    }

    pub(crate) fn send(&mut self, kind: u8, bytes: &[u8]) -> io::Result<()> {
        let mut frame = vec![0x80 | kind];
        match u16::try_from(bytes.len()) {
            Ok(length @ 0..126) => frame.push(0x80 | u8::try_from(length).unwrap()),
            Ok(length) => {
                frame.push(0x80 | 126);
                frame.extend(length.to_be_bytes());
            }
            Err(_) => {
                frame.push(0x80 | 127);
                frame.extend((bytes.len() as u64).to_be_bytes());
            }
        }
        // A mask that changes nothing.
        frame.extend([0; 4]);
        frame.extend(bytes);
        self.stream.write_all(&frame)
    }

    /// Writes bytes that are no frame.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// What the server says next.
    pub(crate) fn next(&mut self) -> Said {
        loop {
            let Ok((kind, bytes)) = self.frame() else { return Said::Gone };
            match kind {
                TEXT => return Said::Text(serde_json::from_slice(&bytes).unwrap()),
                BINARY => {
                    let window = u32::from_le_bytes(bytes[..4].try_into().unwrap());
                    let number = u64::from_le_bytes(bytes[4..12].try_into().unwrap());
                    return Said::Picture { window, number, jpeg: bytes[12..].to_vec() };
                }
                CLOSE => {
                    let _ = self.send(CLOSE, &bytes);
                    let code = bytes.get(..2).map_or(0, |code| u16::from_be_bytes(code.try_into().unwrap()));
                    let reason = bytes.get(2..).unwrap_or_default();
                    return Said::Close(code, String::from_utf8(reason.to_vec()).unwrap());
                }
                PING => self.send(PONG, &bytes).unwrap_or_default(),
                _ => {}
            }
        }
    }

    fn frame(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head)?;
        assert!(head[0] & 0x80 != 0 && head[1] & 0x80 == 0, "a frame of a server is whole and not masked");
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.stream.read_exact(&mut length)?;
                u64::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                self.stream.read_exact(&mut length)?;
                u64::from_be_bytes(length)
            }
            length => u64::from(length),
        };
        let mut bytes = vec![0; length.try_into().unwrap()];
        self.stream.read_exact(&mut bytes)?;
        Ok((head[0] & 0x0f, bytes))
    }

    /// Says that a picture is shown.
    pub(crate) fn shows(&mut self, number: u64) {
        self.say(json!({ "type": "ack", "picture": number }));
    }

    /// The next picture of a window that is as it is to be; each is shown.
    pub(crate) fn picture(&mut self, of: u32, is: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            match self.next() {
                Said::Picture { window, number, jpeg } => {
                    self.shows(number);
                    if window == of && is(&jpeg) {
                        return jpeg;
                    }
                }
                Said::Text(text) => self.texts.push(text),
                other => panic!("{other:?}"),
            }
        }
        panic!("no such picture within {PATIENCE:?}")
    }

    /// The next message of this kind for which `is` holds; pictures meanwhile are shown.
    pub(crate) fn message(&mut self, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
        let wanted = |text: &Value| text["type"] == kind && is(text);
        if let Some(at) = self.texts.iter().position(wanted) {
            return self.texts.remove(at);
        }
        loop {
            match self.next() {
                Said::Picture { number, .. } => self.shows(number),
                Said::Text(text) if wanted(&text) => return text,
                Said::Text(text) => self.texts.push(text),
                other => panic!("{other:?}"),
            }
        }
    }

    /// The code and the words with which the server ends the visit.
    pub(crate) fn end(&mut self) -> (u16, String) {
        loop {
            match self.next() {
                Said::Close(code, reason) => return (code, reason),
                Said::Gone => return (0, String::new()),
                Said::Picture { number, .. } => {
                    let text = json!({ "type": "ack", "picture": number }).to_string();
                    let _ = self.send(TEXT, text.as_bytes());
                }
                Said::Text(text) => self.texts.push(text),
            }
        }
    }

    /// Whether the server says nothing for a while.
    pub(crate) fn is_quiet(&mut self, time: Duration) -> bool {
        self.stream.set_read_timeout(Some(time)).unwrap();
        let mut first = [0];
        let quiet = self.stream.peek(&mut first).is_err();
        self.stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may ask whether somebody is there.
        quiet || first[0] & 0x0f == PING
    }
}

/// The width and the height of a JPEG, by its frame's head.
pub(crate) fn size(jpeg: &[u8]) -> (u16, u16) {
    assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]), "it is a JPEG");
    let mut at = 2;
    loop {
        let number = |at: usize| u16::from_be_bytes([jpeg[at], jpeg[at + 1]]);
        if (0xc0..=0xc2).contains(&jpeg[at + 1]) {
            return (number(at + 7), number(at + 5));
        }
        at += 2 + usize::from(number(at + 2));
    }
}
