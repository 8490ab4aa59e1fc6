//! Types with offsets and strides of all kinds: naga reads the text as having those that the IR has.

use naga::proc::{Alignment, Layouter};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{
    AddressSpace, ArraySize, Block, EntryPoint, Expression, Function, GlobalVariable, Handle, Literal,
    Module, ResourceBinding, Scalar, ShaderStage, Span, Statement, StorageAccess, StructMember, Type,
    TypeInner, UniqueArena, VectorSize,
};

use super::super::Unwritable;
use super::{again, glsl, info, wgsl, written};

/// Numbers that look random and are the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(u32::try_from(all.len()).unwrap())).unwrap()]
    }
}

fn insert(types: &mut UniqueArena<Type>, name: Option<String>, inner: TypeInner) -> Handle<Type> {
    types.insert(Type { name, inner }, Span::UNDEFINED)
}

/// A type with gaps anywhere, and for the last member of the outermost struct an array without an end.
fn any_type(random: &mut Random, module: &mut Module, depth: u32, unit: u32, endless: bool) -> Handle<Type> {
    let scalar = random.one_of(&[Scalar::F32, Scalar::U32, Scalar::I32, Scalar::F32, Scalar::F16]);
    let size = random.one_of(&[VectorSize::Bi, VectorSize::Tri, VectorSize::Quad]);
    let number = module.types.len();
    let kind = if endless { 4 } else { random.below(if depth == 0 { 4 } else { 8 }) };
    match kind {
        0 | 1 => insert(&mut module.types, None, TypeInner::Scalar(scalar)),
        2 => insert(&mut module.types, None, TypeInner::Vector { size, scalar }),
        3 => {
            let columns = random.one_of(&[VectorSize::Bi, VectorSize::Tri, VectorSize::Quad]);
            insert(&mut module.types, None, TypeInner::Matrix { columns, rows: size, scalar: Scalar::F32 })
        }
        4 | 5 => {
            let base = any_type(random, module, depth.saturating_sub(1), unit, false);
            let layout = layouter(module)[base];
            let unit = layout.alignment * Alignment::new(unit).unwrap();
            let stride = unit.round_up(layout.to_stride()) + random.below(3) * unit.round_up(1);
            let size = if endless {
                ArraySize::Dynamic
            } else {
                ArraySize::Constant((random.below(4) + 1).try_into().unwrap())
            };
            insert(&mut module.types, None, TypeInner::Array { base, size, stride })
        }
        _ => any_struct(random, module, depth - 1, unit, false, number),
    }
}

fn any_struct(
    random: &mut Random,
    module: &mut Module,
    depth: u32,
    unit: u32,
    endless: bool,
    number: usize,
) -> Handle<Type> {
    let mut members = Vec::new();
    let (mut end, mut largest) = (0, Alignment::ONE);
    let count = random.below(5) + 1;
    for index in 0..count {
        let ty = any_type(random, module, depth, unit, endless && index + 1 == count);
        let layout = layouter(module)[ty];
        let step = layout.alignment.max(Alignment::new(unit).unwrap());
        let gap = if random.below(2) == 0 { 0 } else { random.below(4) * step.round_up(1) };
        let offset = step.round_up(end) + gap;
        end = offset + layout.size;
        largest = largest.max(layout.alignment);
        let name = (random.below(3) > 0)
            .then(|| random.one_of(&["before", "before_x", "a", "vec4", "_x"]).to_owned());
        members.push(StructMember { name, ty, binding: None, offset });
    }
    let rest = if endless || random.below(2) == 0 {
        0
    } else {
        random.below(4) * largest.max(Alignment::new(unit).unwrap()).round_up(1)
    };
    let span = largest.max(Alignment::new(unit).unwrap()).round_up(end) + rest;
    insert(&mut module.types, Some(format!("S{number}")), TypeInner::Struct { members, span })
}

fn layouter(module: &Module) -> Layouter {
    let mut layouter = Layouter::default();
    layouter.update(module.to_ctx()).unwrap();
    layouter
}

/// Every way to a number: the indices, and whether the last of them may be followed further.
fn leaves(module: &Module, ty: Handle<Type>, path: &mut Vec<u32>, found: &mut Vec<Vec<u32>>) {
    let mut follow = |ty: Handle<Type>, index: u32| {
        path.push(index);
        leaves(module, ty, path, found);
        path.pop();
    };
    match &module.types[ty].inner {
        TypeInner::Struct { members, .. } => {
            (0..).zip(members).for_each(|(index, member)| follow(member.ty, index))
        }
        TypeInner::Array { base, size: ArraySize::Constant(count), .. } => {
            (0..count.get()).for_each(|at| follow(*base, at))
        }
        TypeInner::Array { base, .. } => (0..3).for_each(|at| follow(*base, at)),
        TypeInner::Matrix { columns, .. } => {
            (0..u32::from(super::super::types::count(*columns))).for_each(|at| {
                path.push(at);
                found.push(path.clone());
                path.pop();
            })
        }
        _ => found.push(path.clone()),
    }
}

