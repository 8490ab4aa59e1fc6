//! A program over winit and wgpu: natively, as a component on the same desktop, and as one without a desktop.
//!
//! `cargo xtask windowed` and `cargo xtask test` build it, and say in `WGPU_WASI_WINDOWED` where they want the pictures.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    AGAIN, ESCAPE, components, desktop, host, target,
    x::{PATIENCE, Picture, Running, XServer, within},
};

const PROGRAM: &str = "windowed-triangle";

const SPACE: u32 = 0x20;

/// Its pictures.
const PICTURES: [&str; 3] = ["start", "key", "resized"];

/// How they come about without a desktop.
const INPUT: &str = "{\"picture\": 1, \"key\": \"Space\"}\n{\"picture\": 2, \"resize\": [600, 200]}\n\
                     {\"picture\": 3, \"key\": \"Escape\"}\n";

/// The folders of the three.
struct Folders {
    native: PathBuf,
    desktop: PathBuf,
    component: PathBuf,
}

impl Folders {
    fn new() -> Self {
        let own = || Path::new(env!("CARGO_TARGET_TMPDIR")).join("windowed");
        let folder = env::var_os("WGPU_WASI_WINDOWED").map_or_else(own, PathBuf::from);
        let [native, desktop, component] = ["native", "desktop", "component"].map(|side| {
            let side = folder.join(side);
            let _ = fs::remove_dir_all(&side);
            fs::create_dir_all(&side).unwrap();
            side
        });
        Self { native, desktop, component }
    }
}

/// The pictures without a desktop.
fn headless(folder: &Path) -> [Picture; 3] {
    let input = folder.join("input.jsonl");
    fs::write(&input, INPUT).unwrap();
    let files = PICTURES.map(|name| folder.join(format!("{name}.png")));
    let input = input.display().to_string();
    let mut options: Vec<String> =
        ["--windows=headless", "--virtual-time", "--input", &input].map(Into::into).into();
    for (number, file) in (1..).zip(&files) {
        options.extend(["--screenshot".to_owned(), format!("{number}={}", file.display())]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
    let (status, said) = Running::start(&mut host(command, &options, &format!("{PROGRAM}.wasm"))).end();
    assert!(status.success(), "{said}");
    let pictures = files.each_ref().map(|file| read(file));
    // Written by one program, so that equal pixels are equal bytes.
    files.iter().zip(&pictures).for_each(|(file, picture)| write(file, picture));
    pictures
}

fn read(file: &Path) -> Picture {
    let decoder = png::Decoder::new(std::io::BufReader::new(fs::File::open(file).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgba);
    let (pixels, _) = bytes.as_chunks::<4>();
    let rgb = pixels.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    let side = |side: u32| u16::try_from(side).unwrap();
    Picture { width: side(info.width), height: side(info.height), rgb }
}

fn write(file: &Path, picture: &Picture) {
    let mut encoder =
        png::Encoder::new(fs::File::create(file).unwrap(), picture.width.into(), picture.height.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&picture.rgb).unwrap();
}

/// Does on the desktop what [`INPUT`] does, and writes what it comes to: the picture that is expected, or the last one if
/// it does not come. Whether all came.
fn shows(desktop: &XServer, mut program: Running, folder: &Path, expected: &[Picture; 3]) -> bool {
    let (window, _) = desktop.wait_for(1, &mut program)[0];
    let mut same = true;
    for (name, expected) in PICTURES.iter().zip(expected) {
        let act = || match *name {
            "key" => desktop.key(window, SPACE),
            "resized" => desktop.resize(window, 600, 200),
            _ => {}
        };
        act();
        let mut before = desktop.picture(window);
        let comes = within(PATIENCE, || {
            let is_expected = || desktop.picture(window).filter(|picture| picture == expected);
            let found = within(AGAIN, is_expected);
            // A key that came before the window had the keyboard is lost. After three of them all is as at first.
            let now = desktop.picture(window);
            if found.is_none() && now == before {
                act();
            }
            before = now;
            found
        });
        same &= comes.is_some();
        if let Some(picture) = comes.or_else(|| desktop.picture(window)) {
            write(&folder.join(format!("{name}.png")), &picture);
        }
    }
    let ended = within(PATIENCE, || {
        desktop.key(window, ESCAPE);
        within(AGAIN, || program.ended())
    });
    assert!(ended.is_some_and(|status| status.success()), "Escape ends it with {ended:?}");
    same
}

/// Whether the program was built both ways.
fn is_built() -> bool {
    let built = native().is_file() && components().join(format!("{PROGRAM}.wasm")).is_file();
    if !built {
        assert!(env::var_os("WGPU_WASI_WINDOWED").is_none(), "{PROGRAM} is not built");
        eprintln!("passed over: `cargo xtask windowed` builds {PROGRAM}");
    }
    built
}

fn native() -> PathBuf {
    target().join("release").join(PROGRAM)
}

/// The program on a desktop, natively or as a component.
fn start(desktop: &XServer, as_component: bool) -> Running {
    if as_component {
        let command = desktop.command(Path::new(env!("CARGO_BIN_EXE_wgpu-wasi")));
        Running::start(&mut host(command, &["--windows"], &format!("{PROGRAM}.wasm")))
    } else {
        Running::start(&mut desktop.command(&native()))
    }
}

#[test]
fn as_natively() {
    if !is_built() {
        return;
    }
    let folders = Folders::new();
    let expected = headless(&folders.component);
    let Some((desktop, _turn)) = desktop() else { return };
    let natively = shows(&desktop, start(&desktop, false), &folders.native, &expected);
    let on_desktop = shows(&desktop, start(&desktop, true), &folders.desktop, &expected);
    assert!(natively && on_desktop, "the pictures differ: {natively} {on_desktop}");
}

#[test]
fn its_button_closes_it() {
    if !is_built() {
        return;
    }
    let Some((desktop, _turn)) = desktop() else { return };
    for as_component in [false, true] {
        let mut program = start(&desktop, as_component);
        let (window, _) = desktop.wait_for(1, &mut program)[0];
        // Black is what it is before the program has drawn.
        let drawn = || desktop.picture(window).filter(|picture| picture.colour() != Some([0; 3]));
        assert!(within(PATIENCE, drawn).is_some(), "it shows nothing");
        desktop.close(window);
        let (status, _) = program.end();
        assert!(status.success(), "as a component: {as_component}, it ends with {status}");
        assert!(desktop.is_empty());
    }
}
