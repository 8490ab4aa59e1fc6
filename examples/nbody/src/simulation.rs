//! The system on the GPU: leapfrog steps over all pairs, and the measurement of its energy.

use bytemuck::{Pod, Zeroable};
use example_common::Gpu;
use wgpu::BufferUsages as Usage;

use crate::bodies::{Bodies, Vec4};

/// Bodies of one workgroup where each body is for itself.
const GROUP: u32 = 128;
/// Bodies of one workgroup where pairs count.
const PAIR_GROUP: u32 = 256;

/// The uniform block of the shaders, field for field.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Params {
    count: u32,
    softening_squared: f32,
    /// Time by which positions go on.
    drift: f32,
    /// Time by which velocities do, twice a step.
    kick: f32,
}

/// Sums over all bodies, in f64.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sums {
    pub(crate) kinetic: f64,
    pub(crate) potential: f64,
    pub(crate) momentum: [f64; 3],
    pub(crate) angular_momentum: [f64; 3],
    /// Sum of mass times speed: what momentum is compared with.
    pub(crate) impetus: f64,
}

/// A system of bodies on the GPU.
pub(crate) struct Simulation {
    gpu: Gpu,
    count: u32,
    kick_drift: (wgpu::ComputePipeline, wgpu::BindGroup),
    accelerate: (wgpu::ComputePipeline, wgpu::BindGroup),
    energy: (wgpu::ComputePipeline, wgpu::BindGroup),
    /// Position and mass of each body.
    pub(crate) positions: wgpu::Buffer,
    /// Velocity and kind of each body.
    pub(crate) velocities: wgpu::Buffer,
    energies: wgpu::Buffer,
    read: wgpu::Buffer,
}

impl Simulation {
    /// Uploads the bodies and computes the first accelerations.
    pub(crate) fn new(gpu: &Gpu, bodies: &Bodies, dt: f32, softening: f32) -> Self {
        let count = u32::try_from(bodies.positions.len()).unwrap_or(u32::MAX);
        let bytes = size_of_val(bodies.positions.as_slice()) as u64;
        let shared = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
        let positions = gpu.buffer("positions", bytes, shared);
        let velocities = gpu.buffer("velocities", bytes, shared);
        let accelerations = gpu.buffer("accelerations", bytes, Usage::STORAGE);
        let energies = gpu.buffer("energies", bytes / 2, Usage::STORAGE | Usage::COPY_SRC);
        let read = gpu.buffer("read", 2 * bytes + bytes / 2, Usage::MAP_READ | Usage::COPY_DST);
        gpu.queue.write_buffer(&positions, 0, bytemuck::cast_slice(&bodies.positions));
        gpu.queue.write_buffer(&velocities, 0, bytemuck::cast_slice(&bodies.velocities));

        let params = |drift: f32| {
            let buffer = gpu.buffer("params", size_of::<Params>() as u64, Usage::UNIFORM | Usage::COPY_DST);
            let params = Params { count, softening_squared: softening * softening, drift, kick: 0.5 * drift };
            gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&params));
            buffer
        };
        // Without time nothing moves, yet accelerations are computed.
        let (running, frozen) = (params(dt), params(0.0));

        let kick_drift = gpu.pipeline("kick and drift", include_str!("shaders/kick_drift.wgsl"), &[]);
        let accelerate = gpu.pipeline("accelerate", include_str!("shaders/accelerate.wgsl"), &[]);
        let energy = gpu.pipeline("energy", include_str!("shaders/energy.wgsl"), &[]);
        let at_first = gpu.bind(&accelerate, &[&frozen, &positions, &velocities, &accelerations]);
        let simulation = Self {
            gpu: gpu.clone(),
            count,
            kick_drift: {
                let group = gpu.bind(&kick_drift, &[&running, &positions, &velocities, &accelerations]);
                (kick_drift, group)
            },
            accelerate: {
                let group = gpu.bind(&accelerate, &[&running, &positions, &velocities, &accelerations]);
                (accelerate, group)
            },
            energy: {
                let group = gpu.bind(&energy, &[&frozen, &positions, &velocities, &energies]);
                (energy, group)
            },
            positions,
            velocities,
            energies,
            read,
        };
        let (pipeline, _) = &simulation.accelerate;
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        simulation.dispatch(&mut encoder, [(pipeline, &at_first, PAIR_GROUP)]);
        gpu.queue.submit([encoder.finish()]);
        simulation
    }

    /// How many bodies there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Goes on by `steps` steps and waits for them.
    pub(crate) fn advance(&self, steps: u32) -> anyhow::Result<()> {
        let Self { kick_drift, accelerate, .. } = self;
        let step = [(&kick_drift.0, &kick_drift.1, GROUP), (&accelerate.0, &accelerate.1, PAIR_GROUP)];
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.dispatch(&mut encoder, (0..steps).flat_map(|_| step));
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.device.poll(wgpu::PollType::wait_indefinitely())?;
        Ok(())
    }

    /// Sums up energy and momentum: pairs on the GPU, bodies here.
    pub(crate) fn measure(&self) -> anyhow::Result<Sums> {
        let (bytes, half) = (self.positions.size(), self.energies.size());
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.dispatch(&mut encoder, [(&self.energy.0, &self.energy.1, PAIR_GROUP)]);
        encoder.copy_buffer_to_buffer(&self.positions, 0, &self.read, 0, bytes);
        encoder.copy_buffer_to_buffer(&self.velocities, 0, &self.read, bytes, bytes);
        encoder.copy_buffer_to_buffer(&self.energies, 0, &self.read, 2 * bytes, half);
        self.gpu.queue.submit([encoder.finish()]);
        let split = usize::try_from(2 * bytes)?;
        self.gpu.read(&self.read, self.read.size(), |view| {
            let (vectors, energies) = view.split_at_checked(split).unwrap_or_default();
            let vectors: &[Vec4] = bytemuck::cast_slice(vectors);
            let (positions, velocities) = vectors.split_at(vectors.len() / 2);
            sums(positions, velocities, bytemuck::cast_slice(energies))
        })
    }

    fn dispatch<'a>(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        work: impl IntoIterator<Item = (&'a wgpu::ComputePipeline, &'a wgpu::BindGroup, u32)>,
    ) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for (pipeline, bind_group, bodies_a_group) in work {
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, bind_group, &[]);
            pass.dispatch_workgroups(self.count.div_ceil(bodies_a_group), 1, 1);
        }
    }
}

