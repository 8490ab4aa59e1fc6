//! The commands.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use clap::{CommandFactory, Parser, Subcommand};
use wgpu_wasi_host::cli::{self, Adapters, Options, Run};

use crate::{
    arguments,
    as_native::AsNative,
    lock::Guard,
    session::{self, Runner, Wishes},
    test_runner::TestRun,
    variants::Choice,
    web::{self, Action, Page, WebOptions},
};

/// Builds and runs any project that uses wgpu as a sandboxed WebAssembly component, unmodified.
///
/// Each command is cargo's of the same name for the target wasm32-wasip2, with all of cargo's arguments.
/// `cargo wgpu-wasi -- COMMAND` does the same for any other. Cargo.toml and Cargo.lock stay as they are.
#[derive(Debug, Parser)]
#[command(name = "cargo wgpu-wasi", bin_name = "cargo wgpu-wasi", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build components
    Build(Arguments),
    /// Build a component and run it on the GPU
    Run(Arguments),
    /// Run tests in the sandbox, each in an instance of its own
    Test(Arguments),
    /// Run benchmarks in the sandbox
    Bench(Arguments),
    /// Check without building
    Check(Arguments),
    /// Check with clippy
    Clippy(Arguments),
    /// Show what components depend on
    Tree(Arguments),
    /// Build a component, and a page that runs it in a browser
    Web {
        #[command(subcommand)]
        command: WebCommand,
    },
    /// Write what takes wgpu's place into a folder of the project, to be kept there, and print the
    /// lines for its `.cargo/config.toml`
    Config {
        /// The folder, inside the project
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
        #[command(flatten)]
        choice: Choice,
        /// Arguments of cargo, such as --manifest-path
        #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
        cargo: Vec<OsString>,
    },
    Adapters(Adapters),
    /// As cargo's runner: run one component
    #[command(hide = true)]
    Runner(ForCargo<Run>),
    /// As cargo's runner: run one component of tests
    #[command(hide = true)]
    TestRunner(ForCargo<TestRun>),
    /// As cargo's runner: make a page of one component
    #[command(hide = true)]
    WebRunner(ForCargo<PageOf>),
}

#[derive(Debug, Subcommand)]
enum WebCommand {
    /// Write a static site that runs the program: it works from any web server, and without a network
    Build(WebArguments),
    /// The same, and show it on this machine's own address until Ctrl-C
    Serve(WebArguments),
}

#[derive(Debug, clap::Args)]
struct WebArguments {
    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    options: web::Options,

    /// Arguments of cargo, such as --bin, and after `--` those of the program; ours may stand among cargo's
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
struct PageOf {
    action: Action,

    #[command(flatten)]
    page: Page,
}

/// What cargo has us run.
#[derive(Debug, clap::Args)]
struct ForCargo<T: clap::Args> {
    /// A file to be made, by which the command around cargo knows that it is no longer building
    #[arg(long, value_name = "FILE", hide = true)]
    ran: Option<PathBuf>,

    #[command(flatten)]
    run: T,
}

impl<T: clap::Args> ForCargo<T> {
    fn begin(self) -> T {
        if let Some(ran) = self.ran {
            // Without it, remarks are those on a build that failed.
            let _ = fs::write(ran, "");
        }
        self.run
    }
}

#[derive(Debug, clap::Args)]
struct Arguments {
    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    as_native: AsNative,

    #[command(flatten)]
    options: Options,

    /// Arguments of cargo, and after `--` those of the program; ours may stand among cargo's
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<OsString>,
}

/// The options alone, for the arguments of a command that clap does not see as a whole.
#[derive(Debug, Parser)]
#[command(name = "cargo wgpu-wasi", no_binary_name = true, disable_help_flag = true)]
struct OurOptions {
    #[command(flatten)]
    choice: Choice,

    #[command(flatten)]
    as_native: AsNative,

