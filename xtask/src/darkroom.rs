//! `cargo xtask darkroom`: an eframe program with its default features, natively in an X server without a screen, as a
//! component in the same one and as one in the host's headless windows, clicked, typed into, copied from, pasted into,
//! resized and scrolled, its pictures compared.

use std::{
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::{
    artifacts::{self, RELEASE, WINDOWED},
    pairs::{self, Pair},
    repo::Repo,
    screen::{self, Screen},
    setup,
};

/// The program.
const PROGRAM: &str = "windowed-darkroom";

/// What the window measures, which the screen for the native one is larger than.
const SIZE: &str = "1024x560";

/// What is typed, and copied from there.
const TYPED: &str = "--saturation 0";

/// What another program copies.
const PASTED: &str = "--warmth 0.9 --contrast 0";

/// What is done, and what one sees then. On a desktop each step waits for the picture that the headless window shows.
struct Step {
    name: &'static str,
    shows: &'static str,
    /// What another program copies before.
    copied: Option<&'static str>,
    /// In the headless windows: lines of events, without their times.
    headless: &'static [&'static str],
    /// The same for the X server, as words for xdotool; `WINDOW` is the number of the window.
    desktop: &'static [&'static str],
    /// What another program pastes afterwards.
    pasted: Option<&'static str>,
}

/// A step in which nothing is done, and no other program does anything.
const NOTHING: Step = Step { name: "", shows: "", copied: None, headless: &[], desktop: &[], pasted: None };

