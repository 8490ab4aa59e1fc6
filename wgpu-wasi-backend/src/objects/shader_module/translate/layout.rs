//! Where the members of structs and the elements of arrays lie in memory.
//!
//! WGSL puts a member at the next place that suits its type, and the elements of an array as close as their type
//! allows. Other languages say where they want them: `layout(std140)`, decorations of SPIR-V, `@size` and `@align`
//! of WGSL that naga has parsed. What differs is written with
//!
//! - `@size` of the member before a gap, which can say every gap that IR can have, for naga takes no member that lies
//!   before another;
//! - a member of its own in front, where the first one does not lie at 0, since that has nothing before it;
//! - a struct around each element of an array whose stride is not that of its type, see [`Layout::stride`].
//!
//! These are parts of the text alone. The IR stays as it is, so nothing has to be rewritten that refers to a member
//! by its index or to an element by its pointer; the writer knows what it has put around them. What can't be written
//! so is an error that names the type and the member: there is no text with another layout.

use naga::proc::{Alignment, Layouter, TypeLayout};
use naga::{AddressSpace, FastHashMap, FastHashSet, Handle, Module, Scalar, StructMember, Type, TypeInner};

use super::Unwritable;

/// What has to be written for the text to have the layout of the IR.
#[derive(Debug, Default)]
pub(super) struct Layout {
    structs: FastHashMap<Handle<Type>, StructLayout>,
    strides: FastHashMap<Handle<Type>, u32>,
}

/// What has to be written in a struct.
#[derive(Debug, Default, PartialEq)]
pub(super) struct StructLayout {
    /// What takes the place before the first member.
    pub(super) leading: Option<Leading>,
    /// The `@size` of each member that needs one.
    pub(super) sizes: Vec<Option<u32>>,
}

/// A member in front of all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Leading {
    /// Its bytes.
    pub(super) size: u32,
    /// One that is no larger than that, nor aligned further than the others, which would move the struct's end.
    pub(super) scalar: Scalar,
}

impl Leading {
    /// What it holds.
    pub(super) fn value(self) -> &'static str {
        if self.scalar == Scalar::F16 { "0h" } else { "0u" }
    }
}

impl Layout {
    /// Of the types of a valid module.
    pub(super) fn of(module: &Module) -> Result<Self, Unwritable> {
        let mut layouter = Layouter::default();
        layouter.update(module.to_ctx()).map_err(|error| Unwritable(error.to_string()))?;
        let shared = shared_types(module);
        let mut layout = Self::default();
        for (handle, ty) in module.types.iter().filter(|(handle, _)| shared.contains(handle)) {
            let of_type = |why: String| Unwritable(format!("{}: {why}", type_label(handle, ty)));
            if let TypeInner::Array { base, stride, size: _ } = &ty.inner {
                if let Some(stride) = stride_to_write(layouter[*base], *stride).map_err(of_type)? {
                    layout.strides.insert(handle, stride);
                }
            } else if let TypeInner::Struct { members, span } = &ty.inner {
                let of = |member: &StructMember| layouter[member.ty];
                let found = struct_layout(module, members, of, *span, layouter[handle].alignment);
                layout.structs.insert(handle, found.map_err(of_type)?);
            }
        }
        Ok(layout)
    }

    /// Of a struct; `None` if it is in no memory that others see, so that its layout does not matter.
    pub(super) fn of_struct(&self, handle: Handle<Type>) -> Option<&StructLayout> {
        self.structs.get(&handle)
    }

    /// The bytes from one element of the array to the next, where these are more than its type would have. WGSL has
    /// no attribute for that; a struct around the element can be as large as is wanted.
    pub(super) fn stride(&self, handle: Handle<Type>) -> Option<u32> {
        self.strides.get(&handle).copied()
    }
}

