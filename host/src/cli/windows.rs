//! Windows for a component: where they are shown, what happens to them, and what is kept of them.

mod desktop;
mod input;
mod record;
mod screenshots;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Args;
use wasmtime_wasi::WasiCtxBuilder;

use super::imports::Imports;
use crate::{
    WebGpuCtxBuilder,
    device::instance,
    quotas::MAX_WINDOW_SIDE,
    windows::{
        Attributes, BoxFuture, Events, Headless, HeadlessOptions, Image, Monitor, OpenError, Opening,
        Pictures, Size, WindowRights, WindowSystem,
    },
};
use desktop::{Desktop, Display};
use record::{Record, Target};
use screenshots::{Screenshots, Which};

pub(super) use desktop::Ended;

/// Where the windows of a component are.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Windows")]
pub(super) struct WindowOptions {
    /// Gives the program windows, on the desktop of this machine unless it says otherwise. `trusted` ones may also be
    /// without a frame, above all others, and named as the program likes. `headless` ones need no display: 1280 by 720
    /// pixels, 60 pictures a second and a scale factor of 1, unless it says otherwise
    #[arg(
        long,
        value_name = "trusted|headless[:WxH[@HZ[*SCALE]]]|none",
        value_parser = parse_system,
        num_args = 0..=1,
        default_missing_value = "desktop",
        require_equals = true
    )]
    windows: Option<System>,

    /// Writes the N-th picture, counted over all windows, to a file, or with a time such as `1.5s` the one that is shown
    /// then. When the last one is written and no input is left, the windows are asked to close
    #[arg(long, value_name = "N=FILE.PNG", value_parser = parse_screenshot, requires = "windows")]
    screenshot: Vec<(Which, PathBuf)>,

    /// Writes what the program shows: the first window as a video, to a file or to stdout (`-`: what the program itself
    /// prints goes to stderr then), or all pictures as numbered PNG files into a folder
    #[arg(long, value_name = "FILE.y4m|FOLDER|-", value_parser = Target::parse, requires = "windows")]
    record: Option<Target>,

    /// What happens in headless windows, one event a line, such as {"picture": 2, "key": "Space"},
    /// {"at": 0.5, "resize": [600, 200]} and {"close": true}
    #[arg(long, value_name = "EVENTS.JSONL", requires = "windows")]
    input: Option<PathBuf>,

    /// Has time go on only while the program waits, so that the same input gives the same pictures, in headless windows
    #[arg(long, requires = "windows")]
    virtual_time: bool,

    /// Lets the program read the text in the clipboard, and write to it just after a click or a key. Headless windows
    /// have a clipboard of their own: {"clipboard": "text"} in the events puts a text there
    #[arg(long)]
    clipboard: bool,
}

/// What shows the windows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum System {
    None,
    Desktop { trusted: bool },
    Headless(Screen),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Screen {
    width: u32,
    height: u32,
    rate: u16,
    scale: f64,
}

/// Pictures a second of a video of the desktop.
const RECORDED: u16 = 60;

impl WindowOptions {
    /// The options as arguments again.
    pub(super) fn arguments(&self) -> std::io::Result<Vec<OsString>> {
        let Self { windows, screenshot, record, input, virtual_time, clipboard } = self;
        let mut arguments: Vec<OsString> = Vec::new();
        arguments.extend(windows.map(|system| match system {
            System::None => "--windows=none".into(),
            System::Desktop { trusted: false } => "--windows".into(),
            System::Desktop { trusted: true } => "--windows=trusted".into(),
            System::Headless(Screen { width, height, rate, scale }) => {
                format!("--windows=headless:{width}x{height}@{rate}*{scale}").into()
            }
        }));
        for (which, file) in screenshot {
            let mut argument = OsString::from(match which {
                Which::Number(number) => format!("{number}="),
                Which::At(time) => format!("{}s=", time.as_secs_f64()),
            });
            argument.push(std::path::absolute(file)?);
            arguments.extend(["--screenshot".into(), argument]);
        }
        if let Some(record) = record {
            let target = match record {
                Target::Stdout => "-".into(),
                Target::Video(path) | Target::Folder(path) => std::path::absolute(path)?.into(),
            };
            arguments.extend(["--record".into(), target]);
        }
        if let Some(input) = input {
            arguments.extend(["--input".into(), std::path::absolute(input)?.into()]);
        }
        if *virtual_time {
            arguments.push("--virtual-time".into());
        }
        if *clipboard {
            arguments.push("--clipboard".into());
        }
        Ok(arguments)
    }

