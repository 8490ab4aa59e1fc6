//! Bodies made of triangles.

use std::{f32::consts::TAU, ops::Range};

use bytemuck::{Pod, Zeroable};

use crate::kit::Kit;
use crate::math::{Vec3, vec3};

/// A corner: locations 0 to 2 of the vertex shaders.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(crate) struct Vertex {
    pub(crate) position: Vec3,
    pub(crate) normal: Vec3,
    pub(crate) uv: [f32; 2],
}

impl Vertex {
    pub(crate) const LAYOUT: wgpu::VertexBufferLayout<'static> = wgpu::VertexBufferLayout {
        array_stride: size_of::<Self>() as u64,
        step_mode: wgpu::VertexStepMode::Vertex,
        attributes: &wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32x3, 2 => Float32x2],
    };
}

/// A body: its corners, and three of them for each triangle, counterclockwise seen from outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) vertices: Vec<Vertex>,
    pub(crate) indices: Vec<u32>,
}

impl Shape {
    /// From -1 to 1 in each direction. On the four sides v goes up.
    pub(crate) fn cube() -> Self {
        let (x, y, z) = (vec3(1.0, 0.0, 0.0), vec3(0.0, 1.0, 0.0), vec3(0.0, 0.0, 1.0));
        let mut shape = Self::default();
        for (normal, u, v) in [(x, z * -1.0, y), (z, x, y), (y, x, z * -1.0)] {
            shape.quad(normal, u, v);
        }
        for (normal, u, v) in [(x, z, y), (z, x * -1.0, y), (y, x, z)] {
            shape.quad(normal * -1.0, u, v);
        }
        shape
    }

    /// From -1 to 1 in x and z, at y = 0, facing up.
    pub(crate) fn plane() -> Self {
        let mut shape = Self::default();
        shape.quad(vec3(0.0, 1.0, 0.0), vec3(0.0, 0.0, 1.0), vec3(1.0, 0.0, 0.0));
        for vertex in &mut shape.vertices {
            vertex.position.y = 0.0;
        }
        shape
    }

    /// Radius 1.
    pub(crate) fn sphere() -> Self {
        let rows = 24;
        let profile: Vec<_> = (0..=rows)
            .map(|row| {
                let angle = (row as f32 / rows as f32 - 0.5) * 0.5 * TAU;
                let point = [libm::cosf(angle), libm::sinf(angle)];
                (point, point)
            })
            .collect();
        Self::lathe(&profile, 40)
    }

    /// A ring about the y axis, of radius 1 to the middle of a tube of radius `tube`.
    pub(crate) fn torus(tube: f32) -> Self {
        let rows = 24;
        let profile: Vec<_> = (0..=rows)
            .map(|row| {
                let angle = row as f32 / rows as f32 * TAU;
                let normal = [libm::cosf(angle), libm::sinf(angle)];
                ([1.0 + tube * normal[0], tube * normal[1]], normal)
            })
            .collect();
        Self::lathe(&profile, 56)
    }

    /// Radius 1 at y = 0, `top` at y = 1.
    pub(crate) fn cone(top: f32) -> Self {
        let slope = Vec3 { x: 1.0, y: 1.0 - top, z: 0.0 }.normalize();
        let (side, up, down) = ([slope.x, slope.y], [0.0, 1.0], [0.0, -1.0]);
        let profile = [
            ([0.0, 0.0], down),
            ([1.0, 0.0], down),
            ([1.0, 0.0], side),
            ([top, 1.0], side),
            ([top, 1.0], up),
            ([0.0, 1.0], up),
        ];
        Self::lathe(&profile, 24)
    }

    /// Turns a line of (radius, height) with normals, from below upwards, about the y axis.
    fn lathe(profile: &[([f32; 2], [f32; 2])], segments: u32) -> Self {
        let mut shape = Self::default();
        let mut below = None;
        for (row, &([radius, height], [out, up])) in profile.iter().enumerate() {
            let first = shape.vertices.len() as u32;
            for segment in 0..=segments {
                let u = segment as f32 / segments as f32;
                let (sin, cos) = libm::sincosf(u * TAU);
                shape.vertices.push(Vertex {
                    position: vec3(radius * cos, height, radius * sin),
                    normal: vec3(out * cos, up, out * sin),
                    uv: [u, row as f32 / (profile.len() - 1) as f32],
                });
            }
            if let Some(below) = below {
                for segment in 0..segments {
                    let [a, b, c, d] = [below, first, below + 1, first + 1].map(|corner| corner + segment);
                    shape.indices.extend([a, b, c, c, b, d]);
                }
            }
            below = Some(first);
        }
        shape
    }

    /// A square at `normal`, spanned by `u` and `v` whose cross product is `normal`.
    fn quad(&mut self, normal: Vec3, u: Vec3, v: Vec3) {
        let first = self.vertices.len() as u32;
        for (a, b) in [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
            let position = normal + u * a + v * b;
            self.vertices.push(Vertex { position, normal, uv: [0.5 + 0.5 * a, 0.5 + 0.5 * b] });
        }
        self.indices.extend([0, 1, 2, 0, 2, 3].map(|corner: u32| corner + first));
    }

    pub(crate) fn upload(&self, kit: &Kit) -> Mesh {
        Mesh {
            vertices: kit.buffer("vertices", wgpu::BufferUsages::VERTEX, &self.vertices),
            indices: kit.buffer("indices", wgpu::BufferUsages::INDEX, &self.indices),
            count: self.indices.len() as u32,
        }
    }
}

/// A [`Shape`] on the GPU.
pub(crate) struct Mesh {
    pub(crate) vertices: wgpu::Buffer,
    pub(crate) indices: wgpu::Buffer,
    pub(crate) count: u32,
}

impl Mesh {
    pub(crate) fn draw(&self, pass: &mut wgpu::RenderPass<'_>, instances: Range<u32>) {
        pass.set_vertex_buffer(0, self.vertices.slice(..));
        pass.set_index_buffer(self.indices.slice(..), wgpu::IndexFormat::Uint32);
        pass.draw_indexed(0..self.count, 0, instances);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triangles_face_the_way_of_their_normals() {
        for shape in [
            Shape::cube(),
            Shape::plane(),
            Shape::sphere(),
            Shape::torus(0.3),
            Shape::cone(0.0),
            Shape::cone(1.0),
        ] {
            for triangle in shape.indices.chunks(3) {
                let [a, b, c] = [0, 1, 2].map(|corner| shape.vertices[triangle[corner] as usize]);
                let facing = (b.position - a.position).cross(c.position - a.position);
                // At a pole two corners are one, but for rounding.
                assert!(facing.dot(a.normal + b.normal + c.normal) >= -1e-6, "{a:?} {b:?} {c:?}");
            }
        }
    }
}
