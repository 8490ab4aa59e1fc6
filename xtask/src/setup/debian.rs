//! The standard library for wasm32-wasip2, built here from Debian's packages.
//!
//! For machines that reach a Debian mirror and a crate registry, but not rustup's server: Debian
//! carries the sources of many rustc versions (`rust-src`) and the target's C library
//! (`wasi-libc`), both for every architecture. The packages are unpacked aside; nothing of the
//! system's own package state is read or changed. cargo builds std from the sources when they lie
//! in the toolchain, and the result is copied beside the toolchain's other targets.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::repo::{GUEST_TARGET, Repo, cargo, in_path, output, rustc};

/// Where Debian may carry a newer rustc than its stable release has.
const SUITES: [&str; 4] = ["stable-backports", "testing", "unstable", "experimental"];

/// What signs Debian's archives; part of every Debian and, as a package, of its derivatives.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The crates that a sysroot holds: `test` is for `cargo test --target`, the rest for any program.
const CRATES: &str = "std,panic_abort,test";

/// Builds std of the rustc in use and puts it into `library`.
pub(super) fn install(repo: &Repo, library: &Path) -> Result<()> {
    for program in ["apt-get", "apt-cache", "dpkg"] {
        if !in_path(program) {
            bail!("this is not a Debian system: `{program}` was not found");
        }
    }
    let version = rustc_version()?;
    let mirror = mirror()?;
    let work = repo.target("setup");
    empty(&work)?;
    let result = Builder { version, mirror, work: work.clone() }.install(library);
    // A failed attempt leaves nothing behind either: half of it would only be in the way.
    fs::remove_dir_all(&work).with_context(|| work.display().to_string())?;
    result
}

struct Builder {
    version: String,
    mirror: String,
    work: PathBuf,
}

impl Builder {
    fn install(&self, library: &Path) -> Result<()> {
        println!("setup: {GUEST_TARGET}: fetching Debian's rust-src {} and wasi-libc", self.version);
        let packages = self.fetch()?;
        let startup = packages.join("usr/lib").join(GUEST_TARGET);
        for file in ["crt1-command.o", "crt1-reactor.o", "libc.a"] {
            if !startup.join(file).is_file() {
                bail!("Debian's wasi-libc has no {file} for {GUEST_TARGET}");
            }
        }

        let sources = sysroot()?.join("lib/rustlib/src/rust/library");
        let borrowed = !sources.join("std/Cargo.toml").is_file();
        if borrowed {
            let unpacked = packages.join(format!("usr/src/rustc-{}/library", self.version));
            copy_folder(&unpacked, &sources).with_context(|| {
                format!("can't put std's sources into the toolchain at {}", sources.display())
            })?;
        }
        println!("setup: {GUEST_TARGET}: building std {} (about a minute)", self.version);
        let built = self.build();
        if borrowed {
            // Not a component that rustup knows of: it must not be in the way of the real one.
            fs::remove_dir_all(&sources).with_context(|| sources.display().to_string())?;
        }
        let built = rlibs(&built?)?;

        // Two builds of one crate beside each other would leave rustc without a choice.
        for old in rlibs(library).unwrap_or_default() {
            fs::remove_file(&old).with_context(|| old.display().to_string())?;
        }
        let own = library.join("self-contained");
        fs::create_dir_all(&own).with_context(|| own.display().to_string())?;
        for file in built {
            copy_into(&file, library)?;
        }
        for file in ["crt1-command.o", "crt1-reactor.o", "libc.a"] {
            copy_into(&startup.join(file), &own)?;
        }
        Ok(())
    }

    /// Unpacks both packages into one folder and returns it.
    fn fetch(&self) -> Result<PathBuf> {
        let folder = |name: &str| -> Result<PathBuf> {
            let path = self.work.join(name);
            fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
            Ok(path)
        };
        folder("apt/lists/partial")?;
        folder("apt/archives/partial")?;
        let (downloads, root) = (folder("downloads")?, folder("root")?);
        let signed_by =
            if Path::new(KEYRING).is_file() { format!("[signed-by={KEYRING}] ") } else { String::new() };
        let list: String =
            SUITES.iter().map(|suite| format!("deb {signed_by}{} {suite} main\n", self.mirror)).collect();
        fs::write(self.work.join("apt/sources.list"), list).context("apt's source list")?;

        // A suite that a mirror does not carry fails the update as a whole, yet the others are there.
        let update = output(self.apt("apt-get").arg("update"));
        let offered = output(self.apt("apt-cache").args(["madison", "rust-src"]))?;
        let Some(package) = pick(&offered, &self.version) else {
            let why = update.err().map(|error| format!("\n{error:#}")).unwrap_or_default();
            bail!("no suite of {} has rust-src for rustc {}{why}", self.mirror, self.version);
        };
        output(
            self.apt("apt-get")
                .args(["download", &format!("rust-src={package}"), "wasi-libc"])
                .current_dir(&downloads),
        )?;
        for file in fs::read_dir(&downloads).with_context(|| downloads.display().to_string())? {
            output(Command::new("dpkg").arg("--extract").arg(file?.path()).arg(&root))?;
        }
        Ok(root)
    }

