//! The observer, which shows each event.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use enact_arm::{ArmState, Execution};
use enact_plan::{Detection, ModelResponse, ObjectView};
use enact_robot::{Robot, Trajectory};
use enact_runtime::{Event, Observer};
use enact_types::{Frame, Stamp, StopSwitch};
use rerun::blueprint::BlueprintActivation;
use rerun::sink::GrpcSink;
use rerun::{RecordingStream, RecordingStreamBuilder, RecordingStreamError, RecordingStreamResult};

use crate::camera::CameraView;
use crate::clock::{ARM_TIMELINE, EventTimes, WallClock, thin_out_states};
use crate::conversation::Conversation;
use crate::live_feed::LiveFeed;
use crate::lossy::LossySink;
use crate::text::QueryKind;
use crate::web::{FeedSink, Page};
use crate::{
    VizError, arm, blueprint, camera, collision_world, confidence, contact, curves, objects, text,
    timings, viewer,
};

/// Longest time that the viewer may take to receive the rest.
const VIEWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The policy for a viewer that is slower than the events it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backpressure {
    /// The run never waits: it happens now, and messages that the viewer misses are counted.
    Run,
    /// The run, which is over, waits for the viewer.
    Viewer,
}

/// Shows the pictures of a camera besides the main one.
#[derive(Clone, Debug)]
pub struct CameraFeed {
    stream: RecordingStream,
    name: String,
}

impl CameraFeed {
    /// Shows a picture that was taken at a time on the arm's clock, and where from. One that cannot be
    /// shown is left out; what is wrong with the viewer is said by its observer.
    pub fn show_frame(&self, frame: &Frame, at: Stamp) {
        self.set_time(at);
        let _ = camera::log_side_camera_frame(&self.stream, &self.name, frame);
    }

    /// Shows a picture, as [`show_frame`](Self::show_frame), of which nothing else is known: width and height, and
    /// the colors row by row.
    pub fn show_picture(&self, size: (u32, u32), rgb: &[u8], at: Stamp) {
        self.set_time(at);
        let _ = camera::log_side_camera_picture(&self.stream, &self.name, size, rgb);
    }

    fn set_time(&self, at: Stamp) {
        // Whatever thread this is, turns and times of day are the observer's.
        self.stream.reset_time();
        self.stream
            .set_time(ARM_TIMELINE, Duration::from_nanos(at.nanos()));
    }
}

/// Shows a run in rerun.
///
/// It never stops a run: the first error is kept for [`finish`](Self::finish).
pub struct RerunObserver {
    stream: RecordingStream,
    wall: WallClock,
    clock: EventTimes,
    /// Time of the previous event, nanoseconds since 1970.
    before: Option<u64>,
    robot: Option<Robot>,
    view: Option<CameraView>,
    /// Names of the cameras besides the main one.
    others: Vec<String>,
    conversation: Conversation,
    failure: Option<VizError>,
}

