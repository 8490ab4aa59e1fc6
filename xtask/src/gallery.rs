//! `cargo xtask gallery`: every scene natively and as a component, compared and shown side by side.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{
    artifacts::{self, EXAMPLES},
    repo::{Repo, output, program, run},
    setup,
};

const PROGRAM: &str = "gallery";

/// The folders that the pictures go to, and the contact sheet looks for them in.
const SIDES: [&str; 2] = ["native", "component"];

/// A scene, and whether its two pictures are the same file.
struct Compared {
    name: String,
    shows: String,
    same: bool,
}

/// Builds the gallery, draws every scene both ways, compares the files, and makes the contact sheet.
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let host = artifacts::build_host(repo)?;
    artifacts::build_native(repo, EXAMPLES, &[PROGRAM])?;
    artifacts::build_components(repo, EXAMPLES, &[PROGRAM])?;
    let native = artifacts::native(&repo.target("release"), PROGRAM);
    let component = artifacts::component(&artifacts::component_folder(repo), PROGRAM);

    let folder = repo.path("target/gallery");
    let [by_native, by_component] = SIDES.map(|side| folder.join(side));
    for side in [&by_native, &by_component] {
        // A picture of an earlier run would pass for one of this run.
        if side.exists() {
            fs::remove_dir_all(side).with_context(|| side.display().to_string())?;
        }
        fs::create_dir_all(side).with_context(|| side.display().to_string())?;
    }
    println!("\nNatively:");
    run(program(&native).arg("--all").arg(&by_native))?;
    println!("\nAs a component:");
    run(program(&host)
        .args(["run", "--dir"])
        .arg(format!("{}::/out", by_component.display()))
        .arg(&component)
        .args(["--all", "/out"]))?;

    let scenes = compare(&output(program(&native).arg("--list"))?, &by_native, &by_component)?;
    let sheet = folder.join("contact-sheet.png");
    run(program(&native).arg("--sheet").arg(&folder).arg(&sheet))?;
    let page = folder.join("index.html");
    fs::write(&page, html(&scenes)).with_context(|| page.display().to_string())?;

    println!();
    for Compared { name, shows, same } in &scenes {
        println!("{}  {name:10} {shows}", if *same { "same     " } else { "DIFFERENT" });
    }
    println!("\ncontact sheet  {}", sheet.display());
    println!("page           {}", page.display());
    let different = scenes.iter().filter(|scene| !scene.same).count();
    if different > 0 {
        bail!("{different} of {} scenes differ between native and component", scenes.len());
    }
    println!("All {} scenes are the same, byte for byte.", scenes.len());
    Ok(())
}

/// Compares the files of each scene; `list` has a line for each, its name and what it shows.
fn compare(list: &str, native: &Path, component: &Path) -> Result<Vec<Compared>> {
    let scenes = list.lines().map(|line| {
        let (name, shows) = line.split_once('\t').with_context(|| format!("no tab in `{line}`"))?;
        let read = |folder: &Path| -> Result<Vec<u8>> {
            let path: PathBuf = folder.join(format!("{name}.png"));
            fs::read(&path).with_context(|| path.display().to_string())
        };
        let same = read(native)? == read(component)?;
        Ok(Compared { name: name.to_owned(), shows: shows.to_owned(), same })
    });
    let scenes: Vec<_> = scenes.collect::<Result<_>>()?;
    if scenes.is_empty() {
        bail!("the gallery has no scenes");
    }
    Ok(scenes)
}

/// A page that needs nothing but the pictures beside it.
fn html(scenes: &[Compared]) -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>wgpu-wasi: the gallery</title>\n\
         <style>\n\
         body { background: #18191e; color: #ddd; font: 16px sans-serif; max-width: 1080px; margin: 2em auto }\n\
         section { margin: 2em 0 } img { width: 49%; border: 2px solid #3cbe5a }\n\
         .different img { border-color: #e63232 }\n\
         </style>\n<h1>The gallery</h1>\n<p>On the left natively, on the right as a component.</p>\n",
    );
    for Compared { name, shows, same } in scenes {
        let (class, verdict) =
            if *same { ("same", "the same, byte for byte") } else { ("different", "DIFFERENT") };
        let [native, component] =
            SIDES.map(|side| format!("<img src=\"{side}/{name}.png\" alt=\"{name}, {side}\">"));
        // Writing to a String can't fail.
        let _ = writeln!(
            page,
            "<section class=\"{class}\">\n<h2>{name}</h2>\n<p>{shows}: {verdict}</p>\n{native}\n{component}\n</section>"
        );
    }
    page.push_str("</html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_different_byte_is_seen() {
        let folder = std::env::temp_dir().join(format!("xtask-gallery-{}", std::process::id()));
        let [native, component] = SIDES.map(|side| folder.join(side));
        for (side, bytes) in [(&native, b"ab"), (&component, b"ac")] {
            fs::create_dir_all(side).unwrap();
            fs::write(side.join("one.png"), b"same").unwrap();
            fs::write(side.join("two.png"), bytes).unwrap();
        }
        let scenes = compare("one\tthis\ntwo\tthat\n", &native, &component).unwrap();
        let missing = compare("three\tnothing\n", &native, &component);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(scenes.iter().map(|scene| scene.same).collect::<Vec<_>>(), [true, false]);
        assert!(missing.is_err() && compare("", &native, &component).is_err());
        let page = html(&scenes);
        assert!(page.contains("component/two.png") && page.contains("class=\"different\""), "{page}");
    }
}
