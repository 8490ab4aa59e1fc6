use std::{env, path::PathBuf, process::Command};

use example_common::gpu::open_for_test;

use super::*;
use crate::picture::{CANVAS, WIDTH};

/// The component, built if it is not up to date.
fn flower() -> Vec<u8> {
    let program = env::current_exe().expect("a test program has a path");
    // TARGET/release/deps/NAME
    let target: PathBuf = program.ancestors().nth(3).expect("cargo puts it three folders deep").into();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--target", "wasm32-wasip2", "--package", "flower"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the component can't be built");
    files::read(&target.join("wasm32-wasip2/release/flower.wasm")).expect("it is where cargo puts it")
}

#[test]
fn the_component_draws_into_the_programs_picture() {
    let Some(gpu) = open_for_test() else { return };
    let picture = Picture::new(&gpu);
    let empty = picture.canvas();
    let without = picture.compose(&empty).expect("the lake alone");

    let mut painter = Painter::load(&gpu, &flower()).expect("the component starts");
    let canvas = picture.canvas();
    let drawn = painter.draw(canvas.clone(), 0.0).expect("it draws");
    assert_eq!(drawn, canvas, "what was lent came back");
    let with = picture.compose(&drawn).expect("the lake with a flower");

    // The heart of the flower is brown, wherever the sky is blue.
    let heart = with.get_pixel(184 + 200, 24 + 200).0;
    assert!(heart[0] > heart[2], "{heart:?}");
    let changed = |x: u32, y: u32| with.get_pixel(x, y) != without.get_pixel(x, y);
    assert!(changed(384, 224), "the flower stands above the water");
    assert!((431..640).any(|y| changed(384, y)), "and is mirrored in it");
    assert!((0..430).all(|y| !changed(20, y) && !changed(WIDTH - 20, y)), "beside it all is as it was");

    // Another moment is another picture, and the same one the same.
    let again = painter.draw(picture.canvas(), 0.0).expect("it draws again");
    assert_eq!(picture.compose(&again).expect("the same"), with);
    let later = painter.draw(again, 1.0).expect("it draws into what it had before");
    assert_eq!(later.width(), CANVAS);
    assert_ne!(picture.compose(&later).expect("another"), with);
}
