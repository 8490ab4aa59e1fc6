//! What differs between two definitions, in words.

use std::fmt;

use super::definition::Node;

/// One difference, with the path to it from the package down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// `wasi:webgpu / webgpu / gpu-color`
    pub(crate) path: String,
    /// What is different there.
    pub(crate) what: What,
}

/// The ways in which two trees differ. `ours` is `wit/`, `theirs` the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The reference has it and `wit/` does not.
    Missing(String),
    /// `wit/` has it and the reference does not.
    Added(String),
    /// Both have the same members, in another order; the first place where the orders part.
    Order { place: usize, ours: String, theirs: String },
    /// Another kind, another type, another result.
    Kind { ours: String, theirs: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        match &self.what {
            What::Missing(name) => write!(f, "`{name}` is missing in wit/"),
            What::Added(name) => write!(f, "`{name}` is in wit/ only"),
            What::Order { place, ours, theirs } => {
                write!(f, "another order: at place {place} wit/ has `{ours}`, the reference `{theirs}`")
            }
            What::Kind { ours, theirs } => write!(f, "wit/ has `{ours}`, the reference `{theirs}`"),
        }
    }
}

/// Compares two trees; nothing in the result means that they are the same.
pub(crate) fn compare(ours: &Node, theirs: &Node) -> Vec<Difference> {
    let mut found = Vec::new();
    if ours.name != theirs.name {
        let what = What::Kind { ours: ours.name.clone(), theirs: theirs.name.clone() };
        found.push(Difference { path: "package".to_owned(), what });
    }
    walk(&ours.name, ours, theirs, &mut found);
    found
}

fn walk(path: &str, ours: &Node, theirs: &Node, found: &mut Vec<Difference>) {
    let mut report = |what| found.push(Difference { path: path.to_owned(), what });
    if ours.kind != theirs.kind {
        report(What::Kind { ours: ours.kind.clone(), theirs: theirs.kind.clone() });
    }
    for node in theirs.members.iter().filter(|node| find(ours, &node.name).is_none()) {
        report(What::Missing(format!("{} {}", node.kind, node.name)));
    }
    for node in ours.members.iter().filter(|node| find(theirs, &node.name).is_none()) {
        report(What::Added(format!("{} {}", node.kind, node.name)));
    }
    // The order of those that both have: one missing member is one difference, not a shifted list.
    let our_order = ours.members.iter().filter(|node| find(theirs, &node.name).is_some());
    let their_order = theirs.members.iter().filter(|node| find(ours, &node.name).is_some());
    if let Some((place, (ours, theirs))) =
        our_order.zip(their_order).enumerate().find(|(_, (ours, theirs))| ours.name != theirs.name)
    {
        report(What::Order { place: place + 1, ours: ours.name.clone(), theirs: theirs.name.clone() });
    }
    for node in &ours.members {
        if let Some(other) = find(theirs, &node.name) {
            walk(&format!("{path} / {}", node.name), node, other, found);
        }
    }
}

