//! The guard: the process that puts `Cargo.lock` back.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File, TryLockError},
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, SystemTime},
};

use super::{
    Flavor,
    journal::{Journal, Original, replace},
};
use crate::stand_ins::MARKER;

/// How often the guard looks while cargo has not written yet, and afterwards.
const EAGER: Duration = Duration::from_millis(5);
const CALM: Duration = Duration::from_millis(100);

/// For how many looks in a row a file that is not ours has to stay the same to be somebody else's work
/// and not one of cargo's that is half written.
const STABLE: u32 = 40;

/// The last line of what is laid before cargo: with it the file differs from what cargo would write, so
/// that it does write, which tells that it has read.
const SEEDED: &str = "# laid out by cargo-wgpu-wasi\n";

/// The state of the guard.
#[derive(Debug)]
pub(crate) struct Guard {
    file: PathBuf,
    folder: PathBuf,
    journal: Journal,
    watch: Option<Watch>,
}

/// What is known while cargo runs.
#[derive(Debug)]
struct Watch {
    flavor: Flavor,
    original: Original,
    /// What the guard has last put there or found there, and the file's time and length then.
    expected: Option<Vec<u8>>,
    stamp: Stamp,
    /// What was found last, for how many looks.
    found: Option<(Option<Vec<u8>>, u32)>,
    /// Only one guard of a project has a window open at a time.
    turn: Option<File>,
}

type Stamp = Option<(SystemTime, u64)>;

impl Guard {
    /// Guards `file` until stdin ends; journal and memory are in `folder`.
    pub(crate) fn run(file: &OsStr, folder: &OsStr) -> ExitCode {
        let folder = PathBuf::from(folder);
        let mut guard = Self { file: file.into(), journal: Journal::new(&folder), folder, watch: None };
        let commands = commands();
        loop {
            let command = match &guard.watch {
                None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(watch) => commands.recv_timeout(if watch.turn.is_some() { EAGER } else { CALM }),
            };
            let done = match &command {
                Ok(command) => guard.obey(command),
                Err(RecvTimeoutError::Timeout) => guard.look(),
                Err(RecvTimeoutError::Disconnected) => guard.settle(),
            };
            match (command, done) {
                (Ok(_), Ok(())) => answer("done"),
                (Ok(_), Err(error)) => answer(&guard.report(&error)),
                (Err(RecvTimeoutError::Timeout), _) => {}
                (Err(RecvTimeoutError::Disconnected), Ok(())) => return ExitCode::SUCCESS,
                (Err(RecvTimeoutError::Disconnected), Err(error)) => {
                    eprintln!("error: {}", guard.report(&error));
                    return ExitCode::FAILURE;
                }
            }
        }
    }

    fn report(&self, error: &io::Error) -> String {
        format!("can't keep {} as it was: {error}", self.file.display())
    }

    fn obey(&mut self, command: &str) -> io::Result<()> {
        match Flavor::ALL.into_iter().find(|flavor| flavor.name() == command) {
            Some(flavor) => self.begin(flavor),
            None => self.settle(),
        }
    }

    /// Takes the file down as it is, and lays before cargo what it wrote the last time.
    fn begin(&mut self, flavor: Flavor) -> io::Result<()> {
        self.settle()?;
        let turn = File::create(self.folder.join("turn"))?;
        turn.lock()?;
        let mut original = Original::read(&self.file)?;
        if let Some(left) = self.journal.read() {
            // The last guard was killed while cargo's file was there; whatever else is there was made since.
            if is_ours(original.content.as_deref()) || is_torn(original.content.as_deref()) {
                left.restore(&self.file, &self.folder)?;
                original = left;
            }
            self.journal.clear()?;
        }
        // A project that has our packages in its own configuration keeps what cargo writes.
        if is_ours(original.content.as_deref()) {
            return Ok(());
        }
        self.journal.write(&original)?;
        let seed = self.seed(flavor, original.content.as_deref());
        if let Some(seed) = &seed {
            replace(&self.file, &self.folder, seed)?;
        }
        let expected = seed.or_else(|| original.content.clone());
        let stamp = stamp(&self.file);
        self.watch = Some(Watch { flavor, original, expected, stamp, found: None, turn: Some(turn) });
        Ok(())
    }

    /// What cargo has written before, if it was for the same original.
    fn seed(&self, flavor: Flavor, original: Option<&[u8]>) -> Option<Vec<u8>> {
        let memory = fs::read(flavor.memory(&self.folder)).ok()?;
        let base = fs::read(base(flavor, &self.folder)).ok()?;
        // Without an original everything is ours to remember, and a plain one is as it is.
        let known = base == original.unwrap_or_default() && (flavor != Flavor::Plain || original.is_none());
        known.then(|| [memory.as_slice(), SEEDED.as_bytes()].concat())
    }