impl RerunObserver {
    /// Records into the `.rrd` file at `path`, replacing it; `wall` supplies the time of events.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn to_file(path: &Path, wall: WallClock) -> Result<Self, VizError> {
        let stream = builder().save(path).map_err(|source| VizError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::new(stream, wall))
    }

    /// Shows the run in the rerun viewer of this machine; starts the viewer if none is running.
    ///
    /// # Errors
    /// If there is no viewer and none can be started, or if `stop` is pressed meanwhile.
    pub fn to_viewer(
        pace: Backpressure,
        wall: WallClock,
        stop: &StopSwitch,
    ) -> Result<Self, VizError> {
        let address = viewer::address();
        viewer::ensure_running(viewer::PROGRAM, address, stop)?;
        let connection = connection(address)?;
        let stream = builder().buffered()?;
        stream.set_sink(match pace {
            Backpressure::Run => Box::new(LossySink::new(connection, stop)),
            Backpressure::Viewer => Box::new(connection),
        });
        Ok(Self::new(stream, wall))
    }

    /// Shows the run on a page while it happens. A page has one run.
    ///
    /// # Errors
    /// If nothing can be recorded.
    pub fn to_page(page: &Page, wall: WallClock) -> Result<Self, VizError> {
        let stream = builder().buffered()?;
        let sink = FeedSink::new(page.feed()).map_err(|error| VizError::Page(error.into()))?;
        stream.set_sink(Box::new(sink));
        Ok(Self::new(stream, wall))
    }

    /// Shows what this robot does to viewers that come and go; `cameras` are those besides the main
    /// one. The robot is shown at home before anything is known of it.
    ///
    /// # Errors
    /// If nothing can be recorded.
    pub fn with_live_feed(
        robot: &Robot,
        cameras: Vec<String>,
        wall: WallClock,
    ) -> Result<(Self, LiveFeed), VizError> {
        let stream = builder().buffered()?;
        let feed = LiveFeed::attach_to_stream(&stream, robot);
        let mut observer = Self::new(stream, wall);
        observer.others = cameras;
        observer.clock.apply_to_stream(&observer.stream);
        observer.describe(robot)?;
        Ok((observer, feed))
    }

    fn new(stream: RecordingStream, wall: WallClock) -> Self {
        // Our own times also stamp events replayed from a finished run.
        stream.set_log_time_enabled(false);
        Self {
            stream,
            wall,
            clock: EventTimes::default(),
            before: None,
            robot: None,
            view: None,
            others: Vec::new(),
            conversation: Conversation::default(),
            failure: None,
        }
    }

    /// Returns who shows the pictures of another camera than the main one, on any thread; to be called
    /// before the run begins.
    pub fn add_camera_feed(&mut self, name: &str) -> CameraFeed {
        if !self.others.iter().any(|known| known == name) {
            self.others.push(name.to_owned());
        }
        CameraFeed {
            stream: self.stream.clone(),
            name: name.to_owned(),
        }
    }

    /// Completes the recording. Once a stop is pressed, a viewer that does not take the rest is not
    /// waited for.
    ///
    /// # Errors
    /// The first error of the recording.
    pub fn finish(self) -> Result<(), VizError> {
        let flushed = self.stream.flush_with_timeout(VIEWER_TIMEOUT);
        self.stream.finalize_deferred_sinks();
        self.failure.map_or(Ok(()), Err)?;
        Ok(flushed?)
    }

    fn record(&mut self, event: &Event<'_>) -> RecordingStreamResult<()> {
        let now = (self.wall)();
        self.clock.wall = (self.before.unwrap_or(now), now);
        // A reading of the standing arm belongs to the stage that requested it.
        if !matches!(event, Event::StateRead(_)) {
            self.before = Some(now);
        }
        if let Event::TurnStarted(_) = event {
            self.clock.turn += 1;
        }
        self.clock.apply_to_stream(&self.stream);
        self.show(event)?;
        timings::log_stage_duration(&self.stream, self.clock, event)?;
        self.conversation.log_event(&self.stream, event)
    }

    fn show(&mut self, event: &Event<'_>) -> RecordingStreamResult<()> {
        let stream = &self.stream;
        match *event {
            Event::CollisionWorld { obstacles, walls } => {
                collision_world::log_obstacles_and_walls(stream, obstacles, walls)
            }
            Event::ApprovalRequired => {
                text::log_info(stream, "approval", "each plan is to be agreed to")
            }
            Event::Previewed(tool_path) => self.previewed(tool_path),
            Event::Approved(true) => text::log_info(stream, "approval", "agreed"),
            Event::Approved(false) => text::log_warning(stream, "approval", "not agreed"),
            Event::TaskStarted {
                instruction, robot, ..
            } => self.started(instruction, robot),
            Event::UserCommand(order) => text::log_info(stream, "order", &format!("{order:?}")),
            Event::TurnStarted(turn) => text::log_info(stream, "turn", &turn.to_string()),
            Event::FrameCaptured(frame) => {
                self.view = Some(frame.into());
                camera::log_frame(stream, frame)
            }
            Event::Perceived {
                answer,
                objects,
                dropped,
            } => self.perceived(answer, objects, dropped),
            Event::Planned { answer, .. } => {
                text::log_exchanges(stream, &answer.exchanges)?;
                text::log_model_response(stream, QueryKind::Plan, answer)?;
                match &answer.parsed {
                    Ok(plan) => text::log_info(stream, "plan", &plan.to_string()),
                    Err(_) => Ok(()),
                }
            }
            Event::StepStarted(step) => text::log_info(stream, "step", &step.to_string()),
            Event::MotionStarted {
                purpose,
                trajectory,
                ..
            } => self.moving(purpose, trajectory),
            Event::MotionEnded(execution) => self.moved(execution),
            Event::StateRead(state) => self.read(state),
            Event::StepVerified(outcome) => text::log_step_outcome(stream, outcome),
            Event::Said(words) => text::log_info(stream, "said", words),
            Event::TaskEnded(report) => text::log_task_end(stream, report),
            Event::TaskFailed(error) => text::log_warning(stream, "broke", &error.to_string()),
        }
    }

    fn started(&mut self, instruction: &str, robot: &Robot) -> RecordingStreamResult<()> {
        if self.robot.is_none() {
            self.describe(robot)?;
        }
        text::log_info(&self.stream, "task", instruction)
    }

    fn describe(&mut self, robot: &Robot) -> RecordingStreamResult<()> {
        arm::log_arm_shapes(&self.stream, robot)?;
        contact::log_grip_arrow_style(&self.stream)?;
        curves::log_curve_styles(&self.stream, robot)?;
        timings::log_stage_names(&self.stream)?;
        // Drawn at home until the arm reports its position.
        arm::log_arm_pose(&self.stream, robot, robot.home())?;
        blueprint::blueprint(robot, &self.others)
            .send(&self.stream, BlueprintActivation::default())?;
        self.robot = Some(robot.clone());
        Ok(())
    }

    fn perceived(
        &self,
        answer: &ModelResponse<Vec<Detection>>,
        objects: &[ObjectView],
        dropped: &[String],
    ) -> RecordingStreamResult<()> {
        text::log_model_response(&self.stream, QueryKind::Perception, answer)?;
        text::log_perception(&self.stream, objects, dropped)?;
        let detections = answer.parsed.as_deref().unwrap_or_default();
        let labels = objects::labels_with_confidence(
            objects,
            detections,
            &confidence::probability_of_each_label(answer),
        );
        if let Some(view) = &self.view {
            camera::log_detections_and_objects(&self.stream, view, detections, objects, &labels)?;
        }
        objects::log_object_marks(&self.stream, objects, &labels)
    }

    fn previewed(&self, tool_path: &[Trajectory]) -> RecordingStreamResult<()> {
        match &self.robot {
            Some(robot) => arm::log_previewed_motion(&self.stream, robot, tool_path),
            None => Ok(()),
        }
    }

    fn moving(&self, purpose: &str, trajectory: &Trajectory) -> RecordingStreamResult<()> {
        text::log_info(&self.stream, "motion", purpose)?;
        match &self.robot {
            Some(robot) => arm::log_planned_motion(&self.stream, robot, purpose, trajectory),
            None => Ok(()),
        }
    }

    fn moved(&mut self, execution: &Execution) -> RecordingStreamResult<()> {
        let Some(robot) = &self.robot else {
            return Ok(());
        };
        let states = thin_out_states(&execution.samples, robot.joints().len());
        let Some(last) = states.last() else {
            return Ok(());
        };
        self.clock.arm = last.stamp;
        self.clock.apply_to_stream(&self.stream);
        arm::log_executed_motion(&self.stream, robot, self.clock, &states)?;
        curves::log_joint_curves(&self.stream, robot, self.clock, &states)?;
        contact::log_grip_force_arrows(&self.stream, robot, self.clock, &states)?;
        contact::update_contact_mark(&self.stream, robot, &execution.end, last)
    }

    /// Shows the standing arm at its measured position.
    fn read(&mut self, state: &ArmState) -> RecordingStreamResult<()> {
        let Some(robot) = &self.robot else {
            return Ok(());
        };
        if thin_out_states(std::slice::from_ref(state), robot.joints().len()).is_empty() {
            return Ok(());
        }
        self.clock.arm = self.clock.arm.max(state.stamp);
        self.clock.apply_to_stream(&self.stream);
        arm::log_arm_pose(&self.stream, robot, &state.position)
    }
}

impl Observer for RerunObserver {
    fn observe(&mut self, event: &Event<'_>) {
        if let Err(error) = self.record(event) {
            self.failure.get_or_insert(error.into());
        }
    }
}

fn connection(address: SocketAddr) -> Result<GrpcSink, VizError> {
    match format!("rerun+http://{address}/proxy").parse() {
        Ok(uri) => Ok(GrpcSink::new(uri)),
        Err(error) => Err(VizError::Connect {
            address,
            source: RecordingStreamError::from(error),
        }),
    }
}

fn builder() -> RecordingStreamBuilder {
    // An explicit request for a recording overrides rerun's environment variable.
    RecordingStreamBuilder::new("enact").enabled(true)
}
