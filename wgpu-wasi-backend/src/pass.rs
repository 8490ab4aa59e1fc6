//! What render passes and render bundle encoders share: `GPUBindingCommandsMixin`
//! (<https://www.w3.org/TR/webgpu/#gpubindingcommandsmixin>) and `GPUDebugCommandsMixin`
//! (<https://www.w3.org/TR/webgpu/#gpudebugcommandsmixin>) — peer: host/src/pass.rs
//!
//! wgpu has a trait for each encoder, and the WIT a resource, and none of them have anything in common. So these are
//! macros, for methods of those traits; `self.wit` is the resource, and `self.bound` what it has been told.

/// The methods that bind: `set_bind_group` and `set_immediates`. An encoder named `$encoder` has a method
/// `fail(call, why)` for a call that the host refuses at once.
macro_rules! binding_commands {
    ($encoder:literal) => {
        fn set_bind_group(
            &mut self,
            index: u32,
            bind_group: Option<&wgpu::custom::DispatchBindGroup>,
            offsets: &[wgpu::DynamicOffset],
        ) {
            use $crate::bind_group::BindGroup;

            let group = bind_group.map(|group| $crate::convert::ours(group.as_custom::<BindGroup>()));
            if self.bound.set_bind_group(index, group.map(BindGroup::id), offsets) {
                let (data, start, length) = $crate::bind_group::dynamic_offsets(offsets);
                let group = group.map(BindGroup::wit);
                if let Err(error) = self.wit.set_bind_group(index, group, data, start, length) {
                    self.fail(concat!($encoder, "::set_bind_group"), error.message);
                }
            }
        }

        fn set_immediates(&mut self, offset: u32, data: &[u8]) {
            self.wit.set_immediates(offset, data, Some(0), Some(data.len() as u64));
        }
    };
}

/// The methods that leave notes for a debugger.
macro_rules! debug_commands {
    () => {
        fn push_debug_group(&mut self, group_label: &str) {
            self.wit.push_debug_group(group_label);
        }

        fn pop_debug_group(&mut self) {
            self.wit.pop_debug_group();
        }

        fn insert_debug_marker(&mut self, label: &str) {
            self.wit.insert_debug_marker(label);
        }
    };
}

pub(crate) use {binding_commands, debug_commands};