    /// apt with lists, archives and sources of its own.
    fn apt(&self, program: &str) -> Command {
        let apt = self.work.join("apt");
        let mut command = Command::new(program);
        for (option, path) in [
            ("Dir::State::Lists", apt.join("lists")),
            ("Dir::Cache", apt.clone()),
            ("Dir::Cache::Archives", apt.join("archives")),
            ("Dir::Etc::SourceList", apt.join("sources.list")),
            ("Dir::Etc::SourceParts", PathBuf::from("/dev/null")),
        ] {
            command.arg("-o").arg(format!("{option}={}", path.display()));
        }
        // apt would otherwise drop to a user who may not write here.
        command.args(["-o", "APT::Sandbox::User=root"]);
        // One version of the sources is asked for, so a mirror that stands still does as well. What it
        // has is still checked against the archive's signature.
        command.args(["-o", "Acquire::Check-Valid-Until=false"]);
        command
    }

    /// Builds an empty package with its own std; returns where the libraries are.
    fn build(&self) -> Result<PathBuf> {
        let package = self.work.join("package");
        fs::create_dir_all(package.join("src")).with_context(|| package.display().to_string())?;
        fs::write(package.join("src/lib.rs"), "").context("an empty library")?;
        let manifest =
            "[package]\nname = \"needs-std\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
        fs::write(package.join("Cargo.toml"), manifest).context("its manifest")?;
        let target = self.work.join("out");
        output(
            Command::new(cargo())
                .args(["build", "--release", "--target", GUEST_TARGET])
                .arg(format!("-Zbuild-std={CRATES}"))
                .current_dir(&package)
                .env("CARGO_TARGET_DIR", &target)
                // What makes a stable toolchain accept `-Z`.
                .env("RUSTC_BOOTSTRAP", "1")
                .env_remove("RUSTFLAGS")
                .env_remove("CARGO_ENCODED_RUSTFLAGS"),
        )?;
        Ok(target.join(GUEST_TARGET).join("release/deps"))
    }
}

/// The version of a stable rustc: `1.95.0`.
fn rustc_version() -> Result<String> {
    let text = output(Command::new(rustc()).arg("-vV"))?;
    let release = text.lines().find_map(|line| line.strip_prefix("release: "));
    Ok(release.context("`rustc -vV` names no release")?.to_owned())
}

fn sysroot() -> Result<PathBuf> {
    Ok(output(Command::new(rustc()).args(["--print", "sysroot"]))?.trim().into())
}

/// The Debian mirror that this machine is configured to use; what an update would fetch tells,
/// whichever way the sources are written down, and also before the first update.
fn mirror() -> Result<String> {
    let question = ["update", "--print-uris", "-o", "Debug::NoLocking=1"];
    let releases = output(Command::new("apt-get").args(question))?;
    pick_mirror(&releases).context("apt knows no Debian mirror on this machine")
}

/// The first repository whose folder is called `debian`; beside it there may be Debian's security
/// updates, which have no such suites, and other people's.
fn pick_mirror(releases: &str) -> Option<String> {
    let mut repositories = releases.lines().filter_map(|line| {
        let uri = line.strip_prefix('\'')?;
        Some(uri.split_once("/dists/")?.0)
    });
    repositories.find(|uri| uri.ends_with("/debian")).map(str::to_owned)
}

/// The package version for this version of rustc in what `apt-cache madison` printed.
fn pick(offered: &str, version: &str) -> Option<String> {
    let mut versions = offered.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim);
    let own = versions.find(|offer| offer.strip_prefix(version).is_some_and(|rest| rest.starts_with('+')))?;
    Some(own.to_owned())
}

fn rlibs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libneeds_std-") {
            found.push(path);
        }
    }
    Ok(found)
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

fn copy_into(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().with_context(|| file.display().to_string())?;
    fs::copy(file, folder.join(name))
        .with_context(|| format!("can't copy {} to {}", file.display(), folder.display()))?;
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            copy_into(&entry.path(), to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_of_exactly_this_rustc_is_picked() {
        let offered = " rust-src | 1.95.1+dfsg1-1 | mirror unstable/main amd64 Packages\n \
                        rust-src | 1.95.0+dfsg1-1~bpo13+1 | mirror stable-backports/main amd64 Packages\n";
        assert_eq!(pick(offered, "1.95.0").as_deref(), Some("1.95.0+dfsg1-1~bpo13+1"));
        assert_eq!(pick(offered, "1.95"), None);
        assert_eq!(pick(offered, "1.96.0"), None);
        assert_eq!(pick("", "1.95.0"), None);
    }

    #[test]
    fn the_mirror_is_debian_s_own_archive() {
        let line = |uri: &str| format!("'{uri}/dists/stable/InRelease' stable_InRelease 0 \n");
        let mirrors =
            ["http://a.example/debian-security", "http://b.example/x/debian", "http://c.example/node"];
        let releases: String = mirrors.into_iter().map(line).collect();
        assert_eq!(pick_mirror(&releases).as_deref(), Some("http://b.example/x/debian"));
        assert_eq!(pick_mirror(&line("http://c.example/ubuntu")), None);
    }
}
