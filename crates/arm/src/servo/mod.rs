//! Servo models and their registers.
//!
//! | module | idea |
//! |---|---|
//! | [`register`] | a register: where it is, how its bytes make a number, in which unit |
//! | [`model`] | what a driver must know of a servo model |
//! | [`sts`] | Feetech's STS series |
//! | [`x_series`] | Dynamixel's X series |

pub mod model;
pub mod register;
pub mod sts;
pub mod x_series;

pub use model::{Facts, Family, Restart, ServoModel};
pub use register::{Encoding, Register, Unit};
