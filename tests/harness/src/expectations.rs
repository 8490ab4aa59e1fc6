//! What is known to fail. A listed failure that does not happen fails its test, so that the list stays
//! true; `docs/deviations.md` says the same to users.

/// The side that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// wgpu natively does not do what WebGPU says.
    Native,
    /// The component can't do what the native program does.
    Component,
}

/// A failure that is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureCase {
    /// The name of the case.
    pub case: &'static str,
    /// The entries of the report that differ: those that start so. "" is every entry, and stands for a
    /// side that makes no report at all.
    pub entry: &'static str,
    /// Who is wrong.
    pub side: Side,
    /// Part of the name of the adapter, where the failure is one adapter's.
    pub adapter: Option<&'static str>,
    /// Why it fails.
    pub reason: &'static str,
}

/// The list, sorted by case.
pub const EXPECTED: &[FailureCase] = &[
    FailureCase {
        case: "invalid_render_pass",
        entry: "viewport not a number",
        side: Side::Native,
        adapter: None,
        reason: "a `float` of WebIDL is finite; wgpu lets a NaN through to the driver, the host does not",
    },
    FailureCase {
        case: "render_multi_draw_indirect",
        entry: "none",
        side: Side::Native,
        adapter: None,
        reason: "asked for no draws, wgpu makes one when it validates indirect arguments, which is its default",
    },
];

/// Splits the differences of a case into those that are expected and those that are not; an expected one
/// that does not occur is unexpected.
#[must_use]
pub fn unexpected(case: &str, adapter: &str, differences: &[(String, String)]) -> Vec<String> {
    judge(EXPECTED, case, adapter, differences)
}

fn judge(
    expected: &[FailureCase],
    case: &str,
    adapter: &str,
    differences: &[(String, String)],
) -> Vec<String> {
    let listed: Vec<_> = expected
        .iter()
        .filter(|failure| failure.case == case && failure.adapter.is_none_or(|name| adapter.contains(name)))
        .collect();
    let mut lines: Vec<_> = differences
        .iter()
        .filter(|(entry, _)| !listed.iter().any(|failure| entry.starts_with(failure.entry)))
        .map(|(entry, difference)| format!("{entry}: {difference}"))
        .collect();
    for failure in listed {
        if !differences.iter().any(|(entry, _)| entry.starts_with(failure.entry)) {
            lines.push(format!(
                "{:?} is listed as failing on the side {:?} ({}), and passes: take it off the list",
                failure.entry, failure.side, failure.reason
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &[FailureCase] = &[FailureCase {
        case: "a",
        entry: "size",
        side: Side::Component,
        adapter: Some("llvmpipe"),
        reason: "for this test",
    }];

    fn differ(entry: &str) -> Vec<(String, String)> {
        vec![(entry.to_owned(), "1 and 2".to_owned())]
    }

    #[test]
    fn listed_failures_pass_and_others_do_not() {
        assert_eq!(judge(LIST, "a", "llvmpipe (LLVM)", &differ("size of b")), [""; 0]);
        assert_eq!(judge(LIST, "a", "another", &differ("size")).len(), 1);
        assert_eq!(judge(LIST, "b", "llvmpipe", &differ("size")).len(), 1);
        assert_eq!(judge(LIST, "a", "llvmpipe", &differ("usage")).len(), 2);
    }

    #[test]
    fn listed_but_passing_fails() {
        assert_eq!(judge(LIST, "a", "llvmpipe", &[]).len(), 1);
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(EXPECTED.is_sorted_by_key(|failure| (failure.case, failure.entry)));
    }
}
