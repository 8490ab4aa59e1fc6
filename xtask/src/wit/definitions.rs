//! The WIT of `wasi:webgpu` as a table in TypeScript, from which the host in a browser makes its classes.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail};
use wit_parser::{Function, FunctionKind, Handle, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner};

use super::javascript::{camel, pascal, webgpu_case};

const HEAD: &str = "// Written by `cargo xtask wit` from wit/deps/wasi-webgpu-*/webgpu.wit. Don't edit it.

import type { Definitions } from \"../wit/definitions.js\";

const table = {
";

const TAIL: &str = "} as const satisfies Definitions;

/** The table with its very names, for the compiler. */
export type Table = typeof table;

/** The types of `wasi:webgpu`, by their names in the WIT; members have the names that they have in JavaScript. */
export const WEBGPU: Definitions = table;
";

/// The table for the text of a WIT.
pub(super) fn table(wit: &str) -> Result<String> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("webgpu.wit", wit)?;
    let interfaces = &resolve.packages.get(package).context("the package is not there")?.interfaces;
    let interface = *interfaces.get("webgpu").context("the WIT has no interface `webgpu`")?;
    let interface = resolve.interfaces.get(interface).context("the interface is not there")?;
    let mut text = HEAD.to_owned();
    for (name, id) in &interface.types {
        let of = Of { resolve: &resolve, functions: interface.functions.values().collect() };
        writeln!(text, "  \"{name}\": {},", of.definition(name, *id)?)?;
    }
    Ok(text + TAIL)
}

/// What a definition is made from.
struct Of<'a> {
    resolve: &'a Resolve,
    functions: Vec<&'a Function>,
}

