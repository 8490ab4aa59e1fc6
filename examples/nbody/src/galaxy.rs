//! The start: two galaxies in equilibrium, each a disk and a bulge in a halo of dark matter, on a
//! nearly parabolic course towards each other.
//!
//! All mathematics is libm's or exact in IEEE 754: natively and as a component the same bits come out.

use std::f64::consts::TAU;

use crate::bodies::{Bodies, Kind};

/// Closest approach, were the galaxies points.
const PERICENTRE: f64 = 0.9;
/// Distance at the start.
const SEPARATION: f64 = 4.6;
/// Mass of the second galaxy; the first has 1.
const SECOND_MASS: f64 = 0.6;

type Vector = [f64; 3];

/// Two galaxies of together `count` bodies, their common centre of mass at rest in the origin.
pub(crate) fn encounter(count: u32, seed: u64) -> Bodies {
    let total = 1.0 + SECOND_MASS;
    let speed = (2.0 * total / SEPARATION).sqrt();
    let across = (2.0 * PERICENTRE * total).sqrt() / SEPARATION;
    let along = -(speed * speed - across * across).sqrt();

    let first_count = (f64::from(count) / total) as u32;
    let placed = |mass: f64| {
        let share = mass / total;
        ([SEPARATION * share, 0.0, 0.0], [along * share, across * share, 0.0])
    };
    // Both turn the way they fly around each other, the second one much inclined: long tails.
    let (position, velocity) = placed(-SECOND_MASS);
    let first = Galaxy { mass: 1.0, position, velocity, tilt: 0.35, node: 0.6 };
    let (position, velocity) = placed(1.0);
    let second = Galaxy { mass: SECOND_MASS, position, velocity, tilt: 1.05, node: 2.4 };

    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
    let mut stars = first.fill(first_count, Kind::FirstDisk, Kind::FirstBulge, &mut random);
    stars.extend(second.fill(count - first_count, Kind::SecondDisk, Kind::SecondBulge, &mut random));
    at_rest(stars)
}

/// Moves the centre of mass to the origin and takes away its motion.
fn at_rest(mut stars: Vec<Star>) -> Bodies {
    let mass: f64 = stars.iter().map(|star| star.mass).sum();
    let mean = |of: fn(&Star) -> Vector| {
        let mut sum = [0.0; 3];
        for star in &stars {
            sum = add(sum, scaled(of(star), star.mass / mass));
        }
        sum
    };
    let (center, drift) = (mean(|star| star.position), mean(|star| star.velocity));
    let mut bodies = Bodies::default();
    for star in &mut stars {
        let (position, velocity) =
            (add(star.position, scaled(center, -1.0)), add(star.velocity, scaled(drift, -1.0)));
        bodies.push(position, velocity, star.mass, star.kind);
    }
    bodies
}

struct Star {
    position: Vector,
    velocity: Vector,
    mass: f64,
    kind: Kind,
}

struct Galaxy {
    mass: f64,
    position: Vector,
    velocity: Vector,
    /// Angle between the disk and the plane of the orbit, and the direction it is tilted to.
    tilt: f64,
    node: f64,
}

impl Galaxy {
    fn fill(&self, count: u32, disk: Kind, bulge: Kind, random: &mut Random) -> Vec<Star> {
        let model = Model::new(self.mass);
        // Dark bodies are few and heavy: what shines is what is seen.
        let halo_count = count * 3 / 10;
        let bulge_count = count / 10;
        let disk_count = count - halo_count - bulge_count;
        let mut stars = Vec::new();
        let mut add_all = |kind: Kind, count: u32, mass: f64, make: &mut dyn FnMut() -> (Vector, Vector)| {
            for _ in 0..count {
                let (position, velocity) = make();
                stars.push(Star {
                    position: add(self.turned(position), self.position),
                    velocity: add(self.turned(velocity), self.velocity),
                    mass: mass / f64::from(count),
                    kind,
                });
            }
        };
        let Model { halo, bulge: core, .. } = &model;
        add_all(Kind::Halo, halo_count, halo.mass, &mut || model.sphere(halo, random));
        add_all(bulge, bulge_count, core.mass, &mut || model.sphere(core, random));
        add_all(disk, disk_count, model.disk_mass, &mut || model.disk(random));
        stars
    }

