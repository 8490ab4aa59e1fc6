//! A GPU adapter, or Mesa's software one.
//!
//! On Linux an adapter needs the Vulkan loader and a driver that says where its library is (a JSON
//! file in a known folder). Other systems bring their own GPU interface.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::repo::in_path;

const LOADER: &str = "libvulkan.so.1";

/// The kernel's device files of GPUs: DRM, NVIDIA, AMD compute, WSL.
const DEVICES: [&str; 4] = ["/dev/dri/renderD128", "/dev/nvidia0", "/dev/kfd", "/dev/dxg"];

/// The drivers that need no device, by the beginning of their file's name.
const SOFTWARE: [&str; 3] = ["lvp", "vk_swiftshader", "swiftshader"];

/// How the distributions install Vulkan's loader and Mesa's software driver.
const INSTALLERS: [(&str, &[&str]); 5] = [
    ("apt-get", &["install", "-y", "--no-install-recommends", "libvulkan1", "mesa-vulkan-drivers"]),
    ("dnf", &["install", "-y", "vulkan-loader", "mesa-vulkan-drivers"]),
    ("pacman", &["-S", "--noconfirm", "--needed", "vulkan-icd-loader", "vulkan-swrast"]),
    ("zypper", &["--non-interactive", "install", "libvulkan1", "libvulkan_lvp"]),
    ("apk", &["add", "vulkan-loader", "mesa-vulkan-swrast"]),
];

/// Makes sure that there is an adapter.
pub(super) fn ensure(sh: &Shell) -> Result<()> {
    if !cfg!(target_os = "linux") {
        println!("setup: GPU: the system's own interface");
        return Ok(());
    }
    if let Some(driver) = find(sh) {
        println!("setup: GPU: {driver}");
        return Ok(());
    }
    println!("setup: GPU: no adapter was found; installing Mesa's software Vulkan");
    install(sh)?;
    let driver =
        find(sh).context("Mesa's software Vulkan was installed, but its driver is not where it should be")?;
    println!("setup: GPU: {driver}");
    Ok(())
}

/// The first driver that should work here, with the reason to think so.
fn find(sh: &Shell) -> Option<String> {
    let libraries = Libraries::list(sh);
    if !libraries.has(LOADER) {
        return None;
    }
    let device = DEVICES.iter().find(|path| Path::new(path).exists());
    let usable =
        drivers().into_iter().filter(|driver| library_of(driver).is_some_and(|path| libraries.has(&path)));
    let (software, hardware): (Vec<_>, Vec<_>) = usable.partition(|driver| is_software(driver));
    match (device, hardware.is_empty(), software.first()) {
        (Some(device), false, _) => Some(format!("{device}, with a Vulkan driver for it")),
        (_, _, Some(driver)) => Some(format!("software Vulkan, {}", driver.display())),
        (None, _, None) | (Some(_), true, None) => None,
    }
}

fn is_software(driver: &Path) -> bool {
    let name = driver.file_name().unwrap_or_default().to_string_lossy();
    SOFTWARE.iter().any(|prefix| name.starts_with(prefix))
}

/// The driver files that the loader would find:
/// <https://github.com/KhronosGroup/Vulkan-Loader/blob/main/docs/LoaderDriverInterface.md>.
fn drivers() -> Vec<PathBuf> {
    let list = |variable: &str| {
        let value = env::var_os(variable).unwrap_or_default();
        env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect::<Vec<_>>()
    };
    for variable in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        let files = list(variable);
        if !files.is_empty() {
            return expand(files);
        }
    }
    let home = env::home_dir().unwrap_or_default();
    let or = |mut paths: Vec<PathBuf>, default: &[PathBuf]| {
        if paths.is_empty() {
            paths.extend_from_slice(default);
        }
        paths
    };
    let mut folders = or(list("XDG_CONFIG_HOME"), &[home.join(".config")]);
    folders.extend(or(list("XDG_CONFIG_DIRS"), &["/etc/xdg".into()]));
    folders.push("/etc".into());
    folders.extend(or(list("XDG_DATA_HOME"), &[home.join(".local/share")]));
    folders.extend(or(list("XDG_DATA_DIRS"), &["/usr/local/share".into(), "/usr/share".into()]));
    let mut files = list("VK_ADD_DRIVER_FILES");
    files.extend(folders.into_iter().map(|folder| folder.join("vulkan/icd.d")));
    expand(files)
}

