//! Statements.

use naga::proc::NameKey;
use naga::{
    AtomicFunction, Barrier, Block, CollectiveOperation, Direction, Expression, GatherMode, Handle,
    Statement, SubgroupOperation,
};

use super::Unwritable;
use super::body::Body;

impl Body<'_, '_> {
    pub(super) fn block(&mut self, block: &Block) -> Result<(), Unwritable> {
        block.iter().try_for_each(|statement| self.statement(statement))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of statement")]
    fn statement(&mut self, statement: &Statement) -> Result<(), Unwritable> {
        let text = match statement {
            Statement::Emit(range) => return self.emit(range),
            Statement::If { condition, accept, reject } => return self.branch(*condition, accept, reject),
            Statement::Switch { selector, cases } => return self.switch(*selector, cases),
            Statement::Loop { body, continuing, break_if } => {
                return self.repeat(body, continuing, *break_if);
            }
            Statement::Block(block) => {
                self.out += "{\n";
                self.block(block)?;
                self.out += "}\n";
                return Ok(());
            }
            Statement::ControlBarrier(flags) => {
                // It has invocations wait for each other whatever memory it is about.
                let flags = if flags.is_empty() { Barrier::WORK_GROUP } else { *flags };
                self.out += &barriers(flags);
                return Ok(());
            }
            Statement::MemoryBarrier(flags) => {
                self.out += &barriers(*flags);
                return Ok(());
            }
            Statement::Break => "break".to_owned(),
            Statement::Continue => "continue".to_owned(),
            Statement::Kill => "discard".to_owned(),
            Statement::Return { value: None } => "return".to_owned(),
            Statement::Return { value: Some(value) } => format!("return {}", self.value(*value)?),
            Statement::Store { pointer, value } => self.store(*pointer, *value)?,
            Statement::ImageStore { image, coordinate, array_index, value } => {
                let arguments = [Some(*image), Some(*coordinate), *array_index, Some(*value)];
                self.call("textureStore", &arguments)?.text
            }
            Statement::Atomic { pointer, fun, value, result } => {
                self.atomic(*pointer, fun, *value, *result)?
            }
            Statement::ImageAtomic { image, coordinate, array_index, fun, value } => {
                let function = format!("textureAtomic{}", atomic_function(fun));
                self.call(&function, &[Some(*image), Some(*coordinate), *array_index, Some(*value)])?.text
            }
            Statement::WorkGroupUniformLoad { pointer, result } => {
                let call = self.call("workgroupUniformLoad", &[Some(*pointer)])?.text;
                self.result(Some(*result)) + &call
            }
            Statement::Call { function, arguments, result } => {
                let name = self.writer.name(&NameKey::Function(*function))?.to_owned();
                let arguments: Vec<_> = arguments.iter().copied().map(Some).collect();
                let call = self.call(&name, &arguments)?.text;
                self.result(*result) + &call
            }
            Statement::SubgroupBallot { result, predicate } => {
                let call = match predicate {
                    Some(predicate) => self.call("subgroupBallot", &[Some(*predicate)])?.text,
                    None => "subgroupBallot(true)".to_owned(),
                };
                self.result(Some(*result)) + &call
            }
            Statement::SubgroupGather { mode, argument, result } => {
                let (function, index) = gather(*mode);
                let call = self.call(function, &[Some(*argument), index])?.text;
                self.result(Some(*result)) + &call
            }
            Statement::SubgroupCollectiveOperation { op, collective_op, argument, result } => {
                let call = self.call(collective(*op, *collective_op)?, &[Some(*argument)])?.text;
                self.result(Some(*result)) + &call
            }
            Statement::RayQuery { .. } | Statement::RayPipelineFunction(_) => {
                return Err(Unwritable::not_in_webgpu("rays and acceleration structures"));
            }
            Statement::CooperativeStore { .. } => {
                return Err(Unwritable::not_in_webgpu("cooperative matrices"));
            }
        };
        self.out += &text;
        self.out += ";\n";
        Ok(())
    }

    fn store(
        &mut self,
        pointer: Handle<Expression>,
        value: Handle<Expression>,
    ) -> Result<String, Unwritable> {
        if self.resolve(pointer).is_atomic_pointer(&self.writer.module.types) {
            return self.call("atomicStore", &[Some(pointer), Some(value)]).map(|text| text.text);
        }
        let place = self.place(pointer)?.text;
        Ok(format!("{place} = {}", self.value(value)?))
    }

    fn atomic(
        &mut self,
        pointer: Handle<Expression>,
        fun: &AtomicFunction,
        value: Handle<Expression>,
        result: Option<Handle<Expression>>,
    ) -> Result<String, Unwritable> {
        let compare = match fun {
            AtomicFunction::Exchange { compare } => *compare,
            _ => None,
        };
        let function = format!("atomic{}", atomic_function(fun));
        let call = self.call(&function, &[Some(pointer), compare, Some(value)])?.text;
        Ok(self.result(result) + &call)
    }
}

fn atomic_function(fun: &AtomicFunction) -> &'static str {
    match fun {
        AtomicFunction::Add => "Add",
        AtomicFunction::Subtract => "Sub",
        AtomicFunction::And => "And",
        AtomicFunction::ExclusiveOr => "Xor",
        AtomicFunction::InclusiveOr => "Or",
        AtomicFunction::Min => "Min",
        AtomicFunction::Max => "Max",
        AtomicFunction::Exchange { compare: None } => "Exchange",
        AtomicFunction::Exchange { compare: Some(_) } => "CompareExchangeWeak",
    }
}

