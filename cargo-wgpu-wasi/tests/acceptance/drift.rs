//! The stand-ins against the real packages: a new release of wgpu shows here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use syn::{ImplItem, Item, Type, Visibility};
use toml::Table;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn manifest(path: &str) -> Table {
    fs::read_to_string(root().join(path)).unwrap().parse().unwrap()
}

/// The packages of the main workspace that this machine needs, the real wgpu among them.
fn metadata() -> Metadata {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let options = ["--locked", "--filter-platform", host].map(str::to_owned);
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).other_options(options).exec().unwrap()
}

fn real(metadata: &Metadata) -> &Package {
    metadata.packages.iter().find(|package| package.name.as_str() == "wgpu").unwrap()
}

fn features(manifest: &Table) -> BTreeMap<&str, Vec<&str>> {
    let features = manifest["features"].as_table().unwrap();
    features
        .iter()
        .map(|(name, parts)| {
            (name.as_str(), parts.as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect())
        })
        .collect()
}

#[test]
fn versions() {
    let metadata = metadata();
    let version = real(&metadata).version.to_string();
    let exactly = format!("={version}");
    let stand_in = manifest("cargo-wgpu-wasi/stand-ins/wgpu/manifest.toml");
    assert_eq!(stand_in["package"]["version"].as_str(), Some(&*version));
    let upstream = &stand_in["target"]["cfg(not(target_os = \"wasi\"))"]["dependencies"]["upstream"];
    assert_eq!(upstream["version"].as_str(), Some(&*exactly));
}

#[test]
fn the_features_are_wgpus() {
    let metadata = metadata();
    let real = real(&metadata);
    let stand_in = manifest("cargo-wgpu-wasi/stand-ins/wgpu/manifest.toml");
    let stand_in = features(&stand_in);
    let mut names: BTreeSet<&str> = real.features.keys().map(String::as_str).collect();
    // Implicit: an optional dependency without a `dep:` of its name.
    names.insert("wgpu-core");
    assert_eq!(stand_in.keys().copied().collect::<BTreeSet<_>>(), names);
    let default: BTreeSet<_> = real.features["default"].iter().map(String::as_str).collect();
    assert_eq!(stand_in["default"].iter().copied().collect::<BTreeSet<_>>(), default);

    for (name, parts) in stand_in.iter().filter(|(name, _)| **name != "default") {
        assert!(parts.contains(&&*format!("upstream/{name}")), "{name}");
    }
}

/// The public functions of `Instance` in a file, as written but for where they lead.
fn instance_functions(file: &Path) -> BTreeMap<String, String> {
    let file = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
    let mut functions = BTreeMap::new();
    for item in file.items {
        let Item::Impl(item) = item else { continue };
        let named = matches!(&*item.self_ty, Type::Path(path) if path.path.is_ident("Instance"));
        if !named || item.trait_.is_some() {
            continue;
        }
        for item in item.items {
            let ImplItem::Fn(function) = item else { continue };
            if matches!(function.vis, Visibility::Public(_)) {
                functions.insert(function.sig.ident.to_string(), format!("{:#?}", function.sig));
            }
        }
    }
    functions
}

#[test]
fn the_functions_of_instance_are_wgpus() {
    let metadata = metadata();
    let source = PathBuf::from(real(&metadata).manifest_path.parent().unwrap());
    let stand_in = instance_functions(&root().join("cargo-wgpu-wasi/stand-ins/wgpu/src/instance.rs"));
    let real = instance_functions(&source.join("src/api/instance.rs"));
    assert!(real.len() > 10 && stand_in.keys().eq(real.keys()), "{:?}\n{:?}", stand_in.keys(), real.keys());
    // One path is written in full there.
    let plain = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, signature) in &real {
        if name != "as_custom" {
            assert_eq!(plain(&stand_in[name]), plain(signature), "{name}");
        }
    }
}

/// The public functions outside of `Instance` whose signature has the word.
fn other_functions_with_instance(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            other_functions_with_instance(&path, found);
            continue;
        }
        let Ok(file) = syn::parse_file(&fs::read_to_string(&path).unwrap()) else { continue };
        let signature = |vis: &Visibility, sig: &syn::Signature| {
            let sig = syn::Signature { ident: syn::Ident::new("f", sig.ident.span()), ..sig.clone() };
            matches!(vis, Visibility::Public(_)) && format!("{sig:?}").contains("Ident(Instance)")
        };
        for item in &file.items {
            match item {
                Item::Fn(function) if signature(&function.vis, &function.sig) => {
                    found.insert(function.sig.ident.to_string());
                }
                Item::Impl(item) if !matches!(&*item.self_ty, Type::Path(path) if path.path.is_ident("Instance")) => {
                    for item in &item.items {
                        if let ImplItem::Fn(function) = item
                            && signature(&function.vis, &function.sig)
                        {
                            found.insert(function.sig.ident.to_string());
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn every_function_that_takes_or_makes_an_instance_is_ours() {
    let metadata = metadata();
    let source = PathBuf::from(real(&metadata).manifest_path.parent().unwrap()).join("src");
    let mut found = BTreeSet::new();
    other_functions_with_instance(&source.join("api"), &mut found);
    other_functions_with_instance(&source.join("util"), &mut found);
    let ours = syn::parse_file(
        &fs::read_to_string(root().join("cargo-wgpu-wasi/stand-ins/wgpu/src/util.rs")).unwrap(),
    )
    .unwrap();
    let mut names = BTreeSet::new();
    for item in ours.items {
        if let Item::Fn(function) = item {
            names.insert(function.sig.ident.to_string());
        }
    }
    // It says whether there is one.
    assert!(names.remove("is_browser_webgpu_supported"));
    assert_eq!(found, names);
}
