//! The observer: one event in, what can be seen of it out.

use std::path::Path;
use std::time::Duration;

use enact_bridge::{Event, Observer};
use enact_plan::{Answer, Detection, ObjectView};
use enact_robot::{Robot, Trajectory};
use rerun::blueprint::BlueprintActivation;
use rerun::{RecordingStream, RecordingStreamBuilder, RecordingStreamResult};

use crate::clock::{Clock, thin};
use crate::text::Question;
use crate::{RecordError, arm, camera, curves, layout, objects, text, timings, viewer};

/// How long the viewer may take to receive the rest.
const PATIENCE: Duration = Duration::from_secs(30);

/// Shows a run in rerun.
///
/// It never stops a run: the first thing that goes wrong is kept for
/// [`finish`](Self::finish).
#[derive(Debug)]
pub struct Recorder {
    stream: RecordingStream,
    clock: Clock,
    robot: Option<Robot>,
    picture_size: (u32, u32),
    failure: Option<RecordError>,
}

impl Recorder {
    /// Records into the `.rrd` file at `path`, replacing it.
    pub fn to_file(path: &Path) -> Result<Self, RecordError> {
        let stream = builder().save(path).map_err(|source| RecordError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::new(stream))
    }

    /// Shows the run in the rerun viewer of this machine while it happens; starts
    /// the viewer if none is running.
    pub fn to_viewer() -> Result<Self, RecordError> {
        let address = viewer::address();
        viewer::ensure(viewer::PROGRAM, address)?;
        let stream = builder()
            .connect_grpc_opts(format!("rerun+http://{address}/proxy"))
            .map_err(|source| RecordError::Connect { address, source })?;
        Ok(Self::new(stream))
    }

    fn new(stream: RecordingStream) -> Self {
        // Wall-clock time would tell nothing about a simulated run.
        stream.set_log_time_enabled(false);
        Self {
            stream,
            clock: Clock::default(),
            robot: None,
            picture_size: (0, 0),
            failure: None,
        }
    }

    /// Completes the recording and returns the first thing that went wrong in it.
    pub fn finish(self) -> Result<(), RecordError> {
        let flushed = self.stream.flush_with_timeout(PATIENCE);
        self.stream.finalize_deferred_sinks();
        self.failure.map_or(Ok(()), Err)?;
        Ok(flushed?)
    }

    fn record(&mut self, event: &Event<'_>) -> RecordingStreamResult<()> {
        if let Event::Turn(_) = event {
            self.clock.turn += 1;
        }
        self.clock.set(&self.stream);
        let stream = &self.stream;
        match *event {
            Event::Started { task, robot, .. } => self.started(task, robot),
            Event::Ordered(order) => text::note(stream, "order", &format!("{order:?}")),
            Event::Turn(turn) => text::note(stream, "turn", &turn.to_string()),
            Event::Saw(frame) => {
                self.picture_size = (frame.rgb.width(), frame.rgb.height());
                camera::saw(stream, frame)
            }
            Event::Perceived {
                answer,
                objects,
                dropped,
            } => self.perceived(answer, objects, dropped),
            Event::Planned { answer, .. } => {
                text::answered(stream, Question::Plan, answer)?;
                timings::answered(stream, Question::Plan, answer.usage)?;
                match &answer.meaning {
                    Ok(plan) => text::note(stream, "plan", &plan.to_string()),
                    Err(_) => Ok(()),
                }
            }
            Event::Step(step) => text::note(stream, "step", &step.to_string()),
            Event::Moving {
                purpose,
                trajectory,
                ..
            } => self.moving(purpose, trajectory),
            Event::Moved(execution) => self.moved(&execution.samples),
            Event::Read(_) => Ok(()),
            Event::Judged(outcome) => text::judged(stream, outcome),
            Event::Said(words) => text::note(stream, "said", words),
            Event::Ended(report) => text::ended(stream, report),
            Event::Broke(error) => text::warn(stream, "broke", &error.to_string()),
        }
    }

    fn started(&mut self, task: &str, robot: &Robot) -> RecordingStreamResult<()> {
        if self.robot.is_none() {
            arm::describe(&self.stream, robot)?;
            curves::describe(&self.stream, robot)?;
            timings::describe(&self.stream)?;
            // Drawn at home until the arm reports where it is.
            arm::pose(&self.stream, robot, robot.home())?;
            layout::blueprint(robot).send(&self.stream, BlueprintActivation::default())?;
            self.robot = Some(robot.clone());
        }
        text::note(&self.stream, "task", task)
    }

    fn perceived(
        &self,
        answer: &Answer<Vec<Detection>>,
        objects: &[ObjectView],
        dropped: &[String],
    ) -> RecordingStreamResult<()> {
        text::answered(&self.stream, Question::Perception, answer)?;
        timings::answered(&self.stream, Question::Perception, answer.usage)?;
        text::perceived(&self.stream, objects, dropped)?;
        let detections = answer.meaning.as_deref().unwrap_or_default();
        camera::perceived(&self.stream, self.picture_size, detections, objects)?;
        objects::perceived(&self.stream, objects)
    }

    fn moving(&self, purpose: &str, trajectory: &Trajectory) -> RecordingStreamResult<()> {
        text::note(&self.stream, "motion", purpose)?;
        match &self.robot {
            Some(robot) => arm::moving(&self.stream, robot, purpose, trajectory),
            None => Ok(()),
        }
    }

    fn moved(&mut self, states: &[enact_arm::ArmState]) -> RecordingStreamResult<()> {
        let Some(robot) = &self.robot else {
            return Ok(());
        };
        let states = thin(states, robot.joints().len());
        let Some(last) = states.last() else {
            return Ok(());
        };
        self.clock.arm = last.stamp;
        self.clock.set(&self.stream);
        arm::moved(&self.stream, robot, self.clock, &states)?;
        curves::moved(&self.stream, robot, self.clock, &states)
    }
}

impl Observer for Recorder {
    fn observe(&mut self, event: &Event<'_>) {
        if let Err(error) = self.record(event) {
            self.failure.get_or_insert(error.into());
        }
    }
}

fn builder() -> RecordingStreamBuilder {
    // Who asks for a recording gets one, whatever rerun's environment variable says.
    RecordingStreamBuilder::new("enact").enabled(true)
}
