//! khal runs the cyclic automaton: by a shader in WGSL, and by the same in SPIR-V, which have to agree.

mod spirv;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{anyhow, ensure};
use drop_in_kit::{HEIGHT, WIDTH};
use khal::backend::{
    Backend as _, Dispatch as _, DispatchGrid, Encoder as _, GpuBackend, GpuBuffer, GpuEncoder, GpuModule,
    InnerGpuFunction, WebGpu,
};
use khal::{BufferUsages, ShaderArgs as _};

/// The automaton's shader.
const WGSL: &str = include_str!("cyclic.wgsl");
/// Its constants.
const CELLS: usize = 512 * 384;
const COLORS: u32 = 14;
const UNITS: u32 = 64;

const STEPS: usize = 420;
const PIXELS: usize = WIDTH as usize * HEIGHT as usize;

/// Of yellow, red, violet and blue, red in the lowest byte.
const PALETTE: [u32; COLORS as usize] = [
    0xff_2a_1a_14,
    0xff_55_2a_1c,
    0xff_86_3c_24,
    0xff_b8_54_34,
    0xff_dc_78_52,
    0xff_e4_a4_86,
    0xff_e2_cc_be,
    0xff_b0_d8_f4,
    0xff_6c_c0_fa,
    0xff_36_9c_f6,
    0xff_24_6c_e8,
    0xff_20_40_c4,
    0xff_2a_20_8c,
    0xff_2c_18_54,
];

fn main() -> ExitCode {
    drop_in_kit::main(draw)
}

fn draw(path: &Path) -> anyhow::Result<()> {
    // khal makes the instance and opens the device by itself.
    let gpu = pollster::block_on(WebGpu::default())?;
    println!("adapter: {}", gpu.device().adapter_info().name);
    let gpu = GpuBackend::WebGpu(gpu);
    let by_wgsl = Automaton::new(&gpu, &gpu.load_module(WGSL)?, ["step", "paint"])?;
    // Compilers of other languages name entry points by their paths.
    let bytes = spirv::translate(WGSL, "cyclic")?;
    let by_spirv = Automaton::new(&gpu, &gpu.load_module_bytes(&bytes)?, ["cyclic::step", "cyclic::paint"])?;

    let field = noise();
    let cells = by_wgsl.run(&field)?;
    ensure!(by_spirv.run(&field)? == cells, "the shader in SPIR-V comes to another field");
    let pixels = by_spirv.paint(&cells)?;
    ensure!(by_wgsl.paint(&cells)? == pixels, "the shader in SPIR-V paints another picture");

    drop_in_kit::write_png(path, pixels.into_iter().flat_map(u32::to_le_bytes).collect())?;
    let mut counts = [0_u32; COLORS as usize];
    for cell in cells {
        *counts.get_mut(cell as usize).ok_or_else(|| anyhow!("{cell} is no colour"))? += 1;
    }
    println!("khal let {CELLS} cells go {STEPS} steps; of each colour there are {counts:?}");
    Ok(())
}

/// A field of any colours: xorshift.
fn noise() -> Vec<u32> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state >> 8
    };
    (0..CELLS).map(|_| next() % COLORS).collect()
}

/// One module's functions.
struct Automaton<'a> {
    gpu: &'a GpuBackend,
    step: InnerGpuFunction,
    paint: InnerGpuFunction,
}

impl<'a> Automaton<'a> {
    fn new(gpu: &'a GpuBackend, module: &GpuModule, [step, paint]: [&str; 2]) -> anyhow::Result<Self> {
        let load = |name| gpu.load_function(module, name, 0);
        Ok(Self { gpu, step: load(step)?, paint: load(paint)? })
    }

    /// The field after all the steps.
    fn run(&self, field: &[u32]) -> anyhow::Result<Vec<u32>> {
        let mut old = self.upload(field)?;
        let mut new = self.empty(CELLS)?;
        let mut encoder = self.gpu.begin_encoding();
        for _ in 0..STEPS {
            launch(&mut encoder, &self.step, &[&old, &new], CELLS)?;
            std::mem::swap(&mut old, &mut new);
        }
        self.gpu.submit(encoder)?;
        self.download(&old)
    }

    /// The field's pixels.
    fn paint(&self, field: &[u32]) -> anyhow::Result<Vec<u32>> {
        let (field, palette, pixels) = (self.upload(field)?, self.upload(&PALETTE)?, self.empty(PIXELS)?);
        let mut encoder = self.gpu.begin_encoding();
        launch(&mut encoder, &self.paint, &[&field, &pixels, &palette], PIXELS)?;
        self.gpu.submit(encoder)?;
        self.download(&pixels)
    }

    fn upload(&self, values: &[u32]) -> anyhow::Result<GpuBuffer<u32>> {
        Ok(self.gpu.init_buffer(values, BufferUsages::STORAGE | BufferUsages::COPY_SRC)?)
    }

    fn empty(&self, length: usize) -> anyhow::Result<GpuBuffer<u32>> {
        Ok(self.gpu.uninit_buffer(length, BufferUsages::STORAGE | BufferUsages::COPY_SRC)?)
    }

    fn download(&self, buffer: &GpuBuffer<u32>) -> anyhow::Result<Vec<u32>> {
        Ok(pollster::block_on(self.gpu.slow_read_vec(buffer))?)
    }
}

/// A pass of its own with one dispatch, of as many units as there are values.
fn launch(
    encoder: &mut GpuEncoder,
    function: &InnerGpuFunction,
    buffers: &[&GpuBuffer<u32>],
    values: usize,
) -> anyhow::Result<()> {
    let mut pass = encoder.begin_pass("", None);
    let mut dispatch = pass.begin_dispatch(function);
    for (slot, buffer) in (0..).zip(buffers) {
        buffer.write_arg((0, slot).into(), &mut dispatch)?;
    }
    Ok(dispatch.launch(DispatchGrid::from(values).resolve([UNITS, 1, 1]), [UNITS, 1, 1])?)
}
