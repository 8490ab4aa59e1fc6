//! The passes over a picture, and pictures that are under way.

use std::sync::mpsc::{self, Receiver};

use anyhow::{Context as _, anyhow, ensure};
use example_common::Gpu;
use wgpu::BufferUsages as Usage;

use crate::params::{Matrix, Params, groups, words};
use crate::settings::Settings;
use crate::y4m::Header;

/// Pictures under way at a time: one is computed while the one before is written.
pub(crate) const UNDER_WAY: usize = 2;

/// Every pass begins with the same declarations.
macro_rules! shader {
    ($file:literal) => {
        concat!(include_str!("shaders/params.wgsl"), include_str!(concat!("shaders/", $file)))
    };
}

/// A pass: its pipeline, what it sees, and how many workgroups it has.
struct Pass {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    size: [u32; 3],
}

/// The passes over the pictures of one stream.
pub(crate) struct Filter<'a> {
    gpu: &'a Gpu,
    words: wgpu::Buffer,
    graded: wgpu::Buffer,
    /// Where pictures are read, in turns.
    read: [wgpu::Buffer; UNDER_WAY],
    /// The passes over the first picture, and those over the others, in turns: what one leaves is the picture before
    /// of the next.
    first: Vec<Pass>,
    turns: [Vec<Pass>; 2],
    frames: u64,
    /// Of a picture in the stream, without what fills its last word.
    bytes: usize,
}

/// A picture that the GPU has been given.
pub(crate) struct Flight {
    slot: usize,
    submission: wgpu::SubmissionIndex,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl<'a> Filter<'a> {
    /// Makes the buffers, and compiles the passes.
    ///
    /// # Errors
    ///
    /// When the pictures are larger than what the GPU takes.
    pub(crate) fn new(
        gpu: &'a Gpu,
        header: &Header,
        settings: &Settings,
        matrix: Matrix,
    ) -> anyhow::Result<Self> {
        let (packed, floats) = (4 * words(header), 4 * header.samples());
        let limits = gpu.device.limits();
        let most = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        ensure!(
            floats <= most,
            "a picture of {} x {} takes {} MiB while it is worked on, and no buffer here has more than {} MiB",
            header.width,
            header.height,
            floats >> 20,
            most >> 20
        );
        let storage = |label, size, more| gpu.buffer(label, size, Usage::STORAGE | more);
        let word_buffer = storage("words", packed, Usage::COPY_DST);
        let graded = storage("graded", packed, Usage::COPY_SRC);
        let samples = storage("samples", floats, Usage::empty());
        let kept = ["kept, even", "kept, odd"].map(|label| storage(label, floats, Usage::empty()));
        let params = Params::new(header, settings, matrix);
        let [first, others] = [Params { temporal: 0.0, ..params }, params].map(|params| {
            let buffer = gpu.buffer("params", size_of::<Params>() as u64, Usage::UNIFORM | Usage::COPY_DST);
            gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&params));
            buffer
        });

