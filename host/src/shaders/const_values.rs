//! Refuses WGSL whose constants would take all memory while they are worked out.
//!
//! naga works constant expressions out while it reads them, in trees that have a node for each element of an array:
//! `array<u32, 500000000>() == array<u32, 500000000>()` makes two nodes with as many entries, and 24 constants of which
//! each is an array of the one before, twice, are sixteen million nodes wherever the last is used. It checks only
//! afterwards whether such a thing may be. So the host looks at the text before naga does, and counts the elements of all
//! values that are written in it: [`MAX_CONST_ELEMENTS`].
//!
//! Types alone, such as those of buffers and of workgroup memory, make no values and may be as large as they like.
//!
//! The count is an upper bound. A value that is an operand counts in full each time it is named, whatever is done with it,
//! and a size that is not plain arithmetic on numbers and constants counts as the largest there is.

use std::collections::HashMap;

use crate::{device::errors::GpuError, quotas::MAX_CONST_ELEMENTS};

/// Elements of a vector or matrix, with itself: no more than this.
const SMALL: u64 = 21;

/// How far definitions and types may be inside each other, in what is counted: a thousand take less of the stack than a
/// shader of no length.
const MAX_DEPTH: usize = 1000;

/// Whether the values of `text` are few enough to be worked out.
pub(crate) fn check(text: &str) -> Result<(), GpuError> {
    let tokens = tokens(text);
    let elements = Module::new(&tokens).elements();
    if elements > MAX_CONST_ELEMENTS {
        let found = if elements == u64::MAX { "too many to count".to_owned() } else { elements.to_string() };
        return Err(GpuError::validation(format!(
            "the values of arrays that the text names have {found} elements, more than the {MAX_CONST_ELEMENTS} that the \
             host lets the compiler work out"
        )));
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    /// An integer; `None` for any other number.
    Number(Option<u64>),
    Sign(char),
}

/// The tokens of WGSL, as far as they matter: operators of several characters come as several signs.
/// <https://www.w3.org/TR/WGSL/#textual-structure>
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            let end = comment.find(['\n', '\u{b}', '\u{c}', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
            rest = end.and_then(|end| comment.get(end..)).unwrap_or_default();
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = after_comment(comment);
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '.')).unwrap_or(rest.len());
            let (number, after) = rest.split_at(end);
            tokens.push(Token::Number(integer(number)));
            rest = after;
        } else if first == '_' || first.is_alphabetic() {
            let end = rest.find(|c: char| !(c == '_' || c.is_alphanumeric())).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            tokens.push(Token::Name(name));
            rest = after;
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    tokens
}

/// What follows a block comment, which may have others in it.
fn after_comment(mut rest: &str) -> &str {
    let mut depth = 1_usize;
    while depth > 0 {
        let Some(at) = rest.find(['/', '*']) else { return "" };
        rest = rest.get(at..).unwrap_or_default();
        let (step, change) = if rest.starts_with("/*") {
            (2, 1)
        } else if rest.starts_with("*/") {
            (2, -1)
        } else {
            (1, 0)
        };
        depth = depth.saturating_add_signed(change);
        rest = rest.get(step..).unwrap_or_default();
    }
    rest
}

/// <https://www.w3.org/TR/WGSL/#numeric-literals>
fn integer(number: &str) -> Option<u64> {
    let digits = number.strip_suffix(['i', 'u']).unwrap_or(number);
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16).ok(),
        None => digits.parse().ok(),
    }
}

/// What a name stands for: where its tokens begin.
#[derive(Clone, Copy, Debug)]
enum Declared {
    /// The type after the `=`.
    Alias(usize),
    /// The members after the `{`.
    Struct(usize),
    /// The type, if there is one, and the expression after the `=`.
    Const { ty: Option<usize>, value: usize },
}

/// What is being worked out, or was.
#[derive(Clone, Copy, Debug)]
enum Known<T> {
    /// A name in its own definition, which naga refuses.
    Open,
    Done(T),
}

struct Module<'a> {
    tokens: &'a [Token<'a>],
    /// How far this is inside of types and definitions of others.
    depth: usize,
    /// Also those in functions, of which some may have the same name.
    declared: HashMap<&'a str, Vec<Declared>>,
    sizes: HashMap<&'a str, Known<u64>>,
    integers: HashMap<&'a str, Known<Option<u64>>>,
}

