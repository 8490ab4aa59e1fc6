//! How windows are streamed: to how many, how large, how often, for how long.

use std::{path::PathBuf, time::Duration};

use clap::{Args, builder::RangedU64ValueParser};
use wasmtime_wasi::WasiCtxBuilder;

use crate::{
    AdapterChoice, WebGpuCtxBuilder,
    cli::{access::Access, options::parse_seconds},
    quotas::MAX_WINDOW_SIDE,
    runtime::Runtime,
    windows::Size,
};

/// The options as they are on the command line.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Windows")]
pub(super) struct StreamArguments {
    /// Has all visitors see one program, and use it together; without, each has one of his own
    #[arg(long)]
    shared: bool,

    /// The most programs at a time: all together may use this many times the quotas. Other visitors are told to come
    /// again
    #[arg(long, value_name = "N", value_parser = how_many(), default_value = "4")]
    instances: usize,

    /// The most visitors of one program, with `--shared`
    #[arg(long, value_name = "N", value_parser = how_many(), default_value = "16")]
    viewers: usize,

    /// How long a program goes on
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, default_value = "3600")]
    timeout: Duration,

    /// Pictures a second that programs are to draw
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u16).range(1..=240), default_value_t = 30)]
    rate: u16,

    /// How good the pictures are, as JPEG has it
    #[arg(long, value_name = "1-100", value_parser = clap::value_parser!(u8).range(1..=100), default_value_t = 80)]
    quality: u8,

    /// The largest window, and the largest picture, in pixels
    #[arg(long, value_name = "WxH", value_parser = parse_size, default_value = "1920x1080")]
    max_size: Size,

    /// Asks for the secret in the address also where only this machine can reach it. Elsewhere, and with `--host`, it
    /// always does
    #[arg(long)]
    token: bool,

    /// Another name under which browsers reach this server, such as that of a proxy in front of it
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,

    // The last, for its quotas have a heading of their own.
    #[command(flatten)]
    access: Access,
}

/// What holds for all guests.
#[derive(Clone, Debug)]
pub(super) struct StreamOptions {
    pub(super) shared: bool,
    pub(super) instances: usize,
    pub(super) viewers: usize,
    pub(super) timeout: Duration,
    pub(super) rate: u16,
    pub(super) quality: u8,
    pub(super) largest: Size,
    pub(super) token: bool,
    pub(super) hosts: Vec<String>,
    access: Access,
    adapter: AdapterChoice,
    app: PathBuf,
    args: Vec<String>,
}

impl StreamArguments {
    /// The options for a component and its arguments. What is wrong with the adapter or the folders is told here.
    pub(super) fn options(self, app: PathBuf, args: Vec<String>) -> wasmtime::Result<StreamOptions> {
        let Self { shared, instances, viewers, timeout, rate, quality, max_size, token, host, access } = self;
        let adapter = access.adapter()?;
        access.wasi(&app, &args)?;
        Ok(StreamOptions {
            shared,
            instances,
            viewers: if shared { viewers } else { 1 },
            timeout,
            rate,
            quality,
            largest: max_size,
            token,
            hosts: host,
            access,
            adapter,
            app,
            args,
        })
    }
}

impl StreamOptions {
    /// A runtime for the component.
    pub(super) fn runtime(&self) -> wasmtime::Result<Runtime> {
        Runtime::new(&self.access.runtime().interruptible(true))
    }

    /// The folders, the variables and the arguments of one guest. A thread of its own reads its files.
    pub(super) fn wasi(&self) -> wasmtime::Result<WasiCtxBuilder> {
        let mut wasi = self.access.wasi(&self.app, &self.args)?;
        wasi.allow_blocking_current_thread(true);
        Ok(wasi)
    }

    /// The GPU, as one guest may use it.
    pub(super) fn gpu(&self) -> WebGpuCtxBuilder {
        self.access.gpu(self.adapter.clone())
    }

    /// More bytes than a picture and what goes with it have.
    pub(super) fn picture_bytes(&self) -> usize {
        let Size { width, height } = self.largest;
        let pixels = u64::from(width) * u64::from(height);
        usize::try_from(pixels.saturating_mul(4)).unwrap_or(usize::MAX)
    }

    /// The program's name, which the title of each window has.
    pub(super) fn program(&self) -> String {
        self.app.file_name().map_or_else(|| "app".to_owned(), |name| name.to_string_lossy().into_owned())
    }
}

/// Programs, or visitors of one.
fn how_many() -> RangedU64ValueParser<usize> {
    const MOST: u64 = 1024;
    RangedU64ValueParser::new().range(1..=MOST)
}

fn parse_size(text: &str) -> Result<Size, String> {
    let side = |text: &str| text.parse().ok().filter(|side| (1..=MAX_WINDOW_SIDE).contains(side));
    let sides = text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
    let (width, height) =
        sides.ok_or_else(|| "write a width and a height in pixels, such as 1920x1080".to_owned())?;
    Ok(Size { width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let sides = |text| parse_size(text).ok().map(|Size { width, height }| (width, height));
        assert_eq!(sides("640x480"), Some((640, 480)));
        for bad in ["640", "0x480", "640x99999", "x", "-1x1"] {
            assert_eq!(sides(bad), None, "{bad}");
        }
    }
}
