//! Servo models and their registers.
//!
//! | module | idea |
//! |---|---|
//! | [`register`] | a register: address, encoding and unit |
//! | [`model`] | facts about a servo model that a driver needs |
//! | [`sts`] | Feetech's STS series |
//! | [`x_series`] | Dynamixel's X series |

pub mod model;
pub mod register;
pub mod sts;
pub mod x_series;

pub use model::{AlarmReset, Family, FamilyFacts, ServoModel};
pub use register::{Encoding, Register, Unit};
