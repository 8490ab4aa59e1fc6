//! Streams of uncompressed pictures as mjpegtools has defined them: a line of text about all of them, then for each a
//! line that begins with `FRAME`, and its samples plane by plane.

mod header;
mod reader;

pub(crate) use header::{Chroma, Header};
pub(crate) use reader::{Reader, write_frame, write_header};
