//! Loops of shaders that nothing bounds but what they say themselves.

use crate::{
    Checks, kit,
    quotas::shader_loops::{COUNTS, counted},
};

pub async fn run(c: &mut Checks) {
    let device = kit::device().await;
    for (name, body, expected) in [
        ("one", "for (var i = 0; i < 50000; i++) { n[0]++; }", [50_000, 0, 0, 0]),
        (
            "one in another",
            "for (var i = 0; i < 3000; i++) { n[0]++; for (var j = 0; j < 30; j++) { n[1]++; } }",
            [3000, 90_000, 0, 0],
        ),
    ] {
        let code = format!("{COUNTS} @compute @workgroup_size(1) fn main() {{ {body} }}");
        let counted = counted(c, name, &device, &code, None, 1).await;
        c.equal(name, counted, expected.to_vec());
    }
}
