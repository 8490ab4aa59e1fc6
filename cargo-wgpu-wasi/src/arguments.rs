//! Which arguments are ours, which are cargo's, and what ours have to know of cargo's.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use clap::CommandFactory;

/// The target that components are built for.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// Takes the options of `C` out of `arguments`, wherever they stand before `--`; returns them and the rest.
pub(crate) fn split<C: CommandFactory>(arguments: Vec<OsString>) -> (Vec<OsString>, Vec<OsString>) {
    let command = C::command();
    let option = |text: &OsStr| {
        let text = text.to_str()?.strip_prefix("--")?;
        let (name, value) = text.split_once('=').map_or((text, false), |(name, _)| (name, true));
        let option = command.get_arguments().find(|option| option.get_long() == Some(name))?;
        Some(option.get_action().takes_values() && !value)
    };
    let (mut ours, mut rest) = (Vec::new(), Vec::new());
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            rest.push(argument);
            break;
        }
        match option(&argument) {
            Some(takes_value) => {
                ours.push(argument);
                ours.extend(takes_value.then(|| arguments.next()).flatten());
            }
            None => rest.push(argument),
        }
    }
    rest.extend(arguments);
    (ours, rest)
}

/// Arguments of cargo, looked at for what the commands before the real one need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CargoArguments {
    /// To be handed to cargo, without `--locked`, which would refuse the packages that are put in.
    pub(crate) all: Vec<OsString>,
    /// Where the project is and how it is reached: for every command.
    pub(crate) place: Vec<OsString>,
    /// `--manifest-path`, which is part of the place.
    pub(crate) manifest: Vec<OsString>,
    /// Which packages and features: for `cargo tree`.
    pub(crate) selection: Vec<OsString>,
    /// The lock file has to fit the manifests.
    pub(crate) locked: bool,
    /// The targets asked for.
    pub(crate) targets: Vec<OsString>,
}

/// What an option of cargo with a value is about.
#[derive(Clone, Copy, Debug)]
enum About {
    Place,
    Selection,
    Target,
}

/// Options of cargo with a value.
const OPTIONS: [(&str, About); 9] = [
    ("--manifest-path", About::Place),
    ("--config", About::Place),
    ("-Z", About::Place),
    ("--package", About::Selection),
    ("-p", About::Selection),
    ("--exclude", About::Selection),
    ("--features", About::Selection),
    ("-F", About::Selection),
    ("--target", About::Target),
];

impl CargoArguments {
    /// Those of the selection that are about features.
    pub(crate) fn features(&self) -> Vec<OsString> {
        let mut features = Vec::new();
        let mut selection = self.selection.iter();
        while let Some(argument) = selection.next() {
            let text = argument.to_string_lossy();
            if ["--features", "-F"].contains(&text.as_ref()) {
                features.extend([argument.clone()].into_iter().chain(selection.next().cloned()));
            } else if ["--features=", "-F", "--all-features", "--no-default-features"]
                .iter()
                .any(|name| text.starts_with(name))
            {
                features.push(argument.clone());
            }
        }
        features
    }

    /// Leads to another manifest, with this `--config` beside it.
    pub(crate) fn move_to(&mut self, manifest: &Path, setting: OsString) {
        let old = self.manifest.clone();
        for list in [&mut self.place, &mut self.all] {
            // They stand together where they stand.
            if let Some(at) = list.windows(old.len().max(1)).position(|words| words == old) {
                list.drain(at..at + old.len());
            }
            let moved = ["--manifest-path".into(), manifest.into(), "--config".into(), setting.clone()];
            list.splice(0..0, moved);
        }
    }

    /// Looks at `arguments` up to `--`.
    pub(crate) fn new(arguments: Vec<OsString>) -> Self {
        let mut found = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--") => {
                    found.all.push(argument);
                    break;
                }
                Some("--locked") => found.locked = true,
                Some("--frozen") => {
                    found.locked = true;
                    found.take("--offline".into(), &mut arguments);
                }
                _ => found.take(argument, &mut arguments),
            }
        }
        found.all.extend(arguments);
        found
    }

    /// Takes one argument, and from `rest` its value where that stands apart.
    fn take(&mut self, argument: OsString, rest: &mut impl Iterator<Item = OsString>) {
        let text = argument.to_string_lossy().into_owned();
        let option = OPTIONS.into_iter().find_map(|(name, about)| {
            let value = text.strip_prefix(name)?;
            // `--name value`, `--name=value`, `-nvalue`.
            let short = !name.starts_with("--");
            (value.is_empty() || value.starts_with('=') || short).then_some((about, value))
        });
        let apart = option.is_some_and(|(_, value)| value.is_empty()).then(|| rest.next()).flatten();
        let words: Vec<OsString> = [argument].into_iter().chain(apart.clone()).collect();
        match (option, &*text) {
            (Some((About::Place, _)), _) | (None, "--offline") => self.place.extend_from_slice(&words),
            (Some((About::Selection, _)), _)
            | (None, "--workspace" | "--all-features" | "--no-default-features") => {
                self.selection.extend_from_slice(&words);
            }
            (None, "--all") => self.selection.push("--workspace".into()),
            (Some((About::Target, value)), _) => {
                self.targets.extend(apart.or_else(|| Some(value.strip_prefix('=')?.into())));
            }
            (None, _) => {}
        }
        if text == "--manifest-path" || text.starts_with("--manifest-path=") {
            self.manifest.clone_from(&words);
        }
        self.all.extend(words);
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use wgpu_wasi_host::cli::Options;

    use super::*;

    #[derive(Parser)]
    struct Ours {
        #[command(flatten)]
        _options: Options,
    }

    fn words(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn our_options_stand_anywhere_before_the_dashes() {
        let (ours, rest) = split::<Ours>(words("--release --dir a::b -p x --env=A=1 --no-cache -- --dir c"));
        assert_eq!(ours, words("--dir a::b --env=A=1 --no-cache"));
        assert_eq!(rest, words("--release -p x -- --dir c"));
    }

    #[test]
    fn what_the_first_commands_need() {
        let line = "--release --manifest-path a/Cargo.toml -px --features f,g --locked -F=h --offline \
                    --target wasm32-wasip2 --example e -- --locked -p y";
        let found = CargoArguments::new(words(line));
        assert_eq!(found.place, words("--manifest-path a/Cargo.toml --offline"));
        assert_eq!(found.selection, words("-px --features f,g -F=h"));
        assert_eq!(found.targets, words("wasm32-wasip2"));
        assert!(found.locked);
        assert_eq!(found.all, words(&line.replacen("--locked ", "", 1)));
        let mut moved = found.clone();
        moved.move_to(Path::new("/b/Cargo.toml"), "c=1".into());
        assert_eq!(moved.place, words("--manifest-path /b/Cargo.toml --config c=1 --offline"));
        assert_eq!(moved.all[..5], words("--manifest-path /b/Cargo.toml --config c=1 --release"));
        let mut moved = CargoArguments::new(words("--release"));
        moved.move_to(Path::new("/b/Cargo.toml"), "c=1".into());
        assert_eq!(moved.all, words("--manifest-path /b/Cargo.toml --config c=1 --release"));
        assert_eq!(CargoArguments::new(words("--frozen")).all, words("--offline"));
    }
}
