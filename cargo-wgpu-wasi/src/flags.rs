//! The flags that components are built with: 8 MiB of stack, and WebAssembly's instructions for vectors.
//!
//! Left alone, rustc gives a component 1 MiB of stack, and a program with an image on its stack, or one that recurses as
//! deep as a parser does, traps where it runs natively. And it uses no vectors, which natively every x86-64 and every
//! AArch64 has: loops over bytes and floats take several times as long.
//!
//! cargo takes flags from one place alone: whichever it uses here has to be found, and ours added there, for in any other
//! place they would be passed over, or would have those of the project passed over.
//! <https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags>

use std::{
    env,
    ffi::OsString,
    path::PathBuf,
    process::{Command, Stdio},
    str::FromStr,
};

use anyhow::{Context, Result};
use cargo_metadata::cargo_platform::{Cfg, Platform};
use toml::Value;

use crate::{
    arguments::TARGET,
    cargo::{output, rustc},
    configuration::Configuration,
};

/// A flag that a component gets, if the project has not decided otherwise.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    flag: &'static str,
    /// What a flag of the project's own has in it that decides on the same thing, however it is written.
    own: &'static str,
}

const WANTED: [Wanted; 2] = [
    // As much as a native program's main thread has on Linux. wasm-ld takes the last of several, and rustc's own stands
    // before all of cargo's.
    Wanted { flag: "-Clink-arg=-zstack-size=8388608", own: "stack-size=" },
    // In WebAssembly 2.0: wasmtime has it, and every browser that has WebGPU.
    Wanted { flag: "-Ctarget-feature=+simd128", own: "simd128" },
];

/// Flags of a program that cargo calls, by their name in cargo's configuration.
#[derive(Clone, Copy, Debug)]
struct Flags {
    key: &'static str,
    /// The variables that come before all configuration, the first before the second.
    encoded: &'static str,
    plain: &'static str,
    /// The variables that configuration is joined with.
    target: &'static str,
    build: &'static str,
}

/// Those of rustc, and those of rustdoc, which links the examples in documentation.
const FLAGS: [Flags; 2] = [
    Flags {
        key: "rustflags",
        encoded: "CARGO_ENCODED_RUSTFLAGS",
        plain: "RUSTFLAGS",
        target: "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS",
        build: "CARGO_BUILD_RUSTFLAGS",
    },
    Flags {
        key: "rustdocflags",
        encoded: "CARGO_ENCODED_RUSTDOCFLAGS",
        plain: "RUSTDOCFLAGS",
        target: "CARGO_TARGET_WASM32_WASIP2_RUSTDOCFLAGS",
        build: "CARGO_BUILD_RUSTDOCFLAGS",
    },
];

/// What gives the programs of a project the flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// For cargo's environment.
    pub(crate) variables: Vec<(&'static str, String)>,
    /// For its command line.
    pub(crate) options: Vec<OsString>,
}

/// What `cargo wgpu-wasi config` does about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// These belong into `target.wasm32-wasip2.rustflags`.
    Flags(Vec<&'static str>),
    /// The project has decided on all of them.
    Own,
    /// The project has flags already, which another table would replace or repeat. These are missing, and where, as one
    /// says it.
    Elsewhere(Vec<&'static str>, String),
}

impl Settings {
    /// Finds where cargo takes its flags from, with these arguments, in the current folder; `more` is a flag that goes there
    /// in any case.
    pub(crate) fn find(arguments: &[OsString], more: Option<&str>) -> Result<Self> {
        let place = Place::here(arguments)?;
        let mut settings = Self::default();
        for flags in FLAGS {
            match place.addition(flags, more) {
                Some(Addition::Variable(name, value)) => settings.variables.push((name, value)),
                Some(Addition::Setting(setting)) => {
                    settings.options.extend(["--config".into(), setting.into()]);
                }
                None => {}
            }
        }
        Ok(settings)
    }
}

impl Kept {
    /// Looks at the files alone: what is in the environment today is not part of the project.
    pub(crate) fn find(arguments: &[OsString]) -> Result<Self> {
        let place = Place { environment: |_| None, ..Place::here(arguments)? };
        let [flags, _] = FLAGS;
        let (target, build) = (place.of_target(flags), place.of_build(flags));
        let in_use = if target.is_empty() { build } else { target };
        let missing = missing(|own| in_use.iter().any(|found| found.has(own)));
        Ok(match in_use.first() {
            None => Self::Flags(missing),
            _ if missing.is_empty() => Self::Own,
            Some(Found { key, file, .. }) => {
                let place = match file {
                    Some(file) => format!("`{key}` in {}", file.display()),
                    None => format!("`{key}` of --config"),
                };
                Self::Elsewhere(missing, place)
            }
        })
    }
}

/// What is said where flags belong into those that the project has.
pub(crate) fn remark(missing: &[&str], place: &str) -> String {
    let flags: Vec<_> = missing.iter().map(|flag| format!("\"{flag}\"")).collect();
    format!(
        "note: components get 8 MiB of stack, as native programs have, and WebAssembly's vector instructions, by flags of \
         rustc. cargo takes flags from one place, and this project has some already: add {} to {place}",
        flags.join(" and ")
    )
}

/// Those on which the project has not decided: `has` says whether a flag with this in it is among its own.
fn missing(has: impl Fn(&str) -> bool) -> Vec<&'static str> {
    WANTED.iter().filter(|wanted| !has(wanted.own)).map(|wanted| wanted.flag).collect()
}

