//! What is written means what was given.

use std::fs;
use std::path::{Path, PathBuf};

use naga::Module;

use super::meaning::meaning;
use super::{again, info};

pub(super) fn compare(name: &str, module: &Module) {
    let (text, read) = again(module);
    let (given, found) = (meaning(module), meaning(&read));
    let at = given.iter().zip(&found).position(|(given, found)| given != found);
    let at = at.unwrap_or(given.len().min(found.len()));
    let (given, found) = (given.get(at), found.get(at));
    assert!(given == found, "{name}, line {at}\ngiven: {given:?}\nfound: {found:?}\n--- text ---\n{text}");
}

/// As it comes out of a compiler to SPIR-V: without names, and with everything evaluated by itself.
fn through_spirv(module: &Module) -> Option<Module> {
    let options = naga::back::spv::Options { lang_version: (1, 4), ..Default::default() };
    let words = naga::back::spv::write_vec(module, &info(module), &options, None).ok()?;
    let options = naga::front::spv::Options { adjust_coordinate_space: false, ..Default::default() };
    naga::front::spv::Frontend::new(words.into_iter(), &options).parse().ok()
}

fn shaders(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name() != Some("target".as_ref()) {
            shaders(&path, found);
        } else if path.extension() == Some("wgsl".as_ref()) {
            found.push(path);
        }
    }
}

#[test]
fn shaders_of_the_examples() {
    let mut found = Vec::new();
    shaders(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples"), &mut found);
    let mut compared = 0;
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        // Parts that only make sense in a whole are not shaders.
        let Ok(module) = naga::front::wgsl::parse_str(&text) else { continue };
        compare(&path.display().to_string(), &module);
        compared += 1;
        if let Some(module) = through_spirv(&module) {
            compare(&format!("{} as SPIR-V", path.display()), &module);
            compared += 1;
        }
    }
    assert!(compared > 12, "{compared}");
}
