//! The photograph: what was taken, and what it becomes.

use std::{fs, path::Path};

use anyhow::Context as _;
use eframe::egui::{self, ColorImage, TextureHandle, TextureOptions};
use image::{RgbaImage, imageops};

use crate::{
    Gpu,
    filter::Filter,
    settings::{Light, Settings},
};

/// What is developed without a file.
const SAMPLE: &[u8] = include_bytes!("../../../image-filter/sample.jpg");

/// What it is made smaller to: large enough for the window, small enough to be developed while a control moves.
const LARGEST: u32 = 720;

/// Sides of the tiles that the filter works on.
const TILE: u32 = 512;

/// How far the filter is. A window shows what comes of it, and nobody watches the terminal.
pub(crate) struct Progress;

impl Progress {
    pub(crate) fn new(_what: &str, _steps: u64) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "the image filter's progress has a state")]
    pub(crate) fn advance(&mut self, _steps: u64) {}

    pub(crate) fn finish(self) {}
}

/// A photograph on the GPU's table.
pub(crate) struct Photograph {
    gpu: &'static Gpu,
    filter: Filter<'static>,
    taken: RgbaImage,
    before: TextureHandle,
    after: TextureHandle,
    light: Option<Light>,
}

impl Photograph {
    /// Reads a file, or what there is without one.
    pub(crate) fn open(context: &egui::Context, gpu: Gpu, file: Option<&Path>) -> anyhow::Result<Self> {
        let bytes = match file {
            Some(file) => fs::read(file).with_context(|| format!("cannot read {}", file.display()))?,
            None => SAMPLE.to_vec(),
        };
        let picture = image::load_from_memory(&bytes).context("neither PNG nor JPEG")?.into_rgba8();
        let (width, height) = picture.dimensions();
        let taken = if width.max(height) > LARGEST {
            let side = |side: u32| (side * LARGEST / width.max(height)).max(1);
            imageops::thumbnail(&picture, side(width), side(height))
        } else {
            picture
        };
        // It is there for as long as the program: the compiled filter refers to it.
        let gpu: &'static Gpu = Box::leak(Box::new(gpu));
        let texture = |name| context.load_texture(name, shown(&taken), TextureOptions::LINEAR);
        let (before, after) = (texture("before"), texture("after"));
        Ok(Self { gpu, filter: Filter::new(gpu), taken, before, after, light: None })
    }

    /// Develops it anew.
    pub(crate) fn develop(&mut self, settings: &Settings) -> anyhow::Result<()> {
        let mut picture = self.taken.clone();
        self.light = Some(self.filter.run(&mut picture, settings, TILE)?);
        self.after.set(shown(&picture), TextureOptions::LINEAR);
        Ok(())
    }

    /// What was measured of it.
    pub(crate) fn light(&self) -> Option<Light> {
        self.light
    }

    /// The GPU that develops it.
    pub(crate) fn gpu(&self) -> String {
        let (width, height) = self.taken.dimensions();
        format!("{width} × {height}, developed by {}", self.gpu.info.name)
    }

    /// Shows it as it was taken, or as it has become.
    pub(crate) fn show(&self, ui: &mut egui::Ui, before: bool) {
        let texture = if before { &self.before } else { &self.after };
        let size = texture.size_vec2();
        let room = ui.available_size();
        let scale = (room.x / size.x).min(room.y / size.y).min(1.0);
        ui.centered_and_justified(|ui| ui.image((texture.id(), size * scale)));
    }
}

fn shown(picture: &RgbaImage) -> ColorImage {
    let (width, height) = picture.dimensions();
    ColorImage::from_rgba_unmultiplied([width as usize, height as usize], picture.as_raw())
}