/// The types of what is in memory that the program or another shader lays out, too.
fn shared_types(module: &Module) -> FastHashSet<Handle<Type>> {
    let mut found = FastHashSet::default();
    let shared = module.global_variables.iter().filter(|(_, variable)| match variable.space {
        AddressSpace::Uniform | AddressSpace::Storage { access: _ } | AddressSpace::Immediate => true,
        AddressSpace::Function
        | AddressSpace::Private
        | AddressSpace::WorkGroup
        | AddressSpace::Handle
        | AddressSpace::TaskPayload
        | AddressSpace::RayPayload
        | AddressSpace::IncomingRayPayload => false,
    });
    let mut left: Vec<_> = shared.map(|(_, variable)| variable.ty).collect();
    while let Some(handle) = left.pop() {
        if !found.insert(handle) {
            continue;
        }
        if let TypeInner::Array { base, .. } | TypeInner::BindingArray { base, .. } =
            &module.types[handle].inner
        {
            left.push(*base);
        } else if let TypeInner::Struct { members, .. } = &module.types[handle].inner {
            left.extend(members.iter().map(|member| member.ty));
        }
    }
    found
}

fn stride_to_write(element: TypeLayout, stride: u32) -> Result<Option<u32>, String> {
    let natural = element.to_stride();
    if stride == natural {
        Ok(None)
    } else if stride > natural && element.alignment.is_aligned(stride) {
        Ok(Some(stride))
    } else {
        Err(format!(
            "its elements are {stride} bytes apart, which WGSL can not say of elements of {} bytes, aligned to {}",
            element.size, element.alignment
        ))
    }
}

/// `of` is the layout of a member's type.
fn struct_layout(
    module: &Module,
    members: &[StructMember],
    of: impl Fn(&StructMember) -> TypeLayout,
    span: u32,
    struct_alignment: Alignment,
) -> Result<StructLayout, String> {
    let mut layout = StructLayout::default();
    // Where the text puts the end of what is written so far.
    let mut end = 0;
    let mut last_offset = 0;
    for (index, member) in members.iter().enumerate() {
        let TypeLayout { size, alignment } = of(member);
        let refused = |why: &str| {
            format!("the member {} at byte {}, which {why}", member_label(index, member), member.offset)
        };
        if !alignment.is_aligned(member.offset) {
            return Err(refused(&format!("WGSL aligns to {alignment}")));
        }
        if member.offset < end {
            return Err(refused("is where another one lies"));
        }
        if alignment.round_up(end) != member.offset {
            match layout.sizes.last_mut() {
                Some(before) => *before = Some(member.offset - last_offset),
                None => {
                    let narrow = member.offset < 4 || struct_alignment == Alignment::TWO;
                    let scalar = if narrow { Scalar::F16 } else { Scalar::U32 };
                    layout.leading = Some(Leading { size: member.offset, scalar });
                }
            }
        }
        layout.sizes.push(None);
        last_offset = member.offset;
        end = member.offset.checked_add(size).ok_or_else(|| refused("is too large"))?;
    }
    // What is behind an array without an end has no size. There is nothing to lay out behind it either.
    let endless =
        members.last().is_some_and(|last| module.types[last.ty].inner.is_dynamically_sized(&module.types));
    if struct_alignment.round_up(end) != span && !endless {
        if span < end || !struct_alignment.is_aligned(span) {
            return Err(format!(
                "its {span} bytes, which WGSL can not say of {end} bytes, aligned to {struct_alignment}"
            ));
        }
        if let Some(last) = layout.sizes.last_mut() {
            *last = Some(span - last_offset);
        }
    }
    Ok(layout)
}

fn type_label(handle: Handle<Type>, ty: &Type) -> String {
    let kind = if matches!(ty.inner, TypeInner::Array { .. }) { "array" } else { "struct" };
    match &ty.name {
        Some(name) => format!("the layout of the {kind} `{name}`"),
        None => format!("the layout of the {kind} {handle:?}"),
    }
}

fn member_label(index: usize, member: &StructMember) -> String {
    match &member.name {
        Some(name) => format!("`{name}`"),
        None => format!("number {index}"),
    }
}
