//! `cargo xtask drop-in`: programs in plain wgpu, over crates as crates.io has them, natively and by
//! `cargo wgpu-wasi`, compared.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use xshell::cmd;

use crate::{
    artifacts::{self, DIST, DROP_IN, DROP_IN_MORE, EXAMPLES, RELEASE},
    pairs::{self, Pair},
    repo::Repo,
    setup,
};

/// Which programs.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Also those over crates that take a minute and more to build, or want wgpu otherwise than the rest
    #[arg(long)]
    more: bool,

    /// Also measure how many frames a second those draw that draw for windows as a rule, with so many frames a turn
    #[arg(long, value_name = "N")]
    frames: Option<u32>,
}

/// The programs of a workspace.
struct Programs {
    manifest: &'static str,
    /// Their names, without `drop-in-`, and what one sees.
    names: &'static [(&'static str, &'static str)],
}

/// Those that the tests run.
const PROGRAMS: Programs = Programs {
    manifest: DROP_IN,
    names: &[
        ("vello", "vello: paths, gradients, clips, layers, blurs, glyphs"),
        ("egui", "egui-wgpu: widgets and plots"),
        ("glyphon", "glyphon: shaped, justified, coloured text"),
        ("text", "wgpu_text: text under a matrix"),
        ("profiler", "wgpu-profiler: timed scopes about compute passes"),
        ("cube", "cubecl: kernels written in Rust, checked against the processor"),
        ("khal", "khal: an automaton, by shaders in WGSL and in SPIR-V"),
        ("lampshade", "lampshade: colours sorted, left out and counted, checked against the processor"),
    ],
};

/// Those that are run when asked for.
const MORE: Programs = Programs {
    manifest: DROP_IN_MORE,
    names: &[
        ("femtovg", "femtovg: a watch"),
        ("vello-gpu", "vello_gpu: a window of a cathedral, by strips"),
        ("anyrender", "anyrender_vello: a dashboard"),
    ],
};

/// Those that draw for windows as a rule: with a number as second argument, they print how many frames they draw in a
/// second.
const OF_FRAMES: [&str; 2] = ["vello", "egui"];

/// How often each side is measured.
const TURNS: usize = 5;

/// The one that leaves a trace beside its picture.
const TRACED: &str = "profiler";

/// Makes the machine ready, builds cargo's subcommand, and does [`compare`].
pub(crate) fn run_all(repo: &Repo, options: Options) -> Result<()> {
    setup::before(repo)?;
    let tool = artifacts::build_subcommand(repo, if options.frames.is_some() { DIST } else { RELEASE })?;
    compare(repo, &tool, if options.more { &[PROGRAMS, MORE] } else { &[PROGRAMS] })?;
    options.frames.map_or(Ok(()), |frames| measure(repo, &tool, frames))
}

/// Does [`compare`] with the programs of the tests.
pub(crate) fn compare_all(repo: &Repo, tool: &Path) -> Result<()> {
    compare(repo, tool, &[PROGRAMS])
}

/// Builds the programs natively and by `cargo wgpu-wasi`, which is `tool`, runs both, compares what they print
/// and draw, and makes the contact sheet.
fn compare(repo: &Repo, tool: &Path, workspaces: &[Programs]) -> Result<()> {
    for programs in workspaces {
        // All programs in one go, both times: alone, each would want wgpu with fewer features than together.
        artifacts::build_native(repo, programs.manifest, &[])?;
        artifacts::build_by_subcommand(repo, tool, programs.manifest, &[])?;
    }

    let (sh, folder) = (&repo.sh, repo.path("target/drop-in"));
    let [by_native, by_component] = pairs::empty_folders(sh, &folder)?;
    let mut drawn = Vec::new();
    let programs = || workspaces.iter().flat_map(|programs| programs.names);
    for (name, shows) in programs() {
        let package = format!("drop-in-{name}");
        let native = artifacts::native(&artifacts::native_folder(repo), &package);
        let component = artifacts::component(&artifacts::component_folder(repo), &package);
        let file = by_native.join(format!("{name}.png"));
        let said = cmd!(sh, "{native} {file}").read()?;
        println!("{said}");
        // What `cargo wgpu-wasi run` has cargo run.
        let answer =
            cmd!(sh, "{tool} runner --dir {by_component}::/out {component} /out/{name}.png").read()?;
        if answer != said {
            bail!("as a component, {package} said something else:\n{answer}");
        }
        drawn.push(Pair::compare(sh, &folder, name, shows)?);
    }
    let traces = [by_native, by_component].map(|side| {
        let trace = sh.read_file(side.join(TRACED).with_extension("json"))?;
        scopes(&trace).with_context(|| format!("the trace of {TRACED}"))
    });
    let [native, component] = traces;
    if native? != component? {
        bail!("the two traces of {TRACED} differ in more than their times");
    }

    artifacts::build_native(repo, EXAMPLES, &["gallery"])?;
    let gallery = artifacts::native(&artifacts::native_folder(repo), "gallery");
    let names = programs().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
    let sheet = folder.join("contact-sheet.png");
    cmd!(sh, "{gallery} --sheet {folder} {sheet} --of {names}").run()?;
    pairs::report(sh, &folder, "Crates that know nothing of WASI", "pictures", &drawn)
}

/// Has both sides of [`OF_FRAMES`] draw in turns, and prints how they compare.
fn measure(repo: &Repo, tool: &Path, frames: u32) -> Result<()> {
    let sh = &repo.sh;
    let folder = sh.create_temp_dir()?;
    let (folder, frames) = (folder.path(), frames.to_string());
    for name in OF_FRAMES {
        let package = format!("drop-in-{name}");
        let program = artifacts::native(&artifacts::native_folder(repo), &package);
        let component = artifacts::component(&artifacts::component_folder(repo), &package);
        let [mut native, mut sandboxed] = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            let file = folder.join("frame.png");
            native.push(frames_a_second(&cmd!(sh, "{program} {file} {frames}").quiet().read()?)?);
            let run = cmd!(sh, "{tool} runner --dir {folder}::/out {component} /out/frame.png {frames}");
            sandboxed.push(frames_a_second(&run.quiet().read()?)?);
        }
        let [Some(native), Some(sandboxed)] = [native, sandboxed].map(|rates| pairs::median(&rates)) else {
            bail!("{name} was not measured");
        };
        let ratio = sandboxed / native;
        println!("{name}: {native:.1} frames/s natively, {sandboxed:.1} as a component: {ratio:.2}");
    }
    Ok(())
}

/// What a program says of its frames.
fn frames_a_second(output: &str) -> Result<f64> {
    let number = output.lines().find_map(|line| line.strip_prefix("frames/s: "));
    Ok(number.context("it says nothing of its frames")?.parse()?)
}

/// The names of the scopes in a trace as chrome://tracing takes it; their times differ from run to run.
fn scopes(trace: &str) -> Result<Vec<String>> {
    let trace: Value = serde_json::from_str(trace)?;
    let events = trace.get("traceEvents").and_then(Value::as_array).filter(|events| !events.is_empty());
    let name = |event: &Value| Some(event.get("name")?.as_str()?.to_owned());
    events.context("no events")?.iter().map(|event| name(event).context("a scope without a name")).collect()
}
