//! The clipboard of the host, over `wgpu-wasi:window/clipboard`: text, and no pictures or files.
//!
//! `cargo wgpu-wasi` puts this file into its copy of arboard, beside those for other systems, and it has what they have.
//! A program that was not given the clipboard finds that there is none.

use std::{
    borrow::Cow,
    marker::PhantomData,
    path::{Path, PathBuf},
};

use wgpu_wasi_window::{clipboard, windows::Refusal};

use crate::common::Error;
#[cfg(feature = "image-data")]
use crate::common::ImageData;

/// The one clipboard there is.
pub(crate) struct Clipboard;

impl Clipboard {
    pub(crate) fn new() -> Result<Self, Error> {
        if clipboard::granted() { Ok(Self) } else { Err(Error::ClipboardNotSupported) }
    }
}

/// What is read.
pub(crate) struct Get<'clipboard>(PhantomData<&'clipboard mut Clipboard>);

impl<'clipboard> Get<'clipboard> {
    pub(crate) fn new(_clipboard: &'clipboard mut Clipboard) -> Self {
        Self(PhantomData)
    }

    pub(crate) fn text(self) -> Result<String, Error> {
        match wgpu_wasi_window::read_text() {
            Ok(text) if text.is_empty() => Err(Error::ContentNotAvailable),
            read => read.map_err(|refusal| error(refusal, "read the clipboard")),
        }
    }

    #[cfg(feature = "image-data")]
    pub(crate) fn image(self) -> Result<ImageData<'static>, Error> {
        Err(Error::ContentNotAvailable)
    }

    pub(crate) fn html(self) -> Result<String, Error> {
        Err(Error::ContentNotAvailable)
    }

    pub(crate) fn file_list(self) -> Result<Vec<PathBuf>, Error> {
        Err(Error::ContentNotAvailable)
    }
}

/// What is written.
pub(crate) struct Set<'clipboard>(PhantomData<&'clipboard mut Clipboard>);

impl<'clipboard> Set<'clipboard> {
    pub(crate) fn new(_clipboard: &'clipboard mut Clipboard) -> Self {
        Self(PhantomData)
    }

    pub(crate) fn text(self, text: Cow<'_, str>) -> Result<(), Error> {
        write(&text)
    }

    /// The text in its place, where there is one.
    pub(crate) fn html(self, _html: Cow<'_, str>, alt: Option<Cow<'_, str>>) -> Result<(), Error> {
        alt.map_or(Err(Error::ClipboardNotSupported), |text| write(&text))
    }

    #[cfg(feature = "image-data")]
    pub(crate) fn image(self, _image: ImageData<'_>) -> Result<(), Error> {
        Err(Error::ClipboardNotSupported)
    }

    pub(crate) fn file_list(self, _files: &[impl AsRef<Path>]) -> Result<(), Error> {
        Err(Error::ClipboardNotSupported)
    }
}

/// What is taken away.
pub(crate) struct Clear<'clipboard>(PhantomData<&'clipboard mut Clipboard>);

impl<'clipboard> Clear<'clipboard> {
    pub(crate) fn new(_clipboard: &'clipboard mut Clipboard) -> Self {
        Self(PhantomData)
    }

    pub(crate) fn clear(self) -> Result<(), Error> {
        write("")
    }
}

fn write(text: &str) -> Result<(), Error> {
    clipboard::write_text(text).map_err(|refusal| error(refusal, "write to the clipboard"))
}

fn error(refusal: Refusal, what: &str) -> Error {
    match refusal {
        Refusal::NotGranted => Error::Unknown {
            description: format!(
                "the host does not let this program {what} now: it has to be granted, and takes a click or a key just before"
            ),
        },
        Refusal::NotSupported => Error::ClipboardNotSupported,
        Refusal::Failed => Error::ContentNotAvailable,
    }
}
