//! `serve.toml`: a server's options and its components, under the names that they have on the command line.

use std::path::{Path, PathBuf};

use clap::{
    Args, CommandFactory as _, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
use toml::{Table, Value};

use super::options::{AppOptions, ServerOptions};

/// Where the components come from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// From a file, which may change.
    File(PathBuf),
    /// From the command line.
    One(Box<AppOptions>, PathBuf),
}

/// A component that is served.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Answers what is at this path and below it.
    pub(super) path: String,
    pub(super) component: PathBuf,
    pub(super) options: AppOptions,
}

/// What a file says.
#[derive(Clone, Debug)]
pub(super) struct Apps {
    pub(super) server: ServerOptions,
    pub(super) entries: Vec<Entry>,
}

impl Source {
    /// An option as whoever started the server knows it.
    pub(super) fn option(&self, name: &str) -> String {
        match self {
            Self::File(_) => format!("`{name}`"),
            Self::One(..) => format!("--{name}"),
        }
    }

    /// An error, with the options in it as whoever started the server knows them.
    pub(super) fn told(&self, error: &wasmtime::Error) -> wasmtime::Error {
        let text = format!("{error:#}");
        match self {
            Self::File(file) => wasmtime::format_err!("in the file {}: {}", file.display(), in_keys(text)),
            Self::One(..) => wasmtime::Error::msg(text),
        }
    }

    /// The components, as they are to be served now.
    pub(super) fn entries(&self) -> wasmtime::Result<Vec<Entry>> {
        match self {
            Self::File(file) => Ok(read(file)?.entries),
            Self::One(options, component) => Ok(vec![Entry {
                name: stem(component),
                path: "/".to_owned(),
                component: component.clone(),
                options: options.as_ref().clone(),
            }]),
        }
    }
}

/// What an `[[app]]` has beside the options of a component.
#[derive(Args, Clone, Debug)]
struct Place {
    #[arg(long)]
    component: PathBuf,
    #[arg(long)]
    path: Option<String>,
    #[arg(long)]
    name: Option<String>,
}

#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct ServerArguments {
    #[command(flatten)]
    options: ServerOptions,
}

#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct AppArguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    options: AppOptions,
}

