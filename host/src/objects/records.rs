//! The maps of WIT — wit: record-gpu-pipeline-constant-value, record-option-gpu-size64 — spec: <https://webidl.spec.whatwg.org/#idl-record> — filled in the backend's compute_pipeline.rs, render_pipeline.rs and adapter.rs

use indexmap::IndexMap;
use wasmtime::component::Resource;

use crate::{
    bindings::wit,
    quotas::{MAX_RECORD_ENTRIES, MAX_RECORD_KEY_BYTES, QuotaExceeded},
    view::{Entry, WebGpuCtxView},
    weights,
};

/// A map that keeps the order in which its keys were added: the guest reads it back.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<V> {
    entries: IndexMap<String, V>,
    /// Of all keys together.
    key_bytes: usize,
}

/// `record<USVString, GPUPipelineConstantValue>`: override constants by name or number.
/// <https://www.w3.org/TR/webgpu/#dom-gpuprogrammablestage-constants>
pub type PipelineConstants = Record<f64>;

/// `record<DOMString, (GPUSize64 or undefined)>`: limits by name.
/// <https://www.w3.org/TR/webgpu/#dom-gpudevicedescriptor-requiredlimits>
pub type RequiredLimits = Record<Option<u64>>;

impl<V: Send + 'static> Entry for Record<V> {
    /// A map keeps the places of keys that are removed.
    fn text_bytes(&self) -> usize {
        self.key_bytes.saturating_add(self.entries.capacity().saturating_mul(weights::RECORD_ENTRY))
    }
}

impl<V: Copy> Record<V> {
    pub(crate) fn new() -> Self {
        Self { entries: IndexMap::new(), key_bytes: 0 }
    }

    /// Keys and values, in the order in which the keys were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, V)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), *value))
    }

    /// A key that is there keeps its place: <https://webidl.spec.whatwg.org/#js-to-record>
    pub(crate) fn add(&mut self, key: String, value: V) -> Result<(), QuotaExceeded> {
        if let Some(present) = self.entries.get_mut(&key) {
            *present = value;
            return Ok(());
        }
        if self.entries.len() >= MAX_RECORD_ENTRIES {
            return Err(QuotaExceeded::RecordEntries(MAX_RECORD_ENTRIES));
        }
        let key_bytes = self.key_bytes.saturating_add(key.len());
        if key_bytes > MAX_RECORD_KEY_BYTES {
            return Err(QuotaExceeded::RecordKeyBytes(MAX_RECORD_KEY_BYTES));
        }
        self.key_bytes = key_bytes;
        self.entries.insert(key, value);
        Ok(())
    }

    fn remove(&mut self, key: &str) {
        if self.entries.shift_remove(key).is_some() {
            self.key_bytes = self.key_bytes.saturating_sub(key.len());
        }
    }
}

impl WebGpuCtxView<'_> {
    /// [`Self::get`], which inside the traits below is their own `get`.
    fn record_map<V: Send + 'static>(&self, this: &Resource<Record<V>>) -> wasmtime::Result<&Record<V>> {
        self.get(this)
    }
}

/// The eight functions of a `record-*` resource, which differ in the type of the values alone.
macro_rules! record {
    ($host:ident for $record:ty, of $value:ty) => {
        impl wit::$host for WebGpuCtxView<'_> {
            fn new(&mut self) -> wasmtime::Result<Resource<$record>> {
                self.push(<$record>::new())
            }

            fn add(&mut self, this: Resource<$record>, key: String, value: $value) -> wasmtime::Result<()> {
                Ok(self.change(&this, |record| record.add(key, value))??)
            }

            fn get(&mut self, this: Resource<$record>, key: String) -> wasmtime::Result<Option<$value>> {
                Ok(self.record_map(&this)?.entries.get(&key).copied())
            }

            fn has(&mut self, this: Resource<$record>, key: String) -> wasmtime::Result<bool> {
                Ok(self.record_map(&this)?.entries.contains_key(&key))
            }

            fn remove(&mut self, this: Resource<$record>, key: String) -> wasmtime::Result<()> {
                self.change(&this, |record| record.remove(&key))
            }

            fn keys(&mut self, this: Resource<$record>) -> wasmtime::Result<Vec<String>> {
                Ok(self.record_map(&this)?.entries.keys().cloned().collect())
            }

            fn values(&mut self, this: Resource<$record>) -> wasmtime::Result<Vec<$value>> {
                Ok(self.record_map(&this)?.entries.values().copied().collect())
            }

            fn entries(&mut self, this: Resource<$record>) -> wasmtime::Result<Vec<(String, $value)>> {
                Ok(self.record_map(&this)?.entries.clone().into_iter().collect())
            }

            fn drop(&mut self, this: Resource<$record>) -> wasmtime::Result<()> {
                self.delete(this).map(drop)
            }
        }
    };
}

record!(HostRecordGpuPipelineConstantValue for PipelineConstants, of f64);
record!(HostRecordOptionGpuSize64 for RequiredLimits, of Option<u64>);

#[cfg(test)]
mod tests {
    use super::*;

    fn record(keys: &[(&str, f64)]) -> PipelineConstants {
        let mut record = PipelineConstants::new();
        for (key, value) in keys {
            record.add((*key).to_owned(), *value).unwrap();
        }
        record
    }

    #[test]
    fn keys_keep_their_order_and_are_replaced_in_place() {
        let mut record = record(&[("b", 1.0), ("a", 2.0), ("b", 3.0)]);
        assert_eq!(record.iter().collect::<Vec<_>>(), [("b", 3.0), ("a", 2.0)]);
        assert_eq!(record.entries.get("a"), Some(&2.0));
        record.remove("b");
        record.remove("no such key");
        assert_eq!(record.iter().collect::<Vec<_>>(), [("a", 2.0)]);
        assert_eq!(record.entries.get("b"), None);
    }

    #[test]
    fn a_value_that_is_undefined_is_there() {
        let mut record = RequiredLimits::new();
        record.add("maxBindGroups".to_owned(), None).unwrap();
        assert_eq!(record.entries.get("maxBindGroups"), Some(&None));
    }

    #[test]
    fn entries_are_limited() {
        let mut record = record(&[]);
        for number in 0..MAX_RECORD_ENTRIES {
            record.add(number.to_string(), 0.0).unwrap();
        }
        assert_eq!(record.add("0".to_owned(), 1.0), Ok(()));
        assert_eq!(
            record.add("one more".to_owned(), 0.0),
            Err(QuotaExceeded::RecordEntries(MAX_RECORD_ENTRIES))
        );
    }

    #[test]
    fn the_bytes_of_keys_are_limited_and_given_back() {
        let long = "k".repeat(MAX_RECORD_KEY_BYTES);
        let mut record = record(&[]);
        assert_eq!(record.add(long.clone(), 0.0), Ok(()));
        let refused = Err(QuotaExceeded::RecordKeyBytes(MAX_RECORD_KEY_BYTES));
        assert_eq!(record.add("k".to_owned(), 0.0), refused);
        record.remove(&long);
        assert_eq!(record.add("k".to_owned(), 0.0), Ok(()));
    }
}
