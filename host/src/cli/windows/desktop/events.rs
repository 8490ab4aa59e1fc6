//! What winit tells of a window, in the words of the contract.

use std::path::Path;

use winit::{
    event::{self as native, ElementState, Ime, MouseScrollDelta, TouchPhase, WindowEvent},
    keyboard::{Key, KeyLocation as NativeLocation, ModifiersKeyState, ModifiersState, PhysicalKey},
    platform::modifier_supplement::KeyEventExtModifierSupplement,
    window::Theme as NativeTheme,
};

use crate::windows::{
    ButtonEvent, CalibratedForce, Event, Force, Gesture, ImeEvent, KeyCode, KeyEvent, KeyLocation,
    LogicalKey, Modifiers, MouseButton, NamedKey, Phase, Point, Position, Size, Theme, TouchEvent,
    WheelDelta, WheelEvent,
};

/// The event for the guest. `None` is for what the guest does not hear of, and for what needs more than the event itself:
/// a new scale factor, and a redraw.
pub(super) fn told(event: WindowEvent) -> Option<Event> {
    Some(match event {
        WindowEvent::Resized(size) => Event::Resized(Size { width: size.width, height: size.height }),
        WindowEvent::Moved(point) => Event::Moved(Point { x: point.x, y: point.y }),
        WindowEvent::CloseRequested => Event::CloseRequested,
        WindowEvent::DroppedFile(file) => Event::FileDropped(name(&file)),
        WindowEvent::HoveredFile(file) => Event::FileHovered(name(&file)),
        WindowEvent::HoveredFileCancelled => Event::FileHoverCancelled,
        WindowEvent::Focused(focused) => Event::Focused(focused),
        WindowEvent::KeyboardInput { event, is_synthetic, device_id: _ } => {
            Event::Key(key(&event, is_synthetic))
        }
        WindowEvent::ModifiersChanged(pressed) => Event::Modifiers(modifiers(&pressed)),
        WindowEvent::Ime(event) => Event::Ime(ime(event)),
        WindowEvent::CursorMoved { position, device_id: _ } => {
            Event::CursorMoved(Position { x: position.x, y: position.y })
        }
        WindowEvent::CursorEntered { device_id: _ } => Event::CursorEntered,
        WindowEvent::CursorLeft { device_id: _ } => Event::CursorLeft,
        WindowEvent::MouseWheel { delta, phase: at, device_id: _ } => {
            let delta = match delta {
                MouseScrollDelta::LineDelta(x, y) => WheelDelta::Lines((x, y)),
                MouseScrollDelta::PixelDelta(by) => WheelDelta::Pixels(Position { x: by.x, y: by.y }),
            };
            Event::Wheel(WheelEvent { delta, phase: phase(at) })
        }
        WindowEvent::MouseInput { state, button: which, device_id: _ } => {
            Event::Button(ButtonEvent { button: button(which), pressed: is_pressed(state) })
        }
        WindowEvent::Touch(touch) => Event::Touch(touched(&touch)),
        WindowEvent::ThemeChanged(colours) => Event::ThemeChanged(theme(colours)),
        WindowEvent::Occluded(occluded) => Event::Occluded(occluded),
        WindowEvent::ActivationTokenDone { .. }
        | WindowEvent::Destroyed
        | WindowEvent::RedrawRequested
        | WindowEvent::ScaleFactorChanged { .. } => return None,
        gesture @ (WindowEvent::PinchGesture { .. }
        | WindowEvent::PanGesture { .. }
        | WindowEvent::DoubleTapGesture { .. }
        | WindowEvent::RotationGesture { .. }
        | WindowEvent::TouchpadPressure { .. }
        | WindowEvent::AxisMotion { .. }) => return gestured(&gesture).map(Event::Gesture),
    })
}

/// What fingers do on a touchpad; `None` if it is something else.
fn gestured(event: &WindowEvent) -> Option<Gesture> {
    Some(match event {
        WindowEvent::PinchGesture { delta, phase: at, device_id: _ } => Gesture::Pinch((*delta, phase(*at))),
        WindowEvent::PanGesture { delta, phase: at, device_id: _ } => {
            Gesture::Pan((delta.x, delta.y, phase(*at)))
        }
        WindowEvent::DoubleTapGesture { device_id: _ } => Gesture::DoubleTap,
        WindowEvent::RotationGesture { delta, phase: at, device_id: _ } => {
            Gesture::Rotation((*delta, phase(*at)))
        }
        WindowEvent::TouchpadPressure { pressure, stage, device_id: _ } => {
            Gesture::Pressure((*pressure, *stage))
        }
        WindowEvent::AxisMotion { axis, value, device_id: _ } => Gesture::Axis((*axis, *value)),
        _ => return None,
    })
}

