//! Pictures of a camera's node.

use serde::{Deserialize, Serialize};

/// Asks for the next picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PictureRequest {
    /// JPEG quality, 1 to 100; 0 is the usual one.
    pub quality: u8,
    /// Longest side, pixels; larger pictures are scaled down. 0 leaves them as they are.
    pub longest_side: u32,
}

/// Answer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureReply {
    /// A picture that was taken after it was asked for.
    Picture {
        /// Number of the picture.
        sequence: u64,
        /// When it was taken, ns on the node's monotonic clock.
        taken: u64,
        /// A JPEG file.
        #[serde(with = "bytes")]
        jpeg: Vec<u8>,
    },
    /// The camera gives none.
    Failed(String),
}

/// Bytes as one string of bytes instead of a list of numbers.
mod bytes {
    use std::fmt;

    use serde::de::Visitor;
    use serde::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a string of bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
        }

        deserializer.deserialize_byte_buf(Bytes)
    }
}
