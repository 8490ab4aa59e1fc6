//! Embeds the sentences that are sent to it, with MiniLM-L6 on the GPU. What several clients send at a time goes through the
//! model together.
//!
//! ```console
//! $ curl --data '["How do plants make food?", "Leaves turn sunlight into sugar."]' http://127.0.0.1:8080/
//! ```

mod batches;
#[cfg(target_os = "wasi")]
#[expect(unreachable_pub, reason = "the other examples export it")]
#[path = "../../kit/src/body.rs"]
mod body;
#[cfg(target_os = "wasi")]
#[expect(unreachable_pub, reason = "the other examples export it")]
#[path = "../../kit/src/http.rs"]
mod http;
#[cfg(target_os = "wasi")]
mod service;

pub use batches::Batches;
