//! Events of the contract as events of winit.

use std::path::PathBuf;

use wgpu_wasi_window::windows as wit;

use crate::dpi::{PhysicalPosition, PhysicalSize};
use crate::event::{
    DeviceId, Force, Ime, Modifiers, MouseButton, MouseScrollDelta, Touch, TouchPhase, WindowEvent,
};
use crate::keyboard::{ModifiersKeys, ModifiersState};
use crate::platform_impl::keys::state;
use crate::window::Theme;

/// What an event is for winit.
pub(super) enum Told {
    /// An event of a window's.
    Window(WindowEvent),
    /// The next picture is due: not before all else of this turn.
    Redraw,
    /// A new scale factor, with the size that goes with it. The program may want another.
    ScaleChanged(f64, PhysicalSize<u32>),
    /// The pointing device moved.
    Motion(f64, f64),
}

impl From<wit::Event> for Told {
    fn from(event: wit::Event) -> Self {
        let device_id = DeviceId::dummy();
        Self::Window(match event {
            wit::Event::Redraw => return Self::Redraw,
            wit::Event::ScaleChanged(wit::ScaleChange { factor, size }) => {
                return Self::ScaleChanged(factor, physical_size(size));
            }
            wit::Event::Motion(wit::Position { x, y }) => return Self::Motion(x, y),
            wit::Event::Resized(size) => WindowEvent::Resized(physical_size(size)),
            wit::Event::CloseRequested => WindowEvent::CloseRequested,
            wit::Event::Destroyed => WindowEvent::Destroyed,
            wit::Event::Focused(focused) => WindowEvent::Focused(focused),
            wit::Event::Occluded(occluded) => WindowEvent::Occluded(occluded),
            wit::Event::Moved(point) => WindowEvent::Moved(physical_point(point)),
            wit::Event::ThemeChanged(theme) => WindowEvent::ThemeChanged(theme.into()),
            wit::Event::CursorEntered => WindowEvent::CursorEntered { device_id },
            wit::Event::CursorLeft => WindowEvent::CursorLeft { device_id },
            wit::Event::CursorMoved(position) => {
                WindowEvent::CursorMoved { device_id, position: physical_position(position) }
            }
            wit::Event::Button(wit::ButtonEvent { button, pressed }) => {
                WindowEvent::MouseInput { device_id, state: state(pressed), button: button.into() }
            }
            wit::Event::Wheel(wit::WheelEvent { delta, phase }) => {
                WindowEvent::MouseWheel { device_id, delta: delta.into(), phase: phase.into() }
            }
            wit::Event::Touch(touch) => WindowEvent::Touch(touch.into()),
            wit::Event::Gesture(gesture) => gesture_event(gesture),
            wit::Event::Key(event) => {
                let is_synthetic = event.synthetic;
                WindowEvent::KeyboardInput { device_id, event: event.into(), is_synthetic }
            }
            wit::Event::Modifiers(modifiers) => WindowEvent::ModifiersChanged(modifiers.into()),
            wit::Event::Ime(event) => WindowEvent::Ime(event.into()),
            wit::Event::FileHovered(name) => WindowEvent::HoveredFile(PathBuf::from(name)),
            wit::Event::FileHoverCancelled => WindowEvent::HoveredFileCancelled,
            wit::Event::FileDropped(name) => WindowEvent::DroppedFile(PathBuf::from(name)),
        })
    }
}

fn gesture_event(gesture: wit::Gesture) -> WindowEvent {
    let device_id = DeviceId::dummy();
    match gesture {
        wit::Gesture::Pinch((delta, phase)) => {
            WindowEvent::PinchGesture { device_id, delta, phase: phase.into() }
        }
        wit::Gesture::Pan((x, y, phase)) => {
            WindowEvent::PanGesture { device_id, delta: PhysicalPosition::new(x, y), phase: phase.into() }
        }
        wit::Gesture::DoubleTap => WindowEvent::DoubleTapGesture { device_id },
        wit::Gesture::Rotation((delta, phase)) => {
            WindowEvent::RotationGesture { device_id, delta, phase: phase.into() }
        }
        wit::Gesture::Pressure((pressure, stage)) => {
            WindowEvent::TouchpadPressure { device_id, pressure, stage }
        }
        wit::Gesture::Axis((axis, value)) => WindowEvent::AxisMotion { device_id, axis, value },
    }
}

pub(super) fn physical_size(size: wit::Size) -> PhysicalSize<u32> {
    PhysicalSize::new(size.width, size.height)
}

