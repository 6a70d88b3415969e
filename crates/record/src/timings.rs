//! How long each question to the model took, by the wall clock.

use enact_plan::Usage;
use rerun::{RecordingStream, RecordingStreamResult, Scalars, SeriesPoints};

use crate::text::Question;

/// Seconds, a point per answer.
pub(crate) const TIMINGS: &str = "timings";

/// Names the points.
pub(crate) fn describe(stream: &RecordingStream) -> RecordingStreamResult<()> {
    for question in [Question::Perception, Question::Plan] {
        let style = SeriesPoints::new().with_names([name(question)]);
        stream.log_static(path(question), &style)?;
    }
    Ok(())
}

/// Notes what an answer took.
pub(crate) fn answered(
    stream: &RecordingStream,
    question: Question,
    usage: Usage,
) -> RecordingStreamResult<()> {
    let seconds = (usage.prompt_time + usage.decode_time).as_secs_f64();
    stream.log(path(question), &Scalars::single(seconds))
}

fn path(question: Question) -> String {
    format!("{TIMINGS}/{}", name(question))
}

fn name(question: Question) -> &'static str {
    match question {
        Question::Perception => "perception",
        Question::Plan => "plan",
    }
}
