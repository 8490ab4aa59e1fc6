//! Windows on a desktop: an X server without a screen, and components that are run as people run them.
//!
//! With `CI` in the environment, a machine without Xvfb fails instead of being passed over.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by a panic, and starts threads as it likes; clippy knows test functions, and not what they \
              call"
)]

mod triangle;
mod x;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use x::{AGAIN, PATIENCE, Running, XServer, within};

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// The statuses of what can't be run, of what has trapped, and of what does not close its window.
const HOST_FAILED: i32 = 125;
const TRAPPED: i32 = 134;
const CLOSED: i32 = 137;

/// The code of a key that every keyboard has: <https://www.x.org/releases/current/doc/xproto/x11protocol.html#keysym_encoding>
const ESCAPE: u32 = 0xff1b;

/// Where cargo puts what it builds.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}

/// The folder of the components.
fn components() -> PathBuf {
    env::var_os("WGPU_WASI_GUESTS").map_or_else(|| target().join("wasm32-wasip2/release"), PathBuf::from)
}

/// One at a time, each with a desktop of its own: the processor draws all of them. `None` where there is no desktop.
fn desktop() -> Option<(XServer, MutexGuard<'static, ()>)> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    Some((XServer::start()?, turn))
}

/// A component in a command of this host.
fn host(mut command: Command, options: &[&str], component: &str) -> Command {
    let component = components().join(component);
    assert!(component.is_file(), "there is no {}: `cargo xtask test` builds it", component.display());
    command.arg("run").args(options).arg(component).stderr(Stdio::piped());
    command.env("WGPU_WASI_CACHE_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("desktop-cache"));
    command
}

/// This host where there is no desktop.
fn without_desktop() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    command
}

/// A case of `tests/guests/raw/windows.rs` on a desktop.
fn start(desktop: &XServer, options: &[&str], case: &str) -> Running {
    let command = desktop.command(Path::new(env!("CARGO_BIN_EXE_wgpu-wasi")));
    let options = [&["--windows"][..], options].concat();
    Running::start(host(command, &options, "raw_windows.wasm").arg(case))
}

/// It says nothing, and its status is 0.
fn ends_well(case: &str, program: Running) {
    let (status, said) = program.end();
    assert!(status.success() && said.is_empty(), "{case}: {status}: {said}");
}

#[test]
fn what_guests_do_wrong_and_right() {
    let Some((desktop, _turn)) = desktop() else { return };
    for case in [
        "canvases_that_are_not_valid",
        "drawn_after_present",
        "dropped_in_any_order",
        "never_presents",
        "presented_twice",
        "requests_by_the_thousand",
        "two_windows",
    ] {
        ends_well(case, start(&desktop, &[], case));
        assert!(desktop.is_empty(), "{case} leaves windows");
    }
}

#[test]
fn windows_by_the_thousand() {
    let Some((desktop, _turn)) = desktop() else { return };
    let (status, said) = start(&desktop, &[], "surfaces_by_the_thousand").end();
    let why = "as many windows as it may";
    assert!(status.code() == Some(TRAPPED) && said.contains(why), "{status}: {said}");
    assert!(desktop.is_empty(), "it leaves windows");
    ends_well("two_windows", start(&desktop, &[], "two_windows"));
}

#[test]
fn sixty_pictures_a_second() {
    let Some((desktop, _turn)) = desktop() else { return };
    // A machine that has other things to do misses some; it never shows more.
    let mut said = String::new();
    for _ in 0..5 {
        let (status, missed) = start(&desktop, &[], "paced").end();
        if status.success() {
            return;
        }
        said = missed;
    }
    panic!("{said}");
}

