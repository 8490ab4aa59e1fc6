//! The user interface: a menu, the controls on the left, what one hears on the right, a mixer below.

use egui::{Align, Color32, ComboBox, Layout, Panel, RichText, Slider, Ui};

use crate::plot;

/// Everything that the controls set.
pub(crate) struct Synthesizer {
    shape: Shape,
    pitch: f64,
    partials: usize,
    tilt: f64,
    detune: f64,
    glide: bool,
    voices: Voices,
    filter: bool,
    cutoff: f64,
    resonance: f64,
    color: Color32,
    name: String,
    channels: [Channel; 6],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Saw,
    Square,
    Organ,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Voices {
    Mono,
    Poly,
    Unison,
}

struct Channel {
    name: &'static str,
    level: f32,
    pan: f32,
    on: bool,
}

impl Default for Synthesizer {
    fn default() -> Self {
        let channel = |name, level, pan, on| Channel { name, level, pan, on };
        Self {
            shape: Shape::Saw,
            pitch: 220.0,
            partials: 14,
            tilt: 0.86,
            detune: 7.5,
            glide: true,
            voices: Voices::Unison,
            filter: true,
            cutoff: 1800.0,
            resonance: 0.62,
            color: Color32::from_rgb(0x4f, 0xc3, 0xf7),
            name: "glass harbour".to_owned(),
            channels: [
                channel("bass", 0.82, -0.1, true),
                channel("pad", 0.55, 0.3, true),
                channel("lead", 0.71, 0.0, true),
                channel("bells", 0.38, 0.6, true),
                channel("noise", 0.12, -0.7, false),
                channel("echo", 0.46, 0.1, true),
            ],
        }
    }
}

impl Synthesizer {
    /// Lays out the whole window.
    pub(crate) fn show(&mut self, ui: &mut Ui) {
        Panel::top("menu").show(ui, |ui| self.menu(ui));
        Panel::bottom("mixer").show(ui, |ui| self.mixer(ui));
        Panel::left("controls").exact_size(252.0).show(ui, |ui| self.controls(ui));
        egui::CentralPanel::default().show(ui, |ui| self.scopes(ui));
    }

