//! The project that is to be built: where it is, and which real packages it has.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use cargo_metadata::{CrateType, Metadata, MetadataCommand, Package};

use crate::{
    arguments::{CargoArguments, TARGET},
    as_native::{self, AsNative},
    cargo::{cargo, output},
    lock::Flavor,
    mirror,
    stand_ins::{MARKER, STAND_INS, StandIn, WGPU},
    variants::Variant,
};

/// A cargo workspace.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The folder of its root manifest.
    pub(crate) root: PathBuf,
    /// Where cargo keeps its lock file.
    pub(crate) lock: PathBuf,
    /// Below its target folder, what all projects with this target folder share.
    pub(crate) shared: PathBuf,
    /// What is this project's alone.
    pub(crate) own: PathBuf,
    /// With `--as-native`, what is built in place of it.
    copy: Option<PathBuf>,
}

/// A package of crates.io that a stand-in takes the place of.
#[derive(Clone, Debug)]
pub(crate) struct Real {
    pub(crate) stand_in: &'static StandIn,
    pub(crate) version: String,
    /// Of the package file, from the lock.
    pub(crate) checksum: String,
    /// Where cargo has unpacked it.
    pub(crate) source: PathBuf,
    pub(crate) features: BTreeSet<String>,
    /// The project has a library that is a component (`cdylib`), which has no `main` to export.
    pub(crate) without_main: bool,
    pub(crate) variant: Variant,
}

/// What a project has of wgpu.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// What stand-ins are to take the place of; wgpu first.
    Reals(Vec<Real>),
    /// The stand-ins, by a configuration of the project's own.
    StandIns,
}

impl Project {
    /// Finds the project as cargo would. Where it can't be written, or is to be built as on a native system, `arguments`
    /// lead to a picture or a copy of it from then on.
    pub(crate) fn find(arguments: &mut CargoArguments, as_native: AsNative) -> Result<Self> {
        let metadata = metadata(&arguments.place, &["--no-deps"])?.context(
            "cargo finds no project here: run the command in its folder, or name it with --manifest-path",
        )?;
        let root = metadata.workspace_root.into_std_path_buf();
        let target = metadata.target_directory.into_std_path_buf();
        let shared = target.join("wgpu-wasi");
        // Target folders may be shared, names of projects repeat.
        let mut hasher = DefaultHasher::new();
        root.hash(&mut hasher);
        let name = root.file_name().unwrap_or_default().to_string_lossy();
        let own = shared.join("projects").join(format!("{name}-{:016x}", hasher.finish()));
        fs::create_dir_all(&own).with_context(|| {
            let target = target.display();
            format!("can't write into {target}; CARGO_TARGET_DIR chooses another folder for what is built")
        })?;
        let (pictures, shown) = if as_native.as_native {
            let copies = as_native::folder(&own);
            let shown = mirror::copy(&root, &copies, &target)?;
            (copies, Some(shown))
        } else if mirror::can_write(&root) {
            (PathBuf::new(), None)
        } else {
            let pictures = own.join("mirror");
            let shown = mirror::make(&root, &pictures)?;
            (pictures, Some(shown))
        };
        if shown.is_some() {
            let manifest = mirror::path(&manifest(arguments)?, &pictures);
            let target = target.to_str().with_context(|| format!("{} is no UTF-8", target.display()))?;
            let setting = format!("build.target-dir={}", toml::Value::from(target));
            arguments.move_to(&manifest, setting.into());
        }
        let lock = shown.as_deref().unwrap_or(&root).join("Cargo.lock");
        let copy = shown.filter(|_| as_native.as_native);
        Ok(Self { root, lock, shared, own, copy })
    }

    /// The flag of rustc by which a copy of the project looks like the project to whoever asks what is built.
    pub(crate) fn flag(&self) -> Option<String> {
        as_native::remapped(self.copy.as_deref()?, &self.root)
    }

    /// Asks cargo for the packages of the project, as they are with `config`: without any, as they are without us.
    pub(crate) fn packages(&self, arguments: &CargoArguments, config: &[OsString]) -> Result<Metadata> {
        let mut options = vec!["--filter-platform", TARGET];
        options.extend((arguments.locked && config.is_empty()).then_some("--locked"));
        let features = arguments.features();
        metadata(&[config, &arguments.place[..], &features].concat(), &options)?
            .context("cargo can't make out the dependencies of the project; what it says above is the reason")
    }

    /// What of `metadata` is to be replaced.
    pub(crate) fn reals(&self, metadata: &Metadata) -> Result<Found> {
        if metadata.packages.iter().any(|package| package.name.as_str() == MARKER) {
            return Ok(Found::StandIns);
        }
        let reals: Result<Vec<_>> =
            STAND_INS.iter().filter_map(|stand_in| self.real(metadata, stand_in).transpose()).collect();
        let reals = reals?;
        if reals.iter().any(|real| real.stand_in.name == WGPU.name) {
            return Ok(Found::Reals(reals));
        }
        let named = |package: &&Package| package.name.as_str() == WGPU.name;
        bail!(no_wgpu(metadata.packages.iter().find(named), self))
    }