    /// The windows of one run of `app`; `None` where it gets none. `own`: it is a program of the one who runs it, and gets
    /// windows where it is not said otherwise.
    pub(super) fn grant(&self, app: &Path, imports: Imports, own: bool) -> wasmtime::Result<Option<Granted>> {
        let own = own.then_some(System::Desktop { trusted: false });
        let Some(system) = self.windows.or(own) else { return Ok(None) };
        let only_headless = [("--input", self.input.is_some()), ("--virtual-time", self.virtual_time)];
        let needs_headless = only_headless.iter().find(|(_, given)| *given).map(|(option, _)| option);
        let (trusted, hertz, place) = match (system, needs_headless) {
            (System::None, _) => return Ok(None),
            (System::Headless(screen), _) => (false, screen.rate, Place::Headless(screen)),
            (System::Desktop { .. }, Some(option)) => {
                return Err(wasmtime::format_err!(
                    "{option} is for windows without a display: --windows=headless"
                ));
            }
            // Nobody else has winit started.
            (System::Desktop { .. }, None) if !imports.windows => return Ok(None),
            (System::Desktop { trusted }, None) => match Display::find() {
                Ok(display) => (trusted, RECORDED, Place::Display(Box::new(display))),
                Err(why) if self.windows.is_none() => (trusted, RECORDED, Place::Nowhere(Nowhere(why))),
                Err(why) => return Err(wasmtime::Error::msg(no_display(&why))),
            },
        };
        let record = self.record.clone().map(|target| Record::new(target, hertz)).transpose()?;
        let kept = Arc::new(Kept { screenshots: Screenshots::new(&self.screenshot), record });
        let place = match place {
            Place::Headless(screen) => Place::Headless(self.headless(screen, &kept)?),
            Place::Display(display) => Place::Display(display),
            Place::Nowhere(nowhere) => Place::Nowhere(nowhere),
        };
        let program = app.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Some(Granted {
            place,
            kept,
            rights: WindowRights { program, trusted, clipboard: self.clipboard },
        }))
    }

    fn headless(&self, screen: Screen, kept: &Arc<Kept>) -> wasmtime::Result<Headless> {
        let Screen { width, height, rate, scale } = screen;
        let input = self.input.as_deref().map(input::read).transpose()?;
        Ok(Headless::new(HeadlessOptions {
            size: Size { width, height },
            rate: rate.into(),
            scale_factor: scale,
            virtual_time: self.virtual_time,
            input: input.unwrap_or_default(),
            pictures: Kept::pictures(kept),
        }))
    }
}

fn no_display(why: &str) -> String {
    format!("there is no display to show windows on ({why}); `--windows=headless` needs none")
}

/// What shows windows, in the process that has started it. `H` is it without a display.
enum Place<H> {
    Headless(H),
    Display(Box<Display>),
    Nowhere(Nowhere),
}

/// The windows that a component was given.
pub(super) struct Granted {
    place: Place<Headless>,
    kept: Arc<Kept>,
    rights: WindowRights,
}

impl Granted {
    /// Whether what the program prints has to go elsewhere.
    pub(super) fn takes_stdout(&self) -> bool {
        matches!(&self.kept.record, Some(record) if record.takes_stdout())
    }

    /// Runs a guest with them: on another thread, where windows have this one. `end` ends the process because of the guest.
    pub(super) fn run<T: Send>(
        self,
        end: fn(&Ended),
        guest: impl FnOnce(Shown) -> wasmtime::Result<T> + Send,
    ) -> wasmtime::Result<T> {
        let Self { place, kept, rights } = self;
        match place {
            Place::Headless(system) => guest(Shown { system: Shows::Headless(system), kept, rights }),
            Place::Nowhere(nowhere) => guest(Shown { system: Shows::Nowhere(nowhere), kept, rights }),
            Place::Display(display) => {
                let handle = display.handle();
                instance::show_on(move || Box::new(handle.clone()));
                let pictures = Kept::pictures(&kept);
                let shown = |desktop| Shown { system: Shows::Desktop(desktop), kept, rights };
                display.run(pictures, end, |desktop| guest(shown(desktop)))?
            }
        }
    }
}

/// What shows the windows while the guest runs.
enum Shows {
    Headless(Headless),
    Desktop(Desktop),
    Nowhere(Nowhere),
}

/// The windows of one run.
pub(super) struct Shown {
    system: Shows,
    kept: Arc<Kept>,
    rights: WindowRights,
}

impl Shown {
    pub(super) fn context(&self, gpu: WebGpuCtxBuilder) -> WebGpuCtxBuilder {
        let system: Arc<dyn WindowSystem> = match &self.system {
            Shows::Headless(system) => Arc::new(system.clone()),
            Shows::Desktop(system) => Arc::new(system.clone()),
            Shows::Nowhere(system) => Arc::new(system.clone()),
        };
        gpu.windows(system, self.rights.clone())
    }

