//! What a guest wants of a window, in winit's words.

use winit::{
    dpi::{LogicalPosition, LogicalSize as NativeLogicalSize, PhysicalPosition, PhysicalSize},
    event_loop::ActiveEventLoop,
    monitor::{MonitorHandle, VideoModeHandle},
    window::{
        CursorGrabMode, CursorIcon, CustomCursor, CustomCursorSource, Fullscreen as NativeFullscreen, Icon,
        ImePurpose as NativePurpose, ResizeDirection, Theme as NativeTheme, UserAttentionType, Window,
        WindowAttributes, WindowButtons, WindowLevel,
    },
};

use crate::{
    quotas::MAX_WINDOW_SIDE,
    windows::{
        Attention, Attributes, Buttons, Cursor, CursorImage, CursorShape, Direction, Extent, Fullscreen,
        Grab, Image, ImePurpose, Level, LogicalSize, Place, Point, Position, Size, State, Theme,
    },
};

/// All screens together, from left to right and from the top to the bottom. `None` where nobody knows any.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Screens(Option<(Point, Point)>);

impl Screens {
    pub(super) fn of(event_loop: &ActiveEventLoop) -> Self {
        let mut all = Self::default();
        for monitor in event_loop.available_monitors() {
            let (size, at) = (monitor.size(), monitor.position());
            all.add(Size { width: size.width, height: size.height }, Point { x: at.x, y: at.y });
        }
        all
    }

    fn add(&mut self, size: Size, at: Point) {
        let end = |at: i32, side: u32| at.saturating_add(i32::try_from(side).unwrap_or(i32::MAX));
        let (from, to) = (at, Point { x: end(at.x, size.width), y: end(at.y, size.height) });
        self.0 = Some(match self.0 {
            None => (from, to),
            Some((begin, end)) => (
                Point { x: begin.x.min(from.x), y: begin.y.min(from.y) },
                Point { x: end.x.max(to.x), y: end.y.max(to.y) },
            ),
        });
    }

    /// The size of all of them.
    fn most(&self) -> Size {
        let side = |from: i32, to: i32| {
            u32::try_from(to.saturating_sub(from)).unwrap_or(0).clamp(1, MAX_WINDOW_SIDE)
        };
        match self.0 {
            None => Size { width: MAX_WINDOW_SIDE, height: MAX_WINDOW_SIDE },
            Some((from, to)) => Size { width: side(from.x, to.x), height: side(from.y, to.y) },
        }
    }

    /// A size that windows can have. Some systems take 0 for an error of the program, and a window that is larger than
    /// all screens costs memory of the GPU that nobody sees.
    pub(super) fn size(&self, extent: Extent, scale_factor: f64) -> winit::dpi::Size {
        let most = self.most();
        match extent {
            Extent::Physical(Size { width, height }) => {
                PhysicalSize::new(width.clamp(1, most.width), height.clamp(1, most.height)).into()
            }
            Extent::Logical(LogicalSize { width, height }) => {
                // What is no number becomes 1.
                let side = |side: f64, most: u32| side.max(1.0).min(f64::from(most) / scale_factor);
                NativeLogicalSize::new(side(width, most.width), side(height, most.height)).into()
            }
        }
    }
}

/// How a window begins.
pub(super) fn attributes(attributes: Attributes, event_loop: &ActiveEventLoop) -> WindowAttributes {
    let Attributes {
        title,
        size,
        min_size,
        max_size,
        resize_increments,
        position,
        state,
        buttons: enabled,
        level: above,
        active,
        fullscreen: full,
        theme: colours,
        icon: picture,
        cursor,
    } = attributes;
    let screens = Screens::of(event_loop);
    let primary = event_loop.primary_monitor().or_else(|| event_loop.available_monitors().next());
    let scale_factor = primary.map_or(1.0, |monitor| monitor.scale_factor());
    let extent = |extent| screens.size(extent, scale_factor);
    let mut wanted = Window::default_attributes()
        .with_title(title)
        .with_resizable(state.contains(State::RESIZABLE))
        .with_decorations(state.contains(State::DECORATED))
        .with_visible(state.contains(State::VISIBLE))
        .with_maximized(state.contains(State::MAXIMIZED))
        .with_transparent(state.contains(State::TRANSPARENT))
        .with_blur(state.contains(State::BLURRED))
        .with_content_protected(state.contains(State::PROTECTED))
        .with_enabled_buttons(buttons(enabled))
        .with_window_level(level(above))
        .with_active(active)
        .with_theme(colours.map(theme))
        .with_window_icon(picture.and_then(icon))
        // On the monitor where it opens, whichever the guest has named: it knows none of them yet.
        .with_fullscreen(full.map(|_| NativeFullscreen::Borderless(None)));
    wanted.inner_size = size.map(extent);
    wanted.min_inner_size = min_size.map(extent);
    wanted.max_inner_size = max_size.map(extent);
    wanted.resize_increments = resize_increments.map(extent);
    wanted.position = position.map(place);
    match cursor {
        Cursor::Shape(pointing) => wanted.with_cursor(shape(pointing)),
        Cursor::Image(image) => match pointer(image) {
            Some(source) => wanted.with_cursor(event_loop.create_custom_cursor(source)),
            None => wanted,
        },
    }
}

/// A pointer of the guest's own; `None` if it is not a picture.
pub(super) fn pointer(
    CursorImage { image, hotspot_x, hotspot_y }: CursorImage,
) -> Option<CustomCursorSource> {
    let Image { size: Size { width, height }, rgba } = image;
    let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
    CustomCursor::from_rgba(rgba, width, height, hotspot_x, hotspot_y).ok()
}