    fn menu(&mut self, ui: &mut Ui) {
        egui::MenuBar::new().ui(ui, |ui| {
            for name in ["File", "Edit", "Patch", "View", "Help"] {
                ui.menu_button(name, |_| ());
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new("48 kHz").monospace().weak());
                ui.separator();
                ui.add(egui::ProgressBar::new(0.34).desired_width(90.0).text("DSP 34 %"));
                ui.separator();
                ui.label(RichText::new("● playing").monospace().color(Color32::from_rgb(0x81, 0xd9, 0x7a)));
            });
        });
    }

    fn controls(&mut self, ui: &mut Ui) {
        ui.add_space(6.0);
        ui.heading("Oscillator");
        ui.horizontal(|ui| {
            for (shape, name) in [(Shape::Saw, "Saw"), (Shape::Square, "Square"), (Shape::Organ, "Organ")] {
                ui.selectable_value(&mut self.shape, shape, name);
            }
        });
        ui.add(Slider::new(&mut self.pitch, 27.5..=3520.0).logarithmic(true).suffix(" Hz").text("pitch"));
        ui.add(Slider::new(&mut self.partials, 1..=32).text("partials"));
        ui.add(Slider::new(&mut self.tilt, 0.5..=1.5).fixed_decimals(2).text("tilt"));
        ui.add(Slider::new(&mut self.detune, 0.0..=50.0).suffix(" ct").text("detune"));
        ui.horizontal(|ui| {
            ui.checkbox(&mut self.glide, "glide");
            for (voices, name) in [(Voices::Mono, "mono"), (Voices::Poly, "poly"), (Voices::Unison, "unison")]
            {
                ui.radio_value(&mut self.voices, voices, name);
            }
        });
        ui.separator();
        ui.horizontal(|ui| {
            ui.heading("Filter");
            ui.checkbox(&mut self.filter, "on");
        });
        ui.add_enabled_ui(self.filter, |ui| {
            ui.add(
                Slider::new(&mut self.cutoff, 40.0..=12_000.0).logarithmic(true).suffix(" Hz").text("cutoff"),
            );
            ui.add(Slider::new(&mut self.resonance, 0.0..=1.0).fixed_decimals(2).text("resonance"));
        });
        ComboBox::from_label("slope").selected_text("24 dB, low-pass").show_ui(ui, |_| ());
        ui.separator();
        ui.heading("Patch");
        ui.horizontal(|ui| {
            ui.label("name");
            ui.add(egui::TextEdit::singleline(&mut self.name).desired_width(124.0));
            ui.color_edit_button_srgba(&mut self.color);
        });
        ui.horizontal(|ui| {
            let _ = ui.button("Save");
            let _ = ui.button("Compare");
            ui.add_enabled(false, egui::Button::new("Revert"));
            ui.hyperlink_to("manual", "https://www.egui.rs");
        });
        ui.separator();
        ui.heading("Keys");
        // An A minor ninth.
        plot::keyboard(ui, [ui.available_width(), 92.0], &[5, 8, 12, 15, 19], self.color);
    }

    fn scopes(&mut self, ui: &mut Ui) {
        let [width, height] = [ui.available_width(), 0.5 * (ui.available_height() - 58.0)];
        ui.label(RichText::new("WAVEFORM").small().strong());
        plot::waveform(ui, [width, height], self.color, |turn| self.wave(turn));
        ui.add_space(6.0);
        ui.label(RichText::new("SPECTRUM").small().strong());
        let partials: Vec<_> = (1..=self.partials).map(|n| self.partial(n)).collect();
        plot::spectrum(ui, [width, height], &partials, |place| self.response(place));
    }

    fn mixer(&mut self, ui: &mut Ui) {
        ui.add_space(4.0);
        ui.columns_const(|columns: &mut [Ui; 6]| {
            for (ui, channel) in columns.iter_mut().zip(&mut self.channels) {
                ui.horizontal(|ui| {
                    ui.checkbox(&mut channel.on, RichText::new(channel.name).strong());
                });
                let meter = egui::ProgressBar::new(if channel.on { channel.level } else { 0.0 });
                ui.add(meter.desired_height(8.0).fill(level_color(channel.level)));
                ui.horizontal(|ui| {
                    ui.add(egui::DragValue::new(&mut channel.level).fixed_decimals(2).prefix("vol "));
                    ui.add(egui::DragValue::new(&mut channel.pan).fixed_decimals(1).prefix("pan "));
                });
            }
        });
        ui.add_space(4.0);
    }

    /// How loud the `n`th partial is.
    fn partial(&self, n: usize) -> f64 {
        let order = n as f64;
        let plain = match self.shape {
            Shape::Saw => 1.0 / order,
            Shape::Square => (n % 2) as f64 / order,
            Shape::Organ => f64::from(u8::from(n.is_power_of_two())) / order,
        };
        plain * self.tilt.powi(n as i32 - 1) * self.response((order * self.pitch / 27.5).log2() / 9.0)
    }

    /// What the filter lets pass, nine octaves from left to right.
    fn response(&self, place: f64) -> f64 {
        let octaves = place * 9.0 - (self.cutoff / 27.5).log2();
        let ratio = octaves.exp2();
        let damping = 2.0 - 1.8 * self.resonance;
        1.0 / ((1.0 - ratio * ratio).powi(2) + (damping * ratio).powi(2)).sqrt()
    }

    /// The wave's height after a part of two periods.
    fn wave(&self, turn: f64) -> f64 {
        let partials = (1..=self.partials)
            .map(|n| self.partial(n) * (2.0 * std::f64::consts::TAU * turn * n as f64).sin());
        partials.sum::<f64>() / 1.35
    }
}

/// Green, then yellow, then red.
fn level_color(level: f32) -> Color32 {
    match level {
        level if level > 0.8 => Color32::from_rgb(0xe5, 0x73, 0x5f),
        level if level > 0.6 => Color32::from_rgb(0xe0, 0xb9, 0x4a),
        _ => Color32::from_rgb(0x5f, 0xb3, 0x72),
    }
}
