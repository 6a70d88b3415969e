//! A register: address, encoding and unit.

use thiserror::Error;

use crate::bus::{Bus, BusError};

/// A number in a servo's control table, little-endian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Register {
    /// Its name.
    pub name: &'static str,
    /// Address of its first byte.
    pub address: u16,
    /// Width in bytes: 1, 2 or 4.
    pub width: u8,
    /// Encoding of the number.
    pub encoding: Encoding,
    /// Unit of the number.
    pub unit: Unit,
    /// True if the register can be written.
    pub writable: bool,
}

/// Encoding of a number in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Never negative.
    Unsigned,
    /// Sign bit with this index; the lower bits are the magnitude.
    SignMagnitude(u8),
    /// Two's complement.
    Signed,
}

/// Unit of a register: the value is `scale` times the number, in `symbol`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Value of 1.
    pub scale: f64,
    /// Unit of the value; empty for a plain number.
    pub symbol: &'static str,
}

impl Unit {
    /// A plain number.
    pub const UNITLESS: Self = Self::new(1.0, "");
    /// Steps of the position sensor.
    pub const ENCODER_STEP: Self = Self::new(1.0, "step");
    /// Tenths of a volt.
    pub const DECIVOLT: Self = Self::new(0.1, "V");
    /// Degrees Celsius.
    pub const CELSIUS: Self = Self::new(1.0, "°C");
    /// Per mille of the maximum, as a percentage.
    pub const PER_MILLE: Self = Self::new(0.1, "%");

    /// Creates a unit of `scale` `symbol`.
    pub const fn new(scale: f64, symbol: &'static str) -> Self {
        Self { scale, symbol }
    }
}

/// A number that a register cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("register `{register}` holds {min} to {max}, not {value}")]
pub struct RegisterOverflow {
    /// Name of the register.
    pub register: &'static str,
    /// The number that does not fit.
    pub value: i64,
    /// Smallest number that fits.
    pub min: i64,
    /// Largest number that fits.
    pub max: i64,
}

impl Register {
    /// Creates a read-only register.
    pub const fn new_read_only(name: &'static str, address: u16, width: u8, unit: Unit) -> Self {
        Self {
            name,
            address,
            width,
            encoding: Encoding::Unsigned,
            unit,
            writable: false,
        }
    }

    /// Creates a writable register.
    pub const fn new_writable(name: &'static str, address: u16, width: u8, unit: Unit) -> Self {
        let mut register = Self::new_read_only(name, address, width, unit);
        register.writable = true;
        register
    }

    /// Returns the register with this bit as its sign.
    pub const fn with_sign_bit(mut self, bit: u8) -> Self {
        self.encoding = Encoding::SignMagnitude(bit);
        self
    }

    /// Returns the register in two's complement.
    pub const fn with_twos_complement(mut self) -> Self {
        self.encoding = Encoding::Signed;
        self
    }

    /// Returns the smallest and the largest number that fit.
    pub fn range(&self) -> (i64, i64) {
        let bits = 8 * u32::from(self.width);
        match self.encoding {
            Encoding::Unsigned => (0, (1 << bits) - 1),
            Encoding::SignMagnitude(bit) => {
                let largest = (1 << bit) - 1;
                (-largest, largest)
            }
            Encoding::Signed => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        }
    }

    /// Encodes a number.
    ///
    /// # Errors
    /// [`RegisterOverflow`] if it does not fit; nothing is truncated silently.
    pub fn encode(&self, value: i64) -> Result<Vec<u8>, RegisterOverflow> {
        let (min, max) = self.range();
        if !(min..=max).contains(&value) {
            return Err(RegisterOverflow {
                register: self.name,
                value,
                min,
                max,
            });
        }
        let raw = match self.encoding {
            Encoding::SignMagnitude(bit) if value < 0 => -value | (1 << bit),
            _ => value,
        };
        Ok(raw.to_le_bytes()[..usize::from(self.width)].to_vec())
    }

