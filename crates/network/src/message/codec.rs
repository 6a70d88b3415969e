//! Bytes to values and back.
//!
//! A message is the version of its format in two bytes, then CBOR, which keeps every bit of a number
//! and describes itself. A reader refuses what is too long, too deep, or not used up.

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// Version of all messages. Another one is not read.
pub const VERSION: u16 = 1;
/// Longest small message, bytes: all but motions, their outcomes and pictures.
pub const MAX_SMALL_BYTES: usize = 8 << 10;
/// Longest motion, bytes: minutes at the control period.
pub const MAX_MOTION_BYTES: usize = 8 << 20;
/// Longest outcome of a motion, bytes: with everything that was measured.
pub const MAX_OUTCOME_BYTES: usize = 32 << 20;
/// Longest picture, bytes.
pub const MAX_PICTURE_BYTES: usize = 16 << 20;
/// Deepest nesting that is read.
const DEPTH: usize = 24;

/// Why bytes are no message.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Garbled {
    /// It is too long to be one.
    #[error("it has {length} bytes, and at most {limit} are read")]
    TooLong {
        /// Its length, bytes.
        length: usize,
        /// Greatest length that is read, bytes.
        limit: usize,
    },
    /// It comes from another version of the program.
    #[error("it has version {found} of the messages, and this program speaks version {VERSION}")]
    Version {
        /// Its version.
        found: u16,
    },
    /// It is not what is expected here.
    #[error("it cannot be read: {0}")]
    Nonsense(String),
}

/// Returns a value as bytes.
///
/// # Panics
/// If the value cannot be serialized; the messages here can.
pub fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = VERSION.to_le_bytes().to_vec();
    ciborium::into_writer(value, &mut bytes).expect("a vector takes everything");
    bytes
}

/// Reads a value of at most `limit` bytes.
///
/// # Errors
/// [`Garbled`] if they are none.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, Garbled> {
    let length = bytes.len();
    if length > limit {
        return Err(Garbled::TooLong { length, limit });
    }
    let (version, mut body) = bytes
        .split_first_chunk::<2>()
        .ok_or_else(|| Garbled::Nonsense("it is too short".to_owned()))?;
    let found = u16::from_le_bytes(*version);
    if found != VERSION {
        return Err(Garbled::Version { found });
    }
    let value = ciborium::de::from_reader_with_recursion_limit(&mut body, DEPTH)
        .map_err(|error| Garbled::Nonsense(error.to_string()))?;
    if body.is_empty() {
        Ok(value)
    } else {
        let rest = body.len();
        Err(Garbled::Nonsense(format!("{rest} bytes follow its end")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_bit_for_bit() {
        let values = vec![0.1 + 0.2, f64::MIN_POSITIVE, -0.0, 1e300];
        let back: Vec<f64> = from_bytes(&to_bytes(&values), MAX_SMALL_BYTES).unwrap();
        let bits = |all: &[f64]| all.iter().map(|one| one.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&values));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let good = to_bytes(&vec![1_u8, 2]);
        let read = |bytes: &[u8]| from_bytes::<Vec<u8>>(bytes, MAX_SMALL_BYTES);
        assert_eq!(read(&good), Ok(vec![1, 2]));
        assert!(matches!(read(&[]), Err(Garbled::Nonsense(_))));
        assert!(matches!(read(&good[..3]), Err(Garbled::Nonsense(_))));
        let mut longer = good.clone();
        longer.push(0);
        assert!(matches!(read(&longer), Err(Garbled::Nonsense(_))));
        let mut newer = good.clone();
        newer[0] += 1;
        assert_eq!(read(&newer), Err(Garbled::Version { found: VERSION + 1 }));
        let much = to_bytes(&vec![0_u8; MAX_SMALL_BYTES + 1]);
        assert!(matches!(read(&much), Err(Garbled::TooLong { .. })));
        // An array of 2^60 entries, and arrays in arrays.
        let vast = [
            &VERSION.to_le_bytes()[..],
            &[0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat();
        assert!(read(&vast).is_err());
        let deep = [&VERSION.to_le_bytes()[..], &[0x81; 4000]].concat();
        assert!(read(&deep).is_err());
    }
}