/// Replaces each folder by the driver files in it, by name.
fn expand(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        match fs::read_dir(&path) {
            Ok(entries) => {
                let mut inside: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
                inside.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
                inside.sort();
                files.extend(inside);
            }
            Err(_) => files.push(path),
        }
    }
    files
}

/// The library that a driver file names: a path, or a name for the system's search.
fn library_of(driver: &Path) -> Option<String> {
    let file: Value = serde_json::from_slice(&fs::read(driver).ok()?).ok()?;
    let library = file.get("ICD")?.get("library_path")?.as_str()?;
    if library.contains('/') {
        return Some(driver.parent()?.join(library).to_string_lossy().into_owned());
    }
    Some(library.to_owned())
}

/// What the dynamic linker can find.
struct Libraries {
    /// What `ldconfig -p` prints; `None` where there is no such program (musl, NixOS).
    cache: Option<String>,
    folders: Vec<PathBuf>,
}

impl Libraries {
    fn list(sh: &Shell) -> Self {
        let ldconfig = ["ldconfig", "/sbin/ldconfig"];
        let cache = ldconfig.iter().find_map(|program| cmd!(sh, "{program} -p").quiet().read().ok());
        let mut folders: Vec<_> =
            env::split_paths(&env::var_os("LD_LIBRARY_PATH").unwrap_or_default()).collect();
        folders.extend(
            ["/usr/local/lib", "/usr/lib", "/lib", "/usr/lib64", "/run/opengl-driver/lib"].map(Into::into),
        );
        Self { cache, folders }
    }

    fn has(&self, library: &str) -> bool {
        if library.contains('/') {
            return Path::new(library).is_file();
        }
        let cached =
            |cache: &String| cache.lines().any(|line| line.split_whitespace().next() == Some(library));
        self.cache.as_ref().is_some_and(cached)
            || self.folders.iter().any(|folder| folder.join(library).is_file())
    }
}

fn install(sh: &Shell) -> Result<()> {
    let Some((program, arguments)) = INSTALLERS.iter().find(|(program, _)| in_path(program)) else {
        bail!("no package manager that is known here: install a Vulkan driver, for example Mesa's lavapipe");
    };
    let root = cmd!(sh, "id -u").quiet().read().is_ok_and(|id| id == "0");
    if !root && cmd!(sh, "sudo -n true").quiet().run().is_err() {
        bail!("there is no GPU adapter here; as root, run `{program} {}`", arguments.join(" "));
    }
    // The hundred lines of a package manager matter to nobody; its errors do.
    let command = |arguments: &[&str]| {
        let command =
            if root { sh.cmd(program) } else { cmd!(sh, "sudo -n --preserve-env=DEBIAN_FRONTEND {program}") };
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").ignore_stdout()
    };
    // The lists of a fresh container are empty, those of an old machine name packages that are gone.
    if *program == "apt-get"
        && let Err(error) = command(&["update"]).run()
    {
        eprintln!("setup: {error:#}; trying with the lists that are there");
    }
    Ok(command(arguments).run()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_of_a_driver_file() {
        let folder = env::temp_dir().join(format!("wgpu-wasi-icd-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, library: &str| {
            let path = folder.join(name);
            fs::write(
                &path,
                format!(r#"{{"file_format_version":"1.0.0","ICD":{{"library_path":"{library}"}}}}"#),
            )
            .unwrap();
            path
        };
        let bare = write("lvp_icd.json", "libvulkan_lvp.so");
        let absolute = write("nvidia_icd.json", "/usr/lib/libGLX_nvidia.so.0");
        let relative = write("other_icd.json", "./libother.so");
        fs::write(folder.join("readme.txt"), "").unwrap();
        assert_eq!(expand(vec![folder.clone()]), [bare.clone(), absolute.clone(), relative.clone()]);
        assert_eq!(library_of(&bare).unwrap(), "libvulkan_lvp.so");
        assert_eq!(library_of(&absolute).unwrap(), "/usr/lib/libGLX_nvidia.so.0");
        assert_eq!(Path::new(&library_of(&relative).unwrap()), folder.join("./libother.so"));
        assert_eq!(library_of(&folder.join("missing.json")), None);
        assert!(is_software(&bare) && !is_software(&absolute));
        fs::remove_dir_all(&folder).unwrap();
    }
}
