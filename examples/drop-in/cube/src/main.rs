//! cubecl computes the identity of the sandpile group: grains topple until no place holds four.
//!
//! Every place with four grains or more sends one to each neighbour; at the edge they are lost. In which
//! order the places topple makes no difference to where it ends, so the GPU, which topples all of them at
//! once, and the processor, which topples one at a time, have to agree on every grain.

mod kernels;
mod reference;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{anyhow, ensure};
use cubecl::Device;
use cubecl::client::Client;
use cubecl::prelude::{BufferArg, CubeCount, CubeDim};
use cubecl::server::Handle;
use cubecl::wgpu::{AutoGraphicsApi, RuntimeOptions, WgpuDevice, init_setup_async};
use drop_in_kit::{HEIGHT, WIDTH};

/// Pixels from one place to the next, and places in a row and in all.
const CELL: usize = 8;
const COLUMNS: usize = WIDTH as usize / CELL;
const PLACES: usize = COLUMNS * (HEIGHT as usize / CELL);
/// Steps between two looks at whether it goes on.
const STEPS: usize = 1000;
const UNITS: u32 = 64;

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    // cubecl makes the instance and opens the device by itself.
    let device = WgpuDevice::default();
    let setup = pollster::block_on(init_setup_async::<AutoGraphicsApi>(&device, RuntimeOptions::default()));
    println!("adapter: {}", setup.adapter.get_info().name);
    let pile = Pile { client: Device::Wgpu(device).client() };

    // What is left of 6 everywhere, taken from 6 everywhere: that leaves the identity.
    let full = pile.upload(&[6; PLACES]);
    let (rest, _) = pile.settle(full)?;
    let (identity, steps) = pile.settle(pile.complement(&rest))?;
    let grains = pile.download(&identity)?;
    ensure!(grains == reference::identity(COLUMNS, PLACES), "the processor has another identity");
    let (twice, _) = pile.settle(pile.double(&identity))?;
    ensure!(pile.download(&twice)? == grains, "the identity added to itself is not itself");

    drop_in_kit::write_png(path, pile.paint(&identity)?)?;
    let sum: u32 = grains.iter().sum();
    // FNV-1a over the grains.
    let print =
        grains.iter().fold(0x811c_9dc5_u32, |print, &grain| (print ^ grain).wrapping_mul(0x0100_0193));
    println!("cubecl let {PLACES} places topple for {steps} steps: {sum} grains are left, {print:08x}");
    Ok(())
}

/// The kernels' side of it.
struct Pile {
    client: Client,
}

impl Pile {
    /// Topples everything at once until nothing does; how many steps it was given.
    fn settle(&self, mut pile: Handle) -> anyhow::Result<(Handle, usize)> {
        let mut steps = 0;
        while self.download(&pile)?.iter().any(|&grains| grains > 3) {
            let mut other = self.client.empty(4 * PLACES);
            for _ in 0..STEPS {
                let (count, dim) = launch(PLACES);
                kernels::topple::launch(
                    &self.client,
                    count,
                    dim,
                    buffer(&pile, PLACES),
                    buffer(&other, PLACES),
                    COLUMNS,
                );
                std::mem::swap(&mut pile, &mut other);
            }
            steps += STEPS;
        }
        Ok((pile, steps))
    }

    fn complement(&self, pile: &Handle) -> Handle {
        let result = self.client.empty(4 * PLACES);
        let (count, dim) = launch(PLACES);
        kernels::complement::launch(&self.client, count, dim, buffer(pile, PLACES), buffer(&result, PLACES));
        result
    }

    fn double(&self, pile: &Handle) -> Handle {
        let result = self.client.empty(4 * PLACES);
        let (count, dim) = launch(PLACES);
        kernels::double::launch(&self.client, count, dim, buffer(pile, PLACES), buffer(&result, PLACES));
        result
    }

    /// The picture's bytes.
    fn paint(&self, pile: &Handle) -> anyhow::Result<Vec<u8>> {
        let pixels = PLACES * CELL * CELL;
        let picture = self.client.empty(4 * pixels);
        let (count, dim) = launch(pixels);
        kernels::paint::launch(
            &self.client,
            count,
            dim,
            buffer(pile, PLACES),
            buffer(&picture, pixels),
            COLUMNS,
            CELL,
        );
        Ok(self.bytes(&picture)?.into_iter().flat_map(u32::to_le_bytes).collect())
    }

    fn upload(&self, grains: &[u32]) -> Handle {
        self.client.create_from_slice(bytemuck::cast_slice(grains))
    }

    fn download(&self, pile: &Handle) -> anyhow::Result<Vec<u32>> {
        self.bytes(pile)
    }

    fn bytes(&self, handle: &Handle) -> anyhow::Result<Vec<u32>> {
        let bytes = self.client.read_one(handle.clone()).map_err(|error| anyhow!("{error:?}"))?;
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }
}

/// As many units as there are values, in a square of cubes: one row may have 65,535 at most.
fn launch(values: usize) -> (CubeCount, CubeDim) {
    let cubes = values.div_ceil(UNITS as usize) as u32;
    (CubeCount::Static(cubes.min(1024), cubes.div_ceil(1024), 1), CubeDim::new_1d(UNITS))
}

/// A whole buffer of `length` values, as a kernel's argument.
#[expect(unsafe_code, reason = "cubecl wants to be told how many values the buffer has")]
fn buffer(handle: &Handle, length: usize) -> BufferArg {
    // SAFETY: every handle here was made with `4 * length` bytes.
    unsafe { BufferArg::from_raw_parts(handle.clone(), length) }
}
