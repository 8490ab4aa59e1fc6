//! The scenes. Each is a file of its own, of the same name, with its shaders in `shaders/`.

use image::RgbaImage;

use crate::kit::Kit;

/// A picture to be made.
pub(crate) struct Scene {
    /// Its file's name, without the ending.
    pub(crate) name: &'static str,
    /// What of WebGPU is in it.
    pub(crate) shows: &'static str,
    /// Makes it.
    pub(crate) render: fn(&Kit) -> anyhow::Result<RgbaImage>,
}

/// Declares the modules, the list, and a test for each.
macro_rules! scenes {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// All of them, as they stand on the contact sheet.
        pub(crate) const SCENES: &[Scene] = &[$($name::SCENE),*];

        #[cfg(test)]
        mod tests {
            $(
                #[test]
                fn $name() {
                    assert_eq!(super::$name::SCENE.name, stringify!($name));
                    super::checks::check(&super::$name::SCENE);
                }
            )*
        }
    };
}

scenes! {
    cubes
    boids
    mipmaps
    star
    shadows
    mirrors
    portal
    water
    tiles
    sprites
    julia
    screens
    deferred
    helix
    raymarch
    forest
    flowers
    hidden
    nebula
    windows
    bloom
    reaction
    terrain
    ferns
}

/// The scene of this name.
pub(crate) fn find(name: &str) -> Option<&'static Scene> {
    SCENES.iter().find(|scene| scene.name == name)
}

#[cfg(test)]
mod checks {
    use std::collections::HashMap;

    use super::Scene;
    use crate::kit::{HEIGHT, Kit, WIDTH};

    /// A picture has at least so many colours…
    const COLOURS: usize = 300;
    /// … and none of them fills more of it than this.
    const MOST: f64 = 0.7;

    /// Renders a scene twice. The pictures have to be the same, of the right size, and show something
    /// in each quarter.
    pub(super) fn check(scene: &Scene) {
        let Some(gpu) = example_common::gpu::open_for_test() else { return };
        let kit = Kit::new(&gpu);
        let picture = (scene.render)(&kit).unwrap();
        assert_eq!(picture.dimensions(), (WIDTH, HEIGHT));
        let mut counts = HashMap::new();
        for pixel in picture.pixels() {
            *counts.entry(pixel.0).or_insert(0u32) += 1;
        }
        let most = f64::from(*counts.values().max().unwrap()) / f64::from(WIDTH * HEIGHT);
        assert!(counts.len() >= COLOURS, "{} colours", counts.len());
        assert!(most <= MOST, "one colour fills {most:.3} of the picture");
        for (left, top) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let mut quarter = (0..HEIGHT / 2).flat_map(|y| (0..WIDTH / 2).map(move |x| (x, y)));
            let at = |x, y| picture.get_pixel(x + left * WIDTH / 2, y + top * HEIGHT / 2);
            assert!(quarter.any(|(x, y)| at(x, y) != at(0, 0)), "nothing at {left} {top}");
        }
        assert!((scene.render)(&kit).unwrap() == picture, "not the same twice");
    }

    #[test]
    fn names_are_different() {
        let names: std::collections::HashSet<_> = super::SCENES.iter().map(|scene| scene.name).collect();
        assert_eq!(names.len(), super::SCENES.len());
        assert!(super::find("cubes").is_some() && super::find("cube").is_none());
    }
}
