//! A program that keeps files, and one that tries to keep more than it may. rustc makes a component of it for the test.

use std::{
    env,
    ffi::{CString, c_char},
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

fn main() -> ExitCode {
    let Some(folder) = env::var_os("WGPU_WASI_CACHE").map(PathBuf::from) else {
        println!("no folder");
        return ExitCode::SUCCESS;
    };
    match env::args().nth(1).as_deref() {
        Some("count") => count(&folder),
        Some("hold") => {
            println!("ready");
            io::stdin().read_to_end(&mut Vec::new()).unwrap();
        }
        Some("hostile") => return hostile(&folder),
        _ => {}
    }
    ExitCode::SUCCESS
}

/// Counts the runs.
fn count(folder: &Path) {
    let file = folder.join("count");
    let runs = fs::read_to_string(&file).map_or(0, |text| text.lines().count()) + 1;
    let written = OpenOptions::new().append(true).create(true).open(&file).and_then(|mut file| writeln!(file, "run"));
    println!("{runs} {}", if written.is_ok() { "kept" } else { "not kept" });
}

unsafe extern "C" {
    fn symlink(to: *const c_char, at: *const c_char) -> i32;
}

fn link(to: &str, at: &Path) -> io::Result<()> {
    let at = CString::new(at.to_str().unwrap()).unwrap();
    let to = CString::new(to).unwrap();
    // SAFETY: both are texts with an end.
    if unsafe { symlink(to.as_ptr(), at.as_ptr()) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Writes until it may not; returns how much that was.
fn fill(file: &mut File) -> u64 {
    let mut written = 0;
    while let Ok(more) = file.write(&[7; 1000]) {
        written += more as u64;
        assert!(written < 10 << 20, "there is no end to it");
    }
    written
}

/// Tries what it may not do; each has a name.
fn hostile(folder: &Path) -> ExitCode {
    let data = Path::new("/data");
    let at = |name: &str| folder.join(name);
    let mut done = Vec::new();
    let mut attempt = |what: &str, result: io::Result<()>| {
        if result.is_ok() {
            done.push(what.to_owned());
        }
    };
    let mut a = File::create(at("a")).unwrap();
    let filled = fill(&mut a);
    println!("filled {filled}");
    // What is written again is no more.
    a.seek(SeekFrom::Start(0)).unwrap();
    a.write_all(&[8; 1000]).unwrap();

    attempt("append", OpenOptions::new().append(true).open(at("a")).and_then(|mut file| file.write_all(&[1; 1001])));
    let sparse = |far: u64| {
        let mut file = File::create(at("sparse"))?;
        file.seek(SeekFrom::Start(far))?;
        file.write_all(&[1])
    };
    attempt("a hole", sparse(1 << 30));
    attempt("a hole at the end of the world", sparse((1 << 63) - 2));
    attempt("longer", a.set_len(1 << 40));
    attempt("much longer", a.set_len(u64::MAX >> 1));
    attempt("unlink while open", fs::remove_file(at("a")));
    attempt("rename while open", fs::rename(at("a"), at("b")));
    attempt("replace while open", fs::rename(at("sparse"), at("a")));
    attempt("folder", fs::create_dir(at("folder")));
    attempt("hard link", fs::hard_link(at("sparse"), at("hard")));
    attempt("hard link in", fs::hard_link(data.join("big"), at("hard")));
    attempt("hard link out", fs::hard_link(at("sparse"), data.join("hard")));
    attempt("rename in", fs::rename(data.join("big"), at("big")));
    attempt("rename out", fs::rename(at("sparse"), data.join("sparse")));
    attempt("symbolic link", link("/data/big", &at("link")));
    for name in ["../outside", ".lock", ".hidden", "a/b", "folder/b", "a\\b", "nul", &"n".repeat(200)] {
        attempt(name, File::create(at(name)).map(drop));
    }
    attempt("the lock", fs::remove_file(at(".lock")));
    drop(a);
    let made = (0..100).filter(|number| File::create(at(&format!("f{number}"))).is_ok()).count();
    println!("made {made}");
    // What is given back can be used again, as often as one likes.
    for _ in 0..20 {
        let mut a = File::create(at("a")).unwrap();
        assert_eq!(fill(&mut a), filled);
    }
    for what in &done {
        println!("done: {what}");
    }
    if done.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
