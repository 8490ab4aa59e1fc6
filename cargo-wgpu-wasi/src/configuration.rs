//! cargo's configuration, as far as a command has to know what stands in it already.
//!
//! `cargo config get`, which would say, is unstable. What is read here are the files and the `--config` options;
//! environment variables are for whoever looks for a setting, for each has a rule of its own.
//! <https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure>

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

/// How deep files may include each other; one that includes itself comes to an end by it.
const INCLUDES: usize = 8;

/// Every table of configuration that holds, the strongest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Configuration {
    layers: Vec<Layer>,
}

/// One file, or one `--config`.
#[derive(Clone, Debug, PartialEq)]
struct Layer {
    /// `None` for what stands on the command line.
    file: Option<PathBuf>,
    table: Table,
}

impl Configuration {
    /// Reads what holds in `folder`, with these arguments of cargo, of which only `--config` counts. What can't be
    /// read is left to cargo to complain about.
    pub(crate) fn read(folder: &Path, home: Option<&Path>, arguments: &[OsString]) -> Self {
        let mut layers = Vec::new();
        for value in options(arguments).iter().rev() {
            let file = folder.join(value);
            match value.parse::<Table>() {
                _ if file.is_file() => add_file(&file, INCLUDES, &mut layers),
                Ok(table) => layers.push(Layer { file: None, table }),
                Err(_) => {}
            }
        }
        let mut folders: Vec<PathBuf> = folder.ancestors().map(|above| above.join(".cargo")).collect();
        folders.extend(home.filter(|home| !folders.iter().any(|folder| folder == home)).map(Path::to_owned));
        for folder in folders {
            // The name without an ending is the older one, and wins.
            let names = ["config", "config.toml"].map(|name| folder.join(name));
            if let Some(file) = names.iter().find(|file| file.is_file()) {
                add_file(file, INCLUDES, &mut layers);
            }
        }
        Self { layers }
    }

    /// What stands under a key in each layer that has it, the strongest first, with the file that it is from.
    pub(crate) fn all<'a>(&'a self, key: &'a [&str]) -> impl Iterator<Item = (Option<&'a Path>, &'a Value)> {
        self.layers.iter().filter_map(|layer| {
            let (first, rest) = key.split_first()?;
            let value = rest.iter().try_fold(layer.table.get(*first)?, |value, key| value.get(key))?;
            Some((layer.file.as_deref(), value))
        })
    }
}

/// The values of `--config`, in their order.
fn options(arguments: &[OsString]) -> Vec<String> {
    let mut values = Vec::new();
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            values.extend(arguments.next().map(String::from));
        } else if let Some(value) = argument.strip_prefix("--config=") {
            values.push(value.to_owned());
        }
    }
    values
}

/// Adds a file, and below it what it includes, which it is stronger than.
fn add_file(file: &Path, depth: usize, layers: &mut Vec<Layer>) {
    let Some(table) = fs::read_to_string(file).ok().and_then(|text| text.parse::<Table>().ok()) else {
        return;
    };
    let included = table.get("include").map(included).unwrap_or_default();
    layers.push(Layer { file: Some(file.to_owned()), table });
    let folder = file.parent().unwrap_or(file);
    for path in included.iter().rev().filter(|_| depth > 0) {
        add_file(&folder.join(path), depth - 1, layers);
    }
}

/// `include = "a.toml"`, `["a.toml"]` or `[{ path = "a.toml" }]`.
fn included(value: &Value) -> Vec<String> {
    match value {
        Value::String(path) => vec![path.clone()],
        Value::Array(paths) => paths.iter().flat_map(included).collect(),
        Value::Table(table) => table.get("path").map(included).unwrap_or_default(),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_all_folders_and_the_options() {
        let root = std::env::temp_dir().join(format!("wgpu-wasi-configuration-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        write("home/config.toml", "a.b = 1\n");
        write("outer/.cargo/config.toml", "include = [\"more.toml\", { path = \"most.toml\" }]\na.b = 2\n");
        write("outer/.cargo/more.toml", "a.b = 3\n");
        write("outer/.cargo/most.toml", "a.b = 4\ninclude = \"most.toml\"\n");
        write("outer/inner/.cargo/config", "a.b = 5\n");
        write("outer/inner/.cargo/config.toml", "a.b = 6\n");
        write("outer/inner/.cargo/broken.toml", "a.b =");
        write("outer/inner/file.toml", "a.b = 7\n");
        let arguments = ["--config", "a.b=8", "--offline", "--config=file.toml", "--config", "c=1"];
        let arguments = arguments.map(OsString::from);
        let inner = root.join("outer/inner");
        let values = |folder: &Path, arguments: &[OsString]| -> Vec<i64> {
            let configuration = Configuration::read(folder, Some(&root.join("home")), arguments);
            let values = configuration.all(&["a", "b"]).map(|(_, value)| value.as_integer().unwrap());
            values.collect()
        };
        let found = values(&inner, &arguments);
        assert_eq!(found.get(..5), Some(&[7, 8, 5, 2, 4][..]), "{found:?}");
        assert_eq!(found.last(), Some(&1));
        assert!(found.contains(&3) && !found.contains(&6));
        // A folder that is cargo's home as well counts once.
        fs::rename(root.join("home"), root.join(".cargo")).unwrap();
        let once = Configuration::read(&root, Some(&root.join(".cargo")), &[]);
        assert_eq!(once.all(&["a", "b"]).count(), 1);
        fs::remove_dir_all(&root).unwrap();
    }
}
