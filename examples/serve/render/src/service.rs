//! Answers requests.

use std::{cell::RefCell, io::Write as _, rc::Rc};

use serve_kit::{Beat, Query, answer, refuse, stream};
use wasip3::http::types::{ErrorCode, Request, Response};

use crate::{Painter, Shot};

wasip3::http::service::export!(Render);

struct Render;

thread_local! {
    /// Made by the first request of an instance, for all.
    static PAINTER: RefCell<Option<Rc<Painter>>> = const { RefCell::new(None) };
}

/// Between two pictures of a motion, in milliseconds.
const PERIOD: u64 = 66;

/// What stands between them.
const BOUNDARY: &str = "picture";

impl wasip3::exports::http::handler::Guest for Render {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let query = Query::new(&request.get_path_with_query().unwrap_or_default());
        let painter = match painter().await {
            Ok(painter) => painter,
            Err(error) => return Ok(refuse(500, &error)),
        };
        let moves = query.last() == "motion";
        let shot = Shot::new(&query).and_then(|shot| {
            let frames = query.number("frames", 0.0, 0.0..=1e6)?;
            Ok((shot, frames as u64))
        });
        Ok(match shot {
            Err(error) => refuse(400, &error),
            Ok((shot, frames)) if moves => motion(painter, shot, frames),
            Ok((shot, _)) => match painter.png(shot) {
                Ok(png) => answer("image/png", png),
                Err(error) => refuse(500, &error),
            },
        })
    }
}

async fn painter() -> anyhow::Result<Rc<Painter>> {
    if let Some(painter) = PAINTER.with_borrow(Clone::clone) {
        return Ok(painter);
    }
    let painter = Rc::new(Painter::new().await?);
    PAINTER.with_borrow_mut(|cell| *cell = Some(Rc::clone(&painter)));
    Ok(painter)
}

/// So many pictures of the turning scene, or without an end for 0; it ends when the client has gone.
fn motion(painter: Rc<Painter>, mut shot: Shot, frames: u64) -> Response {
    let content_type = format!("multipart/x-mixed-replace; boundary={BOUNDARY}");
    stream(&content_type, async move |mut writer| {
        let (mut frame, mut beat) = (0, Beat::new(PERIOD));
        while frames == 0 || frame < frames {
            let Ok(jpeg) = painter.jpeg(shot) else { return };
            let mut part = Vec::with_capacity(jpeg.len() + 128);
            let head = write!(
                part,
                "--{BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: {}\r\n\r\n",
                jpeg.len()
            );
            if head.is_err() {
                return;
            }
            part.extend_from_slice(&jpeg);
            part.extend_from_slice(b"\r\n");
            if !writer.write_all(part).await.is_empty() {
                return;
            }
            shot.turn(3.0);
            frame += 1;
            beat.wait().await;
        }
        let _ = writer.write_all(format!("--{BOUNDARY}--\r\n").into_bytes()).await;
    })
}