    fn turned(&self, [x, y, z]: Vector) -> Vector {
        let (sin, cos) = (libm::sin(self.tilt), libm::cos(self.tilt));
        let (x, y, z) = (x, cos * y - sin * z, sin * y + cos * z);
        let (sin, cos) = (libm::sin(self.node), libm::cos(self.node));
        [cos * x - sin * y, sin * x + cos * y, z]
    }
}

/// A sphere of Plummer's density.
struct Plummer {
    mass: f64,
    radius: f64,
    /// Squared speed along each axis that holds it up against everything's pull, at the radii of
    /// [`Model::grid`].
    dispersion: Vec<f64>,
}

impl Plummer {
    fn new(mass: f64, radius: f64) -> Self {
        Self { mass, radius, dispersion: Vec::new() }
    }

    fn enclosed(&self, r: f64) -> f64 {
        let core = r * r + self.radius * self.radius;
        self.mass * r * r * r / (core * core.sqrt())
    }

    /// Up to a factor.
    fn density(&self, r: f64) -> f64 {
        let core = r * r + self.radius * self.radius;
        1.0 / (core * core * core.sqrt())
    }
}

struct Model {
    halo: Plummer,
    bulge: Plummer,
    disk_mass: f64,
    disk_length: f64,
}

impl Model {
    const POINTS: u32 = 400;

    fn new(mass: f64) -> Self {
        let size = mass.sqrt();
        let mut model = Self {
            halo: Plummer::new(0.74 * mass, 0.9 * size),
            bulge: Plummer::new(0.08 * mass, 0.14 * size),
            disk_mass: 0.18 * mass,
            disk_length: 0.38 * size,
        };
        model.halo.dispersion = model.dispersion(&model.halo);
        model.bulge.dispersion = model.dispersion(&model.bulge);
        model
    }

    /// Radii from 0.002 to about 70, each 2.65 % above the one before.
    fn grid() -> impl DoubleEndedIterator<Item = f64> + Clone {
        (0..Self::POINTS).map(|i| 0.002 * libm::pow(1.0265, f64::from(i)))
    }

    /// Mass within a radius, the disk's taken as if it were a sphere's.
    fn enclosed(&self, r: f64) -> f64 {
        self.halo.enclosed(r) + self.bulge.enclosed(r) + self.disk_mass * disk_share(r / self.disk_length)
    }

    /// Solves Jeans' equation for a sphere without a preferred direction: pressure carries weight.
    fn dispersion(&self, sphere: &Plummer) -> Vec<f64> {
        let weight = |r: f64| sphere.density(r) * self.enclosed(r) / (r * r);
        let (mut pressure, mut outer) = (0.0, None);
        let mut values: Vec<f64> = Self::grid()
            .rev()
            .map(|r| {
                if let Some(outer) = outer.replace(r) {
                    pressure += 0.5 * (weight(r) + weight(outer)) * (outer - r);
                }
                pressure / sphere.density(r)
            })
            .collect();
        values.reverse();
        values
    }

    fn sphere(&self, sphere: &Plummer, random: &mut Random) -> (Vector, Vector) {
        // Plummer's spheres reach for ever; the outermost twentieth is left out.
        let inside = 0.95 * random.unit();
        let r = sphere.radius / (libm::pow(inside, -2.0 / 3.0) - 1.0).sqrt();
        let squared = Self::grid()
            .zip(&sphere.dispersion)
            .find(|(radius, _)| *radius >= r)
            .map_or(0.0, |(_, value)| *value);
        let speed = squared.sqrt();
        // Nobody so fast that he escapes.
        let mut velocity = [0.0; 3];
        for component in &mut velocity {
            *component = speed * random.bell().clamp(-2.0, 2.0);
        }
        (scaled(random.direction(), r), velocity)
    }