fn find<'a>(tree: &'a Node, name: &str) -> Option<&'a Node> {
    tree.members.iter().find(|node| node.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wit::definition::parse;

    const SOURCE: &str = "
        package test:gpu@0.3.0-rc.2;
        interface gpu {
            /// Documentation does not count.
            record color { r: f64, g: f64, b: option<f64> }
            flags usage { map-read, map-write }
            enum mode { read, write }
            variant kind { one, two(u32) }
            type size = u64;
            resource buffer {
                constructor(size: size);
                unmap: func() -> result<_, kind>;
                map-async: async func(mode: mode, size: option<size>) -> result<list<u8>, kind>;
                lost: func() -> future<color>;
            }
            get: func() -> buffer;
        }
        world imports { import gpu; }
    ";

    /// The differences after `from` was replaced by `to` in our copy.
    fn changed(from: &str, to: &str) -> Vec<String> {
        assert!(SOURCE.contains(from), "{from}");
        let ours = parse("ours.wit", &SOURCE.replace(from, to)).unwrap();
        let theirs = parse("theirs.wit", SOURCE).unwrap();
        compare(&ours, &theirs).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_same_text_and_other_documentation_are_no_difference() {
        assert_eq!(changed("", ""), [""; 0]);
        assert_eq!(changed("Documentation does", "Words do"), [""; 0]);
    }

    #[test]
    fn a_changed_member_order_is_found() {
        assert_eq!(
            changed("r: f64, g: f64", "g: f64, r: f64"),
            ["test:gpu@0.3.0-rc.2 / gpu / color: another order: at place 1 wit/ has `g`, the reference `r`"]
        );
        assert_eq!(changed("read, write", "write, read").len(), 1);
        assert_eq!(changed("map-read, map-write", "map-write, map-read").len(), 1);
        assert_eq!(changed("one, two(u32)", "two(u32), one").len(), 1);
        assert_eq!(changed("mode: mode, size: option<size>", "size: option<size>, mode: mode").len(), 1);
    }

    #[test]
    fn a_changed_order_of_types_or_functions_is_found() {
        let types = "enum mode { read, write }\n            variant kind { one, two(u32) }";
        assert_eq!(changed(types, "variant kind { one, two(u32) } enum mode { read, write }").len(), 1);
        let functions = "constructor(size: size);\n                unmap: func() -> result<_, kind>;";
        assert_eq!(changed(functions, "unmap: func() -> result<_, kind>; constructor(size: size);").len(), 1);
    }

    #[test]
    fn a_renamed_field_is_found() {
        assert_eq!(
            changed("g: f64", "green: f64"),
            [
                "test:gpu@0.3.0-rc.2 / gpu / color: `field: f64 g` is missing in wit/",
                "test:gpu@0.3.0-rc.2 / gpu / color: `field: f64 green` is in wit/ only",
            ]
        );
    }

    #[test]
    fn a_missing_or_added_function_is_found() {
        assert_eq!(
            changed("unmap: func() -> result<_, kind>;", ""),
            [
                "test:gpu@0.3.0-rc.2 / gpu / buffer: `function: func -> result<_, kind> unmap` is missing in wit/"
            ]
        );
        assert_eq!(changed("get: func", "other: func() -> bool; get: func").len(), 1);
    }

    #[test]
    fn a_changed_type_is_found() {
        for (from, to) in [
            ("b: option<f64>", "b: f64"),
            ("two(u32)", "two(s32)"),
            ("two(u32)", "two"),
            ("type size = u64", "type size = u32"),
            ("map-async: async func", "map-async: func"),
            ("-> future<color>", "-> stream<color>"),
            ("result<list<u8>, kind>", "result<list<u8>, mode>"),
            ("func() -> buffer", "func() -> color"),
            ("import gpu;", "export gpu;"),
        ] {
            assert_eq!(changed(from, to).len(), 1, "{from} -> {to}: {:?}", changed(from, to));
        }
    }

    /// The contract itself: the numbers of its resources and functions, and three of its many members.
    #[test]
    fn the_contract_is_complete_and_a_change_in_it_is_found() {
        let contract = include_str!("../../../wit/deps/wasi-webgpu-0.3.0-rc.2/webgpu.wit");
        let reference = parse("webgpu.wit", contract).unwrap();
        assert_eq!((reference.count("resource"), reference.count("function")), (33, 229));
        for line in [
            "    message: string,\n",
            "    timestamp-query,\n",
            "    get-preferred-canvas-format: func() -> gpu-texture-format;\n",
        ] {
            let ours = parse("webgpu.wit", &contract.replacen(line, "", 1)).unwrap();
            assert_eq!(compare(&ours, &reference).len(), 1, "{line}");
        }
    }

    #[test]
    fn another_version_is_found() {
        assert!(!changed("0.3.0-rc.2", "0.3.0").is_empty());
    }
}
