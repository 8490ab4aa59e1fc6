//! The programs of the site, and those that no page runs.

/// A program on the page.
pub(super) struct Program {
    /// Its name, and that of its folder.
    pub(super) name: &'static str,
    /// The name of its component.
    pub(super) component: &'static str,
    pub(super) title: &'static str,
    pub(super) shows: &'static str,
    /// Its arguments.
    pub(super) args: &'static [&'static str],
    /// A file that it finds.
    pub(super) file: Option<Given>,
    /// Where its source is, in the checkout.
    pub(super) source: &'static str,
    /// Where its picture in the list comes from; without one, it has nothing to see.
    pub(super) picture: Option<Picture>,
}

/// Where the picture of a program comes from, which is run for that.
#[derive(Clone, Copy)]
pub(super) enum Picture {
    /// A file that it writes, by the path that it is told.
    Written(&'static str),
    /// Its window of this size after so many seconds.
    Window(&'static str, u32),
}

/// A file, by its path in the checkout.
#[derive(Clone, Copy)]
pub(super) enum Given {
    /// It is in the repository.
    Here(&'static str),
    /// It is fetched.
    Fetched(&'static str),
}

impl Given {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Here(path) | Self::Fetched(path) => path,
        }
    }
}

impl Program {
    /// A program of `examples/drop-in`, which makes one picture.
    const fn drop_in(
        name: &'static str,
        component: &'static str,
        title: &'static str,
        shows: &'static str,
        args: &'static [&'static str; 1],
        source: &'static str,
    ) -> Self {
        let [path] = args;
        Self {
            name,
            component,
            title,
            shows,
            args,
            file: None,
            source,
            picture: Some(Picture::Written(path)),
        }
    }
}

/// Those of the site, in the order of the list.
pub(super) const PROGRAMS: [Program; 15] = [
    Program {
        name: "triangle",
        component: "windowed-triangle",
        title: "Triangle",
        shows: "A triangle in a window, over winit; the space bar changes the background.",
        args: &[],
        file: None,
        source: "examples/windowed/triangle",
        picture: Some(Picture::Window("480x300", 1)),
    },
    Program {
        name: "galaxies",
        component: "windowed-nbody",
        title: "Two galaxies",
        shows: "Two galaxies that meet, in a window: the mouse turns them, the wheel brings them nearer, P stops \
                them.",
        args: &[],
        file: None,
        source: "examples/windowed/nbody",
        picture: Some(Picture::Window("640x400", 3)),
    },
    Program {
        name: "draw",
        component: "ml-draw",
        title: "Digits",
        shows: "burn: a net learns to read digits while one looks on, and reads those that one draws. It learns \
                from the handwritten digits of E. Alpaydin and C. Kaynak (CC BY 4.0), as scikit-learn has them.",
        args: &["--data", "/digits.csv.gz"],
        file: Some(Given::Fetched("target/ml/digits/digits.csv.gz")),
        source: "examples/ml/draw",
        picture: Some(Picture::Window("640x420", 1)),
    },
    Program {
        name: "darkroom",
        component: "windowed-darkroom",
        title: "Darkroom",
        shows: "eframe: develops a photograph while one moves the controls of the image filter.",
        args: &[],
        file: None,
        source: "examples/windowed/darkroom",
        picture: Some(Picture::Window("1024x640", 2)),
    },
    Program {
        name: "gallery",
        component: "gallery",
        title: "Gallery",
        shows: "Small scenes, each with another part of WebGPU's rendering.",
        args: &["cubes", "/cubes.png"],
        file: None,
        source: "examples/gallery",
        picture: Some(Picture::Written("/cubes.png")),
    },
    Program {
        name: "image-filter",
        component: "image-filter",
        title: "Image filter",
        shows: "Develops a photograph: noise filter, local contrast, tone curve.",
        args: &["/sample.jpg", "/developed.png"],
        file: Some(Given::Here("examples/image-filter/sample.jpg")),
        source: "examples/image-filter",
        picture: Some(Picture::Written("/developed.png")),
    },
    Program {
        name: "nbody",
        component: "nbody",
        title: "Galaxies collide",
        shows: "The same physics as a film of pictures, with a plot of the energy.",
        args: &["--bodies", "1024", "--steps", "100", "--out", "/out"],
        file: None,
        source: "examples/nbody",
        picture: Some(Picture::Written("/out/frame_0020.png")),
    },
    Program::drop_in(
        "vello",
        "drop-in-vello",
        "A poster by vello",
        "Paths, gradients, clips, blend layers, blurs and glyphs, by compute shaders.",
        &["/vello.png"],
        "examples/drop-in/vello",
    ),
    Program::drop_in(
        "egui",
        "drop-in-egui",
        "A synthesizer by egui",
        "Widgets and plots, without a window.",
        &["/egui.png"],
        "examples/drop-in/egui",
    ),
    Program::drop_in(
        "glyphon",
        "drop-in-glyphon",
        "A page by glyphon",
        "A type specimen: shaped, justified, coloured and clipped text.",
        &["/glyphon.png"],
        "examples/drop-in/glyphon",
    ),
    Program::drop_in(
        "text",
        "drop-in-text",
        "Text by wgpu_text",
        "Text in perspective.",
        &["/text.png"],
        "examples/drop-in/text",
    ),
    Program::drop_in(
        "cube",
        "drop-in-cube",
        "A sandpile by cubecl",
        "The identity of the sandpile group, by kernels that are written in Rust.",
        &["/cube.png"],
        "examples/drop-in/cube",
    ),
    Program::drop_in(
        "khal",
        "drop-in-khal",
        "An automaton by khal",
        "A cyclic automaton, by a shader in WGSL and by the same in SPIR-V.",
        &["/khal.png"],
        "examples/drop-in/khal",
    ),
    Program::drop_in(
        "lampshade",
        "drop-in-lampshade",
        "Colours by lampshade",
        "Colours sorted, left out and counted, checked against the processor.",
        &["/lampshade.png"],
        "examples/drop-in/lampshade",
    ),
    Program {
        name: "doubling",
        component: "doubling",
        title: "Doubling",
        shows: "The smallest: doubles numbers on the GPU.",
        args: &["1", "2.5", "3"],
        file: None,
        source: "examples/doubling",
        picture: None,
    },
];

/// Examples that no page runs, by their folders, with the reasons.
pub(super) const NOT_HERE: [(&str, &str); 10] = [
    ("examples/video", "it stands between two pipes, and a page has none"),
    ("examples/plugin", "a native program has it draw into its texture"),
    ("examples/serve/filter", "it answers requests, and a page has no server"),
    ("examples/serve/render", "it answers requests, too"),
    ("examples/serve/embed", "it answers requests, too"),
    ("examples/ml/digits", "its net learns in the page of Digits"),
    ("examples/ml/llm", "its weights may be gigabytes, which everybody who looks would have to load"),
    ("examples/ml/embed", "its weights are 90 MB, which everybody who looks would have to load"),
    ("examples/ml/chars", "it learns for minutes on a good GPU, and shows nothing but text"),
    ("examples/drop-in/profiler", "browsers give times of the GPU only when they are told to, rounded"),
];