/// Its name alone: where it is on this machine is nothing of the guest's.
fn name(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(super) fn theme(theme: NativeTheme) -> Theme {
    match theme {
        NativeTheme::Light => Theme::Light,
        NativeTheme::Dark => Theme::Dark,
    }
}

fn is_pressed(state: ElementState) -> bool {
    matches!(state, ElementState::Pressed)
}

fn phase(phase: TouchPhase) -> Phase {
    match phase {
        TouchPhase::Started => Phase::Started,
        TouchPhase::Moved => Phase::Moved,
        TouchPhase::Ended => Phase::Ended,
        TouchPhase::Cancelled => Phase::Cancelled,
    }
}

fn button(button: native::MouseButton) -> MouseButton {
    match button {
        native::MouseButton::Left => MouseButton::Left,
        native::MouseButton::Right => MouseButton::Right,
        native::MouseButton::Middle => MouseButton::Middle,
        native::MouseButton::Back => MouseButton::Back,
        native::MouseButton::Forward => MouseButton::Forward,
        native::MouseButton::Other(number) => MouseButton::Other(number),
    }
}

fn touched(touch: &native::Touch) -> TouchEvent {
    let force = touch.force.map(|force| match force {
        native::Force::Calibrated { force, max_possible_force: max, altitude_angle } => {
            Force::Calibrated(CalibratedForce { force, max, altitude_angle })
        }
        native::Force::Normalized(force) => Force::Normalized(force),
    });
    let position = Position { x: touch.location.x, y: touch.location.y };
    TouchEvent { phase: phase(touch.phase), position, force, finger: touch.id }
}

fn ime(event: Ime) -> ImeEvent {
    match event {
        Ime::Enabled => ImeEvent::Enabled,
        Ime::Preedit(text, cursor) => {
            let byte = |at| u32::try_from(at).unwrap_or(u32::MAX);
            ImeEvent::Preedit((text, cursor.map(|(begin, end)| (byte(begin), byte(end)))))
        }
        Ime::Commit(text) => ImeEvent::Commit(text),
        Ime::Disabled => ImeEvent::Disabled,
    }
}

fn modifiers(pressed: &native::Modifiers) -> Modifiers {
    let state = [
        (ModifiersState::SHIFT, Modifiers::SHIFT),
        (ModifiersState::CONTROL, Modifiers::CONTROL),
        (ModifiersState::ALT, Modifiers::ALT),
        (ModifiersState::SUPER, Modifiers::SUPER),
    ];
    let keys = [
        (pressed.lshift_state(), Modifiers::LEFT_SHIFT),
        (pressed.rshift_state(), Modifiers::RIGHT_SHIFT),
        (pressed.lcontrol_state(), Modifiers::LEFT_CONTROL),
        (pressed.rcontrol_state(), Modifiers::RIGHT_CONTROL),
        (pressed.lalt_state(), Modifiers::LEFT_ALT),
        (pressed.ralt_state(), Modifiers::RIGHT_ALT),
        (pressed.lsuper_state(), Modifiers::LEFT_SUPER),
        (pressed.rsuper_state(), Modifiers::RIGHT_SUPER),
    ];
    let state = state.into_iter().filter(|(flag, _)| pressed.state().contains(*flag)).map(|(_, flag)| flag);
    let keys = keys.into_iter().filter(|(key, _)| *key == ModifiersKeyState::Pressed).map(|(_, flag)| flag);
    state.chain(keys).fold(Modifiers::empty(), |all, flag| all | flag)
}

fn key(event: &native::KeyEvent, synthetic: bool) -> KeyEvent {
    KeyEvent {
        code: match event.physical_key {
            PhysicalKey::Code(code) => key_code(code),
            PhysicalKey::Unidentified(_) => None,
        },
        logical: logical(&event.logical_key),
        unmodified: logical(&event.key_without_modifiers()),
        text: event.text.as_ref().map(ToString::to_string),
        text_with_all_modifiers: event.text_with_all_modifiers().map(str::to_owned),
        location: match event.location {
            NativeLocation::Standard => KeyLocation::Standard,
            NativeLocation::Left => KeyLocation::Left,
            NativeLocation::Right => KeyLocation::Right,
            NativeLocation::Numpad => KeyLocation::Numpad,
        },
        pressed: is_pressed(event.state),
        repeat: event.repeat,
        synthetic,
    }
}

fn logical(key: &Key) -> LogicalKey {
    match key {
        Key::Named(key) => named_key(*key).map_or(LogicalKey::Unidentified, LogicalKey::Named),
        Key::Character(text) => LogicalKey::Character(text.to_string()),
        Key::Unidentified(_) => LogicalKey::Unidentified,
        Key::Dead(character) => LogicalKey::Dead(*character),
    }
}

macro_rules! from_native {
    (winit::$module:ident::$native:ident = $wit:ident { $($name:ident = $value:ident,)* }) => {
        from_native!(winit::$module::$native, $wit, { $($name = $value,)* });
    };
    (winit::keyboard::KeyCode, $wit:ident, $rows:tt) => {
        from_native!(fn key_code, winit::keyboard::KeyCode, $wit, $rows);
    };
    (winit::keyboard::NamedKey, $wit:ident, $rows:tt) => {
        from_native!(fn named_key, winit::keyboard::NamedKey, $wit, $rows);
    };
    (fn $function:ident, $native:ty, $wit:ident, { $($name:ident = $value:ident,)* }) => {
        /// The contract has all that winit 0.30 has; a later one may have more.
        fn $function(key: $native) -> Option<$wit> {
            match key {
                $(<$native>::$name => Some($wit::$value),)*
                _ => None,
            }
        }
    };
}

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/key_code.rs"));
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/named_key.rs"));
key_code!(from_native);
named_key!(from_native);

#[cfg(test)]
mod tests {
    use winit::{
        dpi::{PhysicalPosition, PhysicalSize},
        event::DeviceId,
        keyboard::ModifiersState,
    };

    use super::*;

    fn text(event: WindowEvent) -> String {
        told(event).map_or_else(|| "nothing".to_owned(), |event| format!("{event:?}"))
    }

    #[test]
    fn events() {
        let device_id = DeviceId::dummy();
        let size = text(WindowEvent::Resized(PhysicalSize::new(3, 4)));
        assert!(
            size.contains("Resized") && size.contains("width: 3") && size.contains("height: 4"),
            "{size}"
        );
        let dropped = text(WindowEvent::DroppedFile("/home/somebody/secret/a.png".into()));
        assert!(dropped.contains("a.png") && !dropped.contains("secret"), "{dropped}");
        let moved = WindowEvent::CursorMoved { device_id, position: PhysicalPosition::new(1.0, 2.0) };
        assert!(text(moved).contains("2.0"));
        let phase = TouchPhase::Ended;
        let wheel = MouseScrollDelta::LineDelta(0.0, -1.0);
        let wheel = text(WindowEvent::MouseWheel { device_id, delta: wheel, phase });
        assert!(wheel.contains("Lines") && wheel.contains("Ended"), "{wheel}");
        let button = native::MouseButton::Other(9);
        let button = text(WindowEvent::MouseInput { device_id, state: ElementState::Pressed, button });
        assert!(button.contains('9') && button.contains("true"), "{button}");
        let pan = text(WindowEvent::PanGesture { device_id, delta: PhysicalPosition::new(1.0, 2.0), phase });
        assert!(pan.contains("Pan") && pan.contains("2.0"), "{pan}");
        assert_eq!(text(WindowEvent::RedrawRequested), "nothing");
        let preedit = text(WindowEvent::Ime(Ime::Preedit("か".into(), Some((0, 3)))));
        assert!(preedit.contains("か") && preedit.contains('3'), "{preedit}");
    }

    #[test]
    fn modifiers_and_keys() {
        let shift = modifiers(&ModifiersState::SHIFT.into());
        assert!(shift.contains(Modifiers::SHIFT) && !shift.contains(Modifiers::LEFT_SHIFT));
        use winit::keyboard as native;
        assert_eq!(key_code(native::KeyCode::KeyA), Some(KeyCode::KeyA));
        assert_eq!(named_key(native::NamedKey::Escape), Some(NamedKey::Escape));
        assert!(matches!(logical(&Key::Dead(Some('´'))), LogicalKey::Dead(Some('´'))));
        let a = logical(&Key::Character("a".into()));
        assert!(matches!(a, LogicalKey::Character(text) if text == "a"));
    }
}