/// Where cargo runs, as far as it decides on flags.
struct Place {
    configuration: Configuration,
    /// A variable, if it is set.
    environment: fn(&str) -> Option<String>,
    /// What the target is, for tables such as `[target.'cfg(target_os = "wasi")']`.
    cfgs: Vec<Cfg>,
}

/// How flags are added.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Addition {
    /// To the variable that is set.
    Variable(&'static str, String),
    /// To the configuration, by this `--config`.
    Setting(String),
}

/// Flags in the configuration.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    key: String,
    file: Option<PathBuf>,
    value: Value,
}

impl Found {
    fn has(&self, part: &str) -> bool {
        self.value.to_string().contains(part)
    }
}

impl Place {
    fn here(arguments: &[OsString]) -> Result<Self> {
        let folder = env::current_dir().context("the current folder")?;
        let home = match env::var_os("CARGO_HOME") {
            Some(home) => Some(folder.join(home)),
            None => env::home_dir().map(|home| home.join(".cargo")),
        };
        let configuration = Configuration::read(&folder, home.as_deref(), arguments);
        let by_cfg = configuration.all(&["target"]).any(|(_, targets)| {
            targets.as_table().is_some_and(|targets| targets.keys().any(|key| key.starts_with("cfg(")))
        });
        let cfgs = if by_cfg { cfgs()? } else { Vec::new() };
        Ok(Self { configuration, environment: |name| env::var(name).ok(), cfgs })
    }

    /// Where flags go, and `more` in any case; `None` where the project has decided on all of them.
    fn addition(&self, flags: Flags, more: Option<&str>) -> Option<Addition> {
        let added =
            |has: &dyn Fn(&str) -> bool| -> Vec<&str> { missing(has).into_iter().chain(more).collect() };
        // The first that is set, even to nothing, is all that cargo looks at.
        for (name, separator) in [(flags.encoded, "\x1f"), (flags.plain, " ")] {
            let Some(old) = (self.environment)(name) else { continue };
            let added = added(&|own| old.contains(own));
            let all = [&*old].into_iter().filter(|old| !old.is_empty()).chain(added.iter().copied());
            let all = all.collect::<Vec<_>>().join(separator);
            return (!added.is_empty()).then_some(Addition::Variable(name, all));
        }
        let variable = |name: &str| (self.environment)(name).unwrap_or_default();
        let (target, by_variable) = (self.of_target(flags), variable(flags.target));
        let of_target = format!("target.{TARGET}.{}", flags.key);
        let (key, found, by_variable) = if target.is_empty() && by_variable.trim().is_empty() {
            let (found, by_variable) = (self.of_build(flags), variable(flags.build));
            let none = found.is_empty() && by_variable.trim().is_empty();
            (if none { of_target } else { format!("build.{}", flags.key) }, found, by_variable)
        } else {
            (of_target, target, by_variable)
        };
        let added = added(&|own| by_variable.contains(own) || found.iter().any(|found| found.has(own)));
        if added.is_empty() {
            return None;
        }
        // cargo joins lists; a text takes the place of weaker ones, so that it has to be repeated.
        let same_key = found.iter().find(|found| found.key == key);
        let value = match same_key.map(|found| &found.value) {
            Some(Value::String(old)) => Value::from(format!("{old} {}", added.join(" "))),
            _ => Value::from(added),
        };
        Some(Addition::Setting(format!("{key}={value}")))
    }

    /// What is configured for the target, all of which cargo joins.
    fn of_target(&self, flags: Flags) -> Vec<Found> {
        let mut all = Vec::new();
        for (file, targets) in self.configuration.all(&["target"]) {
            for (name, table) in targets.as_table().into_iter().flatten() {
                let holds = Platform::from_str(name).is_ok_and(|name| name.matches(TARGET, &self.cfgs));
                let value = table.get(flags.key).filter(|value| holds && !is_empty(value));
                all.extend(value.map(|value| Found {
                    key: format!("target.{name}.{}", flags.key),
                    file: file.map(Into::into),
                    value: value.clone(),
                }));
            }
        }
        all
    }