fn barriers(flags: Barrier) -> String {
    let all = [
        (Barrier::STORAGE, "storageBarrier();\n"),
        (Barrier::WORK_GROUP, "workgroupBarrier();\n"),
        (Barrier::SUB_GROUP, "subgroupBarrier();\n"),
        (Barrier::TEXTURE, "textureBarrier();\n"),
    ];
    all.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, text)| text).collect()
}

fn gather(mode: GatherMode) -> (&'static str, Option<Handle<Expression>>) {
    match mode {
        GatherMode::BroadcastFirst => ("subgroupBroadcastFirst", None),
        GatherMode::Broadcast(index) => ("subgroupBroadcast", Some(index)),
        GatherMode::Shuffle(index) => ("subgroupShuffle", Some(index)),
        GatherMode::ShuffleDown(index) => ("subgroupShuffleDown", Some(index)),
        GatherMode::ShuffleUp(index) => ("subgroupShuffleUp", Some(index)),
        GatherMode::ShuffleXor(index) => ("subgroupShuffleXor", Some(index)),
        GatherMode::QuadBroadcast(index) => ("quadBroadcast", Some(index)),
        GatherMode::QuadSwap(Direction::X) => ("quadSwapX", None),
        GatherMode::QuadSwap(Direction::Y) => ("quadSwapY", None),
        GatherMode::QuadSwap(Direction::Diagonal) => ("quadSwapDiagonal", None),
    }
}

fn collective(op: SubgroupOperation, collective: CollectiveOperation) -> Result<&'static str, Unwritable> {
    Ok(match (collective, op) {
        (CollectiveOperation::Reduce, SubgroupOperation::All) => "subgroupAll",
        (CollectiveOperation::Reduce, SubgroupOperation::Any) => "subgroupAny",
        (CollectiveOperation::Reduce, SubgroupOperation::Add) => "subgroupAdd",
        (CollectiveOperation::Reduce, SubgroupOperation::Mul) => "subgroupMul",
        (CollectiveOperation::Reduce, SubgroupOperation::Min) => "subgroupMin",
        (CollectiveOperation::Reduce, SubgroupOperation::Max) => "subgroupMax",
        (CollectiveOperation::Reduce, SubgroupOperation::And) => "subgroupAnd",
        (CollectiveOperation::Reduce, SubgroupOperation::Or) => "subgroupOr",
        (CollectiveOperation::Reduce, SubgroupOperation::Xor) => "subgroupXor",
        (CollectiveOperation::ExclusiveScan, SubgroupOperation::Add) => "subgroupExclusiveAdd",
        (CollectiveOperation::ExclusiveScan, SubgroupOperation::Mul) => "subgroupExclusiveMul",
        (CollectiveOperation::InclusiveScan, SubgroupOperation::Add) => "subgroupInclusiveAdd",
        (CollectiveOperation::InclusiveScan, SubgroupOperation::Mul) => "subgroupInclusiveMul",
        (collective, op) => {
            return Err(Unwritable(format!("the operation {collective:?} {op:?} of a subgroup")));
        }
    })
}
