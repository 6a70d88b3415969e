//! Helpers of the whole-program tests.

pub mod tiny;
pub mod view;
