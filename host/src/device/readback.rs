//! Bytes of a texture, for the host itself: what a guest shows goes to a file.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::device::{
    core::DeviceCore,
    fence,
    lent_scopes::collecting,
    waiting::{Patience, WaitMode},
};

impl DeviceCore {
    /// Reads the first level of a texture with two dimensions whose format has a fixed size: its rows, without gaps.
    /// Errors are the answer, and reach no scope.
    ///
    /// It is called in a job of the timeline, beside which others may wait for the device.
    pub(crate) fn read_texture(
        self: &Arc<Self>,
        texture: &wgpu::Texture,
        deadline: Option<Instant>,
    ) -> Result<Vec<u8>, String> {
        let bytes = texture.format().block_copy_size(None).ok_or("its format has no size")?;
        let (width, height) = (texture.width(), texture.height());
        let row = width.checked_mul(bytes).ok_or("it is too large")?;
        let padded = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let (result, errors) = collecting(|| {
            fence::catch(|| {
                let buffer = self.wgpu.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("a picture that is read"),
                    size: u64::from(padded) * u64::from(height),
                    usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                    mapped_at_creation: false,
                });
                let mut encoder =
                    self.wgpu.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
                encoder.copy_texture_to_buffer(
                    texture.as_image_copy(),
                    wgpu::TexelCopyBufferInfo {
                        buffer: &buffer,
                        layout: wgpu::TexelCopyBufferLayout {
                            offset: 0,
                            bytes_per_row: Some(padded),
                            rows_per_image: None,
                        },
                    },
                    texture.size(),
                );
                self.queue.submit([encoder.finish()]);
                let (sender, mapped) = oneshot::channel();
                buffer.map_async(wgpu::MapMode::Read, .., move |result| {
                    // Nobody receives when the time was up.
                    let _ = sender.send(result);
                });
                (buffer, mapped)
            })
        });
        if let Some(error) = errors.first() {
            return Err(error.message.clone());
        }
        let (buffer, mapped) = result?;
        self.wait_here(mapped, deadline)?.map_err(|error| error.to_string())?;
        let copied = fence::catch(|| {
            let view = buffer.get_mapped_range(..).map_err(|error| error.to_string())?;
            let (row, padded) = (usize::try_from(row), usize::try_from(padded));
            let (Ok(row), Ok(padded)) = (row, padded) else { return Err("it is too large".to_owned()) };
            let mut bytes = Vec::with_capacity(row.saturating_mul(view.len() / padded.max(1)));
            for line in view.chunks(padded).filter_map(|line| line.get(..row)) {
                bytes.extend_from_slice(line);
            }
            Ok(bytes)
        });
        copied?
    }

    /// Waits on this thread.
    fn wait_here<T: Send>(
        self: &Arc<Self>,
        done: oneshot::Receiver<T>,
        deadline: Option<Instant>,
    ) -> Result<T, String> {
        /// Beyond any driver's own patience.
        const LONGEST: Duration = Duration::from_secs(600);
        let deadline = deadline.or_else(|| Instant::now().checked_add(LONGEST));
        let wait = self.wait_until(done, Patience { mode: WaitMode::Eager, deadline, in_place: false });
        // In this mode it is ready when it is polled first.
        match futures_util::FutureExt::now_or_never(wait) {
            Some(Ok(Some(value))) => Ok(value),
            Some(Ok(None)) | None => Err("the device is lost".to_owned()),
            Some(Err(error)) => Err(error.to_string()),
        }
    }
}
