//! One command: everything that stands around the one cargo that the user asked for.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::Path,
    process::{self, ExitCode},
};

use anyhow::{Context, Result, bail};
use cargo_metadata::Metadata;
use toml::Value;
use wgpu_wasi_host::cli::{PANICKED, TRAPPED};

use crate::{
    arguments::{CargoArguments, TARGET},
    as_native::AsNative,
    cargo::{self, cargo},
    check::Graph,
    flags::{self, Kept},
    generate,
    lock::{Flavor, Lock},
    project::{Found, Project, Real},
    remarks::{Failure, Sources, remarks},
    stand_ins::{Made, WGPU},
    target,
    variants::{Choice, Variant},
};

/// How the user wants the project built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wishes {
    pub(crate) choice: Choice,
    pub(crate) as_native: AsNative,
}

/// The command of this program that runs what cargo has built, and its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Runner {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<OsString>,
}

/// Runs `cargo COMMAND` with our packages in place.
pub(crate) fn run(
    command: &OsStr,
    arguments: Vec<OsString>,
    wishes: Wishes,
    runner: Runner,
) -> Result<ExitCode> {
    // Ctrl-C goes to cargo as well; we stay to see the lock file back in its place.
    ctrlc::set_handler(|| {}).context("can't wait for cargo on Ctrl-C")?;
    let mut arguments = CargoArguments::new(arguments);
    if let Some(target) = arguments.targets.iter().find(|target| *target != TARGET) {
        bail!("cargo wgpu-wasi builds for {TARGET}, and for {} plain cargo does", target.display());
    }
    let project = Project::find(&mut arguments, wishes.as_native)?;
    target::ensure()?;
    let mut lock = Lock::start(&project.lock, &project.own)?;
    let metadata = lock.during(Flavor::Plain, || project.packages(&arguments, &[]))?;
    let flags = flags::Settings::find(&arguments.place, project.flag().as_deref())?;
    let ran = project.own.join(format!("ran-{}", process::id()));
    let mut config = vec!["--config".into(), runner_config(runner, &ran)?];
    match find(&project, &arguments, &mut lock, &metadata, wishes.choice)? {
        Found::Reals(mut reals) => {
            choose_windows(&project, &arguments, &mut lock, &mut reals)?;
            config.extend(["--config".into(), generate::write(&project, &reals)?.into_os_string()]);
        }
        Found::StandIns => config.extend(["--config".into(), format!("build.target=\"{TARGET}\"").into()]),
    }
    let graph = lock.during(Flavor::Injected, || Graph::of(&arguments, &config))?;
    graph.check()?;
    // Ours after those of the user, which they take up.
    let dashes = arguments.all.iter().position(|argument| argument == "--").unwrap_or(arguments.all.len());
    let (own, rest) = arguments.all.split_at(dashes);
    let status = lock.during(Flavor::Injected, || {
        let mut cargo = cargo();
        // After the name: cargo would not hand on what stands before it to clippy.
        cargo.arg(command).args(&config).args(own).args(flags.options).args(rest).envs(flags.variables);
        cargo.status().context("can't run cargo")
    })?;
    let failure = if ran.exists() { Failure::Program } else { Failure::Build };
    // It is there if a program ran.
    let _ = fs::remove_file(&ran);
    // cargo's own status is that of a panic. What ends by itself, or is ended from outside, has its reasons elsewhere.
    if status.code().is_some_and(|code| [PANICKED, TRAPPED].map(i32::from).contains(&code)) {
        for remark in remarks(&graph, &Sources::of(&metadata), failure) {
            eprintln!("{remark}");
        }
    }
    Ok(cargo::exit_code(status))
}