    /// What is configured for any target, which counts where there is nothing for ours.
    fn of_build(&self, flags: Flags) -> Vec<Found> {
        let key = ["build", flags.key];
        let all = self.configuration.all(&key).filter(|(_, value)| !is_empty(value));
        all.map(|(file, value)| Found {
            key: key.join("."),
            file: file.map(Into::into),
            value: value.clone(),
        })
        .collect()
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// What rustc says of the target.
fn cfgs() -> Result<Vec<Cfg>> {
    let mut command = Command::new(rustc());
    command.args(["--print", "cfg", "--target", TARGET]).stderr(Stdio::null());
    let text = output(&mut command)?.with_context(|| format!("this rustc does not know {TARGET}"))?;
    Ok(text.lines().filter_map(|line| Cfg::from_str(line).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(configuration: &[&str], environment: fn(&str) -> Option<String>) -> Place {
        // The last `--config` is the strongest.
        let arguments =
            configuration.iter().rev().flat_map(|layer| ["--config".into(), OsString::from(layer)]);
        let nowhere = PathBuf::from("/surely/no/such/folder");
        let configuration = Configuration::read(&nowhere, None, &arguments.collect::<Vec<_>>());
        let cfgs = ["target_os=\"wasi\"", "target_arch=\"wasm32\""];
        Place { configuration, environment, cfgs: cfgs.map(|cfg| cfg.parse().unwrap()).to_vec() }
    }

    fn added(configuration: &[&str]) -> Option<String> {
        let [flags, _] = FLAGS;
        match place(configuration, |_| None).addition(flags, None)? {
            Addition::Setting(setting) => Some(setting),
            variable @ Addition::Variable(..) => panic!("{variable:?}"),
        }
    }

    const OF_TARGET: &str =
        "target.wasm32-wasip2.rustflags=[\"-Clink-arg=-zstack-size=8388608\", \"-Ctarget-feature=+simd128\"]";
    const OF_BUILD: &str =
        "build.rustflags=[\"-Clink-arg=-zstack-size=8388608\", \"-Ctarget-feature=+simd128\"]";
    const BOTH: &str = "-Clink-arg=-zstack-size=8388608 -Ctarget-feature=+simd128";

    #[test]
    fn beside_the_flags_that_cargo_uses() {
        assert_eq!(added(&[]).as_deref(), Some(OF_TARGET));
        assert_eq!(added(&["build.rustflags=[]"]).as_deref(), Some(OF_TARGET));
        assert_eq!(added(&["build.rustflags=[\"--cfg=a\"]"]).as_deref(), Some(OF_BUILD));
        let other = "target.x86_64-unknown-linux-gnu.rustflags=[\"--cfg=a\"]";
        assert_eq!(added(&["build.rustflags=[\"--cfg=a\"]", other]).as_deref(), Some(OF_BUILD));
        for target in ["wasm32-wasip2", "'cfg(target_os = \"wasi\")'", "'cfg(target_arch = \"wasm32\")'"] {
            let target = format!("target.{target}.rustflags=[\"--cfg=b\"]");
            assert_eq!(added(&["build.rustflags=[\"--cfg=a\"]", &target]).as_deref(), Some(OF_TARGET));
        }
        let other = "target.'cfg(unix)'.rustflags=[\"--cfg=a\"]";
        assert_eq!(added(&["build.rustflags=[\"--cfg=a\"]", other]).as_deref(), Some(OF_BUILD));
    }

    #[test]
    fn a_text_is_repeated() {
        let added = added(&["build.rustflags=\"--cfg a\"", "build.rustflags=\"--cfg b\""]);
        assert_eq!(added.as_deref(), Some(&*format!("build.rustflags=\"--cfg a {BOTH}\"")));
    }

    #[test]
    fn what_the_project_decided_stays() {
        let simd = "[\"-Ctarget-feature=+simd128\"]";
        for own in ["-zstack-size=1", "-z stack-size=1"] {
            let added_to = |configuration: &str| added(&[configuration]).unwrap();
            let list = format!("build.rustflags=[\"-C\", \"link-args={own}\"]");
            assert_eq!(added_to(&list), format!("build.rustflags={simd}"));
            let text = format!("target.wasm32-wasip2.rustflags=\"-Clink-arg={own}\"");
            let repeated =
                format!("target.wasm32-wasip2.rustflags=\"-Clink-arg={own} -Ctarget-feature=+simd128\"");
            assert_eq!(added_to(&text), repeated);
            let both =
                format!("build.rustflags=\"-Clink-arg={own} -C target-feature=-simd128,+relaxed-simd\"");
            assert_eq!(added(&[&both]), None);
        }
        let stack = "build.rustflags=[\"-Clink-arg=-zstack-size=8388608\"]";
        assert_eq!(added(&["build.rustflags=[\"-Ctarget-feature=-simd128\"]"]).as_deref(), Some(stack));
        // One that does not hold for the target is none.
        let other = "target.'cfg(unix)'.rustflags=[\"-Clink-arg=-zstack-size=1\"]";
        assert_eq!(added(&[other]).as_deref(), Some(OF_TARGET));
    }

    #[test]
    fn another_flag_goes_along() {
        let [flags, _] = FLAGS;
        let more = "--remap-path-prefix=a=b";
        let added = |configuration: &[&str], environment| {
            place(configuration, environment).addition(flags, Some(more))
        };
        let of_target = OF_TARGET.replace(']', &format!(", \"{more}\"]"));
        assert_eq!(added(&[], |_| None), Some(Addition::Setting(of_target)));
        // Beside decisions of the project's own, it is alone.
        let own =
            "target.wasm32-wasip2.rustflags=[\"-Clink-arg=-zstack-size=1\", \"-Ctarget-feature=-simd128\"]";
        let alone = format!("target.wasm32-wasip2.rustflags=[\"{more}\"]");
        assert_eq!(added(&[own], |_| None), Some(Addition::Setting(alone)));
        let plain: fn(&str) -> Option<String> = |name| {
            (name == "RUSTFLAGS").then(|| "-Clink-arg=-zstack-size=1 -Ctarget-feature=-simd128".to_owned())
        };
        let joined = format!("-Clink-arg=-zstack-size=1 -Ctarget-feature=-simd128 {more}");
        assert_eq!(added(&[], plain), Some(Addition::Variable("RUSTFLAGS", joined)));
    }

    #[test]
    fn beside_the_variables_that_cargo_uses() {
        let configuration = ["target.wasm32-wasip2.rustflags=[\"-Clink-arg=-zstack-size=1\"]"];
        let [flags, of_rustdoc] = FLAGS;
        let addition = |environment| place(&configuration, environment).addition(flags, None);
        let both: fn(&str) -> Option<String> = |name| match name {
            "CARGO_ENCODED_RUSTFLAGS" => Some("--cfg\x1fa=\"b c\"".to_owned()),
            "RUSTFLAGS" => Some("--cfg d".to_owned()),
            _ => None,
        };
        let encoded =
            "--cfg\x1fa=\"b c\"\x1f-Clink-arg=-zstack-size=8388608\x1f-Ctarget-feature=+simd128".to_owned();
        assert_eq!(addition(both), Some(Addition::Variable("CARGO_ENCODED_RUSTFLAGS", encoded)));
        let plain: fn(&str) -> Option<String> = |name| (name == "RUSTFLAGS").then(|| "--cfg d".to_owned());
        let joined = format!("--cfg d {BOTH}");
        assert_eq!(addition(plain), Some(Addition::Variable("RUSTFLAGS", joined)));
        // Set to nothing, it still is what cargo takes.
        let nothing: fn(&str) -> Option<String> = |name| (name == "RUSTFLAGS").then(String::new);
        assert_eq!(addition(nothing), Some(Addition::Variable("RUSTFLAGS", BOTH.to_owned())));
        let own: fn(&str) -> Option<String> = |name| {
            (name == "RUSTFLAGS").then(|| "-C link-args=-zstack-size=2 -Ctarget-feature=+simd128".to_owned())
        };
        assert_eq!(addition(own), None);

        let target: fn(&str) -> Option<String> =
            |name| (name == "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS").then(|| "--cfg d".to_owned());
        let by =
            |configuration: &[&str], environment| place(configuration, environment).addition(flags, None);
        assert_eq!(by(&["build.rustflags=[\"-a\"]"], target), Some(Addition::Setting(OF_TARGET.to_owned())));
        let build: fn(&str) -> Option<String> =
            |name| (name == "CARGO_BUILD_RUSTFLAGS").then(|| "--cfg d".to_owned());
        assert_eq!(by(&[], build), Some(Addition::Setting(OF_BUILD.to_owned())));
        // rustdoc's flags are others.
        let of_rustdoc = place(&[], plain).addition(of_rustdoc, None);
        let setting = OF_TARGET.replace("rustflags", "rustdocflags");
        assert_eq!(of_rustdoc, Some(Addition::Setting(setting)));
    }
}
