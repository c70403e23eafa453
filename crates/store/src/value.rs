//! The bytes of a record, and what they decode to.

use std::any::Any;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// The bytes of a record; clones share them. To an engine they are bytes and nothing else.
///
/// Whoever decodes them leaves the record here, so that as long as an engine keeps the bytes in memory they are decoded
/// once: reading the same few pools and roles is most of what a server does.
#[derive(Clone)]
pub struct Value(Arc<Shared>);

struct Shared {
    bytes: Box<[u8]>,
    decoded: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Value {
    /// What the bytes decode to. `decode` is asked the first time; it must be the same for the same type.
    ///
    /// # Errors
    /// Whatever `decode` says.
    pub(crate) fn decoded<V: Any + Clone + Send + Sync, E>(
        &self,
        decode: impl FnOnce(&[u8]) -> Result<V, E>,
    ) -> Result<V, E> {
        if let Some(known) = self.0.decoded.get().and_then(|known| known.downcast_ref::<V>()) {
            return Ok(known.clone());
        }
        let record = decode(self)?;
        // Somebody else may have been faster; it is the same record.
        let _same = self.0.decoded.set(Box::new(record.clone()));
        Ok(record)
    }
}

impl Deref for Value {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl<B: Into<Box<[u8]>>> From<B> for Value {
    fn from(bytes: B) -> Self {
        Self(Arc::new(Shared { bytes: bytes.into(), decoded: OnceLock::new() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(bytes: &[u8]) -> Result<usize, ()> {
        Ok(bytes.len())
    }

    #[test]
    fn bytes_are_decoded_once_for_all_clones() {
        let value = Value::from(b"abc".as_slice());
        assert_eq!(value.clone().decoded(length), Ok(3));
        assert_eq!(value.decoded(|_| Err::<usize, ()>(())), Ok(3));
    }

    #[test]
    fn what_does_not_decode_is_tried_again() {
        let value = Value::from(b"abc".as_slice());
        assert_eq!(value.decoded(|_| Err::<usize, ()>(())), Err(()));
        assert_eq!(value.decoded(length), Ok(3));
    }

    #[test]
    fn a_record_of_another_type_is_none_of_theirs() {
        let value = Value::from(b"abc".as_slice());
        assert_eq!(value.decoded(length), Ok(3));
        assert_eq!(value.decoded(|bytes| Ok::<_, ()>(bytes.to_vec())), Ok(b"abc".to_vec()));
    }
}
