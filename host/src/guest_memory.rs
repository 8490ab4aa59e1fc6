//! The memory of a guest's own: what its instances may take of the host's.

use wasmtime::ResourceLimiter;

use crate::quotas::{
    BYTES_PER_TABLE_ELEMENT, MAX_GUEST_INSTANCES, MAX_GUEST_MEMORIES, MAX_GUEST_TABLES, QuotaExceeded, Quotas,
};

/// What the memories and tables of a store may take together: the quota [`Quotas::max_guest_memory`].
/// [`wasmtime::Store::limiter`] puts it into effect.
///
/// A `memory.grow` beyond the quota fails as it does on any machine that has no more memory; an instance whose memory
/// is too large from the beginning is not made. Nothing is given back before the store goes, as memories don't shrink.
#[derive(Debug)]
pub struct GuestMemory {
    max: u64,
    used: u64,
    refused: bool,
}

impl GuestMemory {
    /// Of a store for a guest with these quotas.
    #[must_use]
    pub fn new(quotas: &Quotas) -> Self {
        Self { max: quotas.max_guest_memory, used: 0, refused: false }
    }

    /// Bytes of memories and tables in the store.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used
    }

    /// The quota, if the guest was refused memory because of it: it may have ended for that reason, which neither
    /// wasmtime nor the guest's own text names.
    #[must_use]
    pub fn refused(&self) -> Option<QuotaExceeded> {
        self.refused.then_some(QuotaExceeded::GuestMemory(self.max))
    }

    /// Counts what grows from `current` to `desired`, elements of so many bytes. What fails anyway, because it is more
    /// than the `maximum` of its type, doesn't count; what fails afterwards, because the system has no more, does.
    fn grows(&mut self, current: usize, desired: usize, maximum: Option<usize>, bytes: u64) -> bool {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return false;
        }
        let more = u64::try_from(desired.saturating_sub(current)).unwrap_or(u64::MAX).saturating_mul(bytes);
        let used = self.used.checked_add(more).filter(|used| *used <= self.max);
        // Of the last time: a program may ask for more than there is, to take less then.
        self.refused = used.is_none();
        self.used = used.unwrap_or(self.used);
        !self.refused
    }
}

impl ResourceLimiter for GuestMemory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grows(current, desired, maximum, 1))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(self.grows(current, desired, maximum, BYTES_PER_TABLE_ELEMENT))
    }

    fn instances(&self) -> usize {
        MAX_GUEST_INSTANCES
    }

    fn tables(&self) -> usize {
        MAX_GUEST_TABLES
    }

    fn memories(&self) -> usize {
        MAX_GUEST_MEMORIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(max: u64) -> GuestMemory {
        GuestMemory::new(&Quotas { max_guest_memory: max, ..Quotas::default() })
    }

    #[test]
    fn all_memories_and_tables_count_together() {
        let mut memory = of(1000);
        assert!(memory.memory_growing(0, 400, None).unwrap());
        assert!(memory.memory_growing(0, 400, Some(500)).unwrap());
        assert!(memory.table_growing(0, 10, None).unwrap());
        assert_eq!(memory.used(), 800 + 10 * BYTES_PER_TABLE_ELEMENT);
        assert!(!memory.memory_growing(400, 600, None).unwrap());
        assert_eq!(memory.refused(), Some(QuotaExceeded::GuestMemory(1000)));
        assert!(memory.memory_growing(400, 410, None).unwrap());
        assert_eq!(memory.refused(), None);
        assert!(!memory.table_growing(0, usize::MAX, None).unwrap());
    }

    #[test]
    fn what_a_memory_may_not_be_by_its_type_does_not_count() {
        let mut memory = of(1000);
        assert!(!memory.memory_growing(0, 600, Some(500)).unwrap());
        assert_eq!((memory.used(), memory.refused()), (0, None));
    }
}
