//! What a component may use, whether it is run or serves.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Args;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use super::quotas::QuotaOptions;
use crate::{
    AdapterChoice, WebGpuCtxBuilder,
    launch::{adapter_choice, cache_folder, check_dir},
    runtime::{
        RuntimeOptions,
        kept::{GUEST_FOLDER, VARIABLE},
    },
};

/// What a component may use.
#[derive(Args, Clone, Debug)]
pub(super) struct Access {
    /// Lets the program use a folder of this machine, under a name of its own or the same one; with
    /// `::ro` after that, only to read
    #[arg(long = "dir", value_name = "HOST[::GUEST[::ro]]", value_parser = parse_dir)]
    dirs: Vec<Dir>,

    /// Sets an environment variable of the program; without a value, to what it is here
    #[arg(long = "env", value_name = "NAME[=VALUE]", value_parser = parse_env)]
    env: Vec<(String, String)>,

    /// Runs on the adapter with this text in its name (`wgpu-wasi adapters` lists them), or at this address of the PCI
    /// bus, as `pci:0000:1b:00.0`
    #[arg(long, value_name = "NAME|pci:ADDRESS")]
    adapter: Option<String>,

    /// Compiles the component anew instead of taking it from the cache, and gives the program no folder to keep files in
    #[arg(long)]
    no_cache: bool,

    /// Has every command of a pass come as a call, as on hosts that don't fetch commands from the program's
    /// memory (`wgpu-wasi:commands`)
    #[arg(long)]
    no_command_memory: bool,

    #[command(flatten)]
    quotas: QuotaOptions,
}

/// A folder of this machine, the name under which the program sees it, and what it may do there.
#[derive(Clone, Debug)]
struct Dir {
    host: PathBuf,
    guest: String,
    perms: FsPerms,
}

impl Access {
    /// The options as arguments again, for a process that may have another current folder.
    pub(super) fn arguments(&self) -> std::io::Result<Vec<OsString>> {
        let Self { dirs, env, adapter, no_cache, no_command_memory, quotas } = self;
        let mut arguments: Vec<OsString> = Vec::new();
        for Dir { host, guest, perms } in dirs {
            let mut dir = std::path::absolute(host)?.into_os_string();
            dir.push(format!("::{guest}"));
            if matches!(perms, FsPerms::ReadOnly) {
                dir.push("::ro");
            }
            arguments.extend(["--dir".into(), dir]);
        }
        for (name, value) in env {
            arguments.extend(["--env".into(), format!("{name}={value}").into()]);
        }
        if let Some(adapter) = adapter {
            arguments.extend(["--adapter".into(), adapter.into()]);
        }
        if *no_cache {
            arguments.push("--no-cache".into());
        }
        if *no_command_memory {
            arguments.push("--no-command-memory".into());
        }
        arguments.extend(quotas.arguments());
        Ok(arguments)
    }

    /// Options for a runtime that keeps compiled components in the user's cache folder.
    pub(super) fn runtime(&self) -> RuntimeOptions {
        let options = RuntimeOptions::default().limits(self.quotas.limits());
        match (!self.no_cache).then(cache_folder).flatten() {
            Some(folder) => options.cache(folder),
            None => options,
        }
    }

    /// Whether the program gets no folder to keep files in: it is to have none, or something else in its place.
    pub(super) fn has_no_place_to_keep(&self) -> bool {
        let in_its_place = |dir: &Dir| dir.guest.trim_end_matches('/') == GUEST_FOLDER;
        self.no_cache
            || self.dirs.iter().any(in_its_place)
            || self.env.iter().any(|(name, _)| name == VARIABLE)
    }

    /// The folders, the variables and the arguments of the program, without input and output.
    pub(super) fn wasi(&self, app: &Path, args: &[String]) -> wasmtime::Result<WasiCtxBuilder> {
        let mut wasi = WasiCtx::builder();
        wasi.envs(&self.env).arg(app.to_string_lossy()).args(args);
        for Dir { host, guest, perms } in &self.dirs {
            check_dir(host, "--dir")?;
            wasi.preopened_dir(host, guest, *perms).map_err(|error| {
                error.context(format!("can't open the folder {} (--dir)", host.display()))
            })?;
        }
        Ok(wasi)
    }

    /// The GPU, as the program may use it.
    pub(super) fn gpu(&self, choice: AdapterChoice) -> WebGpuCtxBuilder {
        WebGpuCtxBuilder::new()
            .quotas(self.quotas.quotas())
            .command_memory(!self.no_command_memory)
            .adapter(choice)
    }

    /// The adapter that was asked for, if there is such a one.
    pub(super) fn adapter(&self) -> wasmtime::Result<AdapterChoice> {
        self.adapter.as_deref().map_or(Ok(AdapterChoice::Any), adapter_choice)
    }
}

/// Reads the file of a component.
pub(super) fn read(app: &Path) -> wasmtime::Result<Vec<u8>> {
    std::fs::read(app).map_err(|error| {
        wasmtime::Error::from(error).context(format!("can't read the component {}", app.display()))
    })
}

fn parse_dir(text: &str) -> Result<Dir, String> {
    let (text, perms) = match text.strip_suffix("::ro") {
        Some(text) => (text, FsPerms::ReadOnly),
        None => (text, FsPerms::ReadWrite),
    };
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err("write HOST::GUEST, such as `pictures::/data`, or just HOST".to_owned());
    }
    Ok(Dir { host: PathBuf::from(host), guest: guest.to_owned(), perms })
}

fn parse_env(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some(("", _)) => Err("write NAME=VALUE, or just NAME".to_owned()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => match env::var(text) {
            Ok(value) => Ok((text.to_owned(), value)),
            Err(env::VarError::NotPresent) => Err(format!("{text} is not set here; write {text}=VALUE")),
            Err(env::VarError::NotUnicode(_)) => Err(format!("the value of {text} is not UTF-8")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders() {
        let parsed = |text| {
            parse_dir(text).ok().map(|Dir { host, guest, perms }| {
                (host.display().to_string(), guest, matches!(perms, FsPerms::ReadOnly))
            })
        };
        assert_eq!(parsed("a"), Some(("a".into(), "a".into(), false)));
        assert_eq!(parsed("C:\\a::/b"), Some(("C:\\a".into(), "/b".into(), false)));
        assert_eq!(parsed("a::/b::ro"), Some(("a".into(), "/b".into(), true)));
        assert_eq!(parsed("::a"), None);
        assert_eq!(parsed("a::"), None);
    }

    #[test]
    fn variables() {
        assert_eq!(parse_env("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(parse_env("A="), Ok(("A".into(), String::new())));
        assert!(parse_env("=b").is_err());
        assert!(parse_env("WGPU_WASI_SURELY_NOT_SET").is_err());
    }
}
