//! `diagnostics`: what is to be known of the arm, once a second.

use enact_robot::Robot;
use ros2_client::builtin_interfaces::Time;

use super::readings::LatestReading;
use crate::messages::diagnostic::{DiagnosticArray, DiagnosticStatus, KeyValue, level};
use crate::messages::std_msgs::Header;

/// What the node counts.
#[derive(Clone, Debug, Default)]
pub struct GoalCounts {
    /// Goals that were reached.
    pub reached: u64,
    /// Goals that were not, for whatever reason.
    pub missed: u64,
    /// Why the last one was not.
    pub last_fault: Option<String>,
}

/// Returns the report.
pub fn diagnostics_message(
    robot: &Robot,
    newest: &LatestReading,
    is_stopped: bool,
    is_moving: bool,
    counts: &GoalCounts,
) -> DiagnosticArray {
    let alarm = newest
        .reading
        .as_ref()
        .and_then(|(_, state)| state.alarm.clone());
    let (level, message) = match (&newest.fault, alarm) {
        (Some(fault), _) => (level::ERROR, fault.clone()),
        (None, Some(alarm)) => (level::ERROR, alarm),
        (None, None) if newest.reading.is_none() => {
            (level::STALE, "the arm was not read yet".to_owned())
        }
        (None, None) if is_stopped => (
            level::WARN,
            "stopped; /enact/clear lets it move again".to_owned(),
        ),
        (None, None) if is_moving => (level::OK, "moving".to_owned()),
        (None, None) => (level::OK, "at rest".to_owned()),
    };
    let value = |key: &str, value: String| KeyValue {
        key: key.to_owned(),
        value,
    };
    let last = counts.last_fault.clone().unwrap_or_default();
    DiagnosticArray {
        header: Header::new(Time::now(), ""),
        status: vec![DiagnosticStatus {
            level,
            name: format!("enact: {}", robot.name()),
            message,
            hardware_id: robot.name().to_owned(),
            values: vec![
                value("stopped", is_stopped.to_string()),
                value("readings", newest.count.to_string()),
                value("goals reached", counts.reached.to_string()),
                value("goals not reached", counts.missed.to_string()),
                value("last reason", last),
            ],
        }],
    }
}