/// A parenthesis that is open.
struct Open {
    /// What is called; `None` for a mere parenthesis, an index or a block, whose value is that of its largest operand.
    callee: Option<Callee>,
    /// Of the arguments before this one.
    sum: u64,
    /// Of the largest operand in this argument.
    largest: u64,
}

#[derive(Clone, Copy)]
enum Callee {
    /// `array`, whose type follows from its arguments.
    Inferred,
    /// A type, or a function, which makes scalars, vectors or matrices: its values have no more elements than this.
    Known(u64),
}

impl<'a> Module<'a> {
    fn new(tokens: &'a [Token<'a>]) -> Self {
        let mut module = Self {
            tokens,
            depth: 0,
            declared: HashMap::new(),
            sizes: HashMap::new(),
            integers: HashMap::new(),
        };
        let mut before = None;
        for (at, token) in tokens.iter().enumerate() {
            if let (Some(Token::Name(keyword)), Token::Name(name)) = (before, *token)
                && let Some(declared) = module.declaration(keyword, at + 1)
            {
                module.declared.entry(name).or_default().push(declared);
            }
            before = Some(*token);
        }
        module
    }

    fn token(&self, at: usize) -> Option<Token<'a>> {
        self.tokens.get(at).copied()
    }

    fn is_sign(&self, at: usize, sign: char) -> bool {
        self.token(at) == Some(Token::Sign(sign))
    }

    /// Whether a declaration or statement begins here, and so an expression has ended that lacks its `;`.
    fn is_keyword(&self, at: usize) -> bool {
        matches!(self.token(at), Some(Token::Name("alias" | "const" | "fn" | "let" | "struct" | "var")))
    }

    fn declaration(&self, keyword: &str, after_name: usize) -> Option<Declared> {
        match keyword {
            "alias" => self.is_sign(after_name, '=').then_some(Declared::Alias(after_name + 1)),
            "struct" => self.is_sign(after_name, '{').then_some(Declared::Struct(after_name + 1)),
            "const" => {
                let ty = self.is_sign(after_name, ':').then_some(after_name + 1);
                // A type has no `=` in it but inside of a `==`, which no size that matters has.
                let equals = (after_name..self.tokens.len())
                    .take_while(|at| !self.is_sign(*at, ';') && !self.is_keyword(*at))
                    .find(|at| self.is_sign(*at, '='))?;
                Some(Declared::Const { ty, value: equals + 1 })
            }
            _ => None,
        }
    }

    /// The elements of all values in the text, counted as often as they are named.
    fn elements(&mut self) -> u64 {
        let mut at = 0;
        let mut total = 0_u64;
        while at < self.tokens.len() && total <= MAX_CONST_ELEMENTS {
            let (value, next) = self.operand(at);
            total = total.saturating_add(value.map_or(0, |(elements, _)| elements));
            at = next;
        }
        total
    }

    /// The elements of the value that begins at `at`, if one does, with what it is the callee of; and the token after its
    /// name, number or type. The arguments of a call are operands of their own.
    fn operand(&mut self, at: usize) -> (Option<(u64, Option<Callee>)>, usize) {
        match self.token(at) {
            Some(Token::Number(_)) => (Some((1, None)), at + 1),
            Some(Token::Name(name)) => {
                let (size, next) = if takes_template(name) && self.is_sign(at + 1, '<') {
                    let (size, next) = self.type_size(at);
                    (Some(size), next)
                } else {
                    (None, at + 1)
                };
                if self.is_sign(next, '(') {
                    let callee = match (name, size) {
                        ("array", None) => Callee::Inferred,
                        (_, Some(size)) => Callee::Known(size),
                        (_, None) => Callee::Known(self.named_size(name).max(SMALL)),
                    };
                    let least = match callee {
                        Callee::Inferred => 1,
                        Callee::Known(size) => size,
                    };
                    return (Some((least, Some(callee))), next);
                }
                // A type by itself is no value.
                let value = size.is_none().then(|| (self.const_size(name), None));
                (value, next)
            }
            Some(Token::Sign(_)) | None => (None, at + 1),
        }
    }

    /// The elements of the expression that begins at `at`.
    fn expression(&mut self, mut at: usize) -> u64 {
        let mut open = vec![Open { callee: None, sum: 0, largest: 0 }];
        while let Some(token) = self.token(at) {
            let depth = open.len();
            let Some(innermost) = open.last_mut() else { break };
            match token {
                Token::Sign(';') if depth == 1 => break,
                Token::Name(_) if self.is_keyword(at) => break,
                Token::Sign('(' | '[' | '{') => open.push(Open { callee: None, sum: 0, largest: 0 }),
                Token::Sign(',') => {
                    innermost.sum = innermost.sum.saturating_add(innermost.largest);
                    innermost.largest = 0;
                }
                Token::Sign(')' | ']' | '}') => {
                    let Some(Open { callee, sum, largest }) = open.pop() else { break };
                    let value = match callee {
                        Some(Callee::Inferred) => sum.saturating_add(largest).saturating_add(1),
                        Some(Callee::Known(size)) => size,
                        None => sum.max(largest),
                    };
                    let Some(outer) = open.last_mut() else { break };
                    outer.largest = outer.largest.max(value);
                }
                Token::Name(_) | Token::Number(_) => {
                    let (value, next) = self.operand(at);
                    at = next;
                    match value {
                        Some((_, Some(callee))) => {
                            open.push(Open { callee: Some(callee), sum: 0, largest: 0 });
                            // Its parenthesis.
                            at = next + 1;
                        }
                        Some((elements, None)) => innermost.largest = innermost.largest.max(elements),
                        None => {}
                    }
                    continue;
                }
                Token::Sign(_) => {}
            }
            at += 1;
        }
        open.first().map_or(0, |open| open.largest)
    }

    /// The elements of the constant that is called so; 1 if none is.
    fn const_size(&mut self, name: &'a str) -> u64 {
        let is_const = |declared: &Declared| matches!(declared, Declared::Const { .. });
        if self.declared.get(name).is_some_and(|declared| declared.iter().any(is_const)) {
            self.named_size(name)
        } else {
            1
        }
    }

    /// The elements of a value of the type, or of the constant, that is called so: of the largest, if several are.
    fn named_size(&mut self, name: &'a str) -> u64 {
        match self.sizes.get(name) {
            Some(Known::Done(size)) => return *size,
            Some(Known::Open) => return 1,
            None => {}
        }
        let Some(declared) = self.declared.get(name).cloned() else { return predeclared_size(name) };
        self.sizes.insert(name, Known::Open);
        let size = |module: &mut Self| {
            declared.into_iter().map(|declared| module.declared_size(declared)).max().unwrap_or(1)
        };
        let size = self.deeper(size).unwrap_or(u64::MAX);
        self.sizes.insert(name, Known::Done(size));
        size
    }

    /// What `inside` comes to; `None` when that is deeper than it should be.
    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        Some(result)
    }

    fn declared_size(&mut self, declared: Declared) -> u64 {
        match declared {
            Declared::Alias(ty) => self.type_size(ty).0,
            Declared::Struct(members) => self.struct_size(members),
            Declared::Const { ty: Some(ty), value: _ } => self.type_size(ty).0,
            Declared::Const { ty: None, value } => self.expression(value),
        }
    }

    /// The elements of a value of the type at `at`, and what follows it.
    fn type_size(&mut self, at: usize) -> (u64, usize) {
        let Some(Token::Name(name)) = self.token(at) else { return (1, at + 1) };
        if !(takes_template(name) && self.is_sign(at + 1, '<')) {
            return (self.named_size(name), at + 1);
        }
        if name != "array" {
            return (predeclared_size(name), self.after_template(at + 2));
        }
        let Some((element, next)) = self.deeper(|module| module.type_size(at + 2)) else {
            return (u64::MAX, self.after_template(at + 2));
        };
        // Its elements may be counted when the program runs; no value is of such a type.
        let count = if self.is_sign(next, ',') { self.integer(next + 1).unwrap_or(u64::MAX) } else { 1 };
        (element.saturating_mul(count).saturating_add(1), self.after_template(next))
    }

    /// What follows the `>` that ends the list which `at` is in.
    /// <https://www.w3.org/TR/WGSL/#template-lists-sec>
    fn after_template(&self, mut at: usize) -> usize {
        let (mut angles, mut parentheses) = (1_usize, 0_usize);
        while let Some(token) = self.token(at) {
            at += 1;
            match token {
                Token::Sign('(' | '[') => parentheses += 1,
                Token::Sign(')' | ']') => parentheses = parentheses.saturating_sub(1),
                Token::Sign('<') if parentheses == 0 => angles += 1,
                Token::Sign('>') if parentheses == 0 => {
                    angles = angles.saturating_sub(1);
                    if angles == 0 {
                        break;
                    }
                }
                Token::Sign(';' | '{') => break,
                Token::Sign(_) | Token::Name(_) | Token::Number(_) => {}
            }
        }
        at
    }

    fn struct_size(&mut self, mut at: usize) -> u64 {
        let mut size = 1_u64;
        while let Some(token) = self.token(at) {
            match token {
                Token::Sign('}') => break,
                Token::Name(_) if self.is_keyword(at) => break,
                Token::Sign(':') => {
                    let (member, next) = self.type_size(at + 1);
                    size = size.saturating_add(member);
                    at = next;
                }
                Token::Sign(_) | Token::Name(_) | Token::Number(_) => at += 1,
            }
        }
        size
    }

    /// The integer that an expression comes to which ends a list of a template; `None` if that is not plain arithmetic.
    fn integer(&mut self, at: usize) -> Option<u64> {
        let (value, next) = self.sum(at)?;
        (self.is_sign(next, '>') || self.is_sign(next, ',')).then_some(value)
    }

    fn sum(&mut self, at: usize) -> Option<(u64, usize)> {
        let (mut value, mut next) = self.product(at)?;
        loop {
            let sign = self.token(next);
            let (Some(Token::Sign('+')) | Some(Token::Sign('-'))) = sign else { return Some((value, next)) };
            let (operand, after) = self.product(next + 1)?;
            value = if sign == Some(Token::Sign('+')) {
                value.checked_add(operand)?
            } else {
                value.checked_sub(operand)?
            };
            next = after;
        }
    }

    fn product(&mut self, at: usize) -> Option<(u64, usize)> {
        let (mut value, mut next) = self.factor(at)?;
        loop {
            let Some(Token::Sign(sign @ ('*' | '/' | '%'))) = self.token(next) else {
                return Some((value, next));
            };
            let (operand, after) = self.factor(next + 1)?;
            value = match sign {
                '*' => value.checked_mul(operand)?,
                '/' => value.checked_div(operand)?,
                _ => value.checked_rem(operand)?,
            };
            next = after;
        }
    }

    fn factor(&mut self, at: usize) -> Option<(u64, usize)> {
        match self.token(at)? {
            Token::Number(value) => Some((value?, at + 1)),
            Token::Name("u32" | "i32") if self.is_sign(at + 1, '(') => self.factor(at + 1),
            Token::Name(name) => {
                let value = self.deeper(|module| module.named_integer(name)).flatten()?;
                Some((value, at + 1))
            }
            Token::Sign('(') => {
                let (value, next) = self.deeper(|module| module.sum(at + 1)).flatten()?;
                self.is_sign(next, ')').then_some((value, next + 1))
            }
            Token::Sign(_) => None,
        }
    }

    fn named_integer(&mut self, name: &'a str) -> Option<u64> {
        match self.integers.get(name) {
            Some(Known::Done(value)) => return *value,
            Some(Known::Open) => return None,
            None => {}
        }
        let declared = self.declared.get(name)?.clone();
        self.integers.insert(name, Known::Open);
        let value = match declared.as_slice() {
            [Declared::Const { ty: _, value }] => {
                let value = *value;
                self.sum(value).filter(|(_, next)| self.is_sign(*next, ';')).map(|(value, _)| value)
            }
            // What is not a constant, or several of one name in functions.
            _ => None,
        };
        self.integers.insert(name, Known::Done(value));
        value
    }
}

