//! What a program makes natively and as a component, compared: pictures side by side, and figures of several turns.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use xshell::Shell;

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
    pub(crate) fn compare(sh: &Shell, folder: &Path, name: &str, shows: &str) -> Result<Self> {
        let [native, component] =
            SIDES.map(|side| sh.read_binary_file(folder.join(side).join(format!("{name}.png"))));
        Ok(Self { name: name.to_owned(), shows: shows.to_owned(), same: native? == component? })
    }

    /// Whether its two files are the same.
    pub(crate) fn is_same(&self) -> bool {
        self.same
    }
}

/// The middle of some values; of an even number of them, the mean of the two that are there.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

/// Makes the folder of each side, empty: a picture of an earlier run would pass for one of this run.
pub(crate) fn empty_folders(sh: &Shell, folder: &Path) -> Result<[PathBuf; 2]> {
    let sides = SIDES.map(|side| folder.join(side));
    for side in &sides {
        sh.remove_path(side)?;
        sh.create_dir(side)?;
    }
    Ok(sides)
}

/// Writes the page, prints a line for each pair, and fails where two differ. `what` are the pictures, as
/// in "scenes".
pub(crate) fn report(sh: &Shell, folder: &Path, title: &str, what: &str, pairs: &[Pair]) -> Result<()> {
    if pairs.is_empty() {
        bail!("there are no {what}");
    }
    let page = folder.join("index.html");
    sh.write_file(&page, html(title, pairs))?;
    println!();
    for Pair { name, shows, same } in pairs {
        println!("{}  {name:10} {shows}", if *same { "same     " } else { "DIFFERENT" });
    }
    println!();
    let sheet = folder.join("contact-sheet.png");
    if sheet.is_file() {
        println!("contact sheet  {}", sheet.display());
    }
    println!("page           {}", page.display());
    let different = pairs.iter().filter(|pair| !pair.same).count();
    if different > 0 {
        bail!("{different} of {} {what} differ between native and component", pairs.len());
    }
    println!("All {} {what} are the same, byte for byte.", pairs.len());
    Ok(())
}

/// A page that needs nothing but the pictures beside it.
pub(crate) fn html(title: &str, pairs: &[Pair]) -> String {
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
        let sh = Shell::new().unwrap();
        let scratch = sh.create_temp_dir().unwrap();
        let folder = scratch.path();
        for (side, bytes) in empty_folders(&sh, folder).unwrap().iter().zip(["ab", "ac"]) {
            sh.write_file(side.join("one.png"), "same").unwrap();
            sh.write_file(side.join("two.png"), bytes).unwrap();
        }
        let compare = |name| Pair::compare(&sh, folder, name, "this");
        let pairs = ["one", "two"].map(|name| compare(name).unwrap());
        let missing = compare("three");
        let reports =
            [&pairs[..], &pairs[..1], &[]].map(|pairs| report(&sh, folder, "t", "p", pairs).is_ok());
        empty_folders(&sh, folder).unwrap();
        assert!(missing.is_err() && compare("one").is_err());
        assert_eq!(reports, [false, true, false]);
        assert_eq!(pairs.each_ref().map(|pair| pair.same), [true, false]);
        let page = html("title", &pairs);
        assert!(page.contains("component/two.png") && page.contains("class=\"different\""), "{page}");
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
    }
}
