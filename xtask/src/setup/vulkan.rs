//! A GPU adapter, or Mesa's software one.

use anyhow::{Result, bail, ensure};
use xshell::Shell;

use super::installer::{self, Installer};

/// How the distributions install Vulkan's loader and Mesa's software driver.
const INSTALLERS: [Installer; 5] = [
    ("apt-get", &["install", "-y", "--no-install-recommends", "libvulkan1", "mesa-vulkan-drivers"]),
    ("dnf", &["install", "-y", "vulkan-loader", "mesa-vulkan-drivers"]),
    ("pacman", &["-S", "--noconfirm", "--needed", "vulkan-icd-loader", "vulkan-swrast"]),
    ("zypper", &["--non-interactive", "install", "libvulkan1", "libvulkan_lvp"]),
    ("apk", &["add", "vulkan-loader", "mesa-vulkan-swrast"]),
];

/// No adapter, and the command that installs Mesa's software one: the package manager and its arguments, if there is
/// one that is known here.
pub(super) struct Lack(Option<Installer>);

/// Looks for an adapter and says which there are; none is a lack.
pub(super) fn look() -> Option<Lack> {
    match adapters() {
        Ok(names) => {
            println!("setup: GPU: {names}");
            None
        }
        Err(why) => {
            println!("setup: GPU: {why:#}");
            Some(Lack(installer::here(&INSTALLERS)))
        }
    }
}

impl Lack {
    /// What would be done about it.
    pub(super) fn remedy(&self) -> Option<String> {
        Some(installer::remedy("Mesa's software Vulkan", self.0?))
    }

    /// Does it.
    pub(super) fn mend(&self, sh: &Shell) -> Result<()> {
        let Some(installer) = self.0 else {
            bail!("no package manager that is known here: install a Vulkan driver, such as Mesa's lavapipe");
        };
        installer::install(sh, installer)?;
        println!("setup: GPU: {}", adapters()?);
        Ok(())
    }
}

/// The names of the adapters, as Vulkan tells them to a program.
#[cfg(target_os = "linux")]
fn adapters() -> Result<String> {
    use anyhow::Context;
    use ash::{Entry, vk};

    // SAFETY: the loader is that of the system, which every program with Vulkan loads; the instance has no layer and
    // no extension, its devices are used before it is destroyed, and nothing of it is kept.
    let names: Vec<_> = unsafe {
        let entry = Entry::load().context("no Vulkan loader")?;
        let instance =
            entry.create_instance(&vk::InstanceCreateInfo::default(), None).context("no Vulkan driver")?;
        let devices = instance.enumerate_physical_devices().unwrap_or_default().into_iter();
        let properties: Vec<_> =
            devices.map(|device| instance.get_physical_device_properties(device)).collect();
        instance.destroy_instance(None);
        properties
    }
    .iter()
    .filter_map(|properties| Some(properties.device_name_as_c_str().ok()?.to_string_lossy().into_owned()))
    .collect();
    ensure!(!names.is_empty(), "Vulkan has no adapter");
    Ok(names.join(", "))
}

/// Other systems bring their own GPU interface.
#[cfg(not(target_os = "linux"))]
fn adapters() -> Result<String> {
    Ok("the system's own interface".to_owned())
}
