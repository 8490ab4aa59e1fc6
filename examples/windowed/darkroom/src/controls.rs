//! The controls: sliders, and the same as text, to be typed, copied and pasted.

use std::ops::RangeInclusive;

use clap::Parser;
use eframe::egui::{RichText, ScrollArea, Slider, TextEdit, Ui};

use crate::settings::{Light, MAX_BASE_RADIUS, MAX_RADIUS, Settings};

/// Where the program is at home.
const HOME: &str = "https://github.com/wgpu-wasi/wgpu-wasi";

/// Settings as a line of text: the options of the image filter.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

/// What one sets.
pub(crate) struct Controls {
    settings: Settings,
    /// The settings as text, or what is being typed.
    text: String,
    /// Why the text is none.
    mistake: Option<String>,
    /// Whether the photograph is shown as it was taken.
    pub(crate) before: bool,
    changed: bool,
}

impl Controls {
    pub(crate) fn new(settings: Settings) -> Self {
        let text = line(&settings);
        Self { settings, text, mistake: None, before: false, changed: true }
    }

    /// The settings, if they are others than the last time.
    pub(crate) fn take_changed(&mut self) -> Option<Settings> {
        std::mem::take(&mut self.changed).then(|| self.settings.clone())
    }

    pub(crate) fn show(&mut self, ui: &mut Ui, light: Option<Light>) {
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            ui.heading("Darkroom");
            ui.checkbox(&mut self.before, "as taken");
            if ui.button("Reset").clicked() {
                self.set(parse("").unwrap_or_else(|_| self.settings.clone()));
            }
        });
        ui.separator();
        ScrollArea::vertical().show(ui, |ui| {
            self.words(ui);
            let before = self.settings.clone();
            self.light(ui, light);
            self.contrast(ui);
            self.colours(ui);
            self.noise(ui);
            if self.settings != before {
                self.set(self.settings.clone());
            }
            ui.separator();
            ui.hyperlink_to("The program at home", HOME);
        });
        if self.changed {
            ui.ctx().request_repaint();
        }
    }

    fn set(&mut self, settings: Settings) {
        self.text = line(&settings);
        self.settings = settings;
        (self.mistake, self.changed) = (None, true);
    }

    /// All of it in one line.
    fn words(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.label("As options of image-filter");
            if ui.button("Copy").clicked() {
                ui.ctx().copy_text(self.text.clone());
            }
        });
        let field = TextEdit::multiline(&mut self.text).code_editor().desired_rows(3);
        if ui.add(field.desired_width(f32::INFINITY)).changed() {
            match parse(&self.text) {
                Ok(settings) => {
                    self.changed = settings != self.settings;
                    (self.settings, self.mistake) = (settings, None);
                }
                Err(mistake) => self.mistake = Some(mistake),
            }
        }
        if let Some(mistake) = &self.mistake {
            ui.colored_label(ui.visuals().error_fg_color, mistake);
        }
    }

    fn light(&mut self, ui: &mut Ui, light: Option<Light>) {
        title(ui, "Light");
        let mut measured = self.settings.exposure.is_none();
        ui.checkbox(&mut measured, "exposed as measured");
        let exposure = light.map_or(0.0, |light| light.exposure);
        let mut stops = self.settings.exposure.unwrap_or(exposure);
        ui.add_enabled_ui(!measured, |ui| slider(ui, &mut stops, -4.0..=4.0, "stops"));
        self.settings.exposure = (!measured).then_some(stops);
        if let Some(light) = light {
            ui.weak(format!("on the whole {:.1} stops below white", -light.mean));
        }
        slider(ui, &mut self.settings.vignette, -1.0..=1.0, "darker corners");
    }

    fn contrast(&mut self, ui: &mut Ui) {
        title(ui, "Contrast");
        // Between 0, which is none, and 1 there is nothing.
        let mut curved = self.settings.contrast > 0.0;
        ui.checkbox(&mut curved, "a curve as of film");
        let mut contrast = self.settings.contrast.max(1.0);
        ui.add_enabled_ui(curved, |ui| slider(ui, &mut contrast, 1.0..=4.0, "its slope"));
        self.settings.contrast = if curved { contrast } else { 0.0 };
        slider(ui, &mut self.settings.strength, -1.0..=3.0, "of details");
        slider(ui, &mut self.settings.flatten, 0.0..=1.0, "taken from areas");
        ui.add(Slider::new(&mut self.settings.base_radius, 1..=MAX_BASE_RADIUS).text("their size"));
    }

    fn colours(&mut self, ui: &mut Ui) {
        title(ui, "Colours");
        slider(ui, &mut self.settings.saturation, 0.0..=3.0, "saturation");
        slider(ui, &mut self.settings.warmth, -1.0..=1.0, "warmth");
    }

    fn noise(&mut self, ui: &mut Ui) {
        title(ui, "Noise");
        ui.add(Slider::new(&mut self.settings.radius, 0..=MAX_RADIUS).text("radius"));
        slider(ui, &mut self.settings.sigma_color, 0.01..=0.5, "likeness");
    }
}

fn title(ui: &mut Ui, text: &str) {
    ui.add_space(8.0);
    ui.label(RichText::new(text).strong());
}

fn slider(ui: &mut Ui, value: &mut f32, range: RangeInclusive<f32>, text: &str) {
    // Hundredths are as fine as anybody sees, and short as text.
    ui.add(Slider::new(value, range).step_by(0.01).text(text));
}

/// The settings as options.
fn line(settings: &Settings) -> String {
    let Settings {
        radius,
        sigma_color,
        base_radius,
        strength,
        flatten,
        exposure,
        contrast,
        saturation,
        warmth,
        vignette,
    } = settings;
    let exposure = exposure.map_or_else(String::new, |stops| format!(" --exposure {stops}"));
    format!(
        "--strength {strength} --flatten {flatten} --base-radius {base_radius} --contrast {contrast}{exposure} \
         --saturation {saturation} --warmth {warmth} --vignette {vignette} --radius {radius} --sigma-color {sigma_color}"
    )
}

/// The settings that a text says. What it does not say is as it is without it.
fn parse(text: &str) -> Result<Settings, String> {
    match Line::try_parse_from(text.split_whitespace()) {
        Ok(line) => Ok(line.settings),
        Err(error) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Err(first.trim_start_matches("error: ").to_owned())
        }
    }
}
