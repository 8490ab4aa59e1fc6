//! The text of a module.
//!
//! It is written here, and not by naga's own writer of WGSL, because that one loses what the IR says (offsets and
//! strides, early depth tests, workgroup sizes that are overrides, the elements of arrays whose size is one, barriers
//! without flags), panics on what it does not know (overrides that are made of others, rays) and has no way to say
//! what else the modules of other languages have. What it would write rightly is written in the same way, expression
//! by expression; the tests compare the two.
//!
//! The text has no indentation: nobody reads it, and hosts count its bytes.

use std::collections::{BTreeMap, BTreeSet};

use naga::common::wgsl::address_space_str;
use naga::keywords::wgsl::{BUILTIN_IDENTIFIER_SET, RESERVED_SET};
use naga::proc::{CaseInsensitiveKeywordSet, NameKey, Namer};
use naga::valid::ModuleInfo;
use naga::{
    ConservativeDepth, EarlyDepthTest, EntryPoint, FastHashMap, FastHashSet, Function, FunctionResult,
    GlobalVariable, Handle, MemoryDecorations, Module, ShaderStage, Type, TypeInner,
};

use super::super::names::{Names, Stage};
use super::Unwritable;
use super::body::{Body, Owner};
use super::helper::Helper;
use super::layout::Layout;
use super::point_size;

/// A module that is being written.
pub(super) struct Writer<'a> {
    pub(super) module: &'a Module,
    info: &'a ModuleInfo,
    pub(super) layout: Layout,
    names: FastHashMap<NameKey, String>,
    pub(super) namer: Namer,
    /// The extensions that the text makes use of.
    pub(super) enables: BTreeSet<&'static str>,
    /// The types that entry points take and give. Only in these do members have bindings: SPIR-V also has variables of
    /// such types.
    pub(super) interfaces: FastHashSet<Handle<Type>>,
    /// The member of a type that is not written, since WebGPU does not have it.
    point_sizes: FastHashMap<Handle<Type>, u32>,
    /// The structs around elements, by the element's type and the stride.
    pub(super) strided: BTreeMap<(String, u32), String>,
    /// Functions that other languages have and WGSL has not.
    pub(super) helpers: BTreeMap<Helper, String>,
}

/// The text of a valid module, and what it calls the module's entry points and overrides.
pub(in super::super) fn write(module: &Module, info: &ModuleInfo) -> Result<(String, Names), Unwritable> {
    let stages: Vec<_> = module.entry_points.iter().map(stage).collect::<Result<_, _>>()?;
    let mut writer = Writer::new(module, info)?;
    let text = writer.text()?;
    let names = writer.program_names(&stages)?;
    Ok((text, names))
}

impl<'a> Writer<'a> {
    fn new(module: &'a Module, info: &'a ModuleInfo) -> Result<Self, Unwritable> {
        let mut names = FastHashMap::default();
        let mut namer = Namer::default();
        namer.reset(
            module,
            &RESERVED_SET,
            &BUILTIN_IDENTIFIER_SET,
            CaseInsensitiveKeywordSet::empty(),
            &["__", "_naga"],
            &mut names,
        );
        let of_entry = |entry: &EntryPoint| {
            let function = &entry.function;
            let arguments = function.arguments.iter().map(|argument| argument.ty);
            arguments.chain(function.result.as_ref().map(|result| result.ty)).collect::<Vec<_>>()
        };
        Ok(Self {
            module,
            info,
            layout: Layout::of(module)?,
            names,
            namer,
            enables: BTreeSet::new(),
            interfaces: module.entry_points.iter().flat_map(of_entry).collect(),
            point_sizes: point_size::members(module)?,
            strided: BTreeMap::new(),
            helpers: BTreeMap::new(),
        })
    }

    /// What the text calls something.
    pub(super) fn name(&self, key: &NameKey) -> Result<&str, Unwritable> {
        self.names.get(key).map(String::as_str).ok_or_else(|| Unwritable(format!("{key:?} without a name")))
    }

    /// The member of a type that is not written.
    pub(super) fn point_size(&self, handle: Handle<Type>) -> Option<u32> {
        self.point_sizes.get(&handle).copied()
    }

    /// Whether a struct is one of WGSL itself, which can't be declared.
    pub(super) fn is_predeclared(&self, handle: Handle<Type>) -> bool {
        let special = &self.module.special_types;
        special.predeclared_types.values().any(|predeclared| *predeclared == handle)
            || special.external_texture_params == Some(handle)
            || special.external_texture_transfer_function == Some(handle)
    }