impl Of<'_> {
    fn def(&self, id: TypeId) -> Result<&TypeDef> {
        self.resolve.types.get(id).context("a type is not there")
    }

    fn definition(&self, name: &str, id: TypeId) -> Result<String> {
        Ok(match &self.def(id)?.kind {
            TypeDefKind::Type(to) => format!("{{ kind: \"alias\", type: {} }}", self.ty(to)?),
            TypeDefKind::Enum(of) => {
                let cases = of.cases.iter().map(|case| {
                    let (wit, webgpu) = (&case.name, webgpu_case(&case.name));
                    format!("    \"{wit}\": \"{webgpu}\",\n")
                });
                format!("{{\n    kind: \"enum\",\n    cases: {{\n{}    }},\n  }}", indent(cases))
            }
            TypeDefKind::Flags(of) => {
                let names = of.flags.iter().map(|flag| format!("\"{}\"", camel(&flag.name)));
                format!("{{ kind: \"flags\", names: [{}] }}", names.collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Record(of) => {
                let fields = of
                    .fields
                    .iter()
                    .map(|field| Ok(format!("    {}: {},\n", camel(&field.name), self.ty(&field.ty)?)));
                let fields = fields.collect::<Result<Vec<_>>>()?;
                format!("{{\n    kind: \"record\",\n    fields: {{\n{}    }},\n  }}", indent(fields))
            }
            TypeDefKind::Variant(of) => {
                let cases = of
                    .cases
                    .iter()
                    .map(|case| Ok(format!("    \"{}\": {},\n", case.name, self.or_null(case.ty.as_ref())?)));
                let cases = cases.collect::<Result<Vec<_>>>()?;
                format!("{{\n    kind: \"variant\",\n    cases: {{\n{}    }},\n  }}", indent(cases))
            }
            TypeDefKind::Resource => self.resource(name, id)?,
            other => bail!("{name} is a {}, which the table has no words for", other.as_str()),
        })
    }

    fn resource(&self, name: &str, id: TypeId) -> Result<String> {
        let mut text =
            format!("{{\n    kind: \"resource\",\n    name: \"{}\",\n    methods: {{\n", pascal(name));
        for function in &self.functions {
            let waits = match function.kind {
                FunctionKind::Method(of) if of == id => "",
                FunctionKind::AsyncMethod(of) if of == id => "async: true, ",
                _ => continue,
            };
            let name = function.name.split_once('.').map_or(function.name.as_str(), |(_, name)| name);
            // The first is the object itself.
            let params = function.params.iter().skip(1).map(|param| self.ty(&param.ty));
            let params = params.collect::<Result<Vec<_>>>()?.join(", ");
            let result = self.or_null(function.result.as_ref())?;
            writeln!(text, "      {}: {{ {waits}params: [{params}], result: {result} }},", camel(name))?;
        }
        Ok(text + "    },\n  }")
    }

    fn or_null(&self, ty: Option<&Type>) -> Result<String> {
        ty.map_or_else(|| Ok("null".to_owned()), |ty| self.ty(ty))
    }

    /// A name, or a list of what makes a type from others and these.
    fn ty(&self, ty: &Type) -> Result<String> {
        let Type::Id(id) = ty else { return primitive(ty).map(|name| format!("\"{name}\"")) };
        let def = self.def(*id)?;
        if let (Some(name), TypeOwner::Interface(_)) = (&def.name, def.owner) {
            return Ok(format!("\"{name}\""));
        }
        Ok(match &def.kind {
            // What becomes of a handle is the business of jco.
            TypeDefKind::Handle(Handle::Own(of) | Handle::Borrow(of)) => self.ty(&Type::Id(*of))?,
            TypeDefKind::Option(of) => format!("[\"option\", {}]", self.ty(of)?),
            TypeDefKind::List(of) => format!("[\"list\", {}]", self.ty(of)?),
            TypeDefKind::Result(of) => {
                let (ok, error) = (self.or_null(of.ok.as_ref())?, self.or_null(of.err.as_ref())?);
                format!("[\"result\", {ok}, {error}]")
            }
            TypeDefKind::Tuple(of) => {
                let types = of.types.iter().map(|ty| self.ty(ty)).collect::<Result<Vec<_>>>()?;
                format!("[\"tuple\", {}]", types.join(", "))
            }
            TypeDefKind::Future(Some(of)) => format!("[\"future\", {}]", self.ty(of)?),
            TypeDefKind::Stream(Some(of)) => format!("[\"stream\", {}]", self.ty(of)?),
            other => bail!("the table has no words for a {}", other.as_str()),
        })
    }
}

fn indent<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> String {
    lines.into_iter().flat_map(|line| ["  ".to_owned(), line.as_ref().to_owned()]).collect()
}

fn primitive(ty: &Type) -> Result<&'static str> {
    Ok(match ty {
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
        Type::String => "string",
        other => bail!("the table has no words for {other:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::table;

    const WIT: &str = "package wasi:webgpu@0.1.0;
        interface webgpu {
            enum gpu-view { d2-array, cube }
            record gpu-one { size-of: option<u64>, views: list<gpu-view> }
            resource gpu-thing { wait-for: async func(one: gpu-one) -> result<gpu-thing, string>; end: func(); }
        }";

    #[test]
    fn definitions_keep_their_order_and_have_the_names_of_javascript() {
        let text = table(WIT).unwrap();
        let (_, text) = text.split_once("const table = ").unwrap();
        let (text, _) = text.split_once(" as const").unwrap();
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        let expected = [
            "{",
            "\"gpu-view\": {",
            "kind: \"enum\",",
            "cases: {",
            "\"d2-array\": \"2d-array\",",
            "\"cube\": \"cube\",",
            "},",
            "},",
            "\"gpu-one\": {",
            "kind: \"record\",",
            "fields: {",
            "sizeOf: [\"option\", \"u64\"],",
            "views: [\"list\", \"gpu-view\"],",
            "},",
            "},",
            "\"gpu-thing\": {",
            "kind: \"resource\",",
            "name: \"GpuThing\",",
            "methods: {",
            "waitFor: { async: true, params: [\"gpu-one\"], result: [\"result\", \"gpu-thing\", \"string\"] },",
            "end: { params: [], result: null },",
            "},",
            "},",
            "}",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_the_table_has_no_words_for_is_an_error() {
        assert!(table("package a:b; interface webgpu { record r { c: char } }").is_err());
        assert!(table("package a:b; interface other {}").is_err());
    }
}
