//! Bodies as the GPU stores them.

use bytemuck::{Pod, Zeroable};

/// What a body is; the renderer knows it by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Pulls, and does not shine.
    Halo = 0,
    /// Disk of the first galaxy.
    FirstDisk = 1,
    /// Bulge of the first galaxy.
    FirstBulge = 2,
    /// Disk of the second galaxy.
    SecondDisk = 3,
    /// Bulge of the second galaxy.
    SecondBulge = 4,
}

/// Four numbers, as a `vec4<f32>` in a storage buffer.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Pod, Zeroable)]
pub(crate) struct Vec4(pub(crate) [f32; 4]);

impl Vec4 {
    /// The first three numbers, wider.
    pub(crate) fn xyz(self) -> [f64; 3] {
        let [x, y, z, _] = self.0;
        [x, y, z].map(f64::from)
    }

    /// The fourth number.
    pub(crate) fn w(self) -> f64 {
        let [_, _, _, w] = self.0;
        f64::from(w)
    }
}

/// All bodies of a system.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Bodies {
    /// Position and mass.
    pub(crate) positions: Vec<Vec4>,
    /// Velocity and [`Kind`].
    pub(crate) velocities: Vec<Vec4>,
}

impl Bodies {
    /// Adds a body.
    pub(crate) fn push(&mut self, position: [f64; 3], velocity: [f64; 3], mass: f64, kind: Kind) {
        let vec4 = |[x, y, z]: [f64; 3], w: f64| Vec4([x, y, z, w].map(|number| number as f32));
        self.positions.push(vec4(position, mass));
        self.velocities.push(vec4(velocity, f64::from(kind as u8)));
    }
}
