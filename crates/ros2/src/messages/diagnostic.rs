//! `diagnostic_msgs`.

use serde::{Deserialize, Serialize};

use super::std_msgs::Header;

/// Values of [`DiagnosticStatus::level`].
pub mod level {
    /// Nothing is wrong.
    pub const OK: u8 = 0;
    /// Something deserves a look.
    pub const WARN: u8 = 1;
    /// It does not work.
    pub const ERROR: u8 = 2;
    /// Nothing was heard for too long.
    pub const STALE: u8 = 3;
}

/// `diagnostic_msgs/KeyValue`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyValue {
    /// What is told.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// `diagnostic_msgs/DiagnosticStatus`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosticStatus {
    /// One of [`level`].
    pub level: u8,
    /// What it is about.
    pub name: String,
    /// A sentence.
    pub message: String,
    /// Which piece of hardware.
    pub hardware_id: String,
    /// Details.
    pub values: Vec<KeyValue>,
}

/// `diagnostic_msgs/DiagnosticArray`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiagnosticArray {
    /// Time of the report.
    pub header: Header,
    /// The reports.
    pub status: Vec<DiagnosticStatus>,
}

super::messages!(KeyValue, DiagnosticStatus, DiagnosticArray);
