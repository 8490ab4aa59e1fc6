//! Whatever ends a command, and whenever: the project's files are as they were.
#![cfg(unix)]

use std::{
    fs,
    io::Read,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::project::{POLLSTER, Project, target_folder};

/// Who gets the signal: Ctrl-C goes to the whole group.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Tool,
    Group,
}

fn start(project: &Project) -> Child {
    let mut command = project.tool("check --release");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// Waits until nobody is left that holds the command's stderr: the tool, its guard, cargo and all below.
fn all_gone(mut child: Child) -> String {
    let mut told = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut told).unwrap();
    child.wait().unwrap();
    String::from_utf8_lossy(&told).into_owned()
}

#[test]
fn killed_at_any_moment() {
    for locked in [true, false] {
        let name = if locked { "killed" } else { "killed-without-a-lock" };
        let project = Project::compute(name, &format!("{POLLSTER}wgpu = \"30\"\n"));
        if locked {
            project.lock();
        }
        let before = project.files();
        // The first time does what later ones need not do.
        let begin = Instant::now();
        all_gone(start(&project));
        assert_eq!(project.files(), before);
        let whole = begin.elapsed().min(Duration::from_secs(4));
        let steps = 5;
        for step in 0..steps {
            for (victim, signal) in
                [(Victim::Tool, Signal::KILL), (Victim::Group, Signal::KILL), (Victim::Group, Signal::INT)]
            {
                // Something to do for the commands that are interrupted.
                fs::write(project.root.join("src/main.rs"), format!("fn main() {{}} // {victim:?} {step}\n"))
                    .unwrap();
                forget(&project);
                let child = start(&project);
                thread::sleep(whole * step / steps);
                let pid = Pid::from_child(&child);
                match victim {
                    Victim::Tool => kill_process(pid, signal),
                    Victim::Group => kill_process_group(pid, signal),
                }
                // It may have come to its end before.
                .unwrap_or_default();
                let told = all_gone(child);
                assert_eq!(project.files(), before, "{victim:?} {signal:?} {step}\n{told}");
            }
        }
    }
}

/// Makes the next command write the lock file anew.
fn forget(project: &Project) {
    let folder = own_folder(project);
    for name in ["injected.lock", "plain.lock"] {
        // It may not have been written.
        let _ = fs::remove_file(folder.join(name));
    }
}

/// Where the tool keeps what is this project's.
fn own_folder(project: &Project) -> PathBuf {
    let name = format!("{}-", project.root.file_name().unwrap().to_string_lossy());
    let folders = fs::read_dir(target_folder().join("wgpu-wasi/projects")).unwrap();
    // The rest of the name is a number of sixteen digits.
    let own = |folder: &PathBuf| {
        let folder = folder.file_name().unwrap().to_string_lossy().into_owned();
        folder.strip_prefix(&name).is_some_and(|rest| rest.len() == 16 && !rest.contains('-'))
    };
    folders.map(|entry| entry.unwrap().path()).find(own).unwrap()
}

#[test]
fn a_loss_of_power_is_mended_by_the_next_command() {
    let project = Project::compute("power", &format!("{POLLSTER}wgpu = \"30\"\n"));
    project.lock();
    project.succeeds("tree");
    let lock = project.root.join("Cargo.lock");
    let original = fs::read(&lock).unwrap();
    let folder = own_folder(&project);
    let injected = fs::read(folder.join("injected.lock")).unwrap();
    assert_ne!(injected, original);

    // What lies there when the power goes off between cargo's writing and the guard's.
    fs::write(&lock, &injected).unwrap();
    fs::write(folder.join("journal"), [b"+", original.as_slice()].concat()).unwrap();
    assert!(project.tool("tree").output().unwrap().status.success());
    assert_eq!(fs::read(&lock).unwrap(), original);

    // The same for a project without a lock.
    fs::write(&lock, &injected).unwrap();
    fs::write(folder.join("journal"), b"-").unwrap();
    assert!(project.tool("tree").output().unwrap().status.success());
    assert!(!lock.exists());

    // A lock that somebody has written since is theirs.
    fs::write(&lock, &original).unwrap();
    fs::write(folder.join("journal"), b"-").unwrap();
    project.succeeds("tree");
    assert_eq!(fs::read(&lock).unwrap(), original);
}
