//! What programs ask of winit, as the contract has it.

use wgpu_wasi_window::windows as wit;

use crate::cursor::{Cursor, CursorImage};
use crate::dpi::{LogicalPosition, LogicalSize, PhysicalSize, Position, Size};
use crate::icon::Icon;
use crate::window::{
    CursorGrabMode, CursorIcon, Fullscreen, ImePurpose, ResizeDirection, Theme, UserAttentionType,
    WindowAttributes, WindowButtons, WindowLevel,
};

include!("../../../../wgpu-wasi-window/wit/tables/cursor_shape.rs");

/// The shape of this name. winit's list is of a crate that adds to it, so the names are what is compared.
fn shape(icon: CursorIcon) -> wit::CursorShape {
    let name = format!("{icon:?}");
    macro_rules! find {
        ($krate:ident::$module:ident::$native:ident = $wit:ident { $($variant:ident = $name:ident,)* }) => {
            match name.as_str() {
                $(stringify!($variant) => wit::$wit::$name,)*
                _ => wit::$wit::Default,
            }
        };
    }
    cursor_shape!(find)
}

pub(super) fn attributes(asked: &WindowAttributes) -> wit::Attributes {
    let state = [
        (wit::State::RESIZABLE, asked.resizable),
        (wit::State::DECORATED, asked.decorations),
        (wit::State::VISIBLE, asked.visible),
        (wit::State::MAXIMIZED, asked.maximized),
        (wit::State::TRANSPARENT, asked.transparent),
        (wit::State::BLURRED, asked.blur),
        (wit::State::PROTECTED, asked.content_protected),
    ];
    wit::Attributes {
        title: asked.title.clone(),
        size: asked.inner_size.map(extent),
        min_size: asked.min_inner_size.map(extent),
        max_size: asked.max_inner_size.map(extent),
        resize_increments: asked.resize_increments.map(extent),
        position: asked.position.map(place),
        state: state.into_iter().filter(|(_, is)| *is).map(|(flag, _)| flag).collect(),
        buttons: buttons(asked.enabled_buttons),
        level: level(asked.window_level),
        active: asked.active,
        fullscreen: asked.fullscreen.as_ref().map(fullscreen),
        theme: asked.preferred_theme.map(theme),
        icon: asked.window_icon.as_ref().map(icon),
        cursor: cursor(&asked.cursor),
    }
}

pub(super) fn extent(size: Size) -> wit::Extent {
    match size {
        Size::Physical(PhysicalSize { width, height }) => wit::Extent::Physical(wit::Size { width, height }),
        Size::Logical(LogicalSize { width, height }) => {
            wit::Extent::Logical(wit::LogicalSize { width, height })
        }
    }
}

pub(super) fn place(position: Position) -> wit::Place {
    match position {
        Position::Physical(point) => wit::Place::Physical(wit::Point { x: point.x, y: point.y }),
        Position::Logical(LogicalPosition { x, y }) => wit::Place::Logical(wit::Position { x, y }),
    }
}

pub(super) fn buttons(buttons: WindowButtons) -> wit::Buttons {
    let rows = [
        (WindowButtons::CLOSE, wit::Buttons::CLOSE),
        (WindowButtons::MINIMIZE, wit::Buttons::MINIMIZE),
        (WindowButtons::MAXIMIZE, wit::Buttons::MAXIMIZE),
    ];
    rows.into_iter().filter(|(button, _)| buttons.contains(*button)).map(|(_, flag)| flag).collect()
}

pub(super) fn level(level: WindowLevel) -> wit::Level {
    match level {
        WindowLevel::AlwaysOnBottom => wit::Level::Bottom,
        WindowLevel::Normal => wit::Level::Normal,
        WindowLevel::AlwaysOnTop => wit::Level::Top,
    }
}

pub(super) fn fullscreen(fullscreen: &Fullscreen) -> wit::Fullscreen {
    match fullscreen {
        Fullscreen::Exclusive(mode) => {
            wit::Fullscreen::Exclusive((mode.video_mode.monitor().id(), mode.video_mode.mode()))
        }
        Fullscreen::Borderless(monitor) => {
            wit::Fullscreen::Borderless(monitor.as_ref().map(|monitor| monitor.inner.id()))
        }
    }
}

pub(super) fn theme(theme: Theme) -> wit::Theme {
    match theme {
        Theme::Light => wit::Theme::Light,
        Theme::Dark => wit::Theme::Dark,
    }
}

pub(super) fn icon(icon: &Icon) -> wit::Image {
    let size = wit::Size { width: icon.inner.width, height: icon.inner.height };
    wit::Image { size, rgba: icon.inner.rgba.clone() }
}

pub(super) fn cursor(cursor: &Cursor) -> wit::Cursor {
    match cursor {
        Cursor::Icon(icon) => wit::Cursor::Shape(shape(*icon)),
        Cursor::Custom(custom) => {
            let CursorImage { rgba, width, height, hotspot_x, hotspot_y } = &*custom.inner.0;
            let size = wit::Size { width: (*width).into(), height: (*height).into() };
            wit::Cursor::Image(wit::CursorImage {
                image: wit::Image { size, rgba: rgba.clone() },
                hotspot_x: *hotspot_x,
                hotspot_y: *hotspot_y,
            })
        }
    }
}

pub(super) fn grab(mode: CursorGrabMode) -> wit::Grab {
    match mode {
        CursorGrabMode::None => wit::Grab::None,
        CursorGrabMode::Confined => wit::Grab::Confined,
        CursorGrabMode::Locked => wit::Grab::Locked,
    }
}

pub(super) fn direction(direction: ResizeDirection) -> wit::Direction {
    match direction {
        ResizeDirection::East => wit::Direction::East,
        ResizeDirection::North => wit::Direction::North,
        ResizeDirection::NorthEast => wit::Direction::NorthEast,
        ResizeDirection::NorthWest => wit::Direction::NorthWest,
        ResizeDirection::South => wit::Direction::South,
        ResizeDirection::SouthEast => wit::Direction::SouthEast,
        ResizeDirection::SouthWest => wit::Direction::SouthWest,
        ResizeDirection::West => wit::Direction::West,
    }
}

pub(super) fn attention(attention: UserAttentionType) -> wit::Attention {
    match attention {
        UserAttentionType::Critical => wit::Attention::Critical,
        UserAttentionType::Informational => wit::Attention::Informational,
    }
}

pub(super) fn purpose(purpose: ImePurpose) -> wit::ImePurpose {
    match purpose {
        ImePurpose::Normal => wit::ImePurpose::Normal,
        ImePurpose::Password => wit::ImePurpose::Password,
        ImePurpose::Terminal => wit::ImePurpose::Terminal,
    }
}
