//! The standard library for wasm32-wasip2, built here from Debian's packages.
//!
//! For machines that reach a Debian mirror and a crate registry, but not rustup's server: Debian
//! carries the sources of many rustc versions (`rust-src`) and the target's C library
//! (`wasi-libc`), both for every architecture. The packages are unpacked aside; nothing of the
//! system's own package state is read or changed. cargo builds std from the sources when they lie
//! in the toolchain, and the result is copied beside the toolchain's other targets.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Cmd, Shell, cmd};

use crate::repo::{GUEST_TARGET, Repo, in_path, rustc};

/// Where Debian may carry a newer rustc than its stable release has.
const SUITES: [&str; 4] = ["stable-backports", "testing", "unstable", "experimental"];

/// What signs Debian's archives; part of every Debian and, as a package, of its derivatives.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The crates that a sysroot holds: `test` is for `cargo test --target`, the rest for any program.
const CRATES: &str = "std,panic_abort,test";

/// What programs are linked with beside std, of wasi-libc.
const STARTUP: [&str; 3] = ["crt1-command.o", "crt1-reactor.o", "libc.a"];

/// Builds std of the rustc in use and puts it into `library`.
pub(super) fn install(repo: &Repo, library: &Path) -> Result<()> {
    for program in ["apt-get", "apt-cache", "dpkg"] {
        if !in_path(program) {
            bail!("this is not a Debian system: `{program}` was not found");
        }
    }
    let (sh, work) = (&repo.sh, repo.target("setup"));
    sh.remove_path(&work)?;
    // `rustc 1.95.0 (59807616e 2026-04-14)`
    let version = rustc(sh, &["--version"])?;
    let version = version.split(' ').nth(1).context("`rustc --version` names none")?.to_owned();
    let builder = Builder { sh, version, mirror: mirror(sh)?, work: sh.create_dir(&work)? };
    let result = builder.install(library);
    // A failed attempt leaves nothing behind either: half of it would only be in the way.
    sh.remove_path(&work)?;
    result
}

struct Builder<'a> {
    sh: &'a Shell,
    version: String,
    mirror: String,
    work: PathBuf,
}

impl Builder<'_> {
    fn install(&self, library: &Path) -> Result<()> {
        let (sh, version) = (self.sh, &self.version);
        println!("setup: {GUEST_TARGET}: fetching Debian's rust-src {version} and wasi-libc");
        let packages = self.fetch()?;
        let startup = packages.join("usr/lib").join(GUEST_TARGET);
        if let Some(file) = STARTUP.iter().find(|file| !startup.join(file).is_file()) {
            bail!("Debian's wasi-libc has no {file} for {GUEST_TARGET}");
        }

        let sources = PathBuf::from(rustc(sh, &["--print", "sysroot"])?).join("lib/rustlib/src/rust/library");
        let borrowed = !sources.join("std/Cargo.toml").is_file();
        if borrowed {
            let unpacked = packages.join(format!("usr/src/rustc-{version}/library"));
            sh.create_dir(&sources)?;
            cmd!(sh, "cp -rT {unpacked} {sources}")
                .quiet()
                .run()
                .context("std's sources, for the toolchain")?;
        }
        println!("setup: {GUEST_TARGET}: building std {version} (about a minute)");
        let built = self.build();
        if borrowed {
            // Not a component that rustup knows of: it must not be in the way of the real one.
            sh.remove_path(&sources)?;
        }
        let built = rlibs(sh, &built?)?;

        // Two builds of one crate beside each other would leave rustc without a choice.
        for old in rlibs(sh, library).unwrap_or_default() {
            sh.remove_path(old)?;
        }
        let own = sh.create_dir(library.join("self-contained"))?;
        for file in built {
            sh.copy_file(file, library)?;
        }
        for file in STARTUP {
            sh.copy_file(startup.join(file), &own)?;
        }
        Ok(())
    }

    /// Unpacks both packages into one folder and returns it.
    fn fetch(&self) -> Result<PathBuf> {
        let (sh, mirror, version) = (self.sh, &self.mirror, &self.version);
        for folder in ["apt/lists/partial", "apt/archives/partial"] {
            sh.create_dir(self.work.join(folder))?;
        }
        let signed_by =
            if Path::new(KEYRING).is_file() { format!("[signed-by={KEYRING}] ") } else { String::new() };
        let list: String =
            SUITES.iter().map(|suite| format!("deb {signed_by}{mirror} {suite} main\n")).collect();
        sh.write_file(self.work.join("apt/sources.list"), list)?;

        // A suite that a mirror does not carry fails the update as a whole, yet the others are there.
        let update = self.apt("apt-get").arg("update").read();
        let offered = self.apt("apt-cache").args(["madison", "rust-src"]).read()?;
        let Some(package) = pick(&offered, version) else {
            let why = update.err().map(|error| format!(": {error}")).unwrap_or_default();
            bail!("no suite of {mirror} has rust-src for rustc {version}{why}");
        };
        let downloads = sh.create_dir(self.work.join("downloads"))?;
        {
            let _there = sh.push_dir(&downloads);
            let packages = [format!("rust-src={package}"), "wasi-libc".to_owned()];
            self.apt("apt-get").arg("download").args(packages).read()?;
        }
        let root = self.work.join("root");
        for file in sh.read_dir(downloads)? {
            cmd!(sh, "dpkg --extract {file} {root}").quiet().run()?;
        }
        Ok(root)
    }

    /// apt with lists, archives and sources of its own.
    fn apt(&self, program: &str) -> Cmd<'_> {
        let apt = self.work.join("apt");
        let mut command = self.sh.cmd(program).quiet();
        for (option, path) in [
            ("Dir::State::Lists", apt.join("lists")),
            ("Dir::Cache", apt.clone()),
            ("Dir::Cache::Archives", apt.join("archives")),
            ("Dir::Etc::SourceList", apt.join("sources.list")),
            ("Dir::Etc::SourceParts", PathBuf::from("/dev/null")),
        ] {
            command = command.arg("-o").arg(format!("{option}={}", path.display()));
        }
        // apt would otherwise drop to a user who may not write here.
        command = command.args(["-o", "APT::Sandbox::User=root"]);
        // One version of the sources is asked for, so a mirror that stands still does as well. What it
        // has is still checked against the archive's signature.
        command.args(["-o", "Acquire::Check-Valid-Until=false"])
    }

    /// Builds an empty package with its own std; returns where the libraries are.
    fn build(&self) -> Result<PathBuf> {
        let (sh, package, target) = (self.sh, self.work.join("package"), self.work.join("out"));
        sh.write_file(package.join("src/lib.rs"), "")?;
        let manifest =
            "[package]\nname = \"needs-std\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
        sh.write_file(package.join("Cargo.toml"), manifest)?;
        let _there = sh.push_dir(package);
        cmd!(sh, "cargo build --quiet --release --target {GUEST_TARGET} -Zbuild-std={CRATES}")
            .env("CARGO_TARGET_DIR", &target)
            // What makes a stable toolchain accept `-Z`.
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .run()?;
        Ok(target.join(GUEST_TARGET).join("release/deps"))
    }
}

/// The Debian mirror that this machine is configured to use; what an update would fetch tells,
/// whichever way the sources are written down, and also before the first update.
fn mirror(sh: &Shell) -> Result<String> {
    let releases = cmd!(sh, "apt-get update --print-uris -o Debug::NoLocking=1").quiet().read()?;
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

/// The libraries of Rust in a folder.
pub(super) fn rlibs(sh: &Shell, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = sh.read_dir(folder)?;
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".rlib") && !name.starts_with("libneeds_std-")
    });
    Ok(files)
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
