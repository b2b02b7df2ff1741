//! What features keep in memory only, for this process: one value of each type, made at its first use.
//!
//! Nothing in it is ever stored, and losing it costs no more than doing something again.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

type Slot = Arc<dyn Any + Send + Sync>;

/// One value of each type that was asked for.
#[derive(Default)]
pub struct Memory(Mutex<HashMap<TypeId, Slot>>);

impl Memory {
    /// The process's value of this type.
    pub fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(slots.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())));
        // A slot holds what its key says, so this never makes a second value.
        slot.downcast().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen(Mutex<Vec<u8>>);

    #[test]
    fn a_type_has_one_value() {
        let memory = Memory::default();
        memory.of::<Seen>().0.lock().unwrap().push(7);
        assert_eq!(*memory.of::<Seen>().0.lock().unwrap(), [7]);
        assert_eq!(*memory.of::<String>(), "");
    }
}
