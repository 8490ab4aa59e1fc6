//! The names of a module's entry points and overrides, where those in its WGSL are others.

/// The stages that WebGPU has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Vertex,
    Fragment,
    Compute,
}

/// What a translation calls the entry points and overrides that a program knows by other names. WGSL has no `a::b`,
/// and `target` is a keyword of it; other languages have both. Without entries every name stays as it is.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Names {
    /// The stage, the program's name and the one in the WGSL. A module may have entry points of one name in several
    /// stages, except in WGSL.
    pub(super) entry_points: Vec<(Stage, String, String)>,
    /// The program's name, if there is one, and the one in the WGSL; only of overrides without an id, for an id is
    /// what a program calls the others by.
    pub(super) overrides: Vec<(Option<String>, String)>,
}

impl Names {
    /// The name in the WGSL of what the program calls `name`.
    pub(crate) fn entry_point(&self, stage: Stage, name: &str) -> String {
        let ours = || self.entry_points.iter().filter(|(of, _, _)| *of == stage);
        match ours().find(|(_, given, _)| given == name) {
            Some((_, _, written)) => written.clone(),
            None => unknown(name, ours().any(|(_, _, written)| written == name)),
        }
    }

    /// The key in the WGSL of what the program calls `key`.
    pub(crate) fn constant(&self, key: &str) -> String {
        match self.overrides.iter().find(|(given, _)| given.as_deref() == Some(key)) {
            Some((_, written)) => written.clone(),
            None => unknown(key, self.overrides.iter().any(|(_, written)| written == key)),
        }
    }
}

/// The name of what is not there. The host is to say so; it can't be led to what only the WGSL calls by that name.
fn unknown(name: &str, taken: bool) -> String {
    if taken { format!("{name}!") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_stage_and_by_side() {
        let names = Names {
            entry_points: vec![
                (Stage::Vertex, "main".to_owned(), "main".to_owned()),
                (Stage::Fragment, "main".to_owned(), "main_1".to_owned()),
            ],
            overrides: vec![(Some("a::b".to_owned()), "a_b".to_owned()), (None, "override_f32".to_owned())],
        };
        assert_eq!(names.entry_point(Stage::Vertex, "main"), "main");
        assert_eq!(names.entry_point(Stage::Fragment, "main"), "main_1");
        assert_eq!(names.entry_point(Stage::Compute, "main"), "main");
        assert_eq!(names.entry_point(Stage::Fragment, "main_1"), "main_1!");
        assert_eq!(names.constant("a::b"), "a_b");
        assert_eq!(names.constant("a_b"), "a_b!");
        assert_eq!(names.constant("override_f32"), "override_f32!");
        assert_eq!(names.constant("7"), "7");
    }

    #[test]
    fn names_of_wgsl_stay() {
        assert_eq!(Names::default().entry_point(Stage::Compute, "été"), "été");
        assert_eq!(Names::default().constant("scale"), "scale");
    }
}