    fn text(&mut self) -> Result<String, Unwritable> {
        let module = self.module;
        let mut body = String::new();
        for (handle, ty) in module.types.iter() {
            match &ty.inner {
                TypeInner::Struct { members, span: _ } if self.is_declared(handle) => {
                    body += &self.structure(handle, members)?;
                }
                _ => {}
            }
        }
        self.constants(&mut body)?;
        self.overrides(&mut body)?;
        for (handle, variable) in module.global_variables.iter() {
            body += &self.variable(handle, variable)?;
        }
        for (handle, function) in module.functions.iter() {
            let name = self.name(&NameKey::Function(handle))?.to_owned();
            let info = self.info;
            body += &self.function(&name, function, Owner::Function(handle, &info[handle]))?;
        }
        for (index, entry) in (0..).zip(&module.entry_points) {
            body += &self.entry_point(index, entry)?;
        }
        for (helper, name) in &self.helpers {
            body += &helper.source(name)?;
        }
        for ((element, stride), name) in &self.strided {
            body += &format!("struct {name} {{\n@size({stride}) element: {element},\n}}\n");
        }
        let mut text: String = self.enables.iter().map(|name| format!("enable {name};\n")).collect();
        text += &body;
        Ok(text)
    }

    /// Whether a struct is the module's own: not one of WGSL, nor one for rays, which WebGPU does not have.
    fn is_declared(&self, handle: Handle<Type>) -> bool {
        let special = &self.module.special_types;
        let rays = [special.ray_desc, special.ray_intersection, special.ray_vertex_return];
        !self.is_predeclared(handle) && !rays.contains(&Some(handle))
    }

    fn constants(&mut self, out: &mut String) -> Result<(), Unwritable> {
        let module = self.module;
        for (handle, constant) in module.constants.iter() {
            if self.is_named(handle) {
                let name = self.name(&NameKey::Constant(handle))?.to_owned();
                let ty = self.ty(constant.ty)?;
                let value = self.global_expression(constant.init)?;
                *out += &format!("const {name}: {ty} = {value};\n");
            }
        }
        Ok(())
    }

    /// Whether a constant is declared; the others are written out where they are used. Tables are declared, named or
    /// not, for their text may be long.
    pub(super) fn is_named(&self, handle: Handle<naga::Constant>) -> bool {
        let constant = &self.module.constants[handle];
        constant.name.is_some()
            || matches!(
                self.module.types[constant.ty].inner,
                TypeInner::Array { .. } | TypeInner::Struct { .. }
            )
    }