    /// Has cargo written? Has somebody else?
    fn look(&mut self) -> io::Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let now = stamp(&self.file);
        if now == watch.stamp && watch.found.is_none() {
            return Ok(());
        }
        let Some(content) = read_whole(&self.file)? else { return Ok(()) };
        if content == watch.expected {
            (watch.stamp, watch.found) = (now, None);
            return Ok(());
        }
        let looks = match &watch.found {
            Some((found, looks)) if *found == content => looks + 1,
            _ => 1,
        };
        watch.found = Some((content.clone(), looks));
        if watch.flavor.writes(content.as_deref()) && looks > 1 {
            self.put_back(content)
        } else if looks >= STABLE && !is_torn(content.as_deref()) {
            self.adopt()
        } else {
            Ok(())
        }
    }

    /// Remembers what cargo wrote and puts the original back. Should cargo be writing still, it does so to
    /// a file that has no name any more.
    fn put_back(&mut self, written: Option<Vec<u8>>) -> io::Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        watch.original.restore(&self.file, &self.folder)?;
        watch.expected.clone_from(&watch.original.content);
        (watch.stamp, watch.found) = (stamp(&self.file), None);
        if let Some(written) = written {
            fs::write(watch.flavor.memory(&self.folder), written)?;
            let original = watch.original.content.as_deref().unwrap_or_default();
            fs::write(base(watch.flavor, &self.folder), original)?;
        }
        self.journal.clear()?;
        watch.turn = None;
        Ok(())
    }

    /// Somebody else has written the file: it is the one to keep.
    fn adopt(&mut self) -> io::Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        watch.original = Original::read(&self.file)?;
        watch.expected.clone_from(&watch.original.content);
        (watch.stamp, watch.found) = (stamp(&self.file), None);
        if watch.turn.is_some() { self.journal.write(&watch.original) } else { Ok(()) }
    }

    /// cargo has ended: what is there now is its last word.
    fn settle(&mut self) -> io::Result<()> {
        let Some(watch) = &self.watch else { return Ok(()) };
        let content = Original::read(&self.file)?.content;
        let untouched = content == watch.original.content;
        let seeded = content.as_deref().is_some_and(is_seeded);
        let written = watch.flavor.writes(content.as_deref());
        if seeded || (!untouched && is_torn(content.as_deref())) {
            self.put_back(None)?;
        } else if written && !untouched {
            self.put_back(content)?;
        } else if watch.turn.is_some() {
            self.journal.clear()?;
        }
        self.watch = None;
        Ok(())
    }
}

/// Whether a lock file is one that we laid out, or names a package that only our graphs have.
fn is_ours(content: Option<&[u8]>) -> bool {
    let marker = format!("name = \"{MARKER}\"");
    content.is_some_and(|content| {
        is_seeded(content) || content.windows(marker.len()).any(|window| window == marker.as_bytes())
    })
}

fn is_seeded(content: &[u8]) -> bool {
    content.ends_with(SEEDED.as_bytes())
}

impl Flavor {
    /// Whether a cargo of this flavor may have written this. Without our packages it writes what anybody's
    /// does, so that everything whole is taken for its work in the second that it has.
    fn writes(self, content: Option<&[u8]>) -> bool {
        match self {
            Self::Plain => content.is_some() && !is_torn(content),
            Self::Begun | Self::Injected => is_ours(content) && !is_torn(content),
        }
    }
}

/// Whether this is what is left of a cargo that was killed while it wrote: nothing, half a file, or one
/// whose end is missing, so that packages depend on some that are not there.
fn is_torn(content: Option<&[u8]>) -> bool {
    let Some(content) = content else { return false };
    let lock: Option<toml::Table> = str::from_utf8(content).ok().and_then(|text| text.parse().ok());
    let packages = lock.as_ref().and_then(|lock| lock.get("package")?.as_array());
    let Some(packages) = packages else { return true };
    let named =
        |package: &'_ toml::Value| package.get("name").and_then(toml::Value::as_str).map(str::to_owned);
    let names: BTreeSet<String> = packages.iter().filter_map(named).collect();
    let dependencies =
        packages.iter().filter_map(|package| package.get("dependencies")?.as_array()).flatten();
    // `NAME`, `NAME VERSION` or `NAME VERSION (SOURCE)`.
    let mut wanted = dependencies.filter_map(|dependency| dependency.as_str()?.split(' ').next());
    wanted.any(|name| !names.contains(name))
}

/// Reads what is there; `None` while cargo is writing it, for which it takes the file's lock.
fn read_whole(file: &Path) -> io::Result<Option<Option<Vec<u8>>>> {
    match File::open(file) {
        Ok(open) => {
            if let Err(TryLockError::WouldBlock) = open.try_lock_shared() {
                return Ok(None);
            }
            // Should cargo begin to write now, it waits for us.
            fs::read(file).map(|content| Some(Some(content)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(None)),
        Err(error) => Err(error),
    }
}

/// Where the original is kept that a remembered file came from.
fn base(flavor: Flavor, folder: &Path) -> PathBuf {
    flavor.memory(folder).with_extension("base")
}

fn stamp(file: &Path) -> Stamp {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// The lines of stdin, from a thread that waits for them.
fn commands() -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn answer(text: &str) {
    // Nobody may be left to hear it.
    let _ = writeln!(io::stdout(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"b 2.0.0\",\n]\n\n\
                         [[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";

    #[test]
    fn half_a_file_is_nobodys() {
        assert!(!is_torn(Some(WHOLE.as_bytes())) && !is_torn(None));
        assert!(Flavor::Plain.writes(Some(WHOLE.as_bytes())));
        let b = WHOLE.find("[[package]]\nname = \"b\"").unwrap();
        // What a killed cargo leaves, most often nothing.
        for end in [0, 5, WHOLE.find("\"b 2").unwrap(), b, b + 8] {
            let half = WHOLE.get(..end).unwrap().as_bytes();
            assert!(is_torn(Some(half)) && !Flavor::Plain.writes(Some(half)), "{end}");
        }
    }

    #[test]
    fn ours_are_known() {
        let ours = WHOLE.replace("\"a\"", &format!("\"{MARKER}\""));
        assert!(Flavor::Injected.writes(Some(ours.as_bytes())));
        assert!(!Flavor::Injected.writes(Some(WHOLE.as_bytes())));
        assert!(is_ours(Some(format!("{WHOLE}{SEEDED}").as_bytes())));
    }
}