/// Reads a file.
pub(super) fn read(file: &Path) -> wasmtime::Result<Apps> {
    let context = |error: wasmtime::Error| error.context(format!("in the file {}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| context(error.into()))?;
    parse(&text, file.parent().unwrap_or_else(|| Path::new(""))).map_err(context)
}

/// Parses what a file in `folder` says.
fn parse(text: &str, folder: &Path) -> wasmtime::Result<Apps> {
    let mut table: Table = text.parse()?;
    let apps = table.remove("app").unwrap_or(Value::Array(Vec::new()));
    let Value::Array(apps) = apps else {
        return Err(wasmtime::Error::msg("`app` is not a list: write `[[app]]` above each component"));
    };
    if apps.is_empty() {
        return Err(wasmtime::Error::msg("there is no `[[app]]` with a `component`"));
    }
    let server = ServerArguments::command();
    let is_of_server = |name: &str| server.get_arguments().any(|argument| argument.get_long() == Some(name));
    let (server, defaults): (Table, Table) = table.into_iter().partition(|(name, _)| is_of_server(name));
    let server = parsed::<ServerArguments>(arguments(&server, folder)?, "the server")?.options;
    let entries: Vec<_> =
        apps.into_iter().map(|app| entry(app, &defaults, folder)).collect::<wasmtime::Result<_>>()?;
    for (index, Entry { name, path, .. }) in entries.iter().enumerate() {
        let others = entries.iter().take(index);
        if others.clone().any(|other| other.name == *name) {
            return Err(wasmtime::format_err!("two components are called {name:?}: give one a `name`"));
        }
        if others.clone().any(|other| other.path == *path) {
            return Err(wasmtime::format_err!("two components are at {path:?}: give one a `path`"));
        }
    }
    Ok(Apps { server, entries })
}

/// The component of one `[[app]]`, with the options that hold for all.
fn entry(app: Value, defaults: &Table, folder: &Path) -> wasmtime::Result<Entry> {
    let Value::Table(app) = app else {
        return Err(wasmtime::Error::msg("an `app` is not a table: write `[[app]]` above each component"));
    };
    let mut all = defaults.clone();
    all.extend(app);
    let what = all.get("name").or(all.get("component"));
    let what = what.map_or("an `[[app]]`".to_owned(), ToString::to_string);
    let arguments = arguments(&all, folder).map_err(|why| wasmtime::format_err!("{what}: {why}"))?;
    let AppArguments { place: Place { component, path, name }, options } =
        parsed::<AppArguments>(arguments, &what)?;
    let path = path.unwrap_or_else(|| "/".to_owned());
    if !path.starts_with('/') {
        return Err(wasmtime::format_err!("{what}: `path` is {path:?}: it has to begin with `/`"));
    }
    let path = if path == "/" { path } else { path.trim_end_matches('/').to_owned() };
    let component = folder.join(component);
    Ok(Entry { name: name.unwrap_or_else(|| stem(&component)), path, component, options })
}

/// The name of a file without what it ends with.
pub(in crate::cli) fn stem(file: &Path) -> String {
    file.file_stem().map_or_else(|| "app".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn parsed<T: Parser>(arguments: Vec<String>, what: &str) -> wasmtime::Result<T> {
    T::try_parse_from(arguments).map_err(|error| wasmtime::format_err!("{what}: {}", told(&error)))
}

/// What is wrong, for somebody who has written a file: the names are those of its keys.
fn told(error: &clap::Error) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let key = |kind| context(kind).map(|text| keys(&text)).unwrap_or_default();
    let argument = key(ContextKind::InvalidArg);
    let value = || context(ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let similar = key(ContextKind::SuggestedArg);
            let similar = if similar.is_empty() { similar } else { format!("; there is {similar}") };
            format!("there is no {argument}{similar}")
        }
        ErrorKind::MissingRequiredArgument => format!("{argument} is missing"),
        ErrorKind::ArgumentConflict => format!("{argument} has more than one value"),
        ErrorKind::TooManyValues => format!("{argument} is either `true` or `false`"),
        ErrorKind::InvalidValue if value().is_empty() => format!("{argument} has no value"),
        ErrorKind::InvalidValue => {
            let valid = context(ContextKind::ValidValue).unwrap_or_default();
            format!("{argument} is {:?}; it may be: {valid}", value())
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("{argument} is {:?}: {why}", value())
        }
        _ => {
            let text = error.to_string();
            in_keys(text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned())
        }
    }
}

/// Options as the keys that they are in a file: `--idle <SECONDS>` is `idle`.
fn keys(text: &str) -> String {
    let options = text.split(", ").map(|option| {
        let name = option.trim_start_matches('-').split([' ', '=', '<']).next().unwrap_or_default();
        format!("`{name}`")
    });
    options.collect::<Vec<_>>().join(", ")
}

/// What names options, with the keys of a file in their place: `(--dir)` is (`dir`).
fn in_keys(text: String) -> String {
    let (server, app) = (ServerArguments::command(), AppArguments::command());
    let options = server.get_arguments().chain(app.get_arguments()).filter_map(clap::Arg::get_long);
    options.fold(text, |text, name| {
        let key = format!("`{name}`");
        text.replace(&format!("(--{name})"), &format!("({key})")).replace(&format!("`--{name}`"), &key)
    })
}

/// The entries of a table as arguments.
fn arguments(table: &Table, folder: &Path) -> wasmtime::Result<Vec<String>> {
    let mut arguments = Vec::new();
    for (name, value) in table {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            let text = match value {
                Value::Boolean(true) => {
                    arguments.push(format!("--{name}"));
                    continue;
                }
                Value::Boolean(false) => continue,
                Value::String(text) if name == "dir" => dir(text, folder),
                Value::String(text) => text.clone(),
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                    return Err(wasmtime::format_err!(
                        "`{name}` is neither a text nor a number nor a list of these"
                    ));
                }
            };
            arguments.push(format!("--{name}={text}"));
        }
    }
    Ok(arguments)
}

