//! The body of a request. The tests of the host have this file, too.

use wasip3::{
    http::types::{ErrorCode, Request},
    wit_future,
};

/// All of a request's body.
///
/// # Errors
///
/// When the client has broken off, or has sent too much: what the host says of it.
pub async fn read(request: Request) -> Result<Vec<u8>, ErrorCode> {
    let (done, result) = wit_future::new(|| Ok(()));
    let (body, end) = Request::consume_body(request, result);
    drop(done);
    let bytes = body.collect().await;
    // The stream ends where the client breaks off, too. This says which it was.
    end.await?;
    Ok(bytes)
}