    fn overrides(&mut self, out: &mut String) -> Result<(), Unwritable> {
        let module = self.module;
        for (handle, r#override) in module.overrides.iter() {
            if let Some(id) = r#override.id {
                *out += &format!("@id({id}) ");
            }
            let name = self.name(&NameKey::Override(handle))?.to_owned();
            let ty = self.ty(r#override.ty)?;
            *out += &format!("override {name}: {ty}");
            if let Some(init) = r#override.init {
                *out += &format!(" = {}", self.global_expression(init)?);
            }
            *out += ";\n";
        }
        Ok(())
    }

    /// A const-expression or an override-expression outside of functions.
    pub(super) fn global_expression(
        &mut self,
        handle: Handle<naga::Expression>,
    ) -> Result<String, Unwritable> {
        let (module, info) = (self.module, self.info);
        Body::new(self, &module.global_expressions, Owner::Module(info)).constant(handle)
    }

    /// The name of a function that other languages have.
    pub(super) fn helper(&mut self, helper: Helper) -> String {
        let namer = &mut self.namer;
        self.helpers.entry(helper).or_insert_with(|| namer.call(helper.label())).clone()
    }

    fn variable(
        &mut self,
        handle: Handle<GlobalVariable>,
        variable: &GlobalVariable,
    ) -> Result<String, Unwritable> {
        let mut text = String::new();
        if let Some(binding) = &variable.binding {
            text += &format!("@group({}) @binding({}) ", binding.group, binding.binding);
        }
        if variable.memory_decorations.contains(MemoryDecorations::COHERENT) {
            text += "@coherent ";
        }
        if variable.memory_decorations.contains(MemoryDecorations::VOLATILE) {
            text += "@volatile ";
        }
        let space = match address_space_str(variable.space) {
            (Some(space), Some(access)) => format!("<{space}, {access}>"),
            (Some(space), None) => format!("<{space}>"),
            (None, _) => String::new(),
        };
        let name = self.name(&NameKey::GlobalVariable(handle))?.to_owned();
        let ty = self.ty(variable.ty)?;
        text += &format!("var{space} {name}: {ty}");
        if let Some(init) = variable.init {
            text += &format!(" = {}", self.global_expression(init)?);
        }
        text += ";\n";
        Ok(text)
    }

    fn entry_point(&mut self, index: u16, entry: &'a EntryPoint) -> Result<String, Unwritable> {
        let mut text = match stage(entry)? {
            Stage::Vertex => "@vertex ".to_owned(),
            Stage::Fragment => "@fragment ".to_owned(),
            Stage::Compute => format!("@compute @workgroup_size({}) ", self.workgroup_size(entry)?),
        };
        if let Some(test) = entry.early_depth_test {
            let test = match test {
                EarlyDepthTest::Force => "force",
                EarlyDepthTest::Allow { conservative: ConservativeDepth::GreaterEqual } => "greater_equal",
                EarlyDepthTest::Allow { conservative: ConservativeDepth::LessEqual } => "less_equal",
                EarlyDepthTest::Allow { conservative: ConservativeDepth::Unchanged } => "unchanged",
            };
            text += &format!("@early_depth_test({test}) ");
        }
        let name = self.name(&NameKey::EntryPoint(index))?.to_owned();
        let info = self.info;
        let owner = Owner::EntryPoint(index, info.get_entry_point(index.into()));
        text += &self.function(&name, &entry.function, owner)?;
        Ok(text)
    }

    fn workgroup_size(&mut self, entry: &EntryPoint) -> Result<String, Unwritable> {
        let mut sizes = Vec::new();
        let overrides = entry.workgroup_size_overrides.unwrap_or_default();
        for (size, r#override) in entry.workgroup_size.into_iter().zip(overrides) {
            sizes.push(match r#override {
                Some(expression) => self.global_expression(expression)?,
                None => size.to_string(),
            });
        }
        Ok(sizes.join(", "))
    }

    fn function(
        &mut self,
        name: &str,
        function: &'a Function,
        owner: Owner<'a>,
    ) -> Result<String, Unwritable> {
        let mut arguments = Vec::new();
        for (index, argument) in (0..).zip(&function.arguments) {
            let binding = match &argument.binding {
                Some(binding) => self.binding(binding)?,
                None => String::new(),
            };
            let name = self.name(&owner.argument(index))?.to_owned();
            arguments.push(format!("{binding}{name}: {}", self.ty(argument.ty)?));
        }
        let result = match &function.result {
            Some(FunctionResult { ty, binding }) => {
                let binding = binding.as_ref().map(|binding| self.binding(binding)).transpose()?;
                format!(" -> {}{}", binding.unwrap_or_default(), self.ty(*ty)?)
            }
            None => String::new(),
        };
        let mut text = format!("fn {name}({}){result} {{\n", arguments.join(", "));
        text += &Body::new(self, &function.expressions, owner).function(function)?;
        text += "}\n";
        Ok(text)
    }

    /// What the program's names have become.
    fn program_names(&self, stages: &[Stage]) -> Result<Names, Unwritable> {
        let mut names = Names::default();
        for ((index, entry), stage) in (0..).zip(&self.module.entry_points).zip(stages) {
            let written = self.name(&NameKey::EntryPoint(index))?.to_owned();
            names.entry_points.push((*stage, entry.name.clone(), written));
        }
        for (handle, r#override) in self.module.overrides.iter().filter(|(_, other)| other.id.is_none()) {
            let written = self.name(&NameKey::Override(handle))?.to_owned();
            names.overrides.push((r#override.name.clone(), written));
        }
        Ok(names)
    }
}

fn stage(entry: &EntryPoint) -> Result<Stage, Unwritable> {
    match entry.stage {
        ShaderStage::Vertex => Ok(Stage::Vertex),
        ShaderStage::Fragment => Ok(Stage::Fragment),
        ShaderStage::Compute => Ok(Stage::Compute),
        ShaderStage::Task | ShaderStage::Mesh => Err(Unwritable::not_in_webgpu("mesh shaders")),
        ShaderStage::RayGeneration | ShaderStage::AnyHit | ShaderStage::ClosestHit | ShaderStage::Miss => {
            Err(Unwritable::not_in_webgpu("rays and acceleration structures"))
        }
    }
}