    fn disk(&self, random: &mut Random) -> (Vector, Vector) {
        // Where the enclosed share is `wanted`, by bisection.
        let wanted = random.unit() * disk_share(5.0);
        let (mut low, mut high) = (0.0, 5.0);
        for _ in 0..48 {
            let middle = 0.5 * (low + high);
            if disk_share(middle) < wanted { low = middle } else { high = middle }
        }
        let r = high * self.disk_length;
        let angle = TAU * random.unit();
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let u = random.unit();
        let height = 0.04 * self.disk_length * libm::log(u / (1.0 - u));

        let around = (self.enclosed(r) / r).sqrt();
        let spread = 0.13 * around;
        let (out, more, up) =
            (spread * random.bell(), 0.7 * spread * random.bell(), 0.5 * spread * random.bell());
        let turn = around + more;
        ([r * cos, r * sin, height], [out * cos - turn * sin, out * sin + turn * cos, up])
    }
}

/// Share of an exponential disk within `x` scale lengths.
fn disk_share(x: f64) -> f64 {
    1.0 - (1.0 + x) * libm::exp(-x)
}

fn add([a, b, c]: Vector, [x, y, z]: Vector) -> Vector {
    [a + x, b + y, c + z]
}

fn scaled(vector: Vector, by: f64) -> Vector {
    vector.map(|number| number * by)
}

/// A small random number generator, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly between 0 and 1, never either.
    fn unit(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Normally distributed, of width 1.
    fn bell(&mut self) -> f64 {
        let (u, v) = (self.unit(), self.unit());
        (-2.0 * libm::log(u)).sqrt() * libm::cos(TAU * v)
    }

    fn direction(&mut self) -> Vector {
        let z = 2.0 * self.unit() - 1.0;
        let angle = TAU * self.unit();
        let flat = (1.0 - z * z).sqrt();
        [flat * libm::cos(angle), flat * libm::sin(angle), z]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written down on x86-64.
    const CHECKSUM: u64 = 0x58f8_e73f_9ae3_b0e1;

    #[test]
    fn the_same_bits_everywhere() {
        let bodies = encounter(4096, 1);
        assert_eq!(bodies.positions.len(), 4096);
        let checksum = |bodies: &Bodies| {
            let vectors = bodies.positions.iter().chain(&bodies.velocities);
            let bits = vectors.flat_map(|vector| vector.0).map(f32::to_bits);
            bits.fold(0_u64, |sum, bits| sum.rotate_left(7) ^ u64::from(bits))
        };
        assert_eq!(checksum(&bodies), CHECKSUM, "{:#x}", checksum(&bodies));
        assert_ne!(checksum(&encounter(4096, 2)), CHECKSUM);
    }

    #[test]
    fn the_whole_is_at_rest() {
        let bodies = encounter(3000, 7);
        for axis in 0..3 {
            let weighted = bodies.positions.iter().zip(&bodies.velocities);
            let momentum: f64 = weighted.map(|(p, v)| p.w() * v.xyz()[axis]).sum();
            assert!(momentum.abs() < 1e-6, "{momentum}");
        }
        let mass: f64 = bodies.positions.iter().map(|p| p.w()).sum();
        assert!((mass - 1.6).abs() < 1e-4, "{mass}");
    }

    #[test]
    fn a_galaxy_alone_is_near_equilibrium() {
        let model = Model::new(1.0);
        // Half of the virial theorem, for the halo: the speed at the half-mass radius is that of
        // bodies bound by the mass within.
        let radius = 1.3 * model.halo.radius;
        let index = Model::grid().position(|r| r >= radius).unwrap();
        let squared = 3.0 * model.halo.dispersion[index];
        let bound = model.enclosed(radius) / radius;
        assert!((0.6..1.6).contains(&(squared / bound)), "{squared} {bound}");
    }
}
