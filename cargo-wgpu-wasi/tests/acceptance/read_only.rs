//! A checkout that its user can't write.
#![cfg(unix)]

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output},
};

use crate::project::{COMPUTE, COMPUTED, POLLSTER, Project, gpu, package, text};

/// Takes the right to write from everybody, or gives it back to the owner.
fn set_writable(path: &Path, writable: bool) {
    let mode = fs::metadata(path).unwrap().permissions().mode();
    let mode = if writable { mode | 0o200 } else { mode & !0o222 };
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            set_writable(&entry.unwrap().path(), writable);
        }
    }
}

/// Runs a command that finds `root` read-only; `None` where that can't be had.
fn run(root: &Path, command: &Command) -> Option<Output> {
    if fs::write(root.join("written"), "").is_err() {
        let mut plain = Command::new(command.get_program());
        return Some(prepared(&mut plain, command).output().unwrap());
    }
    // The administrator may write whatever the permissions are; a file system that is mounted so is read-only for all.
    fs::remove_file(root.join("written")).unwrap();
    let script = r#"mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@""#;
    let probe = Command::new("unshare").args(["--mount", "sh", "-c", script]).arg(root).arg("true").status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("passed over: nothing here is read-only for this user");
        return None;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", script]).arg(root).arg(command.get_program());
    Some(prepared(&mut unshare, command).output().unwrap())
}

/// Arguments, environment and folder of `like`.
fn prepared<'a>(command: &'a mut Command, like: &Command) -> &'a mut Command {
    command.args(like.get_args());
    for (name, value) in like.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.current_dir(like.get_current_dir().unwrap())
}

#[test]
fn a_checkout_that_cannot_be_written() {
    if !gpu() {
        return;
    }
    let files = [
        ("checkout/src/main.rs", COMPUTE),
        (
            "checkout/Cargo.toml",
            &*package("read-only", &format!("{POLLSTER}wgpu = \"30\"\nbeside.path = \"../beside\"\n")),
        ),
        ("beside/Cargo.toml", &package("beside", "")),
        ("beside/src/lib.rs", ""),
    ];
    let outer = Project::new("read-only", &package("outer", ""), &files);
    fs::remove_file(outer.root.join("Cargo.toml")).unwrap();
    let project = Project { root: outer.root.join("checkout") };
    project.lock();
    let before = project.files();
    set_writable(&project.root, false);
    let outputs =
        ["run --release --locked", "run --release", "run --release --manifest-path ../checkout/Cargo.toml"]
            .map(|arguments| run(&project.root, &project.tool(arguments)));
    set_writable(&project.root, true);
    for output in outputs.into_iter().flatten() {
        assert_eq!(String::from_utf8_lossy(&output.stdout), COMPUTED, "{}", text(&output));
    }
    assert_eq!(project.files(), before);
}
