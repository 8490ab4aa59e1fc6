//! The clipboard of the desktop: the text in it.
//!
//! On X11 and Wayland, whoever has copied a text hands it out when somebody pastes it, and may take as long as it likes. So
//! it is read on a thread of its own.

use std::{sync::Arc, thread};

use arboard::Error;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::PATIENCE;
use crate::{device::fence, windows::Refusal};

#[derive(Default)]
pub(super) struct Clipboard {
    /// From the first use on: it hands out what the guest has copied.
    open: Mutex<Option<arboard::Clipboard>>,
    /// Held by the one who reads: there is one thread at a time, however often a guest asks.
    reading: Arc<tokio::sync::Mutex<()>>,
}

impl Clipboard {
    /// The text that is there; empty where there is none.
    pub(super) async fn read(self: Arc<Self>) -> Result<String, Refusal> {
        let read = async {
            let turn = Arc::clone(&self.reading).lock_owned().await;
            let (answer, answered) = oneshot::channel();
            let clipboard = Arc::clone(&self);
            #[expect(
                clippy::disallowed_methods,
                reason = "it ends with the process, should nobody hand the text out"
            )]
            let reader = thread::Builder::new().name("wgpu-wasi clipboard".to_owned()).spawn(move || {
                // The guest may not wait any more.
                let _ = answer.send(clipboard.with(arboard::Clipboard::get_text));
                drop(turn);
            });
            reader.map_err(|_no_thread| Refusal::Failed)?;
            answered.await.unwrap_or(Err(Refusal::Failed))
        };
        tokio::time::timeout(PATIENCE, read).await.unwrap_or(Err(Refusal::Failed))
    }

    /// Puts a text there.
    pub(super) fn write(&self, text: String) -> Result<(), Refusal> {
        self.with(|clipboard| clipboard.set_text(text).map(|()| String::new())).map(drop)
    }

    fn with(
        &self,
        act: impl FnOnce(&mut arboard::Clipboard) -> Result<String, Error>,
    ) -> Result<String, Refusal> {
        let mut open = self.open.try_lock_for(PATIENCE).ok_or(Refusal::Failed)?;
        let done = fence::catch(|| {
            let clipboard = match &mut *open {
                Some(clipboard) => clipboard,
                None => open.insert(arboard::Clipboard::new()?),
            };
            act(clipboard)
        });
        match done {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(Error::ContentNotAvailable)) => Ok(String::new()),
            Ok(Err(Error::ClipboardNotSupported)) => Err(Refusal::NotSupported),
            Ok(Err(error)) => {
                tracing::debug!("the clipboard: {error}");
                Err(Refusal::Failed)
            }
            Err(_panic) => {
                *open = None;
                Err(Refusal::Failed)
            }
        }
    }
}
