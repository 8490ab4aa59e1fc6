//! The bodies: two discs, each about a heavy one in its middle.

use bytemuck::{Pod, Zeroable};

/// How many there are.
pub(crate) const COUNT: u32 = 4096;

/// As the shaders have it.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Body {
    /// Its place, and its mass.
    place: [f32; 4],
    velocity: [f32; 4],
}

/// Both galaxies, always the same.
pub(crate) fn bodies() -> Vec<Body> {
    let mut random = Random(1);
    let mut bodies = Vec::new();
    for side in [-1.0_f32, 1.0] {
        let middle = [1.1 * side, 0.15 * side, 0.0];
        let drift = [-0.25 * side, 0.0, 0.35 * side];
        bodies.push(body(middle, drift, 1.0));
        for _ in 1..COUNT / 2 {
            bodies.push(satellite(&mut random, side, middle, drift));
        }
    }
    bodies
}

/// One that goes round the middle.
fn satellite(random: &mut Random, side: f32, middle: [f32; 3], drift: [f32; 3]) -> Body {
    let radius = 0.12 + 0.7 * random.next().sqrt();
    let (sin, cos) = (std::f32::consts::TAU * random.next()).sin_cos();
    let height = 0.05 * (random.next() - 0.5);
    // As fast as it has to be to stay, the two discs in opposite ways.
    let speed = side * radius.sqrt().recip();
    let [x, y, z] = middle;
    let [dx, dy, dz] = drift;
    body([x + radius * cos, y + height, z + radius * sin], [dx - speed * sin, dy, dz + speed * cos], 0.000_02)
}

fn body([x, y, z]: [f32; 3], [dx, dy, dz]: [f32; 3], mass: f32) -> Body {
    Body { place: [x, y, z, mass], velocity: [dx, dy, dz, 0.0] }
}

/// Numbers that look like chance, and are the same each time.
struct Random(u32);

impl Random {
    /// From 0 to below 1.
    fn next(&mut self) -> f32 {
        // A linear congruential generator; its upper bits are good enough for stars.
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(self.0 >> 16).unwrap_or_default()) / 65536.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_equal_galaxies() {
        let bodies = bodies();
        assert_eq!(bodies.len(), 4096);
        let heavy: Vec<usize> = (0..bodies.len()).filter(|place| bodies[*place].place[3] == 1.0).collect();
        assert_eq!(heavy, [0, 2048]);
        assert!(
            bodies.iter().all(|body| body.place.iter().chain(&body.velocity).all(|part| part.abs() < 4.0))
        );
    }
}
