//! The page: a specimen of two typefaces.

use glyphon::cosmic_text::Align;
use glyphon::{Attrs, Buffer, Color, Family, FontSystem, Metrics, Shaping, TextBounds};

/// The paper, in linear light.
pub(crate) const PAPER: wgpu::Color = wgpu::Color { r: 0.905, g: 0.855, b: 0.760, a: 1.0 };
const INK: Color = Color::rgb(0x24, 0x21, 0x2b);
const GREY: Color = Color::rgb(0x7b, 0x72, 0x66);
const RED: Color = Color::rgb(0xbf, 0x3b, 0x26);
const BLUE: Color = Color::rgb(0x1f, 0x5a, 0x7a);
const GREEN: Color = Color::rgb(0x45, 0x70, 0x3a);
const SHADE: Color = Color::rgb(0xe6, 0xda, 0xc4);

const SANS: Family<'_> = Family::Name("Ubuntu");
const MONO: Family<'_> = Family::Name("Hack");

const PROSE: &str = "A line of type is a small negotiation. The words ask for a certain width, the column \
    offers another, and the spaces settle the difference. Here the left and the right edge are both kept, \
    so every line but the last is stretched until it fits; letters keep their own widths and only the \
    gaps between the words give way.\n\
    Shaping comes first: which glyph stands for which letters, and how far the next one is. Then lines are \
    broken, glyphs are drawn once for each size and packed into an atlas, and at the end the page is a list \
    of rectangles that the GPU fills in a single draw.";

/// A code sample: words and their colours.
const CODE: &[(&str, Color)] = &[
    ("// Nobody asks where it runs.\n", GREY),
    ("let", RED),
    (" instance = ", INK),
    ("wgpu::Instance", BLUE),
    ("::default();\n", INK),
    ("let", RED),
    (" adapter = instance\n    .request_adapter(&", INK),
    ("RequestAdapterOptions", BLUE),
    (" {\n        power_preference: ", INK),
    ("HighPerformance", GREEN),
    (",\n        ..", INK),
    ("Default", BLUE),
    ("::default()\n    })\n    .", INK),
    ("await", RED),
    ("?;\n", INK),
    ("assert_ne!", BLUE),
    ("(", INK),
    ("0x1F600", GREEN),
    (" >> ", INK),
    ("2", GREEN),
    (", i != j && l <= m);", INK),
];

const SCRIPTS: &[(&str, &str)] = &[
    ("English", "Sphinx of black quartz, judge my vow"),
    ("Deutsch", "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich"),
    ("Français", "Dès Noël où un zéphyr haï me vêt de glaçons würmiens"),
    ("Polski", "Pchnąć w tę łódź jeża lub ośm skrzyń fig"),
    ("Ελληνικά", "Ταχίστη αλώπηξ βαφής ψημένη γη, δρασκελίζει υπέρ νωθρού κυνός"),
    ("Русский", "Съешь же ещё этих мягких французских булок, да выпей чаю"),
];

/// A block of text and its place on the page, in pixels.
pub(crate) struct Block {
    pub(crate) text: Buffer,
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) color: Color,
    pub(crate) bounds: Option<TextBounds>,
}

/// Shapes and breaks everything that stands on the page, from the back to the front.
pub(crate) fn set(fonts: &mut FontSystem) -> Vec<Block> {
    let mut page = Page { fonts, blocks: Vec::new() };
    page.background();
    page.heading();
    page.columns();
    page.scripts();
    page.waterfall();
    page.blocks
}

struct Page<'f> {
    fonts: &'f mut FontSystem,
    blocks: Vec<Block>,
}

impl Page<'_> {
    /// Letters as large as the page, cut off by their bounds.
    fn background(&mut self) {
        let plain = Attrs::new().family(SANS);
        self.block([640.0, -190.0], [700.0, 700.0], [680.0, 680.0], SHADE, &[("g", plain)], None);
        if let Some(block) = self.blocks.last_mut() {
            block.bounds = Some(TextBounds { left: 560, top: 0, right: 1000, bottom: 768 });
        }
    }

    fn heading(&mut self) {
        let spaced = Attrs::new().family(MONO).letter_spacing(0.32);
        let line = "SPECIMEN · TWO FACES · ONE DRAW";
        self.block([56.0, 40.0], [700.0, 20.0], [13.0, 18.0], RED, &[(line, spaced)], None);
        let title = [
            ("Ubuntu", Attrs::new().family(SANS)),
            (" & ", Attrs::new().family(SANS).color(RED)),
            ("Hack", Attrs::new().family(MONO).metrics(Metrics::new(70.0, 100.0))),
        ];
        self.block([52.0, 56.0], [900.0, 110.0], [84.0, 100.0], INK, &title, None);
        let rule = "━".repeat(111);
        let fine = Attrs::new().family(MONO);
        self.block([56.0, 160.0], [912.0, 12.0], [13.6, 12.0], INK, &[(&rule, fine)], None);
        if let Some(block) = self.blocks.last_mut() {
            block.bounds = Some(TextBounds { left: 56, top: 150, right: 968, bottom: 180 });
        }
    }

    fn columns(&mut self) {
        let prose = [(PROSE, Attrs::new().family(SANS))];
        let justified = Some(Align::Justified);
        self.block([56.0, 192.0], [430.0, 300.0], [17.0, 24.0], INK, &prose, justified);
        let code: Vec<_> =
            CODE.iter().map(|(text, color)| (*text, Attrs::new().family(MONO).color(*color))).collect();
        self.block([536.0, 196.0], [440.0, 300.0], [15.0, 22.5], INK, &code, None);
    }

    fn scripts(&mut self) {
        for ((name, text), top) in SCRIPTS.iter().zip([490.0, 519.0, 548.0, 577.0, 606.0, 635.0]) {
            let label = [(*name, Attrs::new().family(MONO))];
            self.block([56.0, top + 5.0], [110.0, 20.0], [12.0, 18.0], RED, &label, None);
            let line = [(*text, Attrs::new().family(SANS))];
            self.block([160.0, top], [820.0, 28.0], [20.0, 28.0], INK, &line, None);
        }
    }

    /// One word in ever larger sizes, on one line.
    fn waterfall(&mut self) {
        let sizes = [9.0, 11.0, 13.0, 16.0, 20.0, 25.0, 31.0, 39.0, 48.0, 60.0];
        let words: Vec<_> = (0..)
            .zip(sizes)
            .map(|(index, size)| {
                let color = [GREY, BLUE, GREEN, RED, INK].get(index % 5).copied().unwrap_or(INK);
                let family = if index % 2 == 0 { SANS } else { MONO };
                ("glyph ", Attrs::new().family(family).color(color).metrics(Metrics::new(size, 80.0)))
            })
            .collect();
        self.block([56.0, 660.0], [1100.0, 100.0], [60.0, 80.0], INK, &words, None);
    }

    /// A block at a place, of a size, in a font of a size and a line height, all in pixels.
    fn block(
        &mut self,
        [left, top]: [f32; 2],
        [width, height]: [f32; 2],
        [size, line]: [f32; 2],
        color: Color,
        spans: &[(&str, Attrs<'_>)],
        align: Option<Align>,
    ) {
        let mut text = Buffer::new(self.fonts, Metrics::new(size, line));
        text.set_size(Some(width), Some(height));
        let spans = spans.iter().map(|(text, attributes)| (*text, attributes.clone()));
        text.set_rich_text(spans, &Attrs::new().family(SANS), Shaping::Advanced, align);
        text.shape_until_scroll(self.fonts, false);
        self.blocks.push(Block { text, left, top, color, bounds: None });
    }
}
