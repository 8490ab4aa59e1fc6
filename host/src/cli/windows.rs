//! Windows for a component: where they are shown, what happens to them, and what is kept of them.

mod input;
mod screenshots;

use std::{
    ffi::OsString,
    num::ParseIntError,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use wasmtime_wasi::WasiCtxBuilder;

use crate::{
    WebGpuCtxBuilder,
    quotas::MAX_WINDOW_SIDE,
    windows::{Headless, HeadlessOptions, Pictures, Size, WindowRights},
};
use screenshots::Screenshots;

/// Where the windows of a component are.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Windows")]
pub(super) struct WindowOptions {
    /// Gives the program windows. `headless` ones need no display: 1280 by 720 pixels, 60 pictures a second and a scale
    /// factor of 1, unless it says otherwise
    #[arg(long, value_name = "headless[:WxH[@HZ[*SCALE]]]", value_parser = parse_system, require_equals = true)]
    windows: Option<System>,

    /// Writes the N-th picture, counted over all windows, to a file. When the last one is written and no input is
    /// left, the windows are asked to close
    #[arg(long, value_name = "N=FILE.PNG", value_parser = parse_screenshot, requires = "windows")]
    screenshot: Vec<(u64, PathBuf)>,

    /// What happens, one event a line, such as {"picture": 2, "key": "Space"}, {"at": 0.5, "resize": [600, 200]} and
    /// {"close": true}
    #[arg(long, value_name = "EVENTS.JSONL", requires = "windows")]
    input: Option<PathBuf>,

    /// Has time go on only while the program waits, so that the same input gives the same pictures
    #[arg(long, requires = "windows")]
    virtual_time: bool,
}

/// What shows the windows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum System {
    Headless(Screen),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Screen {
    width: u32,
    height: u32,
    rate: u32,
    scale: f64,
}

impl WindowOptions {
    /// The options as arguments again.
    pub(super) fn arguments(&self) -> std::io::Result<Vec<OsString>> {
        let Self { windows, screenshot, input, virtual_time } = self;
        let mut arguments: Vec<OsString> = Vec::new();
        if let Some(System::Headless(Screen { width, height, rate, scale })) = windows {
            arguments.push(format!("--windows=headless:{width}x{height}@{rate}*{scale}").into());
        }
        for (number, file) in screenshot {
            let mut argument = OsString::from(format!("{number}="));
            argument.push(std::path::absolute(file)?);
            arguments.extend(["--screenshot".into(), argument]);
        }
        if let Some(input) = input {
            arguments.extend(["--input".into(), std::path::absolute(input)?.into()]);
        }
        if *virtual_time {
            arguments.push("--virtual-time".into());
        }
        Ok(arguments)
    }

    /// The windows of one run of `app`; `None` where it gets none.
    pub(super) fn show(&self, app: &Path) -> wasmtime::Result<Option<Shown>> {
        let Some(System::Headless(Screen { width, height, rate, scale })) = self.windows else {
            return Ok(None);
        };
        let screenshots = Arc::new(Screenshots::new(&self.screenshot));
        let pictures: Arc<dyn Pictures> = Arc::<Screenshots>::clone(&screenshots);
        let input = self.input.as_deref().map(input::read).transpose()?;
        let system = Headless::new(HeadlessOptions {
            size: Size { width, height },
            rate,
            scale_factor: scale,
            virtual_time: self.virtual_time,
            input: input.unwrap_or_default(),
            pictures: (!self.screenshot.is_empty()).then_some(pictures),
        });
        let program = app.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Some(Shown { system, screenshots, rights: WindowRights { program, trusted: false } }))
    }
}

/// The windows of one run.
pub(super) struct Shown {
    system: Headless,
    screenshots: Arc<Screenshots>,
    rights: WindowRights,
}

impl Shown {
    pub(super) fn context(&self, gpu: WebGpuCtxBuilder) -> WebGpuCtxBuilder {
        gpu.windows(Arc::new(self.system.clone()), self.rights.clone())
    }

    /// Sets the clock that the program sees.
    pub(super) fn set_clock(&self, wasi: &mut WasiCtxBuilder) {
        if let (Some(wall), Some(monotonic)) = (self.system.clock(), self.system.clock()) {
            wasi.wall_clock(wall).monotonic_clock(monotonic);
        }
    }

    /// When the program has ended.
    ///
    /// # Errors
    ///
    /// When not all was kept that was to be.
    pub(super) fn finish(&self) -> wasmtime::Result<()> {
        self.screenshots.finish(self.system.shown())
    }
}

fn parse_system(text: &str) -> Result<System, String> {
    let mut screen = Screen { width: 1280, height: 720, rate: 60, scale: 1.0 };
    let expected = || "write `headless`, or all of it as `headless:1280x720@60*1`".to_owned();
    let Some(mut rest) = text.strip_prefix("headless") else { return Err(expected()) };
    if rest.is_empty() {
        return Ok(System::Headless(screen));
    }
    rest = rest.strip_prefix(':').ok_or_else(expected)?;
    if let Some((before, scale)) = rest.split_once('*') {
        screen.scale =
            scale.parse().ok().filter(|scale| (0.1..=10.0).contains(scale)).ok_or_else(expected)?;
        rest = before;
    }
    if let Some((before, rate)) = rest.split_once('@') {
        screen.rate = rate.parse().ok().filter(|rate| (1..=1000).contains(rate)).ok_or_else(expected)?;
        rest = before;
    }
    let (width, height) = rest.split_once('x').ok_or_else(expected)?;
    let side = |text: &str| {
        let side = text.parse().ok().filter(|side| (1..=MAX_WINDOW_SIDE).contains(side));
        side.ok_or_else(expected)
    };
    (screen.width, screen.height) = (side(width)?, side(height)?);
    Ok(System::Headless(screen))
}

fn parse_screenshot(text: &str) -> Result<(u64, PathBuf), String> {
    let expected = "write N=FILE.png, such as 1=first.png; the first picture is 1";
    let (number, file) = text.split_once('=').ok_or(expected)?;
    let number: u64 = number.parse().map_err(|_: ParseIntError| expected)?;
    if number == 0 || file.is_empty() { Err(expected.to_owned()) } else { Ok((number, file.into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headless_systems() {
        let screen = |width, height, rate, scale| Ok(System::Headless(Screen { width, height, rate, scale }));
        assert_eq!(parse_system("headless"), screen(1280, 720, 60, 1.0));
        assert_eq!(parse_system("headless:640x480"), screen(640, 480, 60, 1.0));
        assert_eq!(parse_system("headless:640x480@30"), screen(640, 480, 30, 1.0));
        assert_eq!(parse_system("headless:640x480*2"), screen(640, 480, 60, 2.0));
        assert_eq!(parse_system("headless:640x480@30*1.5"), screen(640, 480, 30, 1.5));
        for wrong in
            ["", "head", "headless:", "headless:640", "headless:0x1", "headless:1x1@0", "headless:1x1*0"]
        {
            assert!(parse_system(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn screenshots() {
        assert_eq!(parse_screenshot("3=a=b.png"), Ok((3, "a=b.png".into())));
        for wrong in ["", "a.png", "0=a.png", "1=", "x=a.png"] {
            assert!(parse_screenshot(wrong).is_err(), "{wrong}");
        }
    }
}
