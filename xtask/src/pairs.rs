//! Pictures that a program makes natively and as a component, compared and shown side by side.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// The folders that the pictures go to, and that a contact sheet looks for them in.
pub(crate) const SIDES: [&str; 2] = ["native", "component"];

/// A picture, and whether its two files are the same.
#[derive(Debug)]
pub(crate) struct Pair {
    /// The files' name, without `.png`.
    pub(crate) name: String,
    /// What one sees, in a few words.
    pub(crate) shows: String,
    same: bool,
}

impl Pair {
    /// Compares `NAME.png` of the two sides in `folder`.
    pub(crate) fn compare(folder: &Path, name: &str, shows: &str) -> Result<Self> {
        let read = |side: &str| -> Result<Vec<u8>> {
            let path = folder.join(side).join(format!("{name}.png"));
            fs::read(&path).with_context(|| path.display().to_string())
        };
        let [native, component] = SIDES.map(read);
        Ok(Self { name: name.to_owned(), shows: shows.to_owned(), same: native? == component? })
    }
}

/// Makes the folder of each side, empty: a picture of an earlier run would pass for one of this run.
pub(crate) fn empty_folders(folder: &Path) -> Result<[PathBuf; 2]> {
    let sides = SIDES.map(|side| folder.join(side));
    for side in &sides {
        if side.exists() {
            fs::remove_dir_all(side).with_context(|| side.display().to_string())?;
        }
        fs::create_dir_all(side).with_context(|| side.display().to_string())?;
    }
    Ok(sides)
}

/// Writes the page, prints a line for each pair, and fails where two differ. `what` are the pictures, as
/// in "scenes".
pub(crate) fn report(folder: &Path, title: &str, what: &str, pairs: &[Pair]) -> Result<()> {
    if pairs.is_empty() {
        bail!("there are no {what}");
    }
    let page = folder.join("index.html");
    fs::write(&page, html(title, pairs)).with_context(|| page.display().to_string())?;
    println!();
    for Pair { name, shows, same } in pairs {
        println!("{}  {name:10} {shows}", if *same { "same     " } else { "DIFFERENT" });
    }
    println!("\ncontact sheet  {}", folder.join("contact-sheet.png").display());
    println!("page           {}", page.display());
    let different = pairs.iter().filter(|pair| !pair.same).count();
    if different > 0 {
        bail!("{different} of {} {what} differ between native and component", pairs.len());
    }
    println!("All {} {what} are the same, byte for byte.", pairs.len());
    Ok(())
}

/// A page that needs nothing but the pictures beside it.
fn html(title: &str, pairs: &[Pair]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>wgpu-wasi: {title}</title>\n\
         <style>\n\
         body {{ background: #18191e; color: #ddd; font: 16px sans-serif; max-width: 1080px; margin: 2em auto }}\n\
         section {{ margin: 2em 0 }} img {{ width: 49%; border: 2px solid #3cbe5a }}\n\
         .different img {{ border-color: #e63232 }}\n\
         </style>\n<h1>{title}</h1>\n<p>On the left natively, on the right as a component.</p>\n",
    );
    for Pair { name, shows, same } in pairs {
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
        let folder = std::env::temp_dir().join(format!("xtask-pairs-{}", std::process::id()));
        for (side, bytes) in empty_folders(&folder).unwrap().iter().zip([b"ab", b"ac"]) {
            fs::write(side.join("one.png"), b"same").unwrap();
            fs::write(side.join("two.png"), bytes).unwrap();
        }
        let pairs = ["one", "two"].map(|name| Pair::compare(&folder, name, "this").unwrap());
        let missing = Pair::compare(&folder, "three", "nothing");
        let reports = [report(&folder, "t", "p", &pairs), report(&folder, "t", "p", &pairs[..1])];
        let none = report(&folder, "t", "p", &[]);
        empty_folders(&folder).unwrap();
        let gone = Pair::compare(&folder, "one", "this");
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(pairs.each_ref().map(|pair| pair.same), [true, false]);
        assert!(missing.is_err() && gone.is_err() && none.is_err());
        assert_eq!(reports.map(|report| report.is_ok()), [false, true]);
        let page = html("title", &pairs);
        assert!(page.contains("component/two.png") && page.contains("class=\"different\""), "{page}");
    }
}
