//! A WIT package as a tree of names, in order: all that is part of its ABI and nothing else.
//!
//! Documentation, spans and the parser's own ids are left out; types are written as text, by name.

use anyhow::{Context, Result, bail};
use wit_parser::{
    Function, FunctionKind, Handle, Interface, PackageId, Resolve, Type, TypeDefKind, TypeId, WorldItem,
    WorldKey,
};

/// One thing that has a name: an interface, a type, a member of a type, a function, a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The name in WIT.
    pub(crate) name: String,
    /// What it is, with its type where it has one: `record`, `field: option<u32>`.
    pub(crate) kind: String,
    /// What is inside, in the order of the source.
    pub(crate) members: Vec<Node>,
}

impl Node {
    fn new(name: impl Into<String>, kind: impl Into<String>, members: Vec<Self>) -> Self {
        Self { name: name.into(), kind: kind.into(), members }
    }

    fn leaf(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self::new(name, kind, Vec::new())
    }

    /// How many nodes of the tree are of this kind.
    pub(crate) fn count(&self, kind: &str) -> usize {
        let inside: usize = self.members.iter().map(|member| member.count(kind)).sum();
        inside + usize::from(self.kind == kind || self.kind.starts_with(&format!("{kind}:")))
    }
}

/// Parses a package that stands in one file and depends on no other.
pub(crate) fn parse(path: &str, text: &str) -> Result<Node> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source(path, text)?;
    package_node(&resolve, package).with_context(|| format!("in {path}"))
}

fn package_node(resolve: &Resolve, id: PackageId) -> Result<Node> {
    let package = resolve.packages.get(id).context("the parser lost the package")?;
    let mut members = Vec::new();
    for &interface in package.interfaces.values() {
        let interface = resolve.interfaces.get(interface).context("the parser lost an interface")?;
        members.push(interface_node(resolve, interface)?);
    }
    for &world in package.worlds.values() {
        let world = resolve.worlds.get(world).context("the parser lost a world")?;
        let mut items = Vec::new();
        for (direction, list) in [("import", &world.imports), ("export", &world.exports)] {
            for (key, item) in list {
                let WorldItem::Interface { id, .. } = item else {
                    bail!("world {}: only interfaces are expected in it", world.name);
                };
                let name = match key {
                    WorldKey::Name(name) => name.clone(),
                    WorldKey::Interface(_) => resolve.id_of(*id).unwrap_or_default(),
                };
                items.push(Node::leaf(name, direction));
            }
        }
        members.push(Node::new(world.name.clone(), "world", items));
    }
    Ok(Node::new(package.name.to_string(), "package", members))
}

fn interface_node(resolve: &Resolve, interface: &Interface) -> Result<Node> {
    let mut members = Vec::new();
    for (name, &id) in &interface.types {
        members.push(type_node(resolve, interface, name, id)?);
    }
    for function in interface.functions.values() {
        if function.kind.resource().is_none() {
            members.push(function_node(resolve, function)?);
        }
    }
    Ok(Node::new(interface.name.clone().unwrap_or_default(), "interface", members))
}

fn type_node(resolve: &Resolve, interface: &Interface, name: &str, id: TypeId) -> Result<Node> {
    let definition = resolve.types.get(id).context("the parser lost a type")?;
    let node = match &definition.kind {
        TypeDefKind::Record(record) => {
            let mut fields = Vec::new();
            for field in &record.fields {
                fields.push(Node::leaf(&field.name, format!("field: {}", text(resolve, &field.ty)?)));
            }
            Node::new(name, "record", fields)
        }
        TypeDefKind::Flags(flags) => {
            Node::new(name, "flags", flags.flags.iter().map(|flag| Node::leaf(&flag.name, "flag")).collect())
        }
        TypeDefKind::Enum(cases) => {
            Node::new(name, "enum", cases.cases.iter().map(|case| Node::leaf(&case.name, "case")).collect())
        }
        TypeDefKind::Variant(variant) => {
            let mut cases = Vec::new();
            for case in &variant.cases {
                let kind = match &case.ty {
                    Some(ty) => format!("case: {}", text(resolve, ty)?),
                    None => "case".to_owned(),
                };
                cases.push(Node::leaf(&case.name, kind));
            }
            Node::new(name, "variant", cases)
        }
        TypeDefKind::Resource => {
            let mut functions = Vec::new();
            for function in interface.functions.values() {
                if function.kind.resource() == Some(id) {
                    functions.push(function_node(resolve, function)?);
                }
            }
            Node::new(name, "resource", functions)
        }
        other => Node::leaf(name, format!("type: {}", kind_text(resolve, other)?)),
    };
    Ok(node)
}