    #[command(flatten)]
    options: Options,
}

/// The commands of cargo that are ours too.
const CARGO: [&str; 7] = ["build", "run", "test", "bench", "check", "clippy", "tree"];

/// cargo's own exit status when it fails.
const FAILED: u8 = 101;

pub(crate) fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    // cargo puts the name of its subcommand first.
    if arguments.first().is_some_and(|first| first == "wgpu-wasi") {
        arguments.remove(0);
    }
    let words: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    match words.as_slice() {
        [first, file, folder] if *first == "guard" => Guard::run(file, folder),
        [first, command, ..] if *first == "--" => {
            let command = (*command).to_owned();
            forward(&command, arguments.split_off(2))
        }
        [first, rest @ ..] if CARGO.iter().any(|name| first == name) && !asks_for_help(rest) => {
            let command = (*first).to_owned();
            forward(&command, arguments.split_off(1))
        }
        [first, action, rest @ ..] if *first == "web" && !asks_for_help(rest) => {
            match action.to_str().and_then(Action::named) {
                Some(action) => tell(page(action, arguments.split_off(2))),
                None => other(arguments),
            }
        }
        _ => other(arguments),
    }
}

/// A page: cargo builds the component, and has us run it, unless it is there already.
fn page(action: Action, arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let (ours, cargo) = arguments::split::<WebOptions>(arguments);
    let WebOptions { choice, as_native, options } = WebOptions::parse_from(ours);
    if let Some(page) = options.component(&cargo)? {
        return page.execute(action);
    }
    let runner = Runner { name: "web-runner", arguments: options.arguments(action)? };
    session::run(OsStr::new("run"), cargo, Wishes { choice, as_native }, runner)
}

fn asks_for_help(arguments: &[&OsStr]) -> bool {
    arguments.iter().take_while(|word| **word != "--").any(|word| *word == "--help" || *word == "-h")
}

/// A command of cargo's.
fn forward(command: &OsStr, arguments: Vec<OsString>) -> ExitCode {
    let (ours, cargo) = arguments::split::<OurOptions>(arguments);
    let OurOptions { choice, as_native, options } = OurOptions::parse_from(ours);
    let tests = command == "test" || command == "t" || command == "bench";
    let name = if tests { "test-runner" } else { "runner" };
    let wishes = Wishes { choice, as_native };
    let arguments = options.arguments().context("the current folder");
    tell(arguments.and_then(|arguments| session::run(command, cargo, wishes, Runner { name, arguments })))
}

fn tell(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(FAILED)
    })
}

/// What does not run cargo.
fn other(arguments: Vec<OsString>) -> ExitCode {
    let name = OsString::from("cargo wgpu-wasi");
    let Cli { command } = Cli::parse_from([name].into_iter().chain(arguments));
    if let Some(folder) = cli::runtime_dir() {
        set_runtime_dir(&folder);
    }
    cli::start_log();
    match command {
        Command::Config { folder, choice, cargo } => tell(session::keep(&folder, choice, cargo)),
        Command::Adapters(adapters) => cli::exit_code(adapters.execute()),
        Command::Runner(run) => cli::exit_code(run.begin().execute_for_cargo()),
        Command::TestRunner(run) => cli::exit_code(run.begin().execute()),
        Command::WebRunner(run) => {
            let PageOf { action, page } = run.begin();
            tell(page.execute(action))
        }
        // They are handled before, all but the wish for help, which clap has fulfilled.
        Command::Build(_) | Command::Run(_) | Command::Test(_) | Command::Bench(_) => usage(),
        Command::Check(_) | Command::Clippy(_) | Command::Tree(_) => usage(),
        Command::Web { command: WebCommand::Build(_) | WebCommand::Serve(_) } => usage(),
    }
}

#[expect(unsafe_code, reason = "the drivers take this from the environment alone")]
fn set_runtime_dir(folder: &Path) {
    // SAFETY: no command has begun that starts a thread, so that nobody else reads the environment.
    unsafe { env::set_var(cli::RUNTIME_DIR, folder) };
}

fn usage() -> ExitCode {
    // Nobody is left to tell when stdout is closed.
    let _ = Cli::command().print_help();
    ExitCode::from(FAILED)
}
