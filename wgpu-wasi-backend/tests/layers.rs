//! Which part of the backend may import which: what a device is made of knows no commands, commands know no objects.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by a panic; clippy knows test functions, and not what they call"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Where a file is, and what it may import of this crate. The first row that fits counts.
const MAY_IMPORT: [(&str, &[&str]); 14] = [
    ("bindings.rs", &[]),
    ("unsupported", &[]),
    ("lock.rs", &[]),
    ("id.rs", &[]),
    ("memory.rs", &[]),
    ("name.rs", &["id", "lock"]),
    ("convert.rs", &["bindings", "unsupported"]),
    ("device/reuse.rs", &["bindings", "id", "name"]),
    ("device/waits.rs", &["lock"]),
    ("device/errors.rs", &["bindings", "device::reuse", "device::waits", "lock"]),
    ("device/", &["bindings", "convert", "device", "id", "lock", "memory", "name", "unsupported"]),
    (
        "commands/",
        &["bindings", "commands", "convert", "device", "id", "lock", "memory", "name", "unsupported"],
    ),
    (
        "objects/",
        &["bindings", "commands", "convert", "device", "id", "lock", "name", "objects", "unsupported"],
    ),
    ("interop.rs", &["bindings", "convert", "device", "objects"]),
];

/// These import nothing, or name the parts.
const FREE: [&str; 5] = ["commands.rs", "device.rs", "lib.rs", "objects.rs", "run.rs"];

/// The parts themselves, for paths that do not begin at the crate.
const PARTS: [&str; 3] = ["commands", "device", "objects"];

#[test]
fn no_part_imports_what_is_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let files = files(&source);
    assert!(files.len() > MAY_IMPORT.len(), "{} has {} files", source.display(), files.len());
    for file in files {
        let name = file.strip_prefix(&source).unwrap().to_str().unwrap().replace('\\', "/");
        if FREE.contains(&name.as_str()) {
            continue;
        }
        let row = MAY_IMPORT.iter().find(|(place, _)| name.starts_with(place));
        let Some((place, allowed)) = row else {
            wrong.push(format!("{name} has no row that says what it may import"));
            continue;
        };
        for import in imports(&fs::read_to_string(&file).unwrap()) {
            if !allowed.iter().any(|part| is_in(&import, part)) {
                wrong.push(format!("{name} imports {import}; {place} may import {allowed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn imports_are_found() {
    let text = "use crate::device::waits::{Map, block};\n//! See crate::objects.\nlet a = $crate::convert::ours();\n\
                use super::Names; use super::objects::buffer;\nuse crate::{id, name};";
    assert_eq!(imports(text), ["device::waits", "convert::ours", "objects::buffer", "{"]);
    assert!(is_in("device::waits", "device") && !is_in("device::waits", "device::reuse"));
    assert!(!is_in("devices", "device"));
}

fn is_in(import: &str, part: &str) -> bool {
    import.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The modules that a file names, up to two steps from the root of the crate. Nobody may import a list in braces from
/// there: each part has a line of its own.
fn imports(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in code {
        for (begin, from_root) in [("crate::", true), ("super::", false)] {
            for (at, _) in line.match_indices(begin) {
                let path = &line[at + begin.len()..];
                let first = word(path);
                if from_root && path.starts_with('{') {
                    found.push("{".to_owned());
                } else if from_root || PARTS.contains(&first) {
                    let second = path[first.len()..].strip_prefix("::").map(word).unwrap_or_default();
                    let step = if second.is_empty() { "" } else { "::" };
                    found.push(format!("{first}{step}{second}"));
                }
            }
        }
    }
    found
}

/// What `text` has in front of anything that no name has.
fn word(text: &str) -> &str {
    text.split(|character: char| character != '_' && !character.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}