pub(super) fn physical_point(point: wit::Point) -> PhysicalPosition<i32> {
    PhysicalPosition::new(point.x, point.y)
}

fn physical_position(position: wit::Position) -> PhysicalPosition<f64> {
    PhysicalPosition::new(position.x, position.y)
}

impl From<wit::Theme> for Theme {
    fn from(theme: wit::Theme) -> Self {
        match theme {
            wit::Theme::Light => Self::Light,
            wit::Theme::Dark => Self::Dark,
        }
    }
}

impl From<wit::MouseButton> for MouseButton {
    fn from(button: wit::MouseButton) -> Self {
        match button {
            wit::MouseButton::Left => Self::Left,
            wit::MouseButton::Right => Self::Right,
            wit::MouseButton::Middle => Self::Middle,
            wit::MouseButton::Back => Self::Back,
            wit::MouseButton::Forward => Self::Forward,
            wit::MouseButton::Other(number) => Self::Other(number),
        }
    }
}

impl From<wit::WheelDelta> for MouseScrollDelta {
    fn from(delta: wit::WheelDelta) -> Self {
        match delta {
            wit::WheelDelta::Lines((x, y)) => Self::LineDelta(x, y),
            wit::WheelDelta::Pixels(position) => Self::PixelDelta(physical_position(position)),
        }
    }
}

impl From<wit::Phase> for TouchPhase {
    fn from(phase: wit::Phase) -> Self {
        match phase {
            wit::Phase::Started => Self::Started,
            wit::Phase::Moved => Self::Moved,
            wit::Phase::Ended => Self::Ended,
            wit::Phase::Cancelled => Self::Cancelled,
        }
    }
}

impl From<wit::TouchEvent> for Touch {
    fn from(event: wit::TouchEvent) -> Self {
        let wit::TouchEvent { phase, position, force, finger } = event;
        Self {
            device_id: DeviceId::dummy(),
            phase: phase.into(),
            location: physical_position(position),
            force: force.map(Force::from),
            id: finger,
        }
    }
}

impl From<wit::Force> for Force {
    fn from(force: wit::Force) -> Self {
        match force {
            wit::Force::Calibrated(wit::CalibratedForce { force, max, altitude_angle }) => {
                Self::Calibrated { force, max_possible_force: max, altitude_angle }
            }
            wit::Force::Normalized(force) => Self::Normalized(force),
        }
    }
}

impl From<wit::Modifiers> for Modifiers {
    fn from(modifiers: wit::Modifiers) -> Self {
        let states = [
            (wit::Modifiers::SHIFT, ModifiersState::SHIFT),
            (wit::Modifiers::CONTROL, ModifiersState::CONTROL),
            (wit::Modifiers::ALT, ModifiersState::ALT),
            (wit::Modifiers::SUPER, ModifiersState::SUPER),
        ];
        let keys = [
            (wit::Modifiers::LEFT_SHIFT, ModifiersKeys::LSHIFT),
            (wit::Modifiers::RIGHT_SHIFT, ModifiersKeys::RSHIFT),
            (wit::Modifiers::LEFT_CONTROL, ModifiersKeys::LCONTROL),
            (wit::Modifiers::RIGHT_CONTROL, ModifiersKeys::RCONTROL),
            (wit::Modifiers::LEFT_ALT, ModifiersKeys::LALT),
            (wit::Modifiers::RIGHT_ALT, ModifiersKeys::RALT),
            (wit::Modifiers::LEFT_SUPER, ModifiersKeys::LSUPER),
            (wit::Modifiers::RIGHT_SUPER, ModifiersKeys::RSUPER),
        ];
        let state = states.into_iter().filter(|(flag, _)| modifiers.contains(*flag)).map(|(_, state)| state);
        let pressed = keys.into_iter().filter(|(flag, _)| modifiers.contains(*flag)).map(|(_, key)| key);
        Self { state: state.collect(), pressed_mods: pressed.collect() }
    }
}

impl From<wit::ImeEvent> for Ime {
    fn from(event: wit::ImeEvent) -> Self {
        // A guest's `usize` has as many bits.
        let range = |(start, end): (u32, u32)| (start as usize, end as usize);
        match event {
            wit::ImeEvent::Enabled => Self::Enabled,
            wit::ImeEvent::Preedit((text, cursor)) => Self::Preedit(text, cursor.map(range)),
            wit::ImeEvent::Commit(text) => Self::Commit(text),
            wit::ImeEvent::Disabled => Self::Disabled,
        }
    }
}
