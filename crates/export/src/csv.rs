//! Every reading of the arm as a line of CSV.

use std::io::Write;

use enact_recording::message::JointStates;
use enact_recording::{Recording, Topic};

use crate::error::ExportError;

/// Writes a header, and a line per reading: the task's number from 1, the turn counted over all
/// tasks, the arm's time in seconds, then position, velocity, effort and command of each joint (rad
/// or m; effort as a fraction of the largest). A value that is not a number is left empty.
///
/// # Errors
/// If the recording cannot be read or `sink` written.
pub fn write(recording: &Recording, sink: impl Write) -> Result<(), ExportError> {
    let mut lines = ::csv::Writer::from_writer(sink);
    let failed = |error: &dyn ToString| ExportError::Unfit(error.to_string());
    let robot = recording.run_info()?.robot.load_robot()?;
    let mut header = vec!["task".to_owned(), "turn".to_owned(), "time".to_owned()];
    for quantity in ["position", "velocity", "effort", "commanded"] {
        let names = robot.joints().iter();
        header.extend(names.map(|joint| format!("{}.{quantity}", joint.name)));
    }
    lines
        .write_record(&header)
        .map_err(|error| failed(&error))?;
    let (mut task, mut turn) = (0, 0);
    for record in recording.messages() {
        match record.topic {
            Topic::Task => task += 1,
            Topic::Turn => turn += 1,
            Topic::JointStates => {
                let reading: JointStates = record.deserialize_message()?;
                let line = line(task, turn, &reading, robot.joints().len());
                lines.write_record(&line).map_err(|error| failed(&error))?;
            }
            _ => {}
        }
    }
    lines.flush().map_err(|error| failed(&error))
}

fn line(task: u32, turn: u32, reading: &JointStates, joints: usize) -> Vec<String> {
    let time = reading.to_arm_state().stamp.seconds();
    let mut line = vec![task.to_string(), turn.to_string(), time.to_string()];
    let none = Vec::new();
    for values in [
        &reading.position,
        &reading.velocity,
        &reading.effort,
        reading.commanded.as_ref().unwrap_or(&none),
    ] {
        let text = |joint| values.get(joint).copied().flatten();
        line.extend((0..joints).map(|joint| text(joint).map_or(String::new(), |v| v.to_string())));
    }
    line
}