/// Whether `<` after the name begins a list of a template.
/// <https://www.w3.org/TR/WGSL/#predeclared-types>
fn takes_template(name: &str) -> bool {
    const PREFIXES: [&str; 6] = ["array", "atomic", "binding_array", "mat", "ptr", "texture_"];
    name.starts_with("vec") || name == "bitcast" || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The elements of a value of the type, with itself: few. A name of anything else counts as one.
fn predeclared_size(name: &str) -> u64 {
    if name.starts_with("mat") || name.starts_with("vec") { SMALL } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str) -> u64 {
        Module::new(&tokens(text)).elements()
    }

    fn is_refused(text: &str) -> bool {
        check(text).is_err()
    }

    /// What a text with one value of an array counts as, without that array's own names and numbers.
    #[test]
    fn values_are_counted_and_types_are_not() {
        assert!(elements("var<storage> a: array<u32, 500000000>;") < 10);
        assert!(
            elements("var<workgroup> a: array<vec4<f32>, 1000000>; fn f() { a[3] = vec4<f32>(1.0); }") < 100
        );
        assert!(elements("const a = array<u32, 1000>();") >= 1000);
        assert!(elements("alias A = array<array<u32, 30>, 1000>; fn f() { var a = A(); }") >= 30000);
        assert!(elements("struct S { a: u32, @align(16) b: array<u32, 1000> } const a = S().b;") >= 1000);
        assert!(elements("const N = 10u; const M = (N + 6) * N; const a = array<u32, M>();") >= 160);
        assert!(elements("const a = array<u32, /* 5, */ 0x1000 // 7\n>();") >= 4096);
        assert!(elements("/* /* */ const a = array<u32, 5000>(); */") == 0);
    }

    #[test]
    fn what_naga_would_expand_is_refused() {
        assert!(is_refused("const b = array<u32,500000000>() == array<u32,500000000>();"));
        assert!(is_refused("const b = -array<i32,500000000>();"));
        assert!(is_refused("const z = array<u32, u32(500000000)>(); const b = z == z;"));
        assert!(is_refused("fn f() { const z = array<u32, (1u << 29)>(); }"));
        assert!(is_refused("const N = 1000; const z = array<array<array<u32, N>, N>, N>();"));
        assert!(is_refused("alias A = array<u32, 500000000>; struct S { a: A } const b = S() == S();"));
        // Sizes that depend on the order, on others of the name, or on what is no arithmetic.
        assert!(is_refused("const z = array<u32, N>(); const N = 500000000;"));
        assert!(is_refused(
            "fn f() { const N = 5; } fn g() { const N = 500000000; let z = array<u32, N>(); }"
        ));
        assert!(is_refused("const v = vec2u(500000000); const z = array<u32, v.x>();"));
        assert!(is_refused("const z = array<u32, min(500000000, 500000000)>();"));
    }

    #[test]
    fn arrays_of_arrays_are_counted_to_their_leaves() {
        let doubling = |levels: usize| {
            let levels = (1..=levels).map(|level| format!("const a{level}=array(a{0},a{0});", level - 1));
            format!("const a0=array(1,2);{}", levels.collect::<String>())
        };
        assert!(!is_refused(&doubling(10)));
        assert!(is_refused(&format!("{}var<private> p = a24;", doubling(24))));
        assert!(is_refused(&doubling(63)));
        // In any order, and in functions.
        assert!(is_refused(&format!("var<private> p = a24; {}", doubling(24))));
        assert!(is_refused(&format!("fn f() {{ {} let x = a24; }}", doubling(24))));
    }

    #[test]
    fn what_is_no_array_may_go_on_for_ever() {
        let chain = |step: fn(usize) -> String| {
            let steps = (1..60).map(step).collect::<String>();
            assert!(!is_refused(&format!("const a0 = vec4f(1.0); {steps}")), "{steps}");
        };
        chain(|level| format!("const a{level} = a{0} * a{0} + a{0};", level - 1));
        chain(|level| format!("const a{level} = max(a{0}, a{0});", level - 1));
        chain(|level| format!("const a{level} = vec4<f32>(a{0}.x, a{0}.y, a{0}.z, a{0}.w);", level - 1));
        chain(|level| format!("const a{level}: vec4f = array(a{0}, a{0})[0];", level - 1));
    }

    /// The shaders of the project's own examples.
    #[test]
    fn shaders_of_programs_are_not_refused() {
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples"))];
        let mut shaders = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "wgsl") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    assert!(elements(&text) < MAX_CONST_ELEMENTS / 64, "{}", path.display());
                    shaders += 1;
                }
            }
        }
        assert!(shaders > 20, "{shaders} shaders");
    }

    #[test]
    fn no_text_takes_long_or_a_panic() {
        let texts = [
            "const a".repeat(30_000),
            "const a = ".repeat(25_000),
            "struct a {".repeat(25_000),
            "alias a = array<".repeat(15_000),
            "array<".repeat(40_000),
            "array<u32, (".repeat(20_000),
            "/*".repeat(100_000),
            "array(".repeat(40_000),
            "const a = a;".to_owned(),
            "alias a = array<b, 2>; alias b = array<a, 2>; const c = a();".to_owned(),
            "const a = array(b); const b = array(a);".to_owned(),
            ")]}>;,".repeat(1000),
            "é日 1e5 0x 0xFFFFFFFFFFFFFFFFFFFF \u{2028}//".to_owned(),
        ];
        let start = std::time::Instant::now();
        for text in texts {
            // As much as the compiler's thread has for no text at all.
            let check = move || drop(check(&text));
            let stack = crate::quotas::COMPILER_STACK_MARGIN;
            std::thread::Builder::new().stack_size(stack).spawn(check).unwrap().join().unwrap();
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }
}