    /// Sets the clock that the program sees.
    pub(super) fn set_clock(&self, wasi: &mut WasiCtxBuilder) {
        let Shows::Headless(system) = &self.system else { return };
        if let (Some(wall), Some(monotonic)) = (system.clock(), system.clock()) {
            wasi.wall_clock(wall).monotonic_clock(monotonic);
        }
    }

    /// When the program has ended.
    ///
    /// # Errors
    ///
    /// When not all was kept that was to be.
    pub(super) fn finish(&self) -> wasmtime::Result<()> {
        self.kept.finish(match &self.system {
            Shows::Headless(system) => system.shown(),
            Shows::Desktop(system) => system.shown(),
            Shows::Nowhere(_) => 0,
        })
    }
}

/// Windows for a program whose machine has no display; why it has none.
#[derive(Clone)]
struct Nowhere(String);

impl WindowSystem for Nowhere {
    fn open(&self, _attributes: Attributes, _events: Events) -> BoxFuture<'_, Result<Opening, OpenError>> {
        Box::pin(async {
            // The guest can't be told what to do about it.
            tracing::warn!("{}", no_display(&self.0));
            Err(OpenError::NoDisplay)
        })
    }

    fn monitors(&self) -> Vec<Monitor> {
        Vec::new()
    }
}

/// What is kept of the pictures.
struct Kept {
    screenshots: Screenshots,
    record: Option<Record>,
}

impl Kept {
    /// Who gets the pictures, if somebody wants any.
    fn pictures(kept: &Arc<Self>) -> Option<Arc<dyn Pictures>> {
        let wanted = kept.record.is_some() || !kept.screenshots.is_empty();
        wanted.then(|| Arc::<Self>::clone(kept) as Arc<dyn Pictures>)
    }

    fn finish(&self, shown: u64) -> wasmtime::Result<()> {
        let failures = [self.screenshots.finish(shown), self.record.as_ref().map_or(Ok(()), Record::finish)];
        let failures: Vec<_> = failures.into_iter().filter_map(Result::err).collect();
        if failures.is_empty() { Ok(()) } else { Err(wasmtime::Error::msg(failures.join("; "))) }
    }
}

impl Pictures for Kept {
    fn wants(&self, number: u64) -> bool {
        self.record.is_some() || self.screenshots.wants(number)
    }

    fn take(&self, number: u64, window: u32, time: Duration, picture: Result<Image, String>) {
        if let Some(record) = &self.record {
            record.take(number, window, time, &picture);
        }
        self.screenshots.take(number, time, picture);
    }

    fn is_done(&self, shown: u64) -> bool {
        !self.screenshots.is_empty() && self.screenshots.is_done(shown)
    }
}

fn parse_system(text: &str) -> Result<System, String> {
    let mut screen = Screen { width: 1280, height: 720, rate: 60, scale: 1.0 };
    let expected = || {
        "write `trusted`, `none` or `headless`, or all of that as `headless:1280x720@60*1`; or `--windows` alone"
            .to_owned()
    };
    match text {
        "desktop" => return Ok(System::Desktop { trusted: false }),
        "trusted" => return Ok(System::Desktop { trusted: true }),
        "none" => return Ok(System::None),
        _ => {}
    }
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

fn parse_screenshot(text: &str) -> Result<(Which, PathBuf), String> {
    let expected = "write N=FILE.png, such as 1=first.png, or 0.5s=half.png; the first picture is 1";
    let (which, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or(expected)?;
    let which = match which.strip_suffix('s') {
        Some(seconds) => {
            let time = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            Which::At(time.ok_or(expected)?)
        }
        None => Which::Number(which.parse().ok().filter(|number| *number > 0).ok_or(expected)?),
    };
    Ok((which, file.into()))
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
        assert_eq!(parse_system("trusted"), Ok(System::Desktop { trusted: true }));
        assert_eq!(parse_system("none"), Ok(System::None));
        for wrong in
            ["", "head", "headless:", "headless:640", "headless:0x1", "headless:1x1@0", "headless:1x1*0"]
        {
            assert!(parse_system(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn screenshots() {
        assert_eq!(parse_screenshot("3=a=b.png"), Ok((Which::Number(3), "a=b.png".into())));
        let half = Which::At(Duration::from_millis(500));
        assert_eq!(parse_screenshot("0.5s=a.png"), Ok((half, "a.png".into())));
        for wrong in ["", "a.png", "0=a.png", "1=", "x=a.png", "s=a.png", "-1s=a.png", "1s="] {
            assert!(parse_screenshot(wrong).is_err(), "{wrong}");
        }
    }
}
