//! The windows of a guest of the fuzzer: without a display, with a clock of their own, and somebody who does something in
//! them now and then. They are the same for the same seed.

use std::{sync::Arc, time::Duration};

use wgpu_wasi_host::{
    WebGpuCtxBuilder,
    windows::{
        ButtonEvent, Event, Happening, Headless, HeadlessOptions, Input, KeyCode, KeyEvent, KeyLocation,
        LogicalKey, MouseButton, Position, Size, When, WindowRights,
    },
};

/// Somebody goes on for longer than any guest waits: who waits for what never comes is ended.
const HAPPENINGS: u32 = 4_000;

/// Between two of them.
const PAUSE: Duration = Duration::from_millis(30);

fn key(pressed: bool) -> Event {
    Event::Key(KeyEvent {
        code: Some(KeyCode::KeyA),
        logical: LogicalKey::Character("a".to_owned()),
        unmodified: LogicalKey::Unidentified,
        text: pressed.then(|| "a".to_owned()),
        text_with_all_modifiers: None,
        location: KeyLocation::Standard,
        pressed,
        repeat: false,
        synthetic: false,
    })
}

/// What happens, over and over.
fn round() -> Vec<Happening> {
    let button = |pressed| Event::Button(ButtonEvent { button: MouseButton::Left, pressed });
    let events = [
        Event::Resized(Size { width: 32, height: 16 }),
        Event::CursorMoved(Position { x: 5.0, y: 6.0 }),
        key(true),
        key(false),
        button(true),
        button(false),
        Event::Occluded(true),
        Event::Occluded(false),
        Event::Focused(false),
        Event::Focused(true),
        Event::CloseRequested,
        Event::Resized(Size { width: 64, height: 48 }),
    ];
    let copied = Happening::Copied("what somebody has copied".to_owned());
    events.into_iter().map(Happening::Event).chain([copied]).collect()
}

/// Gives the guest with this seed its windows, and rights of which others have fewer.
pub(super) fn give(gpu: WebGpuCtxBuilder, seed: u64) -> WebGpuCtxBuilder {
    let skipped = usize::try_from(seed % 13).unwrap_or(0);
    let happenings = round().into_iter().cycle().skip(skipped);
    let input = (1..=HAPPENINGS).zip(happenings).map(|(number, happening)| Input {
        when: When::After(PAUSE * number),
        window: None,
        happening,
    });
    let options =
        HeadlessOptions { virtual_time: true, input: input.collect(), ..HeadlessOptions::default() };
    let rights = WindowRights {
        trusted: seed.is_multiple_of(5),
        clipboard: seed.is_multiple_of(2),
        ..WindowRights::default()
    };
    gpu.windows(Arc::new(Headless::new(options)), rights)
}
