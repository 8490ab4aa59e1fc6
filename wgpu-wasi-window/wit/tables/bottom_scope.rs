// The error scopes that a guest of ours opens below all others, in place of a handler of uncaptured errors, in this
// order. What they caught is told in the same order: an object that there was no memory for is invalid, so the
// validation errors that follow are not the cause. A host that finds them there knows what they stand for.
// `wgpu::ErrorFilter`: <https://www.w3.org/TR/webgpu/#enumdef-gpuerrorfilter>
macro_rules! bottom_scope {
    ($expand:ident) => {
        $expand! {
            OutOfMemory,
            Internal,
            Validation,
        }
    };
}