/// What of the project's packages is to be replaced. With some of it replaced, there may be more: a package that takes
/// wasm32 for a browser has its native dependencies then.
fn find(
    project: &Project,
    arguments: &CargoArguments,
    lock: &mut Lock,
    metadata: &Metadata,
    choice: Choice,
) -> Result<Found> {
    let Found::Reals(mut reals) = project.reals(metadata)? else { return Ok(Found::StandIns) };
    let mut variant = choice.variant(names(metadata));
    if reals.iter().any(|real| matches!(real.stand_in.made, Made::AsNative(_))) {
        let begun = begun(project, &reals)?;
        let more = lock.during(Flavor::Begun, || project.packages(arguments, &begun))?;
        project.add_reals(&more, &mut reals)?;
        variant = choice.variant(names(&more));
    }
    for real in &mut reals {
        real.variant = variant;
    }
    Ok(Found::Reals(reals))
}

/// Leaves windows out where it is only others in the workspace that have them: what this command builds is to import no
/// more than it needs.
fn choose_windows(
    project: &Project,
    arguments: &CargoArguments,
    lock: &mut Lock,
    reals: &mut [Real],
) -> Result<()> {
    if !reals.iter().any(|real| real.variant.windows) {
        return Ok(());
    }
    let begun = begun(project, reals)?;
    let flavor = if begun.is_empty() { Flavor::Plain } else { Flavor::Begun };
    let build = lock.during(flavor, || Graph::of(arguments, &begun))?;
    build.check_windows()?;
    let windows = build.has_windows();
    for real in reals {
        real.variant.windows = windows;
    }
    Ok(())
}

/// cargo's options by which winit and all that is replaced for itself alone are there as they are, for a look at them: with
/// wgpu, by which the lock file is known for ours, and what is rewritten. None where nothing is.
fn begun(project: &Project, reals: &[Real]) -> Result<Vec<OsString>> {
    let rewritten = |real: &&Real| matches!(real.stand_in.made, Made::AsNative(_));
    if !reals.iter().any(|real| rewritten(&real)) {
        return Ok(Vec::new());
    }
    let first = reals.iter().filter(|real| rewritten(real) || real.stand_in.name == WGPU.name);
    let first: Vec<Real> = first.map(|real| Real { variant: Variant::default(), ..real.clone() }).collect();
    Ok(vec!["--config".into(), generate::write(project, &first)?.into_os_string()])
}

/// Writes what the project needs into a folder of its own, and prints the configuration for it.
pub(crate) fn keep(folder: &Path, choice: Choice, arguments: Vec<OsString>) -> Result<ExitCode> {
    let mut arguments = CargoArguments::new(arguments);
    let project = Project::find(&mut arguments, AsNative::default())?;
    let mut lock = Lock::start(&project.lock, &project.own)?;
    let metadata = lock.during(Flavor::Plain, || project.packages(&arguments, &[]))?;
    match find(&project, &arguments, &mut lock, &metadata, choice)? {
        Found::Reals(reals) => {
            let missing = match Kept::find(&arguments.place)? {
                Kept::Flags(flags) => flags,
                Kept::Own => Vec::new(),
                Kept::Elsewhere(flags, place) => {
                    eprintln!("{}", flags::remark(&flags, &place));
                    Vec::new()
                }
            };
            print!("{}", generate::write_into(&project, folder, &reals, &missing)?);
        }
        Found::StandIns => bail!("this project has such a configuration already"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The names of all packages.
fn names(metadata: &Metadata) -> impl Iterator<Item = &str> + Clone {
    metadata.packages.iter().map(|package| package.name.as_str())
}

/// The setting that makes cargo run components with this program, which makes the file `ran` then.
fn runner_config(runner: Runner, ran: &Path) -> Result<OsString> {
    let program = env::current_exe().context("the path of this program")?;
    let mut words = vec![program.into_os_string(), runner.name.into(), "--ran".into(), ran.into()];
    words.extend(runner.arguments);
    let words: Option<Vec<Value>> = words.iter().map(|word| Some(word.to_str()?.into())).collect();
    let words = Value::Array(words.context("a path that is no UTF-8 can't be in cargo's configuration")?);
    Ok(format!("target.{TARGET}.runner={words}").into())
}