    /// Adds what `metadata` has beside `reals`, which are replaced in it already.
    pub(crate) fn add_reals(&self, metadata: &Metadata, reals: &mut Vec<Real>) -> Result<()> {
        for stand_in in STAND_INS {
            if !reals.iter().any(|real| real.stand_in.name == stand_in.name) {
                reals.extend(self.real(metadata, stand_in)?);
            }
        }
        Ok(())
    }

    /// The package of crates.io that this one takes the place of, if `metadata` has it.
    fn real(&self, metadata: &Metadata, stand_in: &'static StandIn) -> Result<Option<Real>> {
        let replaced = metadata.packages.iter().find(|package| {
            let registry = package.source.as_ref().is_some_and(|source| source.is_crates_io());
            package.name.as_str() == stand_in.name && registry && stand_in.takes(&package.version)
        });
        let Some(package) = replaced else { return Ok(None) };
        let mut targets = metadata.workspace_packages().into_iter().flat_map(|package| &package.targets);
        let version = package.version.to_string();
        let locks = [self.lock.clone(), Flavor::Plain.memory(&self.own)];
        let mut read = locks.iter().filter_map(|file| fs::read_to_string(file).ok());
        let checksum = read
            .find_map(|text| checksum(&text, stand_in.name, &version))
            .with_context(|| format!("Cargo.lock has no checksum for {} {version}", stand_in.name))?;
        let source = package.manifest_path.parent().context("a manifest lies in a folder")?;
        Ok(Some(Real {
            stand_in,
            version,
            checksum,
            source: source.to_owned().into(),
            features: package.features.keys().cloned().collect(),
            without_main: targets.any(|target| target.crate_types.contains(&CrateType::CDyLib)),
            variant: Variant::default(),
        }))
    }
}

/// Why there is nothing to do.
fn no_wgpu(package: Option<&Package>, project: &Project) -> String {
    let root = project.root.display();
    let Some(package) = package else {
        return format!(
            "nothing in {root} depends on wgpu, with the features that are on: there is no GPU to bring into \
             the sandbox. For a program without one, `cargo build --target {TARGET}` is enough"
        );
    };
    let version = &package.version;
    match &package.source {
        Some(source) if source.is_crates_io() => format!(
            "{root} depends on wgpu {version}; this version of cargo wgpu-wasi brings wgpu {}x into the sandbox. \
             `cargo tree --invert wgpu@{version} --target {TARGET}` shows who asks for it",
            WGPU.versions
        ),
        source => format!(
            "{root} takes wgpu {version} from {}, not from crates.io: only that one can be replaced by the wgpu \
             for the sandbox. Is there a [patch] or a `git` or `path` dependency?",
            source.as_ref().map_or_else(|| package.manifest_path.to_string(), ToString::to_string)
        ),
    }
}

/// The checksum of a package in the text of a lock file.
fn checksum(lock: &str, name: &str, version: &str) -> Option<String> {
    let lock: toml::Table = lock.parse().ok()?;
    let text = |package: &toml::Value, key| Some(package.get(key)?.as_str()?.to_owned());
    lock.get("package")?.as_array()?.iter().find_map(|package| {
        let same = text(package, "name")? == name && text(package, "version")? == version;
        same.then(|| text(package, "checksum")).flatten()
    })
}

/// The manifest that cargo goes by.
fn manifest(arguments: &CargoArguments) -> Result<PathBuf> {
    let mut command = cargo();
    command.args(["locate-project", "--message-format", "plain"]);
    let path = output(command.args(&arguments.manifest))?.context("cargo finds no project here")?;
    Ok(path.trim_end().into())
}

/// `None` when cargo failed, and has said why.
fn metadata(place: &[OsString], options: &[&str]) -> Result<Option<Metadata>> {
    let mut command = cargo();
    let text = output(command.args(["metadata", "--format-version", "1"]).args(place).args(options))?;
    text.map(|text| MetadataCommand::parse(text).context("what `cargo metadata` wrote")).transpose()
}

/// Makes the folder of a file, and writes it if it is not the same already: cargo goes by times.
pub(crate) fn write_changed(file: &Path, content: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    // Whole or not at all, for a command that runs at the same time.
    let new = file.with_extension(format!("{}.new", std::process::id()));
    fs::write(&new, content).with_context(|| new.display().to_string())?;
    fs::rename(&new, file).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_one_version() {
        let lock = "version = 4\n[[package]]\nname = \"wgpu\"\nversion = \"29.0.3\"\nchecksum = \"a\"\n\
                    [[package]]\nname = \"wgpu\"\nversion = \"30.0.1\"\nchecksum = \"b\"\n\
                    [[package]]\nname = \"own\"\nversion = \"1.0.0\"\n";
        assert_eq!(checksum(lock, "wgpu", "30.0.1").as_deref(), Some("b"));
        assert_eq!(checksum(lock, "wgpu", "30.0.0"), None);
        assert_eq!(checksum(lock, "own", "1.0.0"), None);
        assert_eq!(checksum("half a f", "wgpu", "30.0.1"), None);
    }
}
