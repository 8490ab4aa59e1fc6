//! An X server without a screen, and somebody at its keyboard: for programs with windows that run natively.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use xshell::{Shell, cmd};

use crate::repo::in_path;

/// The X server, what types in it, what copies texts there, and what reads its pictures.
const NEEDED: [&str; 5] = ["Xvfb", "xdotool", "xclip", "import", "convert"];

/// How long a server or a window may take to appear, and a program to end: the processor draws, and may have other
/// things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often one looks.
const LOOK: Duration = Duration::from_millis(100);

/// How long a window is to stay the same to be what it will be.
const STILL: Duration = Duration::from_millis(1500);

/// What a machine lacks of what this needs.
pub(crate) fn missing() -> Vec<&'static str> {
    NEEDED.into_iter().filter(|program| !in_path(program)).collect()
}

/// A process that ends with its owner.
#[derive(Debug)]
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A screen.
#[derive(Debug)]
pub(crate) struct Screen {
    sh: Shell,
    display: String,
    _server: Ends,
}

impl Screen {
    /// Starts a server with this number, which no other one may have, and a screen of this size: `1024x768`.
    pub(crate) fn start(sh: &Shell, number: u32, size: &str) -> Result<Self> {
        let display = format!(":{number}");
        let mut server = Command::new("Xvfb");
        server.arg(&display).args(["-screen", "0", &format!("{size}x24"), "-nolisten", "tcp"]);
        let server = Ends(server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("Xvfb")?);
        let sh = sh.clone();
        sh.set_var("DISPLAY", &display);
        let started = Instant::now();
        while cmd!(sh, "xdotool getdisplaygeometry").quiet().ignore_stdout().ignore_stderr().run().is_err() {
            ensure!(started.elapsed() < PATIENCE, "Xvfb does not answer on {display}");
            thread::sleep(LOOK);
        }
        Ok(Self { sh, display, _server: server })
    }

    /// Starts a program, and waits for its window.
    pub(crate) fn open(&self, program: &mut Command) -> Result<Window<'_>> {
        program.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY");
        let name = format!("{program:?}");
        let child =
            program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().with_context(|| name.clone())?;
        let mut program = Ends(child);
        let pid = program.0.id();
        let started = Instant::now();
        loop {
            if let Some(status) = program.0.try_wait()? {
                bail!("{name} has ended without a window: {status}");
            }
            ensure!(started.elapsed() < PATIENCE, "{name} shows no window");
            if let Some(number) = self.windows(pid).into_iter().next() {
                return Ok(Window { screen: self, program, number });
            }
            thread::sleep(LOOK);
        }
    }

    /// The numbers of the windows that a process has.
    fn windows(&self, process: u32) -> Vec<String> {
        let pid = process.to_string();
        let search = cmd!(self.sh, "xdotool search --all --onlyvisible --pid {pid} --name .");
        let found = search.quiet().ignore_stderr().read().unwrap_or_default();
        found.lines().map(str::to_owned).collect()
    }

    /// Writes what a window shows, as [`plain`] has it.
    fn shoot(&self, number: &str, file: &Path) -> Result<()> {
        cmd!(self.sh, "import -window {number} {file}").quiet().run()?;
        plain(&self.sh, file)
    }

    /// Whether a picture is nothing but black, as a window is before the program has drawn.
    fn is_black(&self, file: &Path) -> Result<bool> {
        let brightest = cmd!(self.sh, "convert {file} -format %[fx:maxima] info:").quiet().read()?;
        Ok(brightest.trim() == "0")
    }

    /// Puts a text into the clipboard, as another program would.
    pub(crate) fn copy(&self, text: &str) -> Result<()> {
        let copy = cmd!(self.sh, "xclip -selection clipboard").stdin(text);
        // It goes on in the background to hand the text out.
        Ok(copy.quiet().ignore_stdout().ignore_stderr().run()?)
    }

    /// The text in the clipboard, as another program pastes it.
    pub(crate) fn paste(&self) -> Result<String> {
        Ok(cmd!(self.sh, "xclip -selection clipboard -target UTF8_STRING -out").quiet().read()?)
    }
}

/// A program with a window.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    screen: &'a Screen,
    program: Ends,
    number: String,
}

