//! The host's monitors.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use wgpu_wasi_window::windows as wit;

use crate::dpi::{PhysicalPosition, PhysicalSize};

/// A monitor, as it was when the program asked.
#[derive(Clone, Debug)]
pub struct MonitorHandle(Arc<wit::Monitor>);

/// All of them, the primary one first.
pub(super) fn all() -> impl Iterator<Item = MonitorHandle> {
    wit::monitors().into_iter().map(|monitor| MonitorHandle(Arc::new(monitor)))
}

/// The primary one, if there is one.
pub(super) fn primary() -> Option<MonitorHandle> {
    all().find(|monitor| monitor.0.primary)
}

impl MonitorHandle {
    pub(super) fn id(&self) -> wit::MonitorId {
        self.0.id
    }

    pub fn name(&self) -> Option<String> {
        self.0.name.clone()
    }

    pub fn size(&self) -> PhysicalSize<u32> {
        PhysicalSize::new(self.0.size.width, self.0.size.height)
    }

    pub fn position(&self) -> PhysicalPosition<i32> {
        PhysicalPosition::new(self.0.position.x, self.0.position.y)
    }

    pub fn scale_factor(&self) -> f64 {
        self.0.scale_factor
    }

    pub fn refresh_rate_millihertz(&self) -> Option<u32> {
        self.0.refresh_millihertz
    }

    pub fn video_modes(&self) -> impl Iterator<Item = VideoModeHandle> {
        let monitor = self.clone();
        let modes = self.0.modes.clone().into_iter();
        modes.map(move |mode| VideoModeHandle { monitor: monitor.clone(), mode })
    }
}

impl PartialEq for MonitorHandle {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for MonitorHandle {}

impl Hash for MonitorHandle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id().hash(state);
    }
}

impl PartialOrd for MonitorHandle {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MonitorHandle {
    fn cmp(&self, other: &Self) -> Ordering {
        self.id().cmp(&other.id())
    }
}

/// A mode that a monitor can be set to.
#[derive(Clone, Debug)]
pub struct VideoModeHandle {
    monitor: MonitorHandle,
    mode: wit::VideoMode,
}

impl VideoModeHandle {
    pub(super) fn mode(&self) -> wit::VideoMode {
        self.mode
    }

    pub fn size(&self) -> PhysicalSize<u32> {
        PhysicalSize::new(self.mode.size.width, self.mode.size.height)
    }

    pub fn bit_depth(&self) -> u16 {
        self.mode.bit_depth
    }

    pub fn refresh_rate_millihertz(&self) -> u32 {
        self.mode.refresh_millihertz
    }

    pub fn monitor(&self) -> MonitorHandle {
        self.monitor.clone()
    }

    /// What tells modes apart.
    fn key(&self) -> (wit::MonitorId, PhysicalSize<u32>, u16, u32) {
        (self.monitor.id(), self.size(), self.bit_depth(), self.refresh_rate_millihertz())
    }
}

impl PartialEq for VideoModeHandle {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for VideoModeHandle {}

impl Hash for VideoModeHandle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
