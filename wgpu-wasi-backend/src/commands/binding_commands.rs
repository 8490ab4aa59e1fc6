//! What passes and render bundle encoders share: `GPUBindingCommandsMixin`
//! (<https://www.w3.org/TR/webgpu/#gpubindingcommandsmixin>) and `GPUDebugCommandsMixin`
//! (<https://www.w3.org/TR/webgpu/#gpudebugcommandsmixin>) — peer: host/src/commands/binding.rs
//!
//! wgpu has a trait for each encoder, and the WIT a resource, and none of them have anything in common. So these are
//! macros, for methods of those traits; `self.wit` is the resource, `self.bound` what it has been told, and
//! `self.commands` those that need no call.

/// The methods that bind: `set_bind_group` and `set_immediates`. An encoder has a method `fail(why)` for a call that
/// the host refuses at once; `$bind_group` is the object of this backend.
macro_rules! binding_commands {
    ($bind_group:ty) => {
        fn set_bind_group(
            &mut self,
            index: u32,
            bind_group: Option<&wgpu::custom::DispatchBindGroup>,
            offsets: &[wgpu::DynamicOffset],
        ) {
            let group =
                bind_group.map(|group| ($crate::convert::ours(group.as_custom::<$bind_group>()), group));
            let id = group.map(|(group, _)| group.id());
            if !self.bound.set_bind_group(index, id, offsets)
                || self.commands.set_bind_group(
                    index,
                    group.map(|(ours, group)| (ours.name(), group)),
                    offsets,
                )
            {
                return;
            }
            let (data, start, length) = $crate::commands::binding_commands::dynamic_offsets(offsets);
            let call = |group| self.wit.set_bind_group(index, group, data, start, length);
            let result = match group {
                Some((group, _)) => self.commands.call_naming(group.name(), || call(Some(group.wit()))),
                None => self.commands.call(|| call(None)),
            };
            if let Err(error) = result {
                self.fail(format!("In a set_bind_group command\n  {}", error.message));
            }
        }

        fn set_immediates(&mut self, offset: u32, data: &[u8]) {
            if !self.commands.set_immediates(offset, data) {
                let length = data.len() as u64;
                self.commands.call(|| self.wit.set_immediates(offset, data, Some(0), Some(length)));
            }
        }
    };
}

/// The methods that leave notes for a debugger.
macro_rules! debug_commands {
    () => {
        fn push_debug_group(&mut self, group_label: &str) {
            self.commands.call(|| self.wit.push_debug_group(group_label));
        }

        fn pop_debug_group(&mut self) {
            self.commands.call(|| self.wit.pop_debug_group());
        }

        fn insert_debug_marker(&mut self, label: &str) {
            self.commands.call(|| self.wit.insert_debug_marker(label));
        }
    };
}

/// The methods that ask for queries in passes: timestamps and statistics, neither of which is there; `$query_set` is the
/// object of this backend.
macro_rules! query_commands {
    ($query_set:ty) => {
        fn write_timestamp(&mut self, query_set: &wgpu::custom::DispatchQuerySet, _query_index: u32) {
            let query_set = $crate::convert::ours(query_set.as_custom::<$query_set>());
            let why = $crate::convert::NotInWebGpu::from($crate::unsupported::WRITE_TIMESTAMP);
            self.encoder.fail_query("write_timestamp", query_set.wit(), why);
        }

        fn begin_pipeline_statistics_query(
            &mut self,
            query_set: &wgpu::custom::DispatchQuerySet,
            query_index: u32,
        ) {
            let query_set = $crate::convert::ours(query_set.as_custom::<$query_set>());
            let why = query_set.no_statistics(query_index);
            self.encoder.fail_query("begin_pipeline_statistics_query", query_set.wit(), why);
        }

        fn end_pipeline_statistics_query(&mut self) {
            // Of none that has begun, in the words of wgpu.
            self.encoder.fail(
                "In a end_pipeline_statistics_query command\n  \
                 Query was stopped while there was no active query",
            );
        }
    };
}

pub(crate) use {binding_commands, debug_commands, query_commands};

/// Dynamic offsets as the three arguments of `set-bind-group`: data, start and length. Without any
/// they are left out, which crosses faster.
#[inline]
pub(crate) fn dynamic_offsets(offsets: &[u32]) -> (Option<&[u32]>, Option<u64>, Option<u32>) {
    match u32::try_from(offsets.len()) {
        Ok(0) => (None, None, None),
        Ok(length) => (Some(offsets), Some(0), Some(length)),
        // More than there are bindings: refused by the host for their number.
        Err(_) => (Some(offsets), Some(0), Some(u32::MAX)),
    }
}
