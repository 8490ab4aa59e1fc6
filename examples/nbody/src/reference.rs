//! The same system on the CPU in f64: what the GPU is tested against.

use crate::bodies::Bodies;
use crate::simulation::Sums;

type Vector = [f64; 3];

pub(crate) struct System {
    masses: Vec<f64>,
    positions: Vec<Vector>,
    velocities: Vec<Vector>,
    accelerations: Vec<Vector>,
    softening: f64,
}

impl System {
    pub(crate) fn new(bodies: &Bodies, softening: f64) -> Self {
        let mut system = Self {
            masses: bodies.positions.iter().map(|position| position.w()).collect(),
            positions: bodies.positions.iter().map(|position| position.xyz()).collect(),
            velocities: bodies.velocities.iter().map(|velocity| velocity.xyz()).collect(),
            accelerations: Vec::new(),
            softening,
        };
        system.accelerate();
        system
    }

    pub(crate) fn step(&mut self, dt: f64) {
        self.kick(0.5 * dt);
        for (position, velocity) in self.positions.iter_mut().zip(&self.velocities) {
            (0..3).for_each(|axis| position[axis] += dt * velocity[axis]);
        }
        self.accelerate();
        self.kick(0.5 * dt);
    }

    pub(crate) fn measure(&self) -> Sums {
        let mut sums = Sums::default();
        for i in 0..self.masses.len() {
            let (mass, [x, y, z], [u, v, w]) = (self.masses[i], self.positions[i], self.velocities[i]);
            sums.kinetic += 0.5 * mass * (u * u + v * v + w * w);
            for j in 0..i {
                let (_, distance) = self.apart(i, j);
                sums.potential -= mass * self.masses[j] / distance;
            }
            let turning = [y * w - z * v, z * u - x * w, x * v - y * u];
            (0..3).for_each(|axis| {
                sums.momentum[axis] += mass * [u, v, w][axis];
                sums.angular_momentum[axis] += mass * turning[axis];
            });
            sums.impetus += mass * (u * u + v * v + w * w).sqrt();
        }
        sums
    }

    /// The way from `i` to `j`, and its softened length.
    fn apart(&self, i: usize, j: usize) -> (Vector, f64) {
        let way = [0, 1, 2].map(|axis| self.positions[j][axis] - self.positions[i][axis]);
        let squared: f64 = way.iter().map(|part| part * part).sum();
        (way, (squared + self.softening * self.softening).sqrt())
    }

    fn accelerate(&mut self) {
        self.accelerations = (0..self.masses.len())
            .map(|i| {
                let mut sum = [0.0; 3];
                for j in 0..self.masses.len() {
                    let (way, distance) = self.apart(i, j);
                    (0..3).for_each(|axis| sum[axis] += self.masses[j] * way[axis] / distance.powi(3));
                }
                sum
            })
            .collect();
    }

    fn kick(&mut self, time: f64) {
        for (velocity, acceleration) in self.velocities.iter_mut().zip(&self.accelerations) {
            (0..3).for_each(|axis| velocity[axis] += time * acceleration[axis]);
        }
    }
}
