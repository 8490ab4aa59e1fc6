//! Develops a photograph while one looks on: the controls of the image filter beside the picture.
//!
//! It is written as for any desktop, over eframe with its default features. Not a word of it is about WASI. The filter, its
//! settings and its shaders are those of `examples/image-filter`.

// The filter knows the GPU by this name.
extern crate self as example_common;

mod controls;
mod photograph;

#[expect(
    dead_code,
    unreachable_pub,
    reason = "it is public where it is at home, and all of it is used there"
)]
#[path = "../../../common/src/device.rs"]
mod device;
#[path = "../../../image-filter/src/filter.rs"]
mod filter;
#[path = "../../../image-filter/src/settings.rs"]
mod settings;
#[path = "../../../image-filter/src/tile.rs"]
mod tile;

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use eframe::egui;

use crate::{controls::Controls, photograph::Photograph, settings::Settings};
pub(crate) use crate::{device::Gpu, photograph::Progress};

/// Develops a photograph while one looks on.
#[derive(Debug, Parser)]
struct Arguments {
    /// PNG or JPEG file to develop; without one, a lake at dusk
    picture: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,
}

/// What is on the screen.
struct Darkroom {
    photograph: Photograph,
    controls: Controls,
    /// What keeps it from being developed.
    failure: Option<String>,
}

impl Darkroom {
    fn open(creation: &eframe::CreationContext<'_>, arguments: Arguments) -> anyhow::Result<Self> {
        let context = &creation.egui_ctx;
        context.set_theme(egui::Theme::Dark);
        // A picture is the same whenever one looks.
        context.all_styles_mut(|style| style.visuals.text_cursor.blink = false);
        let state =
            creation.wgpu_render_state.as_ref().context("eframe draws by something else than wgpu")?;
        let gpu =
            Gpu { device: state.device.clone(), queue: state.queue.clone(), info: state.adapter.get_info() };
        let photograph = Photograph::open(context, gpu, arguments.picture.as_deref())?;
        Ok(Self { photograph, controls: Controls::new(arguments.settings), failure: None })
    }
}

impl eframe::App for Darkroom {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        // What was changed in the picture before is developed before this one.
        if let Some(settings) = self.controls.take_changed() {
            self.failure = self.photograph.develop(&settings).err().map(|error| format!("{error:#}"));
        }
        egui::Panel::right("controls").exact_size(300.0).show(ui, |ui| {
            self.controls.show(ui, self.photograph.light());
        });
        egui::Panel::bottom("status").show(ui, |ui| match &self.failure {
            Some(failure) => ui.colored_label(ui.visuals().error_fg_color, failure),
            None => ui.weak(self.photograph.gpu()),
        });
        egui::CentralPanel::default().show(ui, |ui| {
            self.photograph.show(ui, self.controls.before);
        });
    }
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1024.0, 560.0]),
        ..eframe::NativeOptions::default()
    };
    let open: eframe::AppCreator<'_> =
        Box::new(|creation| Ok(Box::new(Darkroom::open(creation, arguments)?)));
    eframe::run_native("Darkroom", options, open).map_err(|error| anyhow::anyhow!("{error}"))
}
