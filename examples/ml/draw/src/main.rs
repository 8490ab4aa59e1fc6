//! A net learns to read digits, and reads those that one draws in its window: with the mouse or a finger. C or the right
//! button of the mouse clears the paper, Escape ends the program.
//!
//! It is written as for any desktop, over burn, winit and wgpu. Not a word of it is about WASI.

mod board;
mod drawing;
mod reader;
mod screen;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use ml_digits::Digits;
use winit::{
    application::ApplicationHandler,
    dpi::PhysicalPosition,
    event::{ElementState, KeyEvent, MouseButton, Touch, TouchPhase, WindowEvent},
    event_loop::{ActiveEventLoop, EventLoop},
    keyboard::{KeyCode, PhysicalKey},
    window::WindowId,
};

use crate::{
    board::{Board, Place},
    drawing::Drawing,
    reader::Reader,
    screen::Screen,
};

/// A net learns to read digits, and reads those that one draws
#[derive(Debug, Parser)]
struct Arguments {
    /// The digits to learn from: scikit-learn's `digits.csv.gz`
    #[arg(long)]
    data: PathBuf,
    /// The weights that `ml-digits train` has written for the same digits: nothing is learnt then
    #[arg(long)]
    weights: Option<PathBuf>,
    /// How many steps it learns for
    #[arg(long, default_value_t = 300)]
    steps: usize,
    /// What the first weights and the order of the digits depend on
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What there is once the window is open.
struct Desk {
    screen: Screen,
    reader: Reader,
    drawing: Drawing,
    board: Board,
    /// Where the mouse is, and whether it draws.
    mouse: PhysicalPosition<f64>,
    pressed: bool,
    /// The finger that draws.
    finger: Option<u64>,
    /// What was drawn has changed since it was read.
    changed: bool,
    /// What was read was not told yet.
    untold: bool,
}

impl Desk {
    fn open(event_loop: &ActiveEventLoop, arguments: &Arguments) -> anyhow::Result<Self> {
        let digits = Digits::load(&arguments.data)?;
        let screen = Screen::open(event_loop, board::SIZE)?;
        let reader = match &arguments.weights {
            Some(weights) => Reader::with_weights(digits, weights)?,
            None => Reader::new(digits, arguments.steps, arguments.seed)?,
        };
        Ok(Self {
            screen,
            board: Board::new(reader.progress()),
            reader,
            drawing: Drawing::default(),
            mouse: PhysicalPosition::default(),
            pressed: false,
            finger: None,
            changed: false,
            untold: false,
        })
    }

    /// Learns a little, if there is something left to learn, reads what is drawn, and shows both.
    fn draw(&mut self) -> anyhow::Result<()> {
        let learning = self.reader.learn()?;
        if self.changed || learning {
            self.board.chances = match self.drawing.pixels() {
                Some(pixels) => Some(self.reader.read(&pixels)?),
                None => None,
            };
            self.changed = false;
        }
        // A stroke is told when it is whole, and by a net that has learnt.
        if self.untold && !learning && !self.drawing.is_open() {
            self.untold = false;
            if let Some((digit, chance)) = self.board.best() {
                println!("read {digit}, {:.0} % sure", 100.0 * chance);
            }
        }
        self.board.progress = self.reader.progress();
        self.screen.show(&self.board.paint(&self.drawing))?;
        if learning {
            self.screen.window.request_redraw();
        }
        Ok(())
    }

    /// A button of the mouse, or a finger, is put down somewhere.
    fn press(&mut self, position: PhysicalPosition<f64>) {
        match board::place(self.screen.point(position)) {
            Place::Paper(point) => self.drawing.begin(point),
            Place::Clear => self.drawing.clear(),
            Place::Elsewhere => return,
        }
        self.redraw();
    }

    fn drag(&mut self, position: PhysicalPosition<f64>) {
        if self.drawing.go_on(board::on_paper(self.screen.point(position))) {
            self.redraw();
        }
    }

    fn release(&mut self) {
        if self.drawing.end() {
            self.untold = true;
            self.redraw();
        }
    }

    fn clear(&mut self) {
        self.drawing.clear();
        self.untold = false;
        self.redraw();
    }

    fn redraw(&mut self) {
        self.changed = true;
        self.screen.window.request_redraw();
    }

    fn click(&mut self, state: ElementState, button: MouseButton) {
        match (button, state) {
            (MouseButton::Left, ElementState::Pressed) => {
                self.pressed = true;
                self.press(self.mouse);
            }
            (MouseButton::Left, ElementState::Released) => {
                self.pressed = false;
                self.release();
            }
            (MouseButton::Right, ElementState::Pressed) => self.clear(),
            _ => {}
        }
    }

    /// The first finger draws; the others do nothing.
    fn touch(&mut self, touch: &Touch) {
        match touch.phase {
            TouchPhase::Started if self.finger.is_none() => {
                self.finger = Some(touch.id);
                self.press(touch.location);
            }
            TouchPhase::Moved if self.finger == Some(touch.id) => self.drag(touch.location),
            TouchPhase::Ended | TouchPhase::Cancelled if self.finger == Some(touch.id) => {
                self.finger = None;
                self.release();
            }
            _ => {}
        }
    }

    fn key(&mut self, event_loop: &ActiveEventLoop, event: &KeyEvent) {
        match event.physical_key {
            PhysicalKey::Code(KeyCode::KeyC) if event.state.is_pressed() => self.clear(),
            PhysicalKey::Code(KeyCode::Escape) if event.state.is_pressed() => event_loop.exit(),
            _ => {}
        }
    }
}

struct App {
    arguments: Arguments,
    desk: Option<Desk>,
    /// How it ends.
    result: anyhow::Result<()>,
}

impl App {
    fn fail(&mut self, event_loop: &ActiveEventLoop, error: anyhow::Error) {
        self.result = Err(error);
        event_loop.exit();
    }
}

impl ApplicationHandler for App {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        match Desk::open(event_loop, &self.arguments) {
            Ok(desk) => self.desk = Some(desk),
            Err(error) => self.fail(event_loop, error),
        }
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _window: WindowId, event: WindowEvent) {
        let Some(desk) = &mut self.desk else { return };
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::Resized(size) => desk.screen.resize(size),
            WindowEvent::RedrawRequested => {
                if let Err(error) = desk.draw() {
                    self.fail(event_loop, error);
                }
            }
            WindowEvent::CursorMoved { position, .. } => {
                desk.mouse = position;
                if desk.pressed {
                    desk.drag(position);
                }
            }
            WindowEvent::MouseInput { state, button, .. } => desk.click(state, button),
            WindowEvent::Touch(touch) => desk.touch(&touch),
            WindowEvent::KeyboardInput { event, .. } => desk.key(event_loop, &event),
            // Seen again, it goes on.
            WindowEvent::Occluded(false) => desk.screen.window.request_redraw(),
            _ => {}
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ml_kit::main(|| {
        let mut app = App { arguments, desk: None, result: Ok(()) };
        EventLoop::new()?.run_app(&mut app)?;
        app.result
    })
}