fn function_node(resolve: &Resolve, function: &Function) -> Result<Node> {
    let how = match function.kind {
        FunctionKind::Freestanding | FunctionKind::Method(_) => "func",
        FunctionKind::AsyncFreestanding | FunctionKind::AsyncMethod(_) => "async func",
        FunctionKind::Static(_) => "static func",
        FunctionKind::AsyncStatic(_) => "static async func",
        FunctionKind::Constructor(_) => "constructor",
    };
    let result = match &function.result {
        Some(ty) => text(resolve, ty)?,
        None => "nothing".to_owned(),
    };
    let mut parameters = Vec::new();
    for parameter in &function.params {
        parameters.push(Node::leaf(&parameter.name, format!("parameter: {}", text(resolve, &parameter.ty)?)));
    }
    // `[method]gpu-buffer.unmap` is named `unmap` in the source; its node stands below the resource.
    let name = match function.kind.resource() {
        Some(_) => function.name.rsplit_once(['.', ']']).map_or(function.name.as_str(), |(_, name)| name),
        None => function.name.as_str(),
    };
    Ok(Node::new(name, format!("function: {how} -> {result}"), parameters))
}

/// A type as it stands in a member: by its name where it has one.
fn text(resolve: &Resolve, ty: &Type) -> Result<String> {
    let primitive = match ty {
        Type::Id(id) => {
            let definition = resolve.types.get(*id).context("the parser lost a type")?;
            return match &definition.name {
                Some(name) => Ok(name.clone()),
                None => kind_text(resolve, &definition.kind),
            };
        }
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext => "error-context",
    };
    Ok(primitive.to_owned())
}

fn optional(resolve: &Resolve, ty: &Option<Type>) -> Result<String> {
    ty.as_ref().map_or_else(|| Ok("_".to_owned()), |ty| text(resolve, ty))
}

fn kind_text(resolve: &Resolve, kind: &TypeDefKind) -> Result<String> {
    Ok(match kind {
        TypeDefKind::Handle(Handle::Own(id)) => text(resolve, &Type::Id(*id))?,
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", text(resolve, &Type::Id(*id))?),
        TypeDefKind::Tuple(tuple) => {
            let types: Result<Vec<_>> = tuple.types.iter().map(|ty| text(resolve, ty)).collect();
            format!("tuple<{}>", types?.join(", "))
        }
        TypeDefKind::Option(ty) => format!("option<{}>", text(resolve, ty)?),
        TypeDefKind::Result(result) => {
            format!("result<{}, {}>", optional(resolve, &result.ok)?, optional(resolve, &result.err)?)
        }
        TypeDefKind::List(ty) => format!("list<{}>", text(resolve, ty)?),
        TypeDefKind::Map(key, value) => format!("map<{}, {}>", text(resolve, key)?, text(resolve, value)?),
        TypeDefKind::FixedLengthList(ty, length) => format!("list<{}, {length}>", text(resolve, ty)?),
        TypeDefKind::Future(ty) => format!("future<{}>", optional(resolve, ty)?),
        TypeDefKind::Stream(ty) => format!("stream<{}>", optional(resolve, ty)?),
        TypeDefKind::Type(ty) => text(resolve, ty)?,
        TypeDefKind::Record(_)
        | TypeDefKind::Resource
        | TypeDefKind::Flags(_)
        | TypeDefKind::Variant(_)
        | TypeDefKind::Enum(_)
        | TypeDefKind::Unknown => bail!("a {} has no name", kind.as_str()),
    })
}