    /// Decodes a number; `None` if the number of bytes is wrong.
    pub fn decode(&self, bytes: &[u8]) -> Option<i64> {
        if bytes.len() != usize::from(self.width) {
            return None;
        }
        let raw = bytes
            .iter()
            .rev()
            .fold(0i64, |value, byte| value << 8 | i64::from(*byte));
        Some(match self.encoding {
            Encoding::Unsigned => raw,
            Encoding::SignMagnitude(bit) => {
                // Bits above the sign have no meaning.
                let magnitude = raw & ((1 << bit) - 1);
                if raw & (1 << bit) == 0 {
                    magnitude
                } else {
                    -magnitude
                }
            }
            Encoding::Signed => {
                let unused = 64 - 8 * u32::from(self.width);
                raw << unused >> unused
            }
        })
    }

    /// Returns the number from a block of registers that begins at `start`; `None` if the register
    /// is not inside.
    pub fn decode_from_block(&self, start: u16, block: &[u8]) -> Option<i64> {
        let from = usize::from(self.address.checked_sub(start)?);
        self.decode(block.get(from..from + usize::from(self.width))?)
    }

    /// Reads the register of a servo.
    ///
    /// # Errors
    /// [`BusError`] if the servo does not reply.
    pub fn read(&self, bus: &mut Bus, id: u8) -> Result<i64, BusError> {
        let status = bus.read_registers(id, self.address, self.width.into())?;
        self.decode(&status.data).ok_or(BusError::Garbled { id })
    }

    /// Writes the register of a servo.
    ///
    /// # Errors
    /// [`BusError`] if the value does not fit, or the servo does not confirm it.
    pub fn write(&self, bus: &mut Bus, id: u8, value: i64) -> Result<(), BusError> {
        bus.write_registers(id, self.address, &self.encode(value)?)
            .map(drop)
    }

    /// Returns the value of the number in the register's unit.
    pub fn physical_value(&self, number: i64) -> f64 {
        number as f64 * self.unit.scale
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_homing_offset_has_its_sign_in_bit_eleven() {
        let offset = Register::new_writable("offset", 31, 2, Unit::ENCODER_STEP).with_sign_bit(11);
        assert_eq!(offset.encode(-709).unwrap(), [0xC5, 0x0A]);
        assert_eq!(offset.decode(&[0xC5, 0x0A]), Some(-709));
        assert_eq!(offset.range(), (-2047, 2047));
        let error = offset.encode(2048).unwrap_err().to_string();
        assert_eq!(error, "register `offset` holds -2047 to 2047, not 2048");
    }

    #[test]
    fn a_block_is_read_by_address() {
        let load = Register::new_read_only("load", 60, 2, Unit::PER_MILLE).with_sign_bit(10);
        let block = [1, 2, 3, 4, 0xF4, 0x05, 7];
        assert_eq!(load.decode_from_block(56, &block), Some(-500));
        assert_eq!(load.physical_value(-500), -50.0);
        assert_eq!(load.decode_from_block(61, &block), None);
        assert_eq!(load.decode_from_block(52, &block[..5]), None);
    }

    fn register() -> impl Strategy<Value = Register> {
        let width = prop_oneof![Just(1u8), Just(2), Just(4)];
        (width, 0..3, any::<prop::sample::Index>()).prop_map(|(width, kind, bit)| {
            let register = Register::new_writable("any", 0, width, Unit::UNITLESS);
            match kind {
                0 => register,
                1 => register.with_sign_bit(bit.index(usize::from(width) * 8) as u8),
                _ => register.with_twos_complement(),
            }
        })
    }

    proptest! {
        #[test]
        fn what_fits_round_trips_and_nothing_else_is_taken(register in register(), value in -(1i64 << 33)..1 << 33, small in -3000i64..3000) {
            for value in [value, small] {
                let (min, max) = register.range();
                match register.encode(value) {
                    Ok(bytes) => prop_assert_eq!(register.decode(&bytes), Some(value)),
                    Err(_) => prop_assert!(value < min || max < value),
                }
            }
        }

        #[test]
        fn any_bytes_decode_into_the_range(register in register(), bytes: [u8; 4]) {
            let value = register.decode(&bytes[..usize::from(register.width)]).unwrap();
            let (min, max) = register.range();
            prop_assert!(min <= value && value <= max);
        }
    }
}