/// A shader that reads all that is in the variable.
fn reader(random: &mut Random, space: AddressSpace) -> Module {
    let mut module = Module::default();
    let unit = if space == AddressSpace::Uniform { 16 } else { 1 };
    let endless = matches!(space, AddressSpace::Storage { .. }) && random.below(2) == 0;
    let ty = any_struct(random, &mut module, 3, unit, endless, 1000);
    let binding = (space != AddressSpace::Immediate).then_some(ResourceBinding { group: 0, binding: 0 });
    let variable = GlobalVariable {
        name: Some("data".to_owned()),
        space,
        binding,
        ty,
        init: None,
        memory_decorations: Default::default(),
    };
    let variable = module.global_variables.append(variable, Span::UNDEFINED);
    let mut function = Function::default();
    let data = function.expressions.append(Expression::GlobalVariable(variable), Span::UNDEFINED);
    let mut paths = Vec::new();
    leaves(&module, ty, &mut Vec::new(), &mut paths);
    for path in paths.into_iter().take(60) {
        let mut pointer = data;
        // Of arrays by a number that is only known when the shader runs as well as by one that is written there.
        let literal = function
            .expressions
            .append(Expression::Literal(Literal::U32(*path.last().unwrap())), Span::UNDEFINED);
        let start = function.expressions.len();
        let mut inner = ty;
        for (at, index) in path.iter().enumerate() {
            let is_array = matches!(module.types[inner].inner, TypeInner::Array { .. });
            let access = if is_array && at + 1 == path.len() {
                Expression::Access { base: pointer, index: literal }
            } else {
                Expression::AccessIndex { base: pointer, index: *index }
            };
            pointer = function.expressions.append(access, Span::UNDEFINED);
            inner = match &module.types[inner].inner {
                TypeInner::Struct { members, .. } => members[usize::try_from(*index).unwrap()].ty,
                TypeInner::Array { base, .. } => *base,
                _ => inner,
            };
        }
        let load = function.expressions.append(Expression::Load { pointer }, Span::UNDEFINED);
        function.named_expressions.insert(load, "loaded".to_owned());
        let range = function.expressions.range_from(start);
        function.body.push(Statement::Emit(range), Span::UNDEFINED);
        // So that it is used.
        let mut used = Block::new();
        used.push(
            Statement::Emit(function.expressions.range_from(function.expressions.len())),
            Span::UNDEFINED,
        );
        let local = function.local_variables.append(
            naga::LocalVariable { name: None, ty: load_type(&mut module, inner), init: None },
            Span::UNDEFINED,
        );
        let pointer = function.expressions.append(Expression::LocalVariable(local), Span::UNDEFINED);
        function.body.push(Statement::Store { pointer, value: load }, Span::UNDEFINED);
    }
    module.entry_points.push(EntryPoint {
        name: "main".to_owned(),
        stage: ShaderStage::Compute,
        early_depth_test: None,
        workgroup_size: [1; 3],
        workgroup_size_overrides: None,
        function,
        mesh_info: None,
        task_payload: None,
        incoming_ray_payload: None,
    });
    module
}

fn load_type(module: &mut Module, ty: Handle<Type>) -> Handle<Type> {
    match module.types[ty].inner {
        TypeInner::Matrix { rows, scalar, .. } => {
            insert(&mut module.types, None, TypeInner::Vector { size: rows, scalar })
        }
        _ => ty,
    }
}

/// The byte of the variable at which each load reads.
fn offsets(module: &Module) -> Vec<u32> {
    let valid = info(module);
    let entry = &module.entry_points[0];
    let types = valid.get_entry_point(0);
    let expressions = &entry.function.expressions;
    let offset = |pointer: Handle<Expression>| {
        let (mut at, mut pointer) = (0, pointer);
        loop {
            let (base, index) = match &expressions[pointer] {
                Expression::AccessIndex { base, index } => (*base, *index),
                Expression::Access { base, index } => match &expressions[*index] {
                    Expression::Literal(Literal::U32(index)) => (*base, *index),
                    other => panic!("{other:?}"),
                },
                Expression::GlobalVariable(_) => return Some(at),
                _ => return None,
            };
            let TypeInner::Pointer { base: ty, .. } = types[base].ty.inner_with(&module.types) else {
                panic!()
            };
            at += match &module.types[*ty].inner {
                TypeInner::Struct { members, .. } => members[usize::try_from(index).unwrap()].offset,
                TypeInner::Array { stride, .. } => index * stride,
                TypeInner::Matrix { rows, scalar, .. } => {
                    index * (Alignment::from(*rows) * Alignment::from_width(scalar.width)).round_up(1)
                }
                other => panic!("{other:?}"),
            };
            pointer = base;
        }
    };
    let loads = expressions.iter().filter_map(|(_, expression)| match expression {
        Expression::Load { pointer } => offset(*pointer),
        _ => None,
    });
    loads.collect()
}

