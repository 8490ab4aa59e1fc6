//! Answers requests.

use std::{cell::RefCell, rc::Rc};

use serve_kit::{Query, answer, read, refuse};
use wasip3::http::types::{ErrorCode, Method, Request, Response};

use crate::{Developer, Settings};

wasip3::http::service::export!(Filter);

struct Filter;

thread_local! {
    /// Made by the first request of an instance, for all.
    static DEVELOPER: RefCell<Option<Rc<Developer>>> = const { RefCell::new(None) };
}

const USAGE: &str = "Send a PNG or a JPEG file:

    curl --data-binary @in.jpg 'http://ADDRESS/?exposure=0.5&denoise=4' -o out.jpg

exposure: stops, -8 to 8; contrast: 0.5 to 3; denoise: pixels around each, 0 to 8; saturation: 0 to 2
";

impl wasip3::exports::http::handler::Guest for Filter {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        if !matches!(request.get_method(), Method::Post | Method::Put) {
            return Ok(answer("text/plain; charset=utf-8", USAGE.as_bytes().to_vec()));
        }
        let query = Query::new(&request.get_path_with_query().unwrap_or_default());
        let settings = match Settings::new(&query) {
            Ok(settings) => settings,
            Err(error) => return Ok(refuse(400, &error)),
        };
        let file = read(request).await?;
        let developer = match developer().await {
            Ok(developer) => developer,
            Err(error) => return Ok(refuse(500, &error)),
        };
        Ok(match developer.file(&file, &settings) {
            Ok((content_type, file)) => answer(content_type, file),
            Err(error) => refuse(400, &error),
        })
    }
}

async fn developer() -> anyhow::Result<Rc<Developer>> {
    if let Some(developer) = DEVELOPER.with_borrow(Clone::clone) {
        return Ok(developer);
    }
    let developer = Rc::new(Developer::new().await?);
    DEVELOPER.with_borrow_mut(|cell| *cell = Some(Rc::clone(&developer)));
    Ok(developer)
}
