//! `cargo wgpu-wasi web`: a component as a page that runs it.
//!
//! cargo builds the program as for `run`, and has this program run it: `build` and `serve` make a site of it then. So the
//! program is chosen as with `cargo run`, and its arguments stand after `--`.

mod serve;
mod site;
mod transpile;

use std::{
    ffi::OsString,
    path::{Path, PathBuf, absolute},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, ValueEnum};

use crate::{as_native::AsNative, variants::Choice};

use site::Site;

/// What is made of the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Action {
    /// A site in a folder.
    Build,
    /// The same, shown on this machine's own address.
    Serve,
}

impl Action {
    /// The action of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "build" => Some(Self::Build),
            "serve" => Some(Self::Serve),
            _ => None,
        }
    }
}

/// How the page is.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Options {
    /// The folder for the site; without it, one beside the component
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Gives the program the files of a folder, under `/` or a name of its own
    #[arg(long = "files", value_name = "FOLDER[::GUEST]")]
    files: Vec<OsString>,

    /// Sets an environment variable of the program
    #[arg(long = "env", value_name = "NAME=VALUE")]
    env: Vec<String>,

    /// The title of the page; without it, the program's name
    #[arg(long)]
    title: Option<String>,

    /// Lets the program read the clipboard where the browser's user agrees, and write to it just after a click or a key
    #[arg(long)]
    clipboard: bool,

    /// The port for `serve`; without it, one that is free
    #[arg(long, default_value_t)]
    port: u16,

    /// Takes this component in place of building one
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
}

impl Options {
    /// The options as arguments again, for a process that may have another current folder.
    pub(crate) fn arguments(&self, action: Action) -> Result<Vec<OsString>> {
        let Self { out, files, env, title, clipboard, port, component: _ } = self;
        let here = |path: &Path| absolute(path).context("the current folder");
        let mut arguments: Vec<OsString> =
            vec![if action == Action::Serve { "serve" } else { "build" }.into()];
        if let Some(out) = out {
            arguments.extend(["--out".into(), here(out)?.into_os_string()]);
        }
        for files in files {
            let (folder, guest) = split_files(files)?;
            let mut files = here(&folder)?.into_os_string();
            files.push(format!("::{guest}"));
            arguments.extend(["--files".into(), files]);
        }
        for variable in env {
            arguments.extend(["--env".into(), variable.into()]);
        }
        if let Some(title) = title {
            arguments.extend(["--title".into(), title.into()]);
        }
        if *clipboard {
            arguments.push("--clipboard".into());
        }
        arguments.extend(["--port".into(), port.to_string().into()]);
        Ok(arguments)
    }

    /// The component that is there already, with its arguments after `--`.
    pub(crate) fn component(&self, rest: &[OsString]) -> Result<Option<Page>> {
        let Some(component) = &self.component else { return Ok(None) };
        let arguments = match rest {
            [] => Vec::new(),
            [dashes, arguments @ ..] if dashes == "--" => arguments.to_vec(),
            [other, ..] => bail!("with --component nothing is built, and {} says how", other.display()),
        };
        Ok(Some(Page { options: self.clone(), program: component.clone(), arguments }))
    }
}

/// The options of the command line: how the project is built, and how the page is.
#[derive(Debug, Parser)]
#[command(name = "cargo wgpu-wasi web", no_binary_name = true, disable_help_flag = true)]
pub(crate) struct WebOptions {
    #[command(flatten)]
    pub(crate) choice: Choice,

    #[command(flatten)]
    pub(crate) as_native: AsNative,

    #[command(flatten)]
    pub(crate) options: Options,
}

/// As cargo's runner: the page of a component.
#[derive(Args, Clone, Debug)]
pub(crate) struct Page {
    #[command(flatten)]
    options: Options,

    /// The component
    #[arg(value_name = "COMPONENT")]
    program: PathBuf,

    /// Its arguments
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Page {
    /// Writes the site and says where it is, or shows it.
    pub(crate) fn execute(self, action: Action) -> Result<ExitCode> {
        let Self { options, program, arguments } = self;
        let Options { out, files, env, title, clipboard, port, component: _ } = options;
        let name = program.file_stem().context("the component's name")?.to_string_lossy().into_owned();
        let out = out.unwrap_or_else(|| program.with_extension("site"));
        let words =
            arguments.into_iter().map(|word| word.into_string().ok().context("an argument that is no UTF-8"));
        let site = Site {
            title: title.unwrap_or_else(|| name.clone()),
            args: [Ok(name)].into_iter().chain(words).collect::<Result<_>>()?,
            env: env.iter().map(|variable| split_variable(variable)).collect::<Result<_>>()?,
            files: files.iter().map(|files| split_files(files)).collect::<Result<_>>()?,
            clipboard,
        };
        let size = site.write(&program, &out)?;
        let megabytes = size as f64 / 1e6;
        println!("{}: {megabytes:.1} MB, to be put on any web server", out.display());
        if action == Action::Serve {
            serve::serve(&out, port)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// `FOLDER[::GUEST]`.
fn split_files(text: &std::ffi::OsStr) -> Result<(PathBuf, String)> {
    let text = text.to_str().context("a folder whose name is no UTF-8")?;
    let (folder, guest) = text.rsplit_once("::").unwrap_or((text, "/"));
    Ok((folder.into(), guest.to_owned()))
}

fn split_variable(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').with_context(|| format!("--env {text} has no value"))?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_arguments_and_options_again() {
        let given = [
            "--files",
            "/in::data",
            "--env",
            "A=b=c",
            "--title",
            "T t",
            "--clipboard",
            "--port",
            "8000",
            "--out",
            "/o",
        ];
        let WebOptions { options, .. } = WebOptions::parse_from(given);
        let arguments = options.arguments(Action::Serve).unwrap();
        assert_eq!(arguments.first().unwrap(), "serve");
        let WebOptions { options: again, .. } = WebOptions::parse_from(arguments.iter().skip(1));
        assert_eq!(again.arguments(Action::Serve).unwrap(), arguments);
        assert_eq!(split_files(&again.files[0]).unwrap(), (PathBuf::from("/in"), "data".to_owned()));
        assert_eq!(split_variable(&again.env[0]).unwrap(), ("A".to_owned(), "b=c".to_owned()));
        assert!(split_variable("A").is_err());
    }

    /// As cargo calls its runner.
    #[test]
    fn the_runner_has_the_options_and_the_component_with_its_arguments() {
        #[derive(Parser)]
        #[command(no_binary_name = true)]
        struct Runner {
            #[command(flatten)]
            page: Page,
        }
        let words = ["--title", "T", "--port", "0", "a.wasm", "--all", "/out"];
        let Runner { page } = Runner::try_parse_from(words).unwrap();
        assert_eq!((page.program, page.arguments), ("a.wasm".into(), vec!["--all".into(), "/out".into()]));
    }

    #[test]
    fn a_component_that_is_there_is_not_built() {
        let WebOptions { options, .. } = WebOptions::parse_from(["--component", "a.wasm"]);
        let page = options.component(&["--".into(), "--all".into()]).unwrap().unwrap();
        assert_eq!(page.arguments, ["--all"]);
        assert!(options.component(&["--release".into()]).is_err());
        assert!(Options::default().component(&["--release".into()]).unwrap().is_none());
    }
}
