//! Servos that are not there: a bus that answers byte for byte as real ones do, with joints
//! that move behind it and faults on demand.
//!
//! | module | idea |
//! |---|---|
//! | [`servo`] | one servo: its registers and what writing them does |
//! | [`plant`] | the joints that the servos turn |
//! | [`emulated_bus`] | several servos on one bus |
//! | [`fault`] | what goes wrong, when and how often |
//! | [`transport`] | such a bus as a line whose time passes only while somebody waits |
//! | [`pty`] | such a bus as a serial port, in real time |
//! | [`builder`] | the servos of a robot, wired and calibrated |

pub mod builder;
pub mod emulated_bus;
pub mod fault;
pub mod plant;
pub mod pty;
pub mod servo;
pub mod transport;

pub use builder::{BusBuilder, nominal_calibration};
pub use emulated_bus::EmulatedBus;
pub use fault::{Fault, Faults, Rule};
pub use plant::{FreeJoints, Plant};
pub use pty::PtyBus;
pub use transport::EmulatedTransport;
