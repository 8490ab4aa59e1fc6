//! A terminal to draw progress bars on.

use std::io::{self, Write as _, stderr};

use indicatif::TermLike;

/// Stderr, known to be a terminal of 80 columns or more, moved about in by the usual escape sequences.
///
/// indicatif's own terminal asks the operating system in ways that not every target has.
#[derive(Debug)]
pub(crate) struct Stderr;

impl Stderr {
    fn escape(count: usize, code: char) -> io::Result<()> {
        if count == 0 { Ok(()) } else { write!(stderr(), "\x1b[{count}{code}") }
    }
}

impl TermLike for Stderr {
    fn width(&self) -> u16 {
        80
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        Self::escape(n, 'D')
    }

    fn write_line(&self, s: &str) -> io::Result<()> {
        writeln!(stderr(), "{s}")
    }

    fn write_str(&self, s: &str) -> io::Result<()> {
        write!(stderr(), "{s}")
    }

    fn clear_line(&self) -> io::Result<()> {
        write!(stderr(), "\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        stderr().flush()
    }
}
