//! Duration of each stage of the loop, by the wall clock.

use enact_runtime::Event;
use rerun::{RecordingStream, RecordingStreamResult, Scalars, SeriesPoints};

use crate::clock::EventTimes;

/// Durations in seconds, with a point whenever a stage ends.
pub(crate) const TIMINGS_PATH: &str = "timings";

/// The stages of the loop, in order.
const STAGES: [&str; 6] = ["look", "perceive", "plan", "ground", "move", "judge"];

/// Names the plotted points.
pub(crate) fn log_stage_names(stream: &RecordingStream) -> RecordingStreamResult<()> {
    for stage in STAGES {
        let style = SeriesPoints::new().with_names([stage]);
        stream.log_static(path(stage), &style)?;
    }
    Ok(())
}

/// Records the duration of the stage that ends with `event`.
pub(crate) fn log_stage_duration(
    stream: &RecordingStream,
    clock: EventTimes,
    event: &Event<'_>,
) -> RecordingStreamResult<()> {
    match stage(event) {
        Some(stage) => stream.log(
            path(stage),
            &Scalars::single(clock.since_previous_event().as_secs_f64()),
        ),
        None => Ok(()),
    }
}

/// Returns the stage that ends with an event, which began at the previous event.
fn stage(event: &Event<'_>) -> Option<&'static str> {
    match event {
        Event::FrameCaptured(_) => Some(STAGES[0]),
        Event::Perceived { .. } => Some(STAGES[1]),
        Event::Planned { .. } => Some(STAGES[2]),
        Event::MotionStarted { .. } => Some(STAGES[3]),
        Event::MotionEnded(_) => Some(STAGES[4]),
        Event::StepVerified(_) => Some(STAGES[5]),
        _ => None,
    }
}

fn path(stage: &str) -> String {
    format!("{TIMINGS_PATH}/{stage}")
}
