//! The topics of a recording.

use std::sync::Arc;

/// A channel of a recording, or one channel for each streaming camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Versions, robot, scene, launch, seed and model of the run.
    Run,
    /// Wall time and command line at the start of the run.
    Wall,
    /// The collision world that is known in advance.
    CollisionWorld,
    /// Approval or rejection of a plan.
    Approval,
    /// A task begins.
    Task,
    /// A person requested a look or the way home.
    UserCommand,
    /// A turn of the loop begins.
    Turn,
    /// Metadata of the picture that follows.
    Frame,
    /// A picture.
    Image,
    /// Depth of the same pixels.
    Depth,
    /// Projection of the camera.
    Calibration,
    /// Poses of the camera and the links.
    Transforms,
    /// Request to the perceiver and its response.
    Perception,
    /// Objects on the table, with their affordances.
    Objects,
    /// Situation, request to the planner and its response.
    Plan,
    /// Cost of the model.
    Timing,
    /// A step begins.
    Step,
    /// An admitted motion: one command per control period.
    Motion,
    /// Path of the tool in that motion.
    Path,
    /// A reading of all joints, with the command that it responds to.
    JointStates,
    /// End of a motion.
    MotionEnd,
    /// Result of a step.
    Verdict,
    /// Speech of the robot.
    Speech,
    /// End of the task, as the robot sees it.
    Report,
    /// Reason that the run was aborted.
    Failure,
    /// Success of the task, by ground truth if known, else as observed by the robot.
    Outcome,
    /// Log lines of the run.
    Log,
    /// The robot's URDF.
    Description,
    /// Objects, surroundings and paths to draw in space.
    Scene,
    /// A picture of a streaming camera.
    StreamImage,
    /// Depth of the same pixels.
    StreamDepth,
    /// Projection of a streaming camera.
    StreamCalibration,
}

/// Prefix of the channels of streaming cameras.
const STREAMS_PREFIX: &str = "/streams/";

impl Topic {
    /// All topics with a single channel.
    pub const SINGLE_CHANNEL: [Self; 29] = [
        Self::Run,
        Self::Wall,
        Self::CollisionWorld,
        Self::Approval,
        Self::Task,
        Self::UserCommand,
        Self::Turn,
        Self::Frame,
        Self::Image,
        Self::Depth,
        Self::Calibration,
        Self::Transforms,
        Self::Perception,
        Self::Objects,
        Self::Plan,
        Self::Timing,
        Self::Step,
        Self::Motion,
        Self::Path,
        Self::JointStates,
        Self::MotionEnd,
        Self::Verdict,
        Self::Speech,
        Self::Report,
        Self::Failure,
        Self::Outcome,
        Self::Log,
        Self::Description,
        Self::Scene,
    ];

    /// All topics with a channel for each streaming camera.
    pub const STREAM_TOPICS: [Self; 3] = [
        Self::StreamImage,
        Self::StreamDepth,
        Self::StreamCalibration,
    ];

    /// Returns the topic's name in the file, without the camera for a stream.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "/run",
            Self::Wall => "/run/wall",
            Self::CollisionWorld => "/surroundings",
            Self::Approval => "/approval",
            Self::Task => "/task",
            Self::UserCommand => "/order",
            Self::Turn => "/turn",
            Self::Frame => "/camera/frame",
            Self::Image => "/camera/image",
            Self::Depth => "/camera/depth",
            Self::Calibration => "/camera/calibration",
            Self::Transforms => "/tf",
            Self::Perception => "/model/perception",
            Self::Objects => "/objects",
            Self::Plan => "/model/plan",
            Self::Timing => "/model/timing",
            Self::Step => "/step",
            Self::Motion => "/motion",
            Self::Path => "/motion/path",
            Self::JointStates => "/joint_states",
            Self::MotionEnd => "/motion/end",
            Self::Verdict => "/verdict",
            Self::Speech => "/said",
            Self::Report => "/report",
            Self::Failure => "/broke",
            Self::Outcome => "/outcome",
            Self::Log => "/log",
            Self::Description => "/robot_description",
            Self::Scene => "/scene",
            Self::StreamImage => "/image",
            Self::StreamDepth => "/depth",
            Self::StreamCalibration => "/calibration",
        }
    }

    /// Returns the name of its channel in the file; `camera` is the streaming camera.
    pub fn channel_name(self, camera: Option<&str>) -> String {
        match camera {
            Some(camera) => format!("{STREAMS_PREFIX}{camera}{}", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// Returns the topic of a channel name, and the streaming camera.
    pub fn from_channel_name(name: &str) -> Option<(Self, Option<Arc<str>>)> {
        let Some(stream) = name.strip_prefix(STREAMS_PREFIX) else {
            let topic = Self::SINGLE_CHANNEL
                .into_iter()
                .find(|topic| topic.name() == name)?;
            return Some((topic, None));
        };
        let (camera, rest) = stream.split_at(stream.find('/')?);
        let topic = Self::STREAM_TOPICS
            .into_iter()
            .find(|topic| topic.name() == rest)?;
        (!camera.is_empty()).then(|| (topic, Some(camera.into())))
    }

    /// Returns whether its messages come from the loop and are not implied by others: data for
    /// viewers and camera streams do not count.
    pub fn is_of_the_loop(self) -> bool {
        !self.holds_wall_time()
            && !Self::STREAM_TOPICS.contains(&self)
            && !matches!(
                self,
                Self::Run
                    | Self::Outcome
                    | Self::Image
                    | Self::Depth
                    | Self::Calibration
                    | Self::Transforms
                    | Self::Path
                    | Self::Log
                    | Self::Description
                    | Self::Scene
            )
    }

    /// Returns whether its messages contain wall times, and so differ between equal runs.
    pub fn holds_wall_time(self) -> bool {
        matches!(self, Self::Wall | Self::Timing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_topics_apart() {
        for topic in Topic::SINGLE_CHANNEL {
            assert_eq!(Topic::from_channel_name(topic.name()), Some((topic, None)));
        }
        for topic in Topic::STREAM_TOPICS {
            for camera in ["front", "wrist-2", "image"] {
                let read = Topic::from_channel_name(&topic.channel_name(Some(camera)));
                assert_eq!(read, Some((topic, Some(camera.into()))));
            }
        }
        let others = [
            "/else",
            "/image",
            "/streams/a",
            "/streams//image",
            "/streams/a/b/image",
        ];
        for name in others {
            assert_eq!(Topic::from_channel_name(name), None, "{name}");
        }
    }
}
