//! What `windowed-nbody` draws, natively and without a window: how many of its pictures this machine can have.

use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use crate::{camera::Camera, sky::Sky};

/// How large, and for how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct Nbody {
    #[arg(long, default_value_t = 640)]
    width: u32,
    #[arg(long, default_value_t = 480)]
    height: u32,
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Pictures a second.
    rate: f64,
}

impl Nbody {
    pub(crate) async fn run(self) -> anyhow::Result<Report> {
        let Self { width, height, seconds } = self;
        let adapter = crate::instance().request_adapter(&wgpu::RequestAdapterOptions::default()).await?;
        let (device, queue) = adapter.request_device(&wgpu::DeviceDescriptor::default()).await?;
        let format = wgpu::TextureFormat::Bgra8UnormSrgb;
        let picture = device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        });
        let target = picture.create_view(&wgpu::TextureViewDescriptor::default());
        let (mut sky, view) = (Sky::new(&device, format), Camera::new().view(width, height));
        let mut draw = || {
            let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            sky.advance(&mut encoder);
            sky.draw(&queue, &mut encoder, &target, view);
            queue.submit([encoder.finish()]);
            device.poll(wgpu::PollType::wait_indefinitely())
        };
        // The first ones compile.
        for _ in 0..3 {
            draw()?;
        }
        let (start, mut pictures) = (Instant::now(), 0_u32);
        while start.elapsed() < Duration::from_secs_f64(seconds) {
            draw()?;
            pictures += 1;
        }
        Ok(Report { rate: f64::from(pictures) / start.elapsed().as_secs_f64() })
    }
}
