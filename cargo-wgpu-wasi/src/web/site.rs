//! A site for one program: the page, the host, the component as JavaScript, and the files of the program.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::transpile::{self, MODULE};

/// What every site has; `npm run build` in `web/` writes it.
const SHARED: [(&str, &str); 5] = [
    ("index.html", include_str!("../../site/index.html")),
    ("style.css", include_str!("../../site/style.css")),
    ("page.js", include_str!("../../site/page.js")),
    ("worker.js", include_str!("../../site/worker.js")),
    ("licenses.txt", include_str!("../../site/licenses.txt")),
];

/// What a site has whose program has windows.
const OF_WINDOWS: [(&str, &str); 2] = [
    ("panel.js", include_str!("../../site/panel.js")),
    ("windows.js", include_str!("../../site/windows.js")),
];

/// The description of the program, which the page reads.
const APP: &str = "app.json";

/// A site that is to be written.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) title: String,
    /// The program's name and its arguments.
    pub(super) args: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
    /// Folders, and the names under which the program finds what is in them.
    pub(super) files: Vec<(PathBuf, String)>,
    /// Whether the program has the clipboard.
    pub(super) clipboard: bool,
}

impl Site {
    /// Writes the site into a folder, and returns its size in bytes. What a former one has left there is removed; a folder
    /// with anything else in it is refused.
    pub(super) fn write(&self, component: &Path, out: &Path) -> Result<u64> {
        let bytes = fs::read(component).with_context(|| format!("can't read {}", component.display()))?;
        let made = transpile::make(&bytes).with_context(|| component.display().to_string())?;
        clear(out)?;
        let mut size = 0;
        let mut write = |path: PathBuf, bytes: &[u8]| -> Result<()> {
            let folder = path.parent().context("a file without a folder")?;
            fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
            size += bytes.len() as u64;
            fs::write(&path, bytes).with_context(|| format!("can't write {}", path.display()))
        };
        let of_windows: &[(&str, &str)] = if made.windows { &OF_WINDOWS } else { &[] };
        for (name, text) in SHARED.iter().chain(of_windows) {
            write(out.join(name), text.as_bytes())?;
        }
        for (name, bytes) in made.files {
            write(out.join("app").join(name), &bytes)?;
        }
        let mut names = Vec::new();
        for (folder, guest) in &self.files {
            for (path, name) in below(folder, guest.trim_matches('/'))? {
                let bytes = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
                write(out.join("files").join(&name), &bytes)?;
                names.push(name);
            }
        }
        let app = json!({
            "title": self.title,
            "module": format!("./app/{MODULE}"),
            "args": self.args,
            "env": self.env,
            "files": names,
            "windows": made.windows,
            "clipboard": self.clipboard,
        });
        write(out.join(APP), format!("{app:#}\n").as_bytes())?;
        Ok(size)
    }
}

/// Makes the folder empty.
fn clear(out: &Path) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(out) else { return Ok(()) };
    if entries.next().is_none() {
        return Ok(());
    }
    let ours = out.join(APP).is_file() && out.join("worker.js").is_file();
    ensure!(ours, "{} has files in it that are no site: choose another folder with --out", out.display());
    fs::remove_dir_all(out).with_context(|| format!("can't empty {}", out.display()))
}

/// The files below a folder, each with its path for the program.
fn below(folder: &Path, guest: &str) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("can't read the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name =
            path.file_name().and_then(|name| name.to_str()).context("a file whose name is no UTF-8")?;
        let guest = if guest.is_empty() { name.to_owned() } else { format!("{guest}/{name}") };
        if path.is_dir() {
            files.extend(below(&path, &guest)?);
        } else {
            files.push((path, guest));
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("wgpu-wasi-site-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("deep")).unwrap();
        folder
    }

    #[test]
    fn files_have_the_names_that_the_program_sees() {
        let folder = folder("below");
        for file in ["a.txt", "deep/b.txt"] {
            fs::write(folder.join(file), "").unwrap();
        }
        let names =
            |guest| below(&folder, guest).unwrap().into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names(""), ["a.txt", "deep/b.txt"]);
        assert_eq!(names("data"), ["data/a.txt", "data/deep/b.txt"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_with_other_things_in_it_is_left_alone() {
        let folder = folder("clear");
        let error = clear(&folder).unwrap_err().to_string();
        assert!(error.contains("that are no site"), "{error}");
        for file in [APP, "worker.js"] {
            fs::write(folder.join(file), "").unwrap();
        }
        clear(&folder).unwrap();
        assert!(!folder.exists());
        clear(&folder).unwrap();
    }

    /// Whoever puts the page below another address has to find everything there.
    #[test]
    fn all_addresses_are_relative() {
        for (name, text) in SHARED.iter().chain(&OF_WINDOWS) {
            for absolute in ["src=\"/", "href=\"/", "src=\"http", "fetch(\"/", "url(/"] {
                assert!(!text.contains(absolute), "{name} has {absolute}");
            }
        }
    }
}
