//! Types as WGSL has them.

use naga::common::wgsl::{ToWgsl, TryToWgsl, address_space_str};
use naga::proc::NameKey;
use naga::{
    ArraySize, Binding, BuiltIn, Handle, ImageClass, Interpolation, Sampling, Scalar, StorageAccess,
    StructMember, Type, TypeInner, VectorSize,
};

use super::Unwritable;
use super::layout::Leading;
use super::writer::Writer;

impl Writer<'_> {
    /// The name of a type.
    pub(super) fn ty(&mut self, handle: Handle<Type>) -> Result<String, Unwritable> {
        let module = self.module;
        match &module.types[handle].inner {
            TypeInner::Struct { .. } => {
                if self.is_predeclared(handle) {
                    let name = module.types[handle].name.as_deref().unwrap_or_default();
                    return Err(Unwritable(format!("a variable of `{name}`, which has no name in WGSL")));
                }
                self.name(&NameKey::Type(handle)).map(str::to_owned)
            }
            TypeInner::Array { base, size, stride: _ } => {
                let mut element = self.ty(*base)?;
                if let Some(stride) = self.layout.stride(handle) {
                    element = self.strided(element, stride);
                }
                self.sized("array", &element, *size)
            }
            TypeInner::BindingArray { base, size } => {
                self.enables.insert("wgpu_binding_array");
                let element = self.ty(*base)?;
                self.sized("binding_array", &element, *size)
            }
            inner => self.inner(inner),
        }
    }

    fn sized(&mut self, kind: &str, element: &str, size: ArraySize) -> Result<String, Unwritable> {
        Ok(match size {
            ArraySize::Constant(count) => format!("{kind}<{element}, {count}>"),
            ArraySize::Pending(count) => {
                let count = self.name(&NameKey::Override(count))?;
                format!("{kind}<{element}, {count}>")
            }
            ArraySize::Dynamic => format!("{kind}<{element}>"),
        })
    }

    /// A type that need not have a handle.
    pub(super) fn inner(&mut self, inner: &TypeInner) -> Result<String, Unwritable> {
        Ok(match inner {
            TypeInner::Scalar(scalar) => self.scalar(*scalar)?.to_owned(),
            TypeInner::Vector { size, scalar } => self.vector(*size, *scalar)?,
            TypeInner::Matrix { columns, rows, scalar } => {
                format!("mat{}x{}<{}>", count(*columns), count(*rows), self.scalar(*scalar)?)
            }
            TypeInner::Atomic(scalar) => format!("atomic<{}>", self.scalar(*scalar)?),
            TypeInner::Pointer { base, space } => {
                let base = self.ty(*base)?;
                pointer(&base, *space)?
            }
            TypeInner::ValuePointer { size, scalar, space } => {
                let base = match size {
                    Some(size) => self.vector(*size, *scalar)?,
                    None => self.scalar(*scalar)?.to_owned(),
                };
                pointer(&base, *space)?
            }
            TypeInner::Image { dim, arrayed, class } => {
                let dim = dim.to_wgsl();
                let arrayed = if *arrayed { "_array" } else { "" };
                self.image(*class, dim, arrayed)?
            }
            TypeInner::Sampler { comparison: false } => "sampler".to_owned(),
            TypeInner::Sampler { comparison: true } => "sampler_comparison".to_owned(),
            TypeInner::Array { .. } | TypeInner::BindingArray { .. } | TypeInner::Struct { .. } => {
                return Err(Unwritable(format!("a type without a place in the module: {inner:?}")));
            }
            TypeInner::CooperativeMatrix { .. } => {
                return Err(Unwritable::not_in_webgpu("cooperative matrices"));
            }
            TypeInner::AccelerationStructure { .. } | TypeInner::RayQuery { .. } => {
                return Err(Unwritable::not_in_webgpu("rays and acceleration structures"));
            }
        })
    }

    pub(super) fn scalar(&mut self, scalar: Scalar) -> Result<&'static str, Unwritable> {
        if scalar == Scalar::F16 {
            self.enables.insert("f16");
        } else if scalar == Scalar::I16 || scalar == Scalar::U16 {
            self.enables.insert("wgpu_int16");
        }
        scalar.try_to_wgsl().ok_or_else(|| Unwritable(format!("a number of the type {scalar:?}")))
    }

    pub(super) fn vector(&mut self, size: VectorSize, scalar: Scalar) -> Result<String, Unwritable> {
        Ok(format!("vec{}<{}>", count(size), self.scalar(scalar)?))
    }

    fn image(&mut self, class: ImageClass, dim: &str, arrayed: &str) -> Result<String, Unwritable> {
        let multisampled = |multi| if multi { "multisampled_" } else { "" };
        Ok(match class {
            ImageClass::Sampled { kind, multi } => {
                let scalar = self.scalar(Scalar { kind, width: 4 })?;
                format!("texture_{}{dim}{arrayed}<{scalar}>", multisampled(multi))
            }
            ImageClass::Depth { multi } => format!("texture_depth_{}{dim}{arrayed}", multisampled(multi)),
            ImageClass::Storage { format, access } => {
                let access = if access.contains(StorageAccess::ATOMIC) {
                    "atomic"
                } else if access.contains(StorageAccess::LOAD | StorageAccess::STORE) {
                    "read_write"
                } else if access.contains(StorageAccess::LOAD) {
                    "read"
                } else {
                    "write"
                };
                format!("texture_storage_{dim}{arrayed}<{}, {access}>", format.to_wgsl())
            }
            ImageClass::External => "texture_external".to_owned(),
        })
    }

    /// The declaration of a struct.
    pub(super) fn structure(
        &mut self,
        handle: Handle<Type>,
        members: &[StructMember],
    ) -> Result<String, Unwritable> {
        let mut text = format!("struct {} {{\n", self.name(&NameKey::Type(handle))?);
        let layout = self.layout.of_struct(handle);
        let (leading, sizes) =
            layout.map(|layout| (layout.leading, layout.sizes.clone())).unwrap_or_default();
        if let Some(Leading { size, scalar }) = leading {
            let name = self.leading_name(handle, members)?;
            let scalar = self.scalar(scalar)?;
            text += &format!("@size({size}) {name}: {scalar},\n");
        }
        let interface = self.interfaces.contains(&handle);
        let mut sizes = sizes.into_iter();
        for (index, member) in (0..).zip(members) {
            let size = sizes.next().flatten();
            if self.point_size(handle) == Some(index) {
                continue;
            }
            if let Some(size) = size {
                text += &format!("@size({size}) ");
            }
            if let Some(binding) = member.binding.as_ref().filter(|_| interface) {
                text += &self.binding(binding)?;
            }
            let name = self.name(&NameKey::StructMember(handle, index))?.to_owned();
            text += &format!("{name}: {},\n", self.ty(member.ty)?);
        }
        text += "}\n";
        Ok(text)
    }

    /// The name of the member that takes the place before the first one.
    fn leading_name(&self, handle: Handle<Type>, members: &[StructMember]) -> Result<String, Unwritable> {
        let mut name = "before".to_owned();
        for index in (0..).take(members.len()) {
            // The namer makes them unlike each other; longer than all that begin alike is unlike all of them.
            let other = self.name(&NameKey::StructMember(handle, index))?;
            while other.starts_with(&name) {
                name.push('_');
                name.push('x');
            }
        }
        Ok(name)
    }

    /// The struct with one element of an array in it, which makes the array's stride.
    pub(super) fn strided(&mut self, element: String, stride: u32) -> String {
        let key = (element, stride);
        if let Some(name) = self.strided.get(&key) {
            return name.clone();
        }
        let name = self.namer.call("Strided");
        self.strided.insert(key, name.clone());
        name
    }

    /// What connects an argument, a result or a member with what is outside of the shader.
    pub(super) fn binding(&mut self, binding: &Binding) -> Result<String, Unwritable> {
        match binding {
            Binding::BuiltIn(builtin) => self.builtin(*builtin),
            Binding::Location { location, interpolation, sampling, blend_src, per_primitive } => {
                if *per_primitive {
                    return Err(Unwritable::not_in_webgpu("mesh shaders"));
                }
                let mut text = format!("@location({location}) ");
                if let Some(source) = blend_src {
                    self.enables.insert("dual_source_blending");
                    text += &format!("@blend_src({source}) ");
                }
                text += &self.interpolation(*interpolation, *sampling);
                Ok(text)
            }
        }
    }

    fn builtin(&mut self, builtin: BuiltIn) -> Result<String, Unwritable> {
        if builtin == BuiltIn::ClipDistances {
            self.enables.insert("clip_distances");
        } else if builtin == BuiltIn::PrimitiveIndex {
            self.enables.insert("primitive_index");
        } else if builtin == BuiltIn::DrawIndex {
            self.enables.insert("draw_index");
        }
        let Some(name) = builtin.try_to_wgsl() else {
            return Err(Unwritable(format!("the built-in value {builtin:?}, which WGSL does not have")));
        };
        let invariant = if builtin == (BuiltIn::Position { invariant: true }) { "@invariant " } else { "" };
        Ok(format!("@builtin({name}) {invariant}"))
    }

    fn interpolation(&mut self, interpolation: Option<Interpolation>, sampling: Option<Sampling>) -> String {
        if interpolation == Some(Interpolation::PerVertex) {
            self.enables.insert("wgpu_per_vertex");
        }
        let sampling = sampling.filter(|sampling| *sampling != Sampling::Center);
        let interpolation = interpolation.unwrap_or(Interpolation::Perspective);
        match sampling {
            Some(sampling) => format!("@interpolate({}, {}) ", interpolation.to_wgsl(), sampling.to_wgsl()),
            None if interpolation == Interpolation::Perspective => String::new(),
            None => format!("@interpolate({}) ", interpolation.to_wgsl()),
        }
    }
}

fn pointer(base: &str, space: naga::AddressSpace) -> Result<String, Unwritable> {
    match address_space_str(space) {
        (Some(space), Some(access)) => Ok(format!("ptr<{space}, {base}, {access}>")),
        (Some(space), None) => Ok(format!("ptr<{space}, {base}>")),
        (None, _) => Err(Unwritable(format!("a pointer into {space:?}"))),
    }
}

/// The digit that stands for a size in the names of types.
pub(super) fn count(size: VectorSize) -> u8 {
    match size {
        VectorSize::Bi => 2,
        VectorSize::Tri => 3,
        VectorSize::Quad => 4,
    }
}