/// `monitor` knows the monitors by the guest's numbers.
pub(super) fn fullscreen(
    fullscreen: Fullscreen,
    monitor: &dyn Fn(u32) -> Option<MonitorHandle>,
) -> NativeFullscreen {
    match fullscreen {
        Fullscreen::Borderless(id) => NativeFullscreen::Borderless(id.and_then(monitor)),
        Fullscreen::Exclusive((id, wanted)) => {
            let monitor = monitor(id);
            let is_wanted = |mode: &VideoModeHandle| {
                (mode.size().width, mode.size().height) == (wanted.size.width, wanted.size.height)
                    && mode.bit_depth() == wanted.bit_depth
                    && mode.refresh_rate_millihertz() == wanted.refresh_millihertz
            };
            match monitor.as_ref().and_then(|monitor| monitor.video_modes().find(is_wanted)) {
                Some(mode) => NativeFullscreen::Exclusive(mode),
                None => NativeFullscreen::Borderless(monitor),
            }
        }
    }
}

pub(super) fn place(place: Place) -> winit::dpi::Position {
    // The numbers of X11 have 16 bits.
    let far = f64::from(i16::MAX);
    match place {
        Place::Physical(Point { x, y }) => {
            let near = |at: i32| at.clamp(i16::MIN.into(), i16::MAX.into());
            PhysicalPosition::new(near(x), near(y)).into()
        }
        Place::Logical(Position { x, y }) => {
            let near = |at: f64| if at.is_nan() { 0.0 } else { at.clamp(-far, far) };
            LogicalPosition::new(near(x), near(y)).into()
        }
    }
}

pub(super) fn buttons(buttons: Buttons) -> WindowButtons {
    let rows = [
        (Buttons::CLOSE, WindowButtons::CLOSE),
        (Buttons::MINIMIZE, WindowButtons::MINIMIZE),
        (Buttons::MAXIMIZE, WindowButtons::MAXIMIZE),
    ];
    rows.into_iter().filter(|(flag, _)| buttons.contains(*flag)).map(|(_, button)| button).collect()
}

pub(super) fn level(level: Level) -> WindowLevel {
    match level {
        Level::Bottom => WindowLevel::AlwaysOnBottom,
        Level::Normal => WindowLevel::Normal,
        Level::Top => WindowLevel::AlwaysOnTop,
    }
}

pub(super) fn theme(theme: Theme) -> NativeTheme {
    match theme {
        Theme::Light => NativeTheme::Light,
        Theme::Dark => NativeTheme::Dark,
    }
}

/// `None` if it is not a picture.
pub(super) fn icon(Image { size, rgba }: Image) -> Option<Icon> {
    Icon::from_rgba(rgba, size.width, size.height).ok()
}

pub(super) fn grab(grab: Grab) -> CursorGrabMode {
    match grab {
        Grab::None => CursorGrabMode::None,
        Grab::Confined => CursorGrabMode::Confined,
        Grab::Locked => CursorGrabMode::Locked,
    }
}

pub(super) fn direction(direction: Direction) -> ResizeDirection {
    match direction {
        Direction::East => ResizeDirection::East,
        Direction::North => ResizeDirection::North,
        Direction::NorthEast => ResizeDirection::NorthEast,
        Direction::NorthWest => ResizeDirection::NorthWest,
        Direction::South => ResizeDirection::South,
        Direction::SouthEast => ResizeDirection::SouthEast,
        Direction::SouthWest => ResizeDirection::SouthWest,
        Direction::West => ResizeDirection::West,
    }
}

pub(super) fn attention(attention: Attention) -> UserAttentionType {
    match attention {
        Attention::Critical => UserAttentionType::Critical,
        Attention::Informational => UserAttentionType::Informational,
    }
}

pub(super) fn purpose(purpose: ImePurpose) -> NativePurpose {
    match purpose {
        ImePurpose::Normal => NativePurpose::Normal,
        ImePurpose::Password => NativePurpose::Password,
        ImePurpose::Terminal => NativePurpose::Terminal,
    }
}

macro_rules! to_native {
    (winit::window::CursorIcon = $wit:ident { $($name:ident = $value:ident,)* }) => {
        pub(super) fn shape(shape: $wit) -> CursorIcon {
            match shape {
                $($wit::$value => CursorIcon::$name,)*
            }
        }
    };
}

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/cursor_shape.rs"));
cursor_shape!(to_native);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_something_harmless() {
        let nan = LogicalSize { width: f64::NAN, height: f64::INFINITY };
        let mut screens = Screens::default();
        let most = f64::from(MAX_WINDOW_SIDE);
        assert_eq!(screens.size(Extent::Logical(nan), 1.0), NativeLogicalSize::new(1.0, most).into());
        // Two beside each other, with 10 rows between their upper edges.
        screens.add(Size { width: 100, height: 50 }, Point { x: 0, y: 0 });
        screens.add(Size { width: 100, height: 50 }, Point { x: -100, y: 10 });
        assert_eq!(screens.size(Extent::Logical(nan), 2.0), NativeLogicalSize::new(1.0, 30.0).into());
        let large = Extent::Physical(Size { width: 0, height: 700 });
        assert_eq!(screens.size(large, 1.0), PhysicalSize::new(1_u32, 60).into());
        let far = Place::Logical(Position { x: f64::NAN, y: f64::NEG_INFINITY });
        assert_eq!(place(far), LogicalPosition::new(0.0, -32_767.0).into());
        assert_eq!(
            place(Place::Physical(Point { x: i32::MAX, y: 5 })),
            PhysicalPosition::new(32_767, 5).into()
        );
        assert!(icon(Image { size: Size { width: 2, height: 2 }, rgba: vec![0; 3] }).is_none());
        assert_eq!(shape(CursorShape::Pointer), CursorIcon::Pointer);
        assert_eq!(buttons(Buttons::CLOSE), WindowButtons::CLOSE);
    }
}