/// The bytes of the variable.
fn span(module: &Module) -> u32 {
    let (_, variable) = module.global_variables.iter().next().unwrap();
    layouter(module)[variable.ty].size
}

#[test]
fn any_layout_stays() {
    let mut random = Random(1);
    let spaces = [
        AddressSpace::Uniform,
        AddressSpace::Immediate,
        AddressSpace::Storage { access: StorageAccess::LOAD },
        AddressSpace::Storage { access: StorageAccess::LOAD | StorageAccess::STORE },
    ];
    let mut tried = [0; 4];
    for round in 0..6000 {
        let which = usize::try_from(random.below(4)).unwrap();
        let module = reader(&mut random, spaces[which]);
        // What wgpu refuses natively is none of ours; naga does not count further than to 64 words of immediates.
        if spaces[which] == AddressSpace::Immediate && span(&module) > 256 {
            continue;
        }
        if Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).is_err() {
            continue;
        }
        let (text, read) = again(&module);
        assert_eq!(offsets(&module), offsets(&read), "round {round}\n{text}");
        assert_eq!(span(&module), span(&read), "round {round}\n{text}");
        tried[which] += 1;
    }
    assert!(tried.iter().all(|tried| *tried > 300), "{tried:?}");
}

#[test]
fn std140_of_glsl() {
    let text = "#version 450
        layout(local_size_x = 1) in;
        layout(set = 0, binding = 0, std140) uniform U { float a; float w[3]; float z; mat3 m; vec3 v[2]; };
        layout(set = 0, binding = 1) buffer Out { float o[]; };
        void main() { o[0] = a + w[1] + z + m[1].x + v[1].y; }";
    let (text, read) = again(&glsl(ShaderStage::Compute, text));
    let (_, variable) = read.global_variables.iter().next().unwrap();
    let TypeInner::Struct { members, span } = &read.types[variable.ty].inner else { panic!("{text}") };
    let offsets: Vec<_> = members.iter().map(|member| member.offset).collect();
    assert_eq!((offsets.as_slice(), *span), (&[0, 16, 64, 80, 128][..], 160), "{text}");
}

#[test]
fn attributes_of_wgsl() {
    let given = wgsl(
        "struct Inner { @align(32) a: u32, b: vec2<f32> }
        struct Item { id: u32, @align(16) pos: u32, @size(12) tag: u32, inner: Inner, last: u32 }
        @group(0) @binding(0) var<storage, read_write> items: array<Item>;
        @compute @workgroup_size(1) fn main() { items[1].last = items[0].inner.a + items[0].pos; }",
    );
    let (text, read) = again(&given);
    let of = |module: &Module| {
        let (_, variable) = module.global_variables.iter().next().unwrap();
        super::meaning::ty(module, variable.ty)
    };
    assert_eq!(of(&given), of(&read), "{text}");
}

/// An array whose elements are further apart, as a value: made, stored, loaded, taken apart.
#[test]
fn values_of_such_arrays() {
    let text = "#version 450
        layout(local_size_x = 1) in;
        struct S { float w[3]; vec3 v; };
        layout(set = 0, binding = 0, std140) uniform U { S s; };
        layout(set = 0, binding = 1, std140) buffer Out { S t; float o[4]; float rest[]; };
        float first(float w[3]) { return w[0]; }
        void main() {
            t = s;
            t.w = s.w;
            int i = int(s.v.x);
            o[i] = s.w[i] + o.length();
            rest[2] = float(rest.length());
        }";
    let (text, read) = again(&glsl(ShaderStage::Compute, text));
    assert!(text.contains("@size(16) element: f32"), "{text}");
    assert_eq!(read.global_variables.len(), 2);
}

#[test]
fn what_wgsl_can_not_say_is_refused() {
    let mut module = Module::default();
    let float = insert(&mut module.types, None, TypeInner::Scalar(Scalar::F32));
    let member = |offset| StructMember { name: Some("b".to_owned()), ty: float, binding: None, offset };
    let five = TypeInner::Struct { members: vec![member(0), member(16)], span: 20 };
    let five = insert(&mut module.types, Some("Five".to_owned()), five);
    // naga takes it, though the elements lie in each other.
    let array = TypeInner::Array { base: five, size: ArraySize::Dynamic, stride: 16 };
    let array = insert(&mut module.types, Some("Close".to_owned()), array);
    module.global_variables.append(
        GlobalVariable {
            name: None,
            space: AddressSpace::Storage { access: StorageAccess::LOAD },
            binding: Some(ResourceBinding { group: 0, binding: 0 }),
            ty: array,
            init: None,
            memory_decorations: Default::default(),
        },
        Span::UNDEFINED,
    );
    let Err(Unwritable(why)) = written(&module) else { panic!() };
    assert!(why.contains("`Close`") && why.contains("16 bytes apart") && why.contains("20 bytes"), "{why}");
}
