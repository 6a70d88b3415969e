//! Who sent a message, when, in which order and for which robot; and the signature.
//!
//! The key comes with the lease, and only the holder of the lease gets it. So whoever overhears a
//! message can neither forge another nor use it on another channel, whatever carries it.

use std::fmt;

use hmac::{Hmac, Mac};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::codec::{Garbled, from_bytes, to_bytes};
use crate::clock::Exchange;

/// Length of a signature, bytes.
const SIGNATURE: usize = 32;

/// One connection of a program to a node, drawn at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// Draws a new one.
    #[allow(clippy::disallowed_methods, reason = "nobody may guess it")]
    pub fn random_id() -> Self {
        Self(rand::random())
    }
}

/// What signatures are made with.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// Draws a new one.
    #[allow(clippy::disallowed_methods, reason = "nobody may guess it")]
    pub fn random_key() -> Self {
        Self(rand::random())
    }

    fn mac(&self, channel: Channel, bytes: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("any length does");
        mac.update(&[channel as u8]);
        mac.update(bytes);
        mac
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

/// What a message is for; one that is signed for one channel is refused on others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Orders of a driver.
    Order = 1,
    /// Its heartbeats.
    Heartbeat = 2,
}

/// A message with what shows whether it is to be obeyed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// The sender's session.
    pub session: SessionId,
    /// The lease that it was sent under: a number that grows with each lease.
    pub lease: u64,
    /// Number of the message in this session and channel; it grows.
    pub sequence: u64,
    /// When it was sent, ns on the sender's monotonic clock.
    pub sent: u64,
    /// The newest comparison of clocks, by which the receiver judges `sent`.
    pub clocks: Option<Exchange>,
    /// Digest of the robot description that the sender has.
    pub robot: [u8; 32],
    /// What it says.
    pub body: T,
}

/// A message that was read but not yet believed.
#[derive(Debug)]
pub struct UnverifiedEnvelope<'a, T> {
    /// What it says.
    pub envelope: Envelope<T>,
    bytes: &'a [u8],
    signature: &'a [u8],
}

impl<T: Serialize> Envelope<T> {
    /// Returns the message as bytes, signed with `key`.
    pub fn to_signed_bytes(&self, channel: Channel, key: &SecretKey) -> Vec<u8> {
        let mut bytes = to_bytes(self);
        let signature = key.mac(channel, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&signature);
        bytes
    }
}

impl<'a, T: DeserializeOwned> UnverifiedEnvelope<'a, T> {
    /// Reads a message of at most `limit` bytes.
    ///
    /// # Errors
    /// [`Garbled`] if it is none.
    pub fn read_unverified(bytes: &'a [u8], limit: usize) -> Result<Self, Garbled> {
        let length = bytes.len();
        if length > limit {
            return Err(Garbled::TooLong { length, limit });
        }
        let (bytes, signature) = bytes
            .split_at_checked(length.wrapping_sub(SIGNATURE))
            .ok_or_else(|| Garbled::Nonsense("it is too short".to_owned()))?;
        Ok(Self {
            envelope: from_bytes(bytes, limit)?,
            bytes,
            signature,
        })
    }

    /// Returns whether the message was signed with this key, for this channel.
    pub fn has_valid_signature(&self, channel: Channel, key: &SecretKey) -> bool {
        let mac = key.mac(channel, self.bytes);
        mac.verify_slice(self.signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::MAX_SMALL_BYTES;
    use super::*;

    #[test]
    fn one_bit_another_key_or_another_channel_break_the_seal() {
        let key = SecretKey::random_key();
        let envelope = Envelope {
            session: SessionId::random_id(),
            lease: 7,
            sequence: 3,
            sent: 5,
            clocks: None,
            robot: [9; 32],
            body: 0.1,
        };
        let bytes = envelope.to_signed_bytes(Channel::Order, &key);
        let sealed: UnverifiedEnvelope<f64> =
            UnverifiedEnvelope::read_unverified(&bytes, MAX_SMALL_BYTES).unwrap();
        assert_eq!(sealed.envelope, envelope);
        assert!(sealed.has_valid_signature(Channel::Order, &key));
        assert!(!sealed.has_valid_signature(Channel::Heartbeat, &key));
        assert!(!sealed.has_valid_signature(Channel::Order, &SecretKey::random_key()));
        for bit in 0..8 * bytes.len() {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            let believed = UnverifiedEnvelope::<f64>::read_unverified(&bent, MAX_SMALL_BYTES)
                .is_ok_and(|sealed| sealed.has_valid_signature(Channel::Order, &key));
            assert!(!believed, "bit {bit}");
        }
        for length in 0..bytes.len() {
            let believed =
                UnverifiedEnvelope::<f64>::read_unverified(&bytes[..length], MAX_SMALL_BYTES)
                    .is_ok_and(|sealed| sealed.has_valid_signature(Channel::Order, &key));
            assert!(!believed, "{length} bytes");
        }
    }
}