        let unpack = gpu.pipeline("unpack", shader!("unpack.wgsl"), &[]);
        let denoise = gpu.pipeline("denoise", shader!("denoise.wgsl"), &[]);
        let grade = gpu.pipeline("grade", shader!("grade.wgsl"), &[]);
        let [across, down] = groups(header);
        let planes = [header.width.div_ceil(16), header.height.div_ceil(16), header.planes()];
        let pass = |pipeline: &wgpu::ComputePipeline, buffers: &[&wgpu::Buffer], size| Pass {
            pipeline: pipeline.clone(),
            group: gpu.bind(pipeline, buffers),
            size,
        };
        let passes = |params: &wgpu::Buffer, before: &wgpu::Buffer, clean: &wgpu::Buffer| {
            let over_words = [across, down, 1];
            let unpack = pass(&unpack, &[params, &word_buffer, &samples], over_words);
            if settings.denoise == 0.0 {
                return vec![unpack, pass(&grade, &[params, &samples, &graded], over_words)];
            }
            let denoise = pass(&denoise, &[params, &samples, before, clean], planes);
            vec![unpack, denoise, pass(&grade, &[params, clean, &graded], over_words)]
        };
        let [even, odd] = &kept;
        Ok(Self {
            gpu,
            first: passes(&first, odd, even),
            turns: [passes(&others, odd, even), passes(&others, even, odd)],
            words: word_buffer,
            graded,
            read: std::array::from_fn(|_| gpu.buffer("read", packed, Usage::MAP_READ | Usage::COPY_DST)),
            frames: 0,
            bytes: usize::try_from(header.frame_bytes())?,
        })
    }

    /// Bytes of a picture as [`Self::send`] takes it: whole words.
    pub(crate) fn padded_bytes(&self) -> usize {
        self.bytes.next_multiple_of(4)
    }

    /// Gives a picture to the GPU. No more than [`UNDER_WAY`] may be there.
    pub(crate) fn send(&mut self, picture: &[u8]) -> Flight {
        let slot = usize::try_from(self.frames % UNDER_WAY as u64).unwrap_or_default();
        let [even, odd] = &self.turns;
        let passes = match self.frames {
            0 => &self.first,
            frames if frames % 2 == 0 => even,
            _ => odd,
        };
        self.frames += 1;
        self.gpu.queue.write_buffer(&self.words, 0, picture);
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for Pass { pipeline, group, size: [x, y, z] } in passes {
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, group, &[]);
            pass.dispatch_workgroups(*x, *y, *z);
        }
        drop(pass);
        let [one, other] = &self.read;
        let read = if slot == 0 { one } else { other };
        encoder.copy_buffer_to_buffer(&self.graded, 0, read, 0, read.size());
        let submission = self.gpu.queue.submit([encoder.finish()]);
        let (sender, mapped) = mpsc::channel();
        read.map_async(wgpu::MapMode::Read, .., move |result| {
            // The receiver is gone only after another error.
            let _ = sender.send(result);
        });
        Flight { slot, submission, mapped }
    }

    /// Waits for a picture, and lends its bytes to `take`.
    ///
    /// # Errors
    ///
    /// When the GPU fails.
    pub(crate) fn receive<R>(&self, flight: Flight, take: impl FnOnce(&[u8]) -> R) -> anyhow::Result<R> {
        let Flight { slot, submission, mapped } = flight;
        let device = &self.gpu.device;
        let failed = "waiting for the GPU failed";
        // It may be there already. A wait may be for the next picture, too, where an implementation can't tell.
        device.poll(wgpu::PollType::Poll).context(failed)?;
        let result = match mapped.try_recv() {
            Ok(result) => result,
            Err(_) => {
                let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout: None };
                device.poll(wait).context(failed)?;
                mapped.try_recv().map_err(|_| anyhow!("the GPU never answered"))?
            }
        };
        result.context("mapping a buffer failed")?;
        let read = self.read.get(slot).context("there is no such buffer")?;
        let view = read.get_mapped_range(..).context("reading a mapped buffer failed")?;
        let result = take(view.get(..self.bytes).context("the mapped buffer is too small")?);
        drop(view);
        read.unmap();
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Reference;
    use crate::sample;
    use crate::settings::tests::NEUTRAL;
    use crate::y4m::Reader;
    use example_common::gpu::open_for_test;

    const LOOK: Settings = Settings {
        denoise: 0.5,
        radius: 2,
        temporal: 0.8,
        exposure: 0.4,
        contrast: 0.5,
        saturation: 1.3,
        warmth: 0.3,
        split: 0.6,
    };

    /// Odd sizes, every kind of planes, words with samples of two planes, more than 8 bits.
    const STREAMS: [&str; 8] = [
        "W37 H23 C420jpeg",
        "W38 H22 C420mpeg2 XCOLORRANGE=FULL",
        "W33 H9 C422",
        "W35 H11 C411",
        "W13 H17 C444",
        "W31 H19 Cmono",
        "W21 H15 C420p10",
        "W1 H1 C420",
    ];

    fn pictures(line: &str) -> (Header, Vec<Vec<u8>>) {
        let header = Header::parse(format!("YUV4MPEG2 {line}").as_bytes()).unwrap();
        let mut stream = Vec::new();
        sample::write(&mut stream, &header, 5).unwrap();
        let mut reader = Reader::new(stream.as_slice()).unwrap();
        let mut picture = vec![0; usize::try_from(header.frame_bytes()).unwrap()];
        let mut pictures = Vec::new();
        while reader.next(&mut picture).unwrap().is_some() {
            pictures.push(picture.clone());
        }
        (header, pictures)
    }

    fn filtered(gpu: &Gpu, header: &Header, pictures: &[Vec<u8>], settings: &Settings) -> Vec<Vec<u8>> {
        let mut filter = Filter::new(gpu, header, settings, Matrix::Auto).unwrap();
        let (mut under_way, mut done) = (None, Vec::new());
        for picture in pictures {
            let mut padded = picture.clone();
            padded.resize(filter.padded_bytes(), 0xaa);
            let flight = filter.send(&padded);
            if let Some(before) = under_way.replace(flight) {
                done.push(filter.receive(before, <[u8]>::to_vec).unwrap());
            }
        }
        let last = under_way.map(|last| filter.receive(last, <[u8]>::to_vec).unwrap());
        done.extend(last);
        done
    }

    fn codes(header: &Header, bytes: &[u8]) -> Vec<u32> {
        match header.sample_bytes() {
            1 => bytes.iter().map(|byte| u32::from(*byte)).collect(),
            _ => bytes.chunks(2).map(|two| u32::from(u16::from_le_bytes([two[0], two[1]]))).collect(),
        }
    }

    #[test]
    fn agrees_with_the_cpu() {
        let Some(gpu) = open_for_test() else { return };
        for (line, grade) in STREAMS.iter().flat_map(|line| [(line, true), (line, false)]) {
            let (header, pictures) = pictures(line);
            let settings = if grade { LOOK } else { Settings { denoise: 0.5, temporal: 0.8, ..NEUTRAL } };
            let done = filtered(&gpu, &header, &pictures, &settings);
            assert_eq!(done.len(), pictures.len());
            let mut reference = Reference::new(Params::new(&header, &settings, Matrix::Auto), true);
            let (mut worst, mut sum, mut count) = (0.0_f64, 0.0, 0.0);
            for (before, after) in pictures.iter().zip(&done) {
                let theirs = reference.next(&codes(&header, before));
                for (ours, theirs) in codes(&header, after).iter().zip(theirs) {
                    worst = worst.max((f64::from(*ours) - theirs).abs());
                    sum += (f64::from(*ours) - theirs).abs();
                    count += 1.0;
                }
            }
            assert!(
                worst <= 1.0 && sum / count < 0.01,
                "on {}: {line}, grade {grade}: worst {worst}, mean {}",
                gpu.name(),
                sum / count
            );
        }
    }

    #[test]
    fn neutral_settings_leave_every_byte() {
        let Some(gpu) = open_for_test() else { return };
        for line in STREAMS.iter().chain(&["W21 H15 C444p16", "W9 H7 Cmono12"]) {
            let (header, pictures) = pictures(line);
            assert!(filtered(&gpu, &header, &pictures, &NEUTRAL) == pictures, "on {}: {line}", gpu.name());
        }
    }

    /// The mean square of what is between two pictures, over luma.
    fn noise(header: &Header, one: &[u8], other: &[u8]) -> f64 {
        let luma = usize::try_from(header.width * header.height).unwrap();
        let squares = one.iter().zip(other).take(luma).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
        squares.sum::<f64>() / luma as f64
    }

    #[test]
    fn noise_goes_and_what_moves_stays() {
        let Some(gpu) = open_for_test() else { return };
        let header = Header::parse(b"YUV4MPEG2 W64 H48 Cmono").unwrap();
        // A dark field with a light bar that moves by eight columns a picture, and the same with noise.
        let picture = |frame: usize, noise: bool| -> Vec<u8> {
            (0..64 * 48)
                .map(|at: usize| {
                    let bar = (at % 64).wrapping_sub(8 * frame) < 8;
                    let grain = (at * 7919 + frame * 104_729 + at / 64 * 31) % 13;
                    (if bar { 180 } else { 60 }) + if noise { grain as u8 } else { 6 }
                })
                .collect()
        };
        let noisy: Vec<_> = (0..6).map(|frame| picture(frame, true)).collect();
        let settings = Settings { denoise: 0.4, temporal: 0.7, ..NEUTRAL };
        let done = filtered(&gpu, &header, &noisy, &settings);
        let clean = picture(5, false);
        let (before, after) = (noise(&header, &noisy[5], &clean), noise(&header, &done[5], &clean));
        assert!(after < before / 8.0, "on {}: {before} became {after}", gpu.name());
        // Where the bar was a picture before there is nothing left of it, nor is it there too late.
        for at in (0..64 * 48).filter(|at| (32..48).contains(&(at % 64))) {
            assert!(done[5][at].abs_diff(clean[at]) < 12, "on {}: {at}", gpu.name());
        }
    }

    #[test]
    fn what_is_too_large_is_said() {
        let Some(gpu) = open_for_test() else { return };
        let header = Header::parse(b"YUV4MPEG2 W65536 H65536 C444").unwrap();
        let error = Filter::new(&gpu, &header, &LOOK, Matrix::Auto).err().unwrap().to_string();
        assert!(error.contains("65536 x 65536") && error.contains("no buffer here"), "{error}");
    }
}