fn sums(positions: &[Vec4], velocities: &[Vec4], energies: &[[f32; 2]]) -> Sums {
    let mut sums = Sums::default();
    for ((position, velocity), [kinetic, potential]) in positions.iter().zip(velocities).zip(energies) {
        sums.kinetic += f64::from(*kinetic);
        sums.potential += f64::from(*potential);
        let mass = position.w();
        let ([x, y, z], [u, v, w]) = (position.xyz(), velocity.xyz());
        let turning = [y * w - z * v, z * u - x * w, x * v - y * u];
        for (sum, part) in sums.momentum.iter_mut().zip([u, v, w]) {
            *sum += mass * part;
        }
        for (sum, part) in sums.angular_momentum.iter_mut().zip(turning) {
            *sum += mass * part;
        }
        sums.impetus += mass * (u * u + v * v + w * w).sqrt();
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bodies::Kind, galaxy, reference};
    use example_common::gpu::open_for_test;

    fn pair() -> Bodies {
        // On a circle of radius 1 around their centre: each has mass 1, so v² = 1/4.
        let mut bodies = Bodies::default();
        bodies.push([1.0, 0.0, 0.0], [0.0, 0.5, 0.0], 1.0, Kind::FirstDisk);
        bodies.push([-1.0, 0.0, 0.0], [0.0, -0.5, 0.0], 1.0, Kind::SecondDisk);
        bodies
    }

    #[test]
    fn two_bodies_circle_each_other() {
        let Some(gpu) = open_for_test() else { return };
        let steps = 1000;
        let dt = (4.0 * std::f64::consts::PI / f64::from(steps)) as f32;
        let simulation = Simulation::new(&gpu, &pair(), dt, 1e-3);
        simulation.advance(steps).unwrap();
        let bytes = simulation.positions.size();
        let read = gpu.buffer("read", bytes, Usage::MAP_READ | Usage::COPY_DST);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(&simulation.positions, 0, &read, 0, bytes);
        gpu.queue.submit([encoder.finish()]);
        let end = gpu.read(&read, bytes, bytemuck::pod_collect_to_vec::<u8, Vec4>).unwrap();
        let [x, y, z] = end[0].xyz();
        assert!((x - 1.0).abs() < 1e-3 && y.abs() < 1e-3 && z == 0.0, "{x} {y} {z}");
    }

    #[test]
    fn agrees_with_the_cpu() {
        let Some(gpu) = open_for_test() else { return };
        // No multiple of the workgroup's size, on purpose.
        let bodies = galaxy::encounter(333, 5);
        let (dt, softening, steps) = (0.01, 0.05, 20);
        let simulation = Simulation::new(&gpu, &bodies, dt, softening);
        let mut reference = reference::System::new(&bodies, f64::from(softening));
        let close = |ours: f64, theirs: f64| (ours - theirs).abs() < 2e-5 * theirs.abs().max(0.1);
        for _ in 0..2 {
            let (ours, theirs) = (simulation.measure().unwrap(), reference.measure());
            assert!(close(ours.kinetic, theirs.kinetic), "{ours:?} {theirs:?}");
            assert!(close(ours.potential, theirs.potential), "{ours:?} {theirs:?}");
            for (ours, theirs) in ours.angular_momentum.iter().zip(theirs.angular_momentum) {
                assert!(close(*ours, theirs), "{ours} {theirs}");
            }
            simulation.advance(steps).unwrap();
            (0..steps).for_each(|_| reference.step(f64::from(dt)));
        }
    }

    #[test]
    fn energy_and_momentum_are_kept() {
        let Some(gpu) = open_for_test() else { return };
        let simulation = Simulation::new(&gpu, &galaxy::encounter(512, 3), 0.005, 0.1);
        let before = simulation.measure().unwrap();
        simulation.advance(200).unwrap();
        let after = simulation.measure().unwrap();
        let energy = |sums: &Sums| sums.kinetic + sums.potential;
        let drift = (energy(&after) - energy(&before)).abs() / energy(&before).abs();
        assert!(drift < 1e-3, "{drift}");
        assert!(after.momentum.iter().all(|part| part.abs() < 1e-5 * after.impetus), "{after:?}");
    }
}