impl Window<'_> {
    /// Puts the window at the upper left corner of the screen, where its pixels have the screen's numbers, and gives it the
    /// keyboard.
    pub(crate) fn focus(&self) -> Result<()> {
        self.act(&["windowmove", "--sync", &self.number, "0", "0", "windowfocus", "--sync", &self.number])?;
        // winit hears of the focus a moment after the server does.
        thread::sleep(STILL);
        Ok(())
    }

    /// The status of the program, once it has ended by itself.
    pub(crate) fn ended(mut self) -> Result<ExitStatus> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.program.0.try_wait()? {
                return Ok(status);
            }
            ensure!(started.elapsed() < PATIENCE, "it does not end");
            thread::sleep(LOOK);
        }
    }

    /// The number of the program's process.
    pub(crate) fn process(&self) -> u32 {
        self.program.0.id()
    }

    /// What xdotool calls its commands, one after the other; `WINDOW` is this one.
    pub(crate) fn act(&self, words: &[&str]) -> Result<()> {
        let number = |word: &&str| if *word == "WINDOW" { self.number.clone() } else { (*word).to_owned() };
        let words = words.iter().map(number);
        Ok(cmd!(self.screen.sh, "xdotool {words...}").quiet().ignore_stdout().run()?)
    }

    /// [`Window::shoot`] as soon as there is something to see: a window is there before the program has drawn, and is black
    /// until then.
    pub(crate) fn shoot_drawn(&self, file: &Path) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            self.shoot(file)?;
            if !self.screen.is_black(file)? {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        bail!("{}: the window stays black", file.display())
    }

    /// Writes what the window shows, as [`plain`] has it.
    pub(crate) fn shoot(&self, file: &Path) -> Result<()> {
        self.screen.shoot(&self.number, file)
    }

    /// The same, once it has stayed the same for a while.
    pub(crate) fn shoot_still(&self, file: &Path) -> Result<()> {
        let started = Instant::now();
        let (mut last, mut since) = (Vec::new(), Instant::now());
        while started.elapsed() < PATIENCE {
            self.shoot(file)?;
            let now = self.screen.sh.read_binary_file(file)?;
            if now != last {
                (last, since) = (now, Instant::now());
            } else if since.elapsed() >= STILL {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        bail!("{}: the window never stays the same", file.display())
    }

    /// The same, once it is the picture in `expected` and has stayed that for a while. If that takes too long, it writes what
    /// the window shows then: whoever compares the two says what is wrong.
    pub(crate) fn shoot_expected(&self, expected: &Path, file: &Path) -> Result<()> {
        let expected = self.screen.sh.read_binary_file(expected)?;
        let started = Instant::now();
        let mut since = None;
        while started.elapsed() < PATIENCE {
            self.shoot(file)?;
            if self.screen.sh.read_binary_file(file)? != expected {
                since = None;
            } else if since.get_or_insert_with(Instant::now).elapsed() >= STILL {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// The same for all windows of the program, once there are `count` and each has drawn; the files go to `folder`.
    pub(crate) fn shoot_all(&self, count: usize, folder: &Path) -> Result<Vec<PathBuf>> {
        let started = Instant::now();
        let (mut last, mut since) = (Vec::new(), Instant::now());
        while started.elapsed() < PATIENCE {
            let (mut files, mut now) = (Vec::new(), Vec::new());
            for number in self.screen.windows(self.process()) {
                let file = folder.join(format!("{number}.png"));
                self.screen.shoot(&number, &file)?;
                if !self.screen.is_black(&file)? {
                    now.push(self.screen.sh.read_binary_file(&file)?);
                    files.push(file);
                }
            }
            if now != last {
                (last, since) = (now, Instant::now());
            } else if files.len() == count && since.elapsed() >= STILL {
                return Ok(files);
            }
            thread::sleep(LOOK);
        }
        bail!("{count} windows that stay the same were expected, and {} have drawn", last.len())
    }
}

/// The processor time that a process takes in `time`, as a share of one processor.
pub(crate) fn busy(sh: &Shell, process: u32, time: Duration) -> Result<f64> {
    let ticks = || -> Result<f64> {
        let stat = sh.read_file(format!("/proc/{process}/stat"))?;
        // Behind the name, which may have spaces in it: the 12th and 13th are the time in the program and in the system.
        let (_, rest) = stat.rsplit_once(')').context("the state of a process")?;
        let fields: Vec<f64> =
            rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
        Ok(fields.iter().sum())
    };
    let before = ticks()?;
    thread::sleep(time);
    // Linux counts hundredths of a second here.
    Ok((ticks()? - before) / 100.0 / time.as_secs_f64())
}

/// Writes a picture anew without transparency, so that one program has written all of them, and equal pixels are equal
/// bytes.
pub(crate) fn plain(sh: &Shell, file: &Path) -> Result<()> {
    let plain = format!("PNG24:{}", file.display());
    Ok(cmd!(sh, "convert {file} -alpha off -strip -define png:exclude-chunks=date,time {plain}")
        .quiet()
        .run()?)
}
