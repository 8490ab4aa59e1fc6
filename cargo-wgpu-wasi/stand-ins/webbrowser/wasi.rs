//! Addresses that are opened in the sandbox: printed, for whoever runs the program to open.
//!
//! `cargo wgpu-wasi` puts this file into its copy of webbrowser. A sandbox that could open addresses could send anything
//! to anybody by it, and a question to the host would be one more right to grant. As on other systems without a screen,
//! the address goes to the terminal.

use crate::{Browser, BrowserOptions, Result, TargetType};

/// Prints the address. As in browsers, it has to be one of the web.
pub(super) fn open_browser_internal(_: Browser, target: &TargetType, options: &BrowserOptions) -> Result<()> {
    let url = target.get_http_url()?;
    if !options.dry_run {
        eprintln!("to be opened in a browser: {url}");
    }
    Ok(())
}