#[test]
fn pictures_are_shown_kept_and_named() {
    let Some((desktop, _turn)) = desktop() else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desktop-pictures");
    let _ = fs::remove_dir_all(&folder);
    let record = folder.display().to_string();
    let mut program = start(&desktop, &["--record", &record], "shown_in_three_colours");
    let windows = desktop.wait_for(1, &mut program);
    let [(window, title)] = windows.as_slice() else { panic!("{windows:?}") };
    assert_eq!(title, "raw — raw_windows.wasm (sandboxed)");
    assert!(desktop.turns(*window, BLUE, PATIENCE));
    desktop.close(*window);
    ends_well("shown_in_three_colours", program);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["000001.png", "000002.png", "000003.png"]);
    // When the picture is taken, somebody closes the window.
    let screenshot = format!("3={}", folder.join("last.png").display());
    let program = start(&desktop, &["--screenshot", &screenshot], "shown_in_three_colours");
    ends_well("shown_in_three_colours", program);
    assert_eq!(fs::read(folder.join("last.png")).unwrap(), fs::read(folder.join("000003.png")).unwrap());
}

#[test]
fn a_guest_that_hangs_has_a_window_that_closes() {
    let Some((desktop, _turn)) = desktop() else { return };
    for (case, requests, why) in
        [("hangs", 2, "did not answer two requests"), ("closed_in_vain", 4, "for the fourth time")]
    {
        let mut program = start(&desktop, &[], case);
        let (window, _) = desktop.wait_for(1, &mut program)[0];
        assert!(desktop.turns(window, GREEN, PATIENCE));
        for _ in 0..requests {
            assert!(program.ended().is_none(), "{case} has ended too early");
            desktop.close(window);
            thread::sleep(Duration::from_millis(500));
        }
        let (status, said) = program.end();
        assert!(status.code() == Some(CLOSED) && said.contains(why), "{case}: {status}: {said}");
        assert!(desktop.is_empty());
    }
}

#[test]
fn somebody_gets_out_of_what_a_guest_keeps() {
    let Some((desktop, _turn)) = desktop() else { return };
    let mut program = start(&desktop, &[], "keeps_the_pointer");
    let (window, _) = desktop.wait_for(1, &mut program)[0];
    assert!(desktop.turns(window, RED, PATIENCE), "before anybody has clicked");
    desktop.focus(window);
    desktop.click(30, 20);
    assert!(desktop.turns(window, GREEN, PATIENCE), "when somebody has clicked");
    desktop.focus(window);
    desktop.press(ESCAPE, true);
    assert!(desktop.turns(window, BLUE, PATIENCE), "when Escape is held");
    desktop.press(ESCAPE, false);
    desktop.close(window);
    ends_well("keeps_the_pointer", program);
}

#[test]
fn what_is_copied_and_pasted() {
    let Some((desktop, _turn)) = desktop() else { return };
    desktop.copy("theirs");
    let mut program = start(&desktop, &["--clipboard"], "copies_and_pastes");
    let (window, _) = desktop.wait_for(1, &mut program)[0];
    assert!(desktop.turns(window, RED, PATIENCE), "before anybody has clicked");
    desktop.focus(window);
    desktop.click(30, 20);
    assert!(desktop.turns(window, GREEN, PATIENCE), "when it has copied a text");
    assert_eq!(desktop.paste().as_deref(), Some("mine ☺"));
    desktop.copy("again");
    desktop.click(30, 20);
    assert!(desktop.turns(window, BLUE, PATIENCE), "when it has pasted another one");
    desktop.close(window);
    ends_well("copies_and_pastes", program);
}

#[test]
fn a_clipboard_that_is_not_granted() {
    let Some((desktop, _turn)) = desktop() else { return };
    let mut program = start(&desktop, &[], "clipboard_not_granted");
    let (window, _) = desktop.wait_for(1, &mut program)[0];
    let ended = within(PATIENCE, || {
        // A key that comes before the window has the keyboard is lost.
        desktop.key(window, ESCAPE);
        within(AGAIN, || program.ended())
    });
    assert!(ended.is_some_and(|status| status.success()), "{ended:?}");
}

#[test]
fn attention_and_a_pointer_of_its_own() {
    let Some((desktop, _turn)) = desktop() else { return };
    let mut program = start(&desktop, &[], "draws_attention");
    let (window, _) = desktop.wait_for(1, &mut program)[0];
    assert!(desktop.turns(window, GREEN, PATIENCE));
    desktop.point(30, 20);
    let own = (16, 16, 3, 5, 0xffff_0000);
    let has = || (desktop.is_urgent(window) && desktop.pointer() == own).then_some(());
    let said = || format!("{} {:?}", desktop.is_urgent(window), desktop.pointer());
    assert!(within(PATIENCE, has).is_some(), "{}", said());
    desktop.focus(window);
    desktop.click(30, 20);
    assert!(desktop.turns(window, BLUE, PATIENCE));
    let has_not = || (!desktop.is_urgent(window) && desktop.pointer() != own).then_some(());
    assert!(within(PATIENCE, has_not).is_some(), "{}", said());
    desktop.close(window);
    ends_well("draws_attention", program);
}

