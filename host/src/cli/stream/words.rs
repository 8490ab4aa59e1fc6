//! The pages: the one with the windows, and those that say in words why there are none.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::gate::Token;

/// The page with the windows. It has no other file.
const WINDOWS: &str = include_str!("windows.html");

/// A page with words alone.
const WORDS: &str = include_str!("words.html");

/// Seconds after which it is worth to ask again.
pub(super) const AGAIN: u64 = 10;

/// The page with the windows of the component that is called `name`.
pub(super) fn windows(name: &str) -> Response<Body> {
    html(StatusCode::OK, &WINDOWS.replace("{name}", &escaped(name)))
}

/// All places are taken.
pub(super) fn full() -> Response<Body> {
    let words = "All places are taken. This page asks again every ten seconds, and opens when there is one.";
    page(StatusCode::SERVICE_UNAVAILABLE, words, Some(AGAIN))
}

/// A page that says something; it asks again after some seconds.
pub(super) fn page(status: StatusCode, words: &str, again: Option<u64>) -> Response<Body> {
    let refresh = again.map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">"));
    let text = WORDS.replace("{words}", &escaped(words)).replace("{again}", &refresh.unwrap_or_default());
    let mut response = html(status, &text);
    if let Some(seconds) = again {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A text.
pub(super) fn plain(status: StatusCode, text: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    protect(response.headers_mut());
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A page whose scripts and styles are those that stand in it, and that loads nothing.
fn html(status: StatusCode, text: &str) -> Response<Body> {
    let Ok(nonce) = Token::new() else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the system has no random numbers\n");
    };
    let nonce = nonce.text();
    let mut response = plain(status, text.replace("{nonce}", nonce));
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src 'self' blob: data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = policy.try_into() {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Has nobody keep it, put it into a page of his own, or learn of the secret in its address.
pub(super) fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_words_and_a_policy() {
        let full = full();
        assert_eq!(
            (full.status(), &full.headers()[header::RETRY_AFTER]),
            (StatusCode::SERVICE_UNAVAILABLE, &"10".parse().unwrap())
        );
        let policy = |response: &Response<Body>| {
            response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
        };
        let (one, other) = (policy(&windows("app")), policy(&windows("app")));
        assert!(one.contains("frame-ancestors 'none'") && one != other);
        assert_eq!(escaped("<a href=\"&\">"), "&lt;a href=&quot;&amp;&quot;&gt;");
        // What is to be filled in is there to be filled in.
        for (page, places) in
            [(WINDOWS, &["{name}", "{nonce}"][..]), (WORDS, &["{words}", "{again}", "{nonce}"])]
        {
            assert!(places.iter().all(|place| page.contains(place)), "{places:?}");
        }
    }
}
