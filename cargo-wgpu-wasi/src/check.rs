//! Is what will be built what was meant?

use std::ffi::OsString;

use anyhow::{Context, Result, bail};

use crate::{
    arguments::{CargoArguments, TARGET},
    cargo::{cargo, output},
    stand_ins::{MARKER, WGPU, WINDOW, WINIT},
};

/// The packages of a build for the target, without those of macros and build scripts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    packages: Vec<Package>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Package {
    name: String,
    version: String,
    /// In brackets after the version: a path, a registry that is not crates.io, a repository.
    source: String,
    features: Vec<String>,
}

impl Graph {
    /// Asks cargo, with the configuration that `config` holds.
    pub(crate) fn of(arguments: &CargoArguments, config: &[OsString]) -> Result<Self> {
        // Not `cargo metadata`: that joins the features of all targets.
        let options = ["--edges", "normal,dev,no-proc-macro", "--prefix", "none", "--format", "{p}|{f}"];
        let mut command = cargo();
        command.arg("tree").args(config).args(["--target", TARGET]).args(options);
        let text = output(command.args(&arguments.place).args(&arguments.selection))?;
        let text = text.context(
            "cargo can't make out the dependencies with those of the sandbox, as it says above. The first \
             time in a project, they may have to be downloaded",
        )?;
        Ok(Self::from_text(&text))
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(move |package| package.name == name)
    }

    /// Checks that wgpu is ours, and the real one below it is without a browser.
    pub(crate) fn check(&self) -> Result<()> {
        for package in self.named(WGPU.name).filter(|package| !package.version.starts_with(WGPU.versions)) {
            let version = &package.version;
            eprintln!(
                "warning: wgpu {version} is part of this build beside wgpu {}x; it finds no GPU in the sandbox. \
                 `cargo wgpu-wasi tree --invert wgpu@{version}` shows who asks for it",
                WGPU.versions
            );
        }
        if self.named(MARKER).next().is_none() {
            eprintln!(
                "warning: wgpu is not part of this build, only of others in this workspace or with other \
                 features"
            );
            return Ok(());
        }
        let browser = ["web", "webgpu"];
        let real = self.named(WGPU.name).find(|package| package.source.contains("registry"));
        if real.is_some_and(|real| real.features.iter().any(|feature| browser.contains(&&**feature))) {
            bail!(
                "cargo turns on wgpu's features for browsers in this build, because the workspace uses version 1 \
                 of its resolver, which does not tell targets apart. Write `resolver = \"2\"` (or \"3\") into \
                 [workspace] of the root Cargo.toml, or into [package] where there is no workspace"
            );
        }
        Ok(())
    }

    /// Whether it has windows, in a version that has a stand-in.
    pub(crate) fn has_windows(&self) -> bool {
        self.named(WINIT.name).any(Package::is_replaced_winit)
    }

    /// Checks that what it has windows by is of crates.io in a version that has a stand-in. What has another source may be
    /// made for the sandbox.
    pub(crate) fn check_windows(&self) -> Result<()> {
        let of_crates_io = |package: &&Package| package.source.is_empty() && !package.is_replaced_winit();
        let Some(package) = self.named(WINIT.name).find(of_crates_io) else { return Ok(()) };
        let (version, start, first) = (&package.version, WINIT.versions, WINIT.first);
        let remedy = if version.starts_with(start) {
            "`cargo update -p winit` takes one that has".to_owned()
        } else {
            format!("`cargo tree --invert winit@{version} --target {TARGET}` shows who asks for it")
        };
        bail!(
            "winit {version} is part of this build. In the sandbox, the versions of winit from {start}{first} to the last of \
             {start}x have windows, and no others: {remedy}"
        )
    }

    /// The version of a winit that no stand-in is there for.
    pub(crate) fn foreign_winit(&self) -> Option<&str> {
        if self.named(WINDOW).next().is_some() { None } else { self.version(WINIT.name) }
    }

    /// Whether a package is there, from a registry or a repository: what lies in a folder is ours, or the user's own.
    pub(crate) fn is_foreign(&self, name: &str) -> bool {
        let in_folder = |package: &Package| !package.source.is_empty() && !package.source.contains("://");
        self.named(name).next().is_some_and(|package| !in_folder(package))
    }

    /// The version of a package, if it is there.
    pub(crate) fn version(&self, name: &str) -> Option<&str> {
        self.named(name).next().map(|package| package.version.as_str())
    }

    /// The features of a package, in all its versions.
    pub(crate) fn features_of(&self, name: &str) -> Vec<&str> {
        self.named(name).flat_map(|package| &package.features).map(String::as_str).collect()
    }

    /// The lines of `cargo tree`.
    pub(crate) fn from_text(text: &str) -> Self {
        Self { packages: text.lines().filter_map(parse).collect() }
    }
}

impl Package {
    /// Whether it is a winit that has a stand-in.
    fn is_replaced_winit(&self) -> bool {
        self.source.is_empty() && self.version.parse().is_ok_and(|version| WINIT.takes(&version))
    }
}

/// `NAME vVERSION (SOURCE)|FEATURE,FEATURE (*)`.
fn parse(line: &str) -> Option<Package> {
    let (package, features) = line.split_once('|')?;
    let mut words = package.splitn(3, ' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    let source = words.next().unwrap_or_default().to_owned();
    let features = features.split(' ').next().unwrap_or_default();
    let features = features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned).collect();
    Some(Package { name, version, source, features })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_cargo_tree() {
        let packages = Graph::from_text("wgpu v30.0.1 (/a b/wgpu)|default,std (*)\nlog v0.4.1|\n\n").packages;
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[0].source, "(/a b/wgpu)");
        assert_eq!(packages[0].features, ["default", "std"]);
        assert!(packages[1].features.is_empty());
    }

    #[test]
    fn versions_of_winit() {
        let graph = |text| Graph::from_text(text);
        for ours in ["winit v0.30.5|x11\n", "winit v0.30.13|\nwinit v0.30.13| (*)\n"] {
            assert!(graph(ours).has_windows() && graph(ours).check_windows().is_ok());
        }
        let own = graph("winit v0.29.1 (/x)|\n");
        assert!(!own.has_windows() && own.check_windows().is_ok());
        let refused = |text| graph(text).check_windows().unwrap_err().to_string();
        assert!(refused("winit v0.30.4|\n").contains("`cargo update -p winit`"));
        let newer = refused("winit v0.30.9|\nwinit v0.31.0-beta.4|\n");
        assert!(
            newer.contains("from 0.30.5") && newer.contains("cargo tree --invert winit@0.31.0"),
            "{newer}"
        );
    }

    #[test]
    fn a_real_wgpu_for_browsers_is_refused() {
        let ours = format!("wgpu v30.0.1 (/x/wgpu)|default\n{MARKER} v0.1.0 (/x)|run3\n");
        let real = |features| format!("{ours}wgpu v30.0.1 (registry `wgpu-wasi`)|{features}");
        assert!(Graph::from_text(&real("custom,std")).check().is_ok());
        let error = Graph::from_text(&real("custom,web,webgpu")).check().unwrap_err().to_string();
        assert!(error.contains("resolver"), "{error}");
    }
}