/// The text field with the options, and places of other controls.
const STEPS: &[Step] = &[
    Step { name: "start", shows: "at first", ..NOTHING },
    Step {
        name: "clicked",
        shows: "as taken, by a click",
        headless: &[r#""cursor": [834, 20]"#, r#""button": "left""#, r#""cursor": [400, 300]"#],
        desktop: &["mousemove 834 20 click 1", "mousemove 400 300"],
        ..NOTHING
    },
    Step {
        name: "back",
        shows: "developed again, by another click",
        headless: &[r#""cursor": [834, 20]"#, r#""button": "left""#, r#""cursor": [400, 300]"#],
        desktop: &["mousemove 834 20 click 1", "mousemove 400 300"],
        ..NOTHING
    },
    Step {
        name: "typed",
        shows: "grey, by options that were typed",
        headless: &[
            r#""cursor": [800, 110]"#,
            r#""button": "left""#,
            r#""modifiers": ["control"]"#,
            r#""key": "KeyA""#,
            r#""modifiers": []"#,
            r#""text": "--saturation 0""#,
        ],
        desktop: &["mousemove 800 110 click 1", "key ctrl+a", "type --delay 60 -- --saturation\\ 0"],
        ..NOTHING
    },
    Step {
        name: "copied",
        shows: "dark corners as well: what was typed is copied, replaced, and pasted behind that",
        // If nothing is copied, this is what is pasted.
        copied: Some(PASTED),
        headless: &[
            r#""modifiers": ["control"]"#,
            r#""key": "KeyA""#,
            r#""key": "KeyC""#,
            r#""modifiers": []"#,
            r#""text": "--vignette 1 ""#,
            r#""modifiers": ["control"]"#,
            r#""key": "KeyV""#,
            r#""modifiers": []"#,
        ],
        desktop: &["key ctrl+a", "key ctrl+c", "type --delay 60 -- --vignette\\ 1\\ ", "key ctrl+v"],
        pasted: Some(TYPED),
    },
    Step {
        name: "pasted",
        shows: "warm and plain, by options that were pasted",
        copied: Some(PASTED),
        headless: &[
            r#""modifiers": ["control"]"#,
            r#""key": "KeyA""#,
            r#""key": "KeyV""#,
            r#""modifiers": []"#,
        ],
        desktop: &["key ctrl+a", "key ctrl+v"],
        ..NOTHING
    },
    Step {
        name: "resized",
        shows: "less high, without room for all controls",
        headless: &[r#""resize": [1024, 400]"#],
        desktop: &["windowsize --sync WINDOW 1024 400"],
        ..NOTHING
    },
    Step {
        name: "scrolled",
        shows: "the controls below, by the wheel",
        // winit tells each click of a wheel twice on X11.
        headless: &[
            r#""cursor": [1000, 300]"#,
            r#""wheel": [0, -1]"#,
            r#""wheel": [0, -1]"#,
            r#""wheel": [0, -1]"#,
            r#""wheel": [0, -1]"#,
        ],
        desktop: &["mousemove 1000 300", "click 5", "click 5"],
        ..NOTHING
    },
];

/// Seconds of virtual time for each step: more than any animation of egui's takes.
const STEP: f64 = 2.0;

/// How much of a processor a window may take that nobody does anything with.
const IDLE: f64 = 0.01;

/// For how long that is measured.
const IDLE_FOR: Duration = Duration::from_secs(20);

/// Makes the machine ready, builds cargo's subcommand, and does [`compare`].
pub(crate) fn run_all(repo: &Repo) -> Result<()> {
    setup::before(repo)?;
    let tool = artifacts::build_subcommand(repo, RELEASE)?;
    compare(repo, &tool)
}

/// Builds the program by `cargo wgpu-wasi`, which is `tool`, and has it draw in windows without a display.
fn draw_in_the_sandbox(repo: &Repo, tool: &Path) -> Result<()> {
    let sh = &repo.sh;
    let lock = repo.path(WINDOWED).with_file_name("Cargo.lock");
    let before = sh.read_binary_file(&lock)?;
    let build = cmd!(sh, "{tool} wgpu-wasi build --release --manifest-path {WINDOWED} -p {PROGRAM}");
    build.run()?;
    ensure!(sh.read_binary_file(&lock)? == before, "`{build}` has changed {}", lock.display());
    let folder = repo.path("target/darkroom");
    let [_, by_component] = pairs::empty_folders(sh, &folder)?;
    let input = folder.join("input.jsonl");
    sh.write_file(&input, events())?;
    let component = artifacts::component(&artifacts::component_folder(repo), PROGRAM);
    let screenshots = STEPS.iter().zip(1..).flat_map(|(step, number)| {
        let file = by_component.join(format!("{}.png", step.name));
        ["--screenshot".into(), format!("{}s={}", f64::from(number) * STEP - 0.1, file.display())]
    });
    let windows = format!("--windows=headless:{SIZE}");
    let options = ["--virtual-time", "--clipboard", "--input"];
    cmd!(sh, "{tool} runner {windows} {options...} {input} {screenshots...} {component}").run()?;
    Ok(())
}

/// The steps as events, each at its time, and the end.
fn events() -> String {
    let mut lines = Vec::new();
    for (step, number) in STEPS.iter().zip(0..) {
        let begin = f64::from(number) * STEP;
        // One after the other, as fast as somebody types.
        let times = (0..).map(|nth| begin + 0.05 * f64::from(nth));
        let copied = step.copied.map(|text| format!("\"clipboard\": \"{text}\""));
        let events = copied.into_iter().chain(step.headless.iter().map(|event| (*event).to_owned()));
        lines.extend(events.zip(times).map(|(event, time)| format!("{{\"at\": {time:.2}, {event}}}")));
    }
    let end = STEPS.len() as f64 * STEP;
    lines.push(format!("{{\"at\": {end}, \"close\": true}}\n"));
    lines.join("\n")
}

/// [`draw_in_the_sandbox`], and the same natively, if the machine has what that needs. Compares the pictures.
pub(crate) fn compare(repo: &Repo, tool: &Path) -> Result<()> {
    draw_in_the_sandbox(repo, tool)?;
    let sh = &repo.sh;
    let folder = repo.path("target/darkroom");
    let missing = screen::missing();
    if !missing.is_empty() {
        println!(
            "The component has drawn {} pictures. They are compared with none: this machine lacks {}.",
            STEPS.len(),
            missing.join(", ")
        );
        return Ok(());
    }
    artifacts::build_native(repo, WINDOWED, &[PROGRAM])?;
    let native = artifacts::native(&artifacts::native_folder(repo), PROGRAM);
    let component = artifacts::component(&artifacts::component_folder(repo), PROGRAM);
    for Step { name, .. } in STEPS {
        screen::plain(sh, &headless(repo, name))?;
    }
    let by_desktop = folder.join("desktop");
    sh.remove_path(&by_desktop)?;
    sh.create_dir(&by_desktop)?;
    let natively = draw_on_the_desktop(repo, &mut Command::new(native), &folder.join("native"))?;
    let mut in_window = Command::new(tool);
    in_window.args(["runner", "--windows", "--clipboard"]).arg(component);
    let on_desktop = draw_on_the_desktop(repo, &mut in_window, &by_desktop)?;
    let (mut drawn, mut before) = (Vec::new(), Vec::new());
    for Step { name, shows, .. } in STEPS {
        let file = format!("{name}.png");
        drawn.push(Pair::compare(sh, &folder, name, shows)?);
        let [native, desktop] =
            ["native", "desktop"].map(|side| sh.read_binary_file(folder.join(side).join(&file)));
        let native = native?;
        ensure!(
            native == desktop?,
            "{name}: the component's window shows something else than the native one"
        );
        ensure!(native != before, "{name}: one sees nothing of what was done");
        before = native;
    }
    println!(
        "\nThe component's window on the desktop shows the same pictures as the native one, and copies the same text."
    );
    for (which, share) in [
        ("The native window", natively),
        ("The component's on the desktop", on_desktop),
        ("The component's without a display", idle(repo, tool)?),
    ] {
        println!("{which} takes {:.2} % of a processor while nobody does anything.", share * 100.0);
        ensure!(share < IDLE, "that is more than {:.0} %", IDLE * 100.0);
    }
    pairs::report(sh, &folder, "An eframe program", "pictures", &drawn)
}

/// The picture of a step in the window without a display.
fn headless(repo: &Repo, step: &str) -> PathBuf {
    repo.path("target/darkroom/component").join(format!("{step}.png"))
}

/// Does the steps in an X server, and writes what the window shows after each. Returns what the program takes of a
/// processor afterwards, while nobody does anything.
fn draw_on_the_desktop(repo: &Repo, program: &mut Command, folder: &Path) -> Result<f64> {
    let screen = Screen::start(&repo.sh, 96, "1024x768")?;
    let window = screen.open(program)?;
    window.focus()?;
    window.act(&["mousemove", "400", "300"])?;
    for step in STEPS {
        if let Some(text) = step.copied {
            screen.copy(text)?;
        }
        for line in step.desktop {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            window.act(&joined(&words).iter().map(String::as_str).collect::<Vec<_>>())?;
            thread::sleep(Duration::from_millis(200));
        }
        // The window may stay the same for seconds while the photograph is developed: still is not yet finished.
        let file = folder.join(format!("{}.png", step.name));
        window.shoot_expected(&headless(repo, step.name), &file).context(step.name)?;
        if let Some(expected) = step.pasted {
            let pasted = screen.paste().context(step.name)?;
            ensure!(pasted == expected, "{}: another program pastes {pasted:?}, not {expected:?}", step.name);
        }
    }
    screen::busy(&repo.sh, window.process(), IDLE_FOR)
}

/// The words of a line, in which a stroke stands before a space that is part of one.
fn joined(words: &[String]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut open = false;
    for word in words {
        let (text, goes_on) = word.strip_suffix('\\').map_or((&**word, false), |text| (text, true));
        match all.last_mut().filter(|_| open) {
            Some(last) => {
                last.push(' ');
                last.push_str(text);
            }
            None => all.push(text.to_owned()),
        }
        open = goes_on;
    }
    all
}

/// What the component takes of a processor while nobody does anything.
fn idle(repo: &Repo, tool: &Path) -> Result<f64> {
    let component = artifacts::component(&artifacts::component_folder(repo), PROGRAM);
    let mut command = Command::new(tool);
    command.args(["runner", &format!("--windows=headless:{SIZE}")]).arg(component);
    let mut child = command.spawn().with_context(|| tool.display().to_string())?;
    // It is compiled, opened and drawn by then: the runs before have left the compiled component.
    thread::sleep(Duration::from_secs(15));
    let share = screen::busy(&repo.sh, child.id(), IDLE_FOR);
    child.kill()?;
    child.wait()?;
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_spaces() {
        let words: Vec<String> = "type -- a\\ b c".split(' ').map(str::to_owned).collect();
        assert_eq!(joined(&words), ["type", "--", "a b", "c"]);
    }

    #[test]
    fn events_are_in_order() {
        let events = events();
        let at = |line: &str| -> f64 {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["at"].as_f64().unwrap()
        };
        let times: Vec<f64> = events.lines().map(at).collect();
        assert!(times.len() > 20 && times.is_sorted(), "{events}");
    }
}
