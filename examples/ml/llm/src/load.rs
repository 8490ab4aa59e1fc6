//! From the files to the GPU, one tensor after the other.

use anyhow::{Context as _, bail, ensure};
use burn::module::Param;
use burn::nn::{Embedding, Linear, RmsNorm};
use burn::tensor::{DType, Device, Tensor, TensorData};
use safetensors::Dtype;

use crate::files::Weights;

/// What is read of a file at once; a larger tensor goes in parts of so many bytes.
const PART: u64 = 128 << 20;
/// What may be on its way to the GPU before it is waited for.
const ON_ITS_WAY: u64 = 256 << 20;

/// Puts tensors on the GPU.
#[derive(Debug)]
pub(crate) struct Loader<'w> {
    weights: &'w mut Weights,
    device: Device,
    /// What the tensors are there, whatever they are in the files.
    dtype: DType,
    on_its_way: u64,
}

impl<'w> Loader<'w> {
    /// For a device, on which tensors are to be of a type.
    pub(crate) fn new(weights: &'w mut Weights, device: &Device, dtype: DType) -> Self {
        Self { weights, device: device.clone(), dtype, on_its_way: 0 }
    }

    /// The table of embeddings: a row for each token.
    ///
    /// # Errors
    ///
    /// As for each of these: when there is no such tensor of this size, or the GPU fails.
    pub(crate) fn embedding(&mut self, name: &str, rows: usize, width: usize) -> anyhow::Result<Embedding> {
        let weight = self.matrix(&format!("{name}.weight"), [rows, width])?;
        Ok(Embedding { weight: Param::from_tensor(weight) })
    }

    /// A layer, with a bias if the file has one.
    pub(crate) fn linear(&mut self, name: &str, from: usize, to: usize) -> anyhow::Result<Linear> {
        // The files have a row for each number that comes out. Turned around as it is, it stays in this order.
        let weight = self.matrix(&format!("{name}.weight"), [to, from])?.transpose();
        let bias = format!("{name}.bias");
        let bias = match self.weights.find(&bias) {
            None => None,
            Some(_) => Some(Param::from_tensor(self.vector(&bias, to)?)),
        };
        Ok(Linear { weight: Param::from_tensor(weight), bias })
    }

    /// A normalization.
    pub(crate) fn norm(&mut self, name: &str, width: usize, epsilon: f64) -> anyhow::Result<RmsNorm> {
        let gamma = self.vector(&format!("{name}.weight"), width)?;
        Ok(RmsNorm { gamma: Param::from_tensor(gamma), epsilon })
    }

    /// Waits until all of it is there.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        self.device.sync().context("the weights did not arrive on the GPU")
    }

    fn vector(&mut self, name: &str, length: usize) -> anyhow::Result<Tensor<1>> {
        let (dtype, _) = self.check(name, &[length])?;
        let bytes = self.weights.read(name, 0..self.bytes(name))?;
        self.upload(TensorData::try_from_bytes_vec(bytes, [length], dtype)?)
    }

    fn matrix(&mut self, name: &str, [rows, columns]: [usize; 2]) -> anyhow::Result<Tensor<2>> {
        let (dtype, row) = self.check(name, &[rows, columns])?;
        if self.bytes(name) <= PART {
            let bytes = self.weights.read(name, 0..self.bytes(name))?;
            return self.upload(TensorData::try_from_bytes_vec(bytes, [rows, columns], dtype)?);
        }
        let to = (self.device.clone(), self.dtype);
        let mut whole: Tensor<2> = self.device.memory_persistent_allocations(to, |(device, dtype)| {
            Tensor::empty([rows, columns], (&device, dtype))
        });
        let at_once = usize::try_from((PART / row).max(1))?;
        for start in (0..rows).step_by(at_once) {
            let end = rows.min(start + at_once);
            let bytes = self.weights.read(name, start as u64 * row..end as u64 * row)?;
            let part = TensorData::try_from_bytes_vec(bytes, [end - start, columns], dtype)?;
            let part = Tensor::from_data(part, (&self.device, self.dtype));
            whole = whole.slice_assign([start..end, 0..columns], part);
            self.wait(&whole, PART)?;
        }
        Ok(whole)
    }

    /// Puts a whole tensor on the GPU, in memory of its own: it stays as long as the program runs.
    fn upload<const D: usize>(&mut self, data: TensorData) -> anyhow::Result<Tensor<D>> {
        let bytes = data.as_bytes().len() as u64;
        let to = (data, self.device.clone(), self.dtype);
        let tensor = self.device.memory_persistent_allocations(to, |(data, device, dtype)| {
            Tensor::from_data(data, (&device, dtype))
        });
        self.wait(&tensor, bytes)?;
        Ok(tensor)
    }

    /// Waits now and then: what is to be written to a GPU is kept until then, and would pile up.
    fn wait<const D: usize>(&mut self, last: &Tensor<D>, bytes: u64) -> anyhow::Result<()> {
        self.on_its_way += bytes;
        if self.on_its_way < ON_ITS_WAY {
            return Ok(());
        }
        self.on_its_way = 0;
        // burn sends writes on with the next computation; a number that is read back is one.
        let first = last.clone().slice(std::array::from_fn::<_, D, _>(|_| 0..1)).try_into_data();
        first.map(|_| ()).context("the weights did not arrive on the GPU")
    }

    /// The type of a tensor in the file, and the bytes of a row of it.
    fn check(&self, name: &str, shape: &[usize]) -> anyhow::Result<(DType, u64)> {
        let entry = self.weights.find(name).with_context(|| format!("the files have no tensor {name}"))?;
        let is = entry.shape.iter().copied().eq(shape.iter().map(|size| *size as u64));
        ensure!(is, "{name} is {:?}, and by the model's numbers it would be {shape:?}", entry.shape);
        let dtype = match entry.dtype {
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            Dtype::F32 => DType::F32,
            other => bail!("{name} has numbers of the type {other}; this program reads F32, F16 and BF16"),
        };
        let row = shape.iter().skip(1).product::<usize>() as u64 * dtype.size() as u64;
        Ok((dtype, row))
    }

    fn bytes(&self, name: &str) -> u64 {
        self.weights.find(name).map_or(0, |entry| entry.bytes())
    }
}
