//! Where the picture is seen from.

use bytemuck::{Pod, Zeroable};

/// How far a spot of light reaches, at distance 1.
const SPOT: f32 = 0.03;

/// What the shader knows of it.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct View {
    /// By columns.
    clip_from_world: [[f32; 4]; 4],
    spot: [f32; 4],
}

/// A camera that looks at the middle, from a place that goes round it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Camera {
    /// Round the axis that goes up.
    turn: f32,
    /// Above the plane.
    height: f32,
    distance: f32,
}

impl Camera {
    pub(crate) fn new() -> Self {
        Self { turn: 0.6, height: 0.7, distance: 3.6 }
    }

    /// Goes round, by angles.
    pub(crate) fn orbit(&mut self, turn: f32, height: f32) {
        self.turn += turn;
        self.height = (self.height + height).clamp(-1.5, 1.5);
    }

    /// Comes nearer by steps, or goes away.
    pub(crate) fn approach(&mut self, steps: f32) {
        self.distance = (self.distance * 0.9_f32.powf(steps)).clamp(0.5, 50.0);
    }

    /// For a picture of this shape.
    pub(crate) fn view(&self, width: u32, height: u32) -> View {
        let (sin_turn, cos_turn) = self.turn.sin_cos();
        let (sin_height, cos_height) = self.height.sin_cos();
        // From the middle to the camera, and what is right and up for it.
        let back = [cos_height * sin_turn, sin_height, cos_height * cos_turn];
        let right = [cos_turn, 0.0, -sin_turn];
        let up = [-sin_height * sin_turn, cos_height, -sin_height * cos_turn];
        #[expect(clippy::cast_precision_loss, reason = "sizes of windows are small")]
        let aspect = width as f32 / height as f32;
        // As far up as away; all that is farther than 0.1 has a depth, which nobody looks at.
        let (near, focal) = (0.1, 1.5);
        let column = |axis: usize| {
            let part = |vector: [f32; 3]| vector.get(axis).copied().unwrap_or_default();
            [focal / aspect * part(right), focal * part(up), 0.0, -part(back)]
        };
        let place = [0.0, 0.0, near, self.distance];
        View {
            clip_from_world: [column(0), column(1), column(2), place],
            spot: [SPOT * focal / aspect, SPOT * focal, 0.0, 0.0],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a point comes to in the picture.
    fn seen(view: &View, point: [f32; 3]) -> [f32; 2] {
        let clip = |row: usize| {
            let columns = view.clip_from_world;
            columns[3][row] + (0..3).map(|axis| columns[axis][row] * point[axis]).sum::<f32>()
        };
        [clip(0) / clip(3), clip(1) / clip(3)]
    }

    #[test]
    fn the_middle_stays_in_the_middle() {
        let mut camera = Camera::new();
        for _ in 0..10 {
            camera.orbit(1.0, 0.4);
            camera.approach(3.0);
            let view = camera.view(400, 300);
            assert!(seen(&view, [0.0; 3]).iter().all(|part| part.abs() < 1e-6));
            // What is above is above, from whatever side.
            assert!(seen(&view, [0.0, 0.1, 0.0])[1] > 0.0);
        }
    }

    #[test]
    fn what_is_nearer_is_larger() {
        let mut camera = Camera::new();
        let size = |camera: &Camera| seen(&camera.view(100, 100), [0.0, 0.1, 0.0])[1];
        let far = size(&camera);
        camera.approach(2.0);
        assert!(size(&camera) > 1.1 * far);
    }
}
