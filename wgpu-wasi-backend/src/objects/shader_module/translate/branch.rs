//! Statements that hold others.

use naga::{Block, Expression, Handle, Range, Statement, SwitchCase, SwitchValue};

use super::Unwritable;
use super::body::Body;

/// Bytes that the cases of one `switch` may have more than in the language that they come from: in WGSL a case ends
/// where the next one begins, so one that goes on into the next has that one's statements as well.
const MAX_FALL_THROUGH: usize = 64 << 10;

impl Body<'_, '_> {
    /// `if`, and what hangs on its `else`. The IR has a chain of `else if` as one `if` within another. WGSL has hosts
    /// count how deep braces nest, so that it has to be a chain again.
    pub(super) fn branch<'b>(
        &mut self,
        condition: Handle<Expression>,
        mut accept: &'b Block,
        mut reject: &'b Block,
    ) -> Result<(), Unwritable> {
        let mut condition = self.value(condition)?;
        loop {
            self.out += &format!("if {condition} {{\n");
            self.block(accept)?;
            if reject.is_empty() {
                break;
            }
            let next = match only_if(reject) {
                Some(next) => self.emit_into(&next.emits, next.condition)?.map(|condition| (condition, next)),
                None => None,
            };
            let Some((next_condition, next)) = next else {
                self.out += "} else {\n";
                self.block(reject)?;
                break;
            };
            self.out += "} else ";
            condition = next_condition;
            accept = next.accept;
            reject = next.reject;
        }
        self.out += "}\n";
        Ok(())
    }

    pub(super) fn repeat(
        &mut self,
        body: &Block,
        continuing: &Block,
        break_if: Option<Handle<Expression>>,
    ) -> Result<(), Unwritable> {
        self.out += "loop {\n";
        self.block(body)?;
        if !continuing.is_empty() || break_if.is_some() {
            self.out += "continuing {\n";
            self.block(continuing)?;
            if let Some(condition) = break_if {
                let condition = self.value(condition)?;
                self.out += &format!("break if {condition};\n");
            }
            self.out += "}\n";
        }
        self.out += "}\n";
        Ok(())
    }

    pub(super) fn switch(
        &mut self,
        selector: Handle<Expression>,
        cases: &[SwitchCase],
    ) -> Result<(), Unwritable> {
        let selector = self.value(selector)?;
        self.out += &format!("switch {selector} {{\n");
        let mut added = 0;
        let mut values = Vec::new();
        for (index, case) in cases.iter().enumerate() {
            values.push(match case.value {
                SwitchValue::I32(value) => value.to_string(),
                SwitchValue::U32(value) => format!("{value}u"),
                SwitchValue::Default => "default".to_owned(),
            });
            if case.fall_through && case.body.is_empty() {
                continue;
            }
            self.out += &format!("case {}: {{\n", values.join(", "));
            values.clear();
            self.block(&case.body)?;
            let start = self.out.len();
            self.fall_through(case, cases.get(index + 1..).unwrap_or_default())?;
            added += self.out.len() - start;
            if added > MAX_FALL_THROUGH {
                return Err(Unwritable(format!(
                    "a `switch` whose cases go on into the next ones, for more than {MAX_FALL_THROUGH} bytes in all"
                )));
            }
            self.out += "}\n";
        }
        self.out += "}\n";
        Ok(())
    }

    /// The statements behind those of a case that does not end with it.
    fn fall_through(&mut self, case: &SwitchCase, following: &[SwitchCase]) -> Result<(), Unwritable> {
        let mut case = case;
        for next in following {
            if !case.fall_through || ends(&case.body) {
                break;
            }
            self.block(&next.body)?;
            case = next;
        }
        Ok(())
    }
}

/// Whether nothing can follow a block.
fn ends(block: &Block) -> bool {
    matches!(
        block.last(),
        Some(Statement::Break | Statement::Continue | Statement::Return { .. } | Statement::Kill)
    )
}

/// An `if` that is all that an `else` holds, and what is evaluated before it.
struct OnlyIf<'b> {
    emits: Vec<&'b Range<Expression>>,
    condition: Handle<Expression>,
    accept: &'b Block,
    reject: &'b Block,
}

fn only_if(block: &Block) -> Option<OnlyIf<'_>> {
    let (last, before) = block.split_last()?;
    let emits = before.iter().map(|statement| match statement {
        Statement::Emit(range) => Some(range),
        _ => None,
    });
    let emits = emits.collect::<Option<Vec<_>>>()?;
    match last {
        Statement::If { condition, accept, reject } => {
            Some(OnlyIf { emits, condition: *condition, accept, reject })
        }
        Statement::Block(block) if emits.is_empty() => only_if(block),
        _ => None,
    }
}