/// Bytes of memory that a process has; of a GPU that the processor is, that of the GPU too.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
fn a_thousand_sizes_during_an_animation() {
    let Some((desktop, _turn)) = desktop() else { return };
    let mut program = start(&desktop, &[], "follows_its_size");
    let (window, _) = desktop.wait_for(1, &mut program)[0];
    assert!(within(PATIENCE, || desktop.picture(window)?.colour()).is_some());
    let mut memory_then = 0;
    for round in 0..1_000 {
        desktop.resize(window, 64 + round % 300, 48 + round % 200);
        thread::sleep(Duration::from_millis(5));
        if round == 300 {
            memory_then = memory(program.id());
        }
    }
    let memory_now = memory(program.id());
    // All of it in the new size: what is beyond a smaller picture is black.
    desktop.resize(window, 400, 300);
    let whole = || desktop.picture(window).filter(|picture| picture.width == 400)?.colour();
    let colour = within(PATIENCE, || whole().filter(|colour| *colour != [0; 3]));
    assert!([RED, GREEN, BLUE].map(Some).contains(&colour), "{colour:?}");
    desktop.close(window);
    ends_well("follows_its_size", program);
    let most = memory_then + (24 << 20);
    assert!(memory_now < most, "{memory_then} bytes after 300 sizes, and {memory_now} after 1,000");
}

/// The same video each time, byte for byte, to a file and to stdout.
#[test]
fn videos_are_exact() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (file, files) = (folder.join("video.y4m"), folder.join("video"));
    let record = |target: &str| {
        let command = Command::new(env!("CARGO_BIN_EXE_wgpu-wasi"));
        let options = ["--windows=headless", "--virtual-time", "--record", target];
        let output =
            host(command, &options, "raw_windows.wasm").arg("shown_in_three_colours").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let mut expected = b"YUV4MPEG2 W64 H48 F60:1 Ip A1:1 C444 XCOLORRANGE=FULL\n".to_vec();
    for planes in [[76, 85, 255], [150, 44, 21], [29, 255, 107]] {
        expected.extend(b"FRAME\n");
        for value in planes {
            expected.extend([value; 64 * 48]);
        }
    }
    assert_eq!(record(&file.display().to_string()), b"");
    assert!(fs::read(&file).unwrap() == expected && record("-") == expected);
    let _ = fs::remove_dir_all(&files);
    record(&files.display().to_string());
    assert_eq!(fs::read_dir(&files).unwrap().count(), 3);
}

#[test]
fn no_display() {
    let run = |options: &[&str], case: &str| {
        Running::start(host(without_desktop(), options, "raw_windows.wasm").arg(case)).end()
    };
    let (status, said) = run(&["--windows"], "two_windows");
    assert!(status.code() == Some(HOST_FAILED), "{status}: {said}");
    assert!(said.contains("no display") && said.contains("--windows=headless"), "{said}");
    let (status, said) = run(&["--windows", "--virtual-time"], "two_windows");
    assert!(status.code() == Some(HOST_FAILED) && said.contains("--windows=headless"), "{status}: {said}");
    // Nobody has granted any.
    let (status, said) = run(&[], "not_granted");
    assert!(status.success(), "{said}");
    let (status, said) = run(&["--windows=none"], "not_granted");
    assert!(status.success(), "{said}");
}

/// What has no windows is not to wait for a desktop, nor to fail without one.
#[test]
fn no_windows_no_desktop() {
    let start = Instant::now();
    let (status, said) = Running::start(&mut host(without_desktop(), &["--windows"], "raw.wasm")).end();
    assert!(status.code() != Some(HOST_FAILED), "{status} after {:?}: {said}", start.elapsed());
}
