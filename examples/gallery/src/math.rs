//! Vectors and matrices, as much as the scenes want.
//!
//! The functions beyond arithmetic are libm's: the pictures must not depend on the target, and the C
//! libraries' sines do.

use std::ops::{Add, Mul, Sub};

use bytemuck::{Pod, Zeroable};

/// A point or a direction.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub(crate) struct Vec3 {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) z: f32,
}

pub(crate) const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    pub(crate) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub(crate) fn cross(self, other: Self) -> Self {
        vec3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub(crate) fn normalize(self) -> Self {
        self * (1.0 / self.length())
    }

    /// With a fourth component, as uniform blocks want it.
    pub(crate) fn extend(self, w: f32) -> [f32; 4] {
        [self.x, self.y, self.z, w]
    }
}

impl Add for Vec3 {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        vec3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        vec3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        vec3(self.x * factor, self.y * factor, self.z * factor)
    }
}

/// A matrix of four columns, as WGSL lays it out.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub(crate) struct Mat4([[f32; 4]; 4]);

impl Mat4 {
    pub(crate) fn translation(by: Vec3) -> Self {
        Self([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], by.extend(1.0)])
    }

    pub(crate) fn scale(by: Vec3) -> Self {
        Self([[by.x, 0.0, 0.0, 0.0], [0.0, by.y, 0.0, 0.0], [0.0, 0.0, by.z, 0.0], [0.0, 0.0, 0.0, 1.0]])
    }

    /// A turn by `angle` radians about an axis of length 1, counterclockwise for who looks along it
    /// from its tip.
    pub(crate) fn rotation(axis: Vec3, angle: f32) -> Self {
        let (sin, cos) = libm::sincosf(angle);
        let turned = |unit: Vec3| {
            let along = axis * (axis.dot(unit) * (1.0 - cos));
            (unit * cos + axis.cross(unit) * sin + along).extend(0.0)
        };
        Self([
            turned(vec3(1.0, 0.0, 0.0)),
            turned(vec3(0.0, 1.0, 0.0)),
            turned(vec3(0.0, 0.0, 1.0)),
            [0.0, 0.0, 0.0, 1.0],
        ])
    }

    /// World to eye, right-handed: the eye looks along its negative z axis.
    pub(crate) fn look_at(eye: Vec3, target: Vec3, up: Vec3) -> Self {
        let back = (eye - target).normalize();
        let right = up.cross(back).normalize();
        let up = back.cross(right);
        Self([
            [right.x, up.x, back.x, 0.0],
            [right.y, up.y, back.y, 0.0],
            [right.z, up.z, back.z, 0.0],
            [-right.dot(eye), -up.dot(eye), -back.dot(eye), 1.0],
        ])
    }

    /// Eye to clip space with depth from 0 at `near` to 1 at `far`. `fov` is the vertical angle.
    pub(crate) fn perspective(fov: f32, aspect: f32, near: f32, far: f32) -> Self {
        let f = 1.0 / libm::tanf(0.5 * fov);
        let depth = far / (near - far);
        Self([
            [f / aspect, 0.0, 0.0, 0.0],
            [0.0, f, 0.0, 0.0],
            [0.0, 0.0, depth, -1.0],
            [0.0, 0.0, near * depth, 0.0],
        ])
    }

    /// Eye to clip space without perspective: a box of half width `radius`, `near` to `far` deep.
    pub(crate) fn orthographic(radius: f32, near: f32, far: f32) -> Self {
        let depth = 1.0 / (near - far);
        Self([
            [1.0 / radius, 0.0, 0.0, 0.0],
            [0.0, 1.0 / radius, 0.0, 0.0],
            [0.0, 0.0, depth, 0.0],
            [0.0, 0.0, near * depth, 1.0],
        ])
    }

    pub(crate) fn transform(self, [x, y, z, w]: [f32; 4]) -> [f32; 4] {
        let Self([a, b, c, d]) = self;
        let row = |a: f32, b: f32, c: f32, d: f32| a * x + b * y + c * z + d * w;
        [
            row(a[0], b[0], c[0], d[0]),
            row(a[1], b[1], c[1], d[1]),
            row(a[2], b[2], c[2], d[2]),
            row(a[3], b[3], c[3], d[3]),
        ]
    }
}

impl Mul for Mat4 {
    type Output = Self;

    fn mul(self, right: Self) -> Self {
        Self(right.0.map(|column| self.transform(column)))
    }
}

/// A generator of numbers that look random and are the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Evenly from `low` up to, but without, `high`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        low + (high - low) * (bits as f32 / (1u32 << 24) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: [f32; 4], right: [f32; 4]) -> bool {
        left.iter().zip(right).all(|(left, right)| (left - right).abs() < 1e-5)
    }

    #[test]
    fn the_target_is_in_the_middle() {
        let view = Mat4::look_at(vec3(3.0, 4.0, 0.0), vec3(0.0, 0.0, 0.0), vec3(0.0, 1.0, 0.0));
        assert!(near(view.transform([0.0, 0.0, 0.0, 1.0]), [0.0, 0.0, -5.0, 1.0]));
        let [_, _, z, w] = Mat4::perspective(1.0, 1.5, 0.5, 10.0).transform([0.0, 0.0, -10.0, 1.0]);
        assert!((z / w - 1.0).abs() < 1e-6, "{z} {w}");
        let flat = Mat4::orthographic(2.0, 1.0, 3.0).transform([2.0, -2.0, -2.0, 1.0]);
        assert!(near(flat, [1.0, -1.0, 0.5, 1.0]));
    }

    #[test]
    fn a_product_does_the_right_one_first() {
        let turn = Mat4::rotation(vec3(0.0, 0.0, 1.0), std::f32::consts::FRAC_PI_2);
        let both = turn * Mat4::translation(vec3(2.0, 0.0, 0.0)) * Mat4::scale(vec3(3.0, 1.0, 1.0));
        assert!(near(both.transform([1.0, 0.0, 0.0, 1.0]), [0.0, 5.0, 0.0, 1.0]));
    }

    #[test]
    fn random_numbers_repeat_and_stay_inside() {
        let (mut one, mut two) = (Random::new(7), Random::new(7));
        for _ in 0..1000 {
            let number = one.between(-2.0, 3.0);
            assert!((-2.0..3.0).contains(&number));
            assert_eq!(number, two.between(-2.0, 3.0));
        }
    }
}
