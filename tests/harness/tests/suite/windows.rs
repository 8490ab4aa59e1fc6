//! Guests with windows, on windows without a display: what they show, what they hear of, and what they do wrong.

use std::{
    fmt::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use wgpu_wasi_harness::{Adapter, Guest, Ran, runs};
use wgpu_wasi_host::{
    LentDevice, WebGpuCtxBuilder,
    windows::{
        ButtonEvent, Event, Happening, Headless, HeadlessOptions, Image, Input, KeyCode, KeyEvent,
        KeyLocation, LogicalKey, MouseButton, Pictures, Position, Size, When, WindowRights,
    },
};

include!("../../../guests/raw/windows.rs");

/// All pictures that were shown.
#[derive(Default)]
struct Gallery(Mutex<Vec<(u64, u32, Image)>>);

impl Pictures for Gallery {
    fn wants(&self, _number: u64) -> bool {
        true
    }

    fn take(&self, number: u64, window: u32, _time: Duration, picture: Result<Image, String>) {
        // Some cases show what they have destroyed.
        if let Ok(picture) = picture {
            self.0.lock().unwrap().push((number, window, picture));
        }
    }

    fn is_done(&self, _shown: u64) -> bool {
        false
    }
}

fn key(text: u32, pressed: bool) -> Event {
    Event::Key(KeyEvent {
        code: Some(KeyCode::KeyA).filter(|_| text == 1),
        logical: LogicalKey::Character(text.to_string()),
        unmodified: LogicalKey::Unidentified,
        text: None,
        text_with_all_modifiers: None,
        location: KeyLocation::Standard,
        pressed,
        repeat: false,
        synthetic: false,
    })
}

/// What happens in a case.
fn input(case: &str) -> Vec<Event> {
    let both = |number| [key(number, true), key(number, false)];
    let button = |pressed| Event::Button(ButtonEvent { button: MouseButton::Left, pressed });
    match case {
        "events_in_order" => {
            let moved = |x: u32| Event::CursorMoved(Position { x: x.into(), y: 0.0 });
            let keys = (0..4_000).flat_map(|number| {
                let [press, release] = both(number);
                [press, moved(number), release]
            });
            let line = std::iter::once(button(true)).chain((0..2_000).map(moved)).chain([button(false)]);
            // Of those after it, the last is told.
            keys.chain(line).chain((3_000..4_000).map(moved)).collect()
        }
        "surfaces_and_their_streams" | "streams_nobody_reads" => {
            let moved = Event::CursorMoved(Position { x: 5.0, y: 6.0 });
            let [press, release] = both(1);
            let resized = Event::Resized(Size { width: 80, height: 60 });
            vec![press, release, moved, button(true), button(false), resized, Event::CloseRequested]
        }
        // As much as there is room for, and then: a press that is seen, with its release after many that are not.
        "events_nobody_takes" => {
            let held = std::iter::once(key(100, true));
            let seen = held.chain((0..16_000).flat_map(|number| both(number % 50)));
            seen.chain([key(100, false)]).chain((0..16_000).flat_map(|number| both(number % 50))).collect()
        }
        "clipboard_after_a_press" | "clipboard_not_granted" => both(0).to_vec(),
        _ => Vec::new(),
    }
}

fn headless(case: &str, gallery: &Arc<Gallery>) -> Headless {
    // The guest is to draw first.
    let when = if case.starts_with("surfaces") { When::Picture(3) } else { When::Now };
    let now = |event| Input { when, window: None, happening: Happening::Event(event) };
    let virtual_time = !matches!(case, "paced" | "waits_twice");
    let pictures: Option<Arc<dyn Pictures>> = match case {
        "shown_in_three_colours"
        | "two_windows"
        | "drawn_after_present"
        | "never_presents"
        | "resized_a_thousand_times"
        | "surfaces_and_their_streams"
        | "pixels_after_a_lost_device"
        | "pixels_without_a_gpu" => Some(Arc::<Gallery>::clone(gallery)),
        _ => None,
    };
    let copied = (case == "clipboard_after_a_press").then(|| Happening::Copied("theirs".to_owned()));
    let copied = copied.map(|happening| Input { when: When::Now, window: None, happening });
    let input = copied.into_iter().chain(input(case).into_iter().map(now)).collect();
    Headless::new(HeadlessOptions { virtual_time, pictures, input, ..HeadlessOptions::default() })
}

fn run(case: &str, gallery: &Arc<Gallery>) -> Ran {
    let context = Adapter::Machine.context();
    let lent = (case == "pixels_after_a_lost_device").then(lent_device);
    let context = match &lent {
        Some((lent, _)) => context.device(lent.clone()),
        None => context,
    };
    let context = match case {
        "not_granted" | "surfaces_not_granted" => context,
        _ => {
            let clipboard = case == "clipboard_after_a_press";
            let rights = WindowRights { clipboard, ..WindowRights::default() };
            context.windows(Arc::new(headless(case, gallery)), rights)
        }
    };
    let ran = runs::component(Guest::RawWindows, &[case], with_quotas(case, context).build());
    let heard = lent.map_or(0, |(_, heard)| heard.load(Ordering::Relaxed));
    assert_eq!(heard, 0, "errors that reached the embedder");
    ran
}

/// A device of the harness's own, and how many errors its handler has heard of.
fn lent_device() -> (LentDevice, Arc<AtomicUsize>) {
    let adapter = &Adapter::Machine.gpu().unwrap().adapter;
    let request = adapter.request_device(&wgpu::DeviceDescriptor::default());
    let (device, queue) = pollster::block_on(request).unwrap();
    let heard = Arc::<AtomicUsize>::default();
    let counts = Arc::clone(&heard);
    device.on_uncaptured_error(Arc::new(move |_| {
        counts.fetch_add(1, Ordering::Relaxed);
    }));
    (LentDevice::new(device, queue), heard)
}

/// So little memory that pictures which were not given back would not fit.
fn with_quotas(case: &str, context: WebGpuCtxBuilder) -> WebGpuCtxBuilder {
    if case == "resized_a_thousand_times" { context.max_gpu_memory(1 << 20) } else { context }
}

fn ends_well(case: &str) -> Vec<(u64, u32, Image)> {
    if Adapter::Machine.available(case).is_none() {
        return Vec::new();
    }
    let gallery = Arc::<Gallery>::default();
    let ran = run(case, &gallery);
    if let Some(failure) = ran.failure() {
        panic!("{case}: {failure}");
    }
    let outcome = ran.outcome.unwrap();
    assert_eq!(outcome.live_objects, 0, "{case} leaves objects in the table");
    assert_eq!(outcome.gpu_memory_in_use, 0, "{case} leaves memory accounted for");
    let mut pictures = gallery.0.lock().unwrap();
    std::mem::take(&mut *pictures)
}

fn traps(case: &str, message: &str) {
    if Adapter::Machine.available(case).is_none() {
        return;
    }
    let ran = run(case, &Arc::default());
    let Err(trap) = &ran.outcome else { panic!("{case} was not ended by the host: {:?}", ran.failure()) };
    assert!(trap.contains(message), "{case} was ended for another reason: {trap}");
    ends_well("shown_in_three_colours");
}

/// Every pixel of each picture.
fn colours(pictures: &[(u64, u32, Image)]) -> String {
    let mut text = String::new();
    for (number, window, Image { size, rgba }) in pictures {
        let first = &rgba[..4];
        assert!(rgba.chunks_exact(4).all(|pixel| pixel == first), "picture {number} has one colour");
        assert_eq!(rgba.len(), 64 * 48 * 4);
        write!(text, "{number}: window {window} {}x{} {first:?}; ", size.width, size.height).unwrap();
    }
    text
}

macro_rules! tests {
    (
        cases { $($case:ident,)* }
        surfaces { $($surface:ident,)* }
        traps { $($trap:ident: $message:literal,)* }
        surface_traps { $($surface_trap:ident: $surface_message:literal,)* }
        desktop { $($attended:ident,)* }
    ) => {
        tests!(cases { $($case)* $($surface)* } traps {
            $($trap: $message,)* $($surface_trap: $surface_message,)*
        });
    };
    (cases { $($case:ident)* } traps { $($trap:ident: $message:literal,)* }) => {
        $(#[test]
        fn $case() {
            let pictures = ends_well(stringify!($case));
            check(stringify!($case), &pictures);
        })*
        $(#[test]
        fn $trap() {
            traps(stringify!($trap), $message);
        })*
    };
}

window_cases!(tests);

/// A thousand pictures, of which none has the colour of the one before it, or of the one after.
fn in_turn(pictures: &[(u64, u32, Image)]) {
    let numbers = pictures.iter().map(|(number, ..)| *number);
    assert!(numbers.eq(1..=1_000), "{} pictures", pictures.len());
    for (number, _, Image { size, rgba }) in pictures {
        let mut colour = [0, 0, 0, 255];
        colour[usize::try_from((number - 1) % 3).unwrap()] = 255;
        assert!(rgba.chunks_exact(4).all(|pixel| pixel == colour), "picture {number} of {size:?}");
    }
}

/// What was shown.
fn check(case: &str, pictures: &[(u64, u32, Image)]) {
    let expected = match case {
        "shown_in_three_colours" => {
            "1: window 1 64x48 [255, 0, 0, 255]; 2: window 1 64x48 [0, 255, 0, 255]; \
             3: window 1 64x48 [0, 0, 255, 255]; "
        }
        "two_windows" => {
            "1: window 1 64x48 [255, 0, 0, 255]; 2: window 2 64x48 [0, 255, 0, 255]; \
             3: window 2 64x48 [0, 0, 255, 255]; 4: window 2 64x48 [0, 0, 255, 255]; \
             5: window 2 64x48 [0, 0, 255, 255]; "
        }
        "surfaces_and_their_streams" => {
            "1: window 1 64x48 [255, 0, 0, 255]; 2: window 1 64x48 [0, 255, 0, 255]; \
             3: window 1 64x48 [0, 0, 255, 255]; "
        }
        "pixels_after_a_lost_device" => "1: window 1 64x48 [3, 2, 1, 255]; ",
        // Bytes as they are shown.
        "pixels_without_a_gpu" => {
            "1: window 1 64x48 [3, 2, 1, 255]; 2: window 1 64x48 [3, 2, 1, 255]; 3: window 1 64x48 [9, 2, 1, 255]; "
        }
        "never_presents" => "",
        "resized_a_thousand_times" if Adapter::Machine.available(case).is_some() => return in_turn(pictures),
        _ => return,
    };
    if Adapter::Machine.available(case).is_some() {
        assert_eq!(colours(pictures), expected);
    }
}