/// A folder that is relative to that of the file; its name for the guest stays.
fn dir(text: &str, folder: &Path) -> String {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    let guest = match guest {
        "ro" => format!("{host}::ro"),
        guest => guest.to_owned(),
    };
    format!("{}::{guest}", folder.join(host).display())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        addr = "127.0.0.1:80"
        drain = 2.5
        instances = 3

        [[app]]
        component = "filter.wasm"
        path = "/filter/"
        dir = ["pictures::/data::ro", "models"]
        max-gpu-memory = "2GB"

        [[app]]
        name = "other"
        component = "/a/b.wasm"
        instances = 1
        no-cache = true
    "#;

    #[test]
    fn a_file_says_what_a_command_line_does() {
        let Apps { server, entries } = parse(FILE, Path::new("/x")).unwrap();
        assert_eq!(server.addr.port(), 80);
        assert_eq!(server.drain.as_secs_f64(), 2.5);
        let [filter, other] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((filter.name.as_str(), filter.path.as_str()), ("filter", "/filter"));
        assert_eq!(filter.component, Path::new("/x/filter.wasm"));
        let options = format!("{:?}", filter.options);
        for part in
            ["instances: 3", "\"/x/pictures\"", "\"/data\"", "ReadOnly", "\"/x/models\"", "\"models\""]
        {
            assert!(options.contains(part), "{part} in {options}");
        }
        assert_eq!((other.name.as_str(), other.path.as_str()), ("other", "/"));
        assert_eq!(other.component, Path::new("/a/b.wasm"));
        assert!(format!("{:?}", other.options).contains("instances: 1"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |text: &str| parse(text, Path::new("")).unwrap_err().to_string();
        assert!(error("").contains("[[app]]"));
        assert!(error("[app]").contains("[[app]]"));
        assert_eq!(error("[[app]]"), "an `[[app]]`: `component` is missing");
        let app = |line: &str| error(&format!("[[app]]\ncomponent = 'a.wasm'\n{line}"));
        for (line, text) in [
            ("instancse = 1", "there is no `instancse`; there is `instances`"),
            ("idle = 'soon'", "`idle` is \"soon\": write seconds, such as 30 or 0.5"),
            ("instances = 0", "`instances` is \"0\": 0 is not in 1..=10000"),
            ("instances = -1", "`instances` is \"-1\": "),
            ("instances = [1, 2]", "`instances` has more than one value"),
            ("timeout = 1e19", "`timeout` is \"10000000000000000000\": write no more than"),
            ("on-disconnect = 'go'", "`on-disconnect` is \"go\"; it may be: finish, stop"),
            ("no-cache = 'x'", "`no-cache` is either `true` or `false`"),
            ("allow-http = ['http://a']", "`allow-http` is \"http://a\": \"http://a\" is no name of a host"),
            ("dir = ['::x']", "`dir` is \""),
        ] {
            let told = app(line);
            assert!(told.contains(text) && !told.contains("--"), "{line}: {told}");
        }
        assert!(
            error("drain = 0\n[[app]]\ncomponent = 'a.wasm'").starts_with("the server: `drain` is \"0\": ")
        );
        assert!(error("[[app]]\ncomponent = 'a.wasm'\n[[app]]\ncomponent = 'a.wasm'").contains("name"));
        let same_path = "[[app]]\ncomponent = 'a.wasm'\n[[app]]\ncomponent = 'b.wasm'";
        assert!(error(same_path).contains("path"));
        assert_eq!(app("path = 'a'"), "\"a.wasm\": `path` is \"a\": it has to begin with `/`");
        assert_eq!(
            app("name = 'b'\nidle = 1979-05-27"),
            "\"b\": `idle` is neither a text nor a number nor a list of these"
        );
    }

    #[test]
    fn what_is_found_later_has_the_keys_too() {
        let error = wasmtime::Error::msg("no such folder (--dir)").context("can't serve a.wasm");
        let told = Source::File("/x/serve.toml".into()).told(&error).to_string();
        assert_eq!(told, "in the file /x/serve.toml: can't serve a.wasm: no such folder (`dir`)");
        assert_eq!(
            in_keys("give `--max-code-bytes` or --nothing".to_owned()),
            "give `max-code-bytes` or --nothing"
        );
    }
}
