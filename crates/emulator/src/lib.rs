//! Emulated servos: a bus that replies byte for byte as real servos do, with moving joints and
//! faults on demand.
//!
//! | module | idea |
//! |---|---|
//! | [`servo`] | one servo: its registers and the effects of writing them |
//! | [`plant`] | the joints that the servos turn |
//! | [`emulated_bus`] | several servos on one bus |
//! | [`fault`] | injected faults: which, when and how often |
//! | [`transport`] | the bus as a transport whose time advances only while the driver waits |
//! | [`pty`] | the bus as a serial port, in real time |
//! | [`builder`] | builds the servos of a robot, wired and calibrated |

pub mod builder;
pub mod emulated_bus;
pub mod fault;
pub mod plant;
pub mod pty;
pub mod servo;
pub mod transport;

pub use builder::{BusBuilder, make_plausible_calibration};
pub use emulated_bus::EmulatedBus;
pub use fault::{Fault, Faults, Rule};
pub use plant::{FreeJoints, Plant};
pub use pty::PtyBus;
pub use transport::EmulatedTransport;
