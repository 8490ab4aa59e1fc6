//! What each of wgpu's examples is. One that is not here is an error: somebody has to look at it.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

/// What becomes of an example.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// It draws in a window, and what the window shows stays. It is one of the first so many pictures of the component.
    Still { pictures: u32 },
    /// It stays as well, and lacks something in the sandbox, for this reason: so many pixels may differ, and some do.
    Without { reason: &'static str, pixels: u32 },
    /// It moves with each picture, and has moved on by the time that somebody looks: what the native one shows has to be one
    /// of the first so many pictures of the component.
    Moves { pictures: u32 },
    /// It has so many windows, and what each shows stays: all of it is among the first so many pictures of the component.
    Windows { windows: usize, pictures: u32 },
    /// It is a program of its own with a window.
    Alone,
    /// It prints, or writes files. Lines with one of the words in `chance` are others each time.
    Terminal { arguments: &'static [&'static str], chance: &'static [&'static str] },
    /// It prints numbers, which are others each time, and how many steps each takes to 1.
    Collatz,
    /// It runs in the sandbox, and what it prints can't be the same, for this reason.
    Varies(&'static str),
    /// It can't run in the sandbox, for this reason.
    CannotRun(&'static str),
}

/// An example.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

const STILL: Kind = Kind::Still { pictures: 3 };

const MOVES: Kind = Kind::Moves { pictures: 600 };

const PRINTS: Kind = Kind::Terminal { arguments: &[], chance: &[] };

const WRITES: Kind = Kind::Terminal { arguments: &["please_don't_git_push_me.png"], chance: &[] };

const RAYS: Kind = Kind::CannotRun("EXPERIMENTAL_RAY_QUERY is not in WebGPU");

const LIST: &[(&str, Kind)] = &[
    ("02_hello_window", Kind::Alone),
    ("api_interop", Kind::CannotRun("what is below wgpu is outside the sandbox")),
    ("big_compute_buffers", Kind::CannotRun("BUFFER_BINDING_ARRAY is not in WebGPU")),
    ("boids", MOVES),
    ("bunnymark", MOVES),
    ("conservative_raster", Kind::CannotRun("CONSERVATIVE_RASTERIZATION is not in WebGPU")),
    ("cooperative_matrix", Kind::CannotRun("EXPERIMENTAL_COOPERATIVE_MATRIX is not in WebGPU")),
    (
        "cube",
        Kind::Without { reason: "it has no wireframe: POLYGON_MODE_LINE is not in WebGPU", pixels: 4_000 },
    ),
    ("debug_printf", Kind::CannotRun("the driver prints it, and only where validation layers are")),
    ("error_scope", PRINTS),
    // Its second shader does not wait for others: what that one finds is an accident.
    ("hello_synchronization", Kind::Terminal { arguments: &[], chance: &["Hasty results", "hasty_main"] }),
    ("hello_triangle", STILL),
    // Each has a colour of its own.
    ("hello_windows", Kind::Windows { windows: 16, pictures: 32 }),
    ("hello_workgroups", PRINTS),
    ("mesh_shader", Kind::CannotRun("EXPERIMENTAL_MESH_SHADER is not in WebGPU")),
    ("mipmap", STILL),
    ("msaa_line", STILL),
    ("multi_draw_indirect_count", Kind::CannotRun("MULTI_DRAW_INDIRECT_COUNT is not in WebGPU")),
    ("multiple_render_targets", STILL),
    ("multiview", Kind::CannotRun("MULTIVIEW is not in WebGPU")),
    ("precompiled_shader", Kind::CannotRun("PASSTHROUGH_SHADERS is not in WebGPU")),
    ("rainbow_circle", MOVES),
    ("ray_aabb_compute", RAYS),
    ("ray_cube_compute", RAYS),
    ("ray_cube_fragment", RAYS),
    ("ray_cube_normals", RAYS),
    ("ray_scene", RAYS),
    ("ray_shadows", RAYS),
    ("ray_traced_triangle", RAYS),
    ("render_to_texture", WRITES),
    ("render_with_compute", MOVES),
    ("repeated_compute", Kind::Collatz),
    ("shadow", MOVES),
    ("skybox", STILL),
    ("srgb_blend", STILL),
    ("stencil_triangles", STILL),
    ("storage_texture", WRITES),
    ("texture_arrays", Kind::CannotRun("TEXTURE_BINDING_ARRAY is not in WebGPU")),
    (
        "timestamp_queries",
        Kind::Varies("it prints how long the GPU took; timestamps within passes are not in WebGPU"),
    ),
    ("uniform_values", STILL),
    ("water", MOVES),
];

/// The rows of these examples.
pub(crate) fn rows(examples: &[String]) -> Result<Vec<Row>> {
    let known = |name: &String| LIST.iter().find(|(known, _)| known == name);
    let unknown: BTreeSet<_> = examples.iter().filter(|name| known(name).is_none()).collect();
    if !unknown.is_empty() {
        bail!("nobody has said yet what these examples do: {unknown:?} (xtask/src/upstream/list.rs)");
    }
    let row = |name: &String| known(name).map(|(_, kind)| Row { name: name.clone(), kind: *kind });
    Ok(examples.iter().filter_map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_and_in_order() {
        assert!(LIST.is_sorted_by(|(one, _), (next, _)| one < next));
    }

    #[test]
    fn an_example_that_nobody_knows_is_an_error() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(rows(&names(&["cube", "boids"])).unwrap().len(), 2);
        let error = rows(&names(&["cube", "newest"])).unwrap_err().to_string();
        assert!(error.contains("newest") && !error.contains("cube"), "{error}");
    }
}
