//! What a recording has channels for.

use std::sync::Arc;

/// A channel of a recording, or, where each camera that films has one of its own, channels alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Versions, robot, scene, launch, seed and model: what the run rests on.
    Run,
    /// When the run began by the wall clock, and by what command.
    Wall,
    /// What there is to stay clear of, known without looking.
    CollisionWorld,
    /// Whether somebody agreed to a plan.
    Approval,
    /// A task begins.
    Task,
    /// A person asked for a look or the way home.
    UserCommand,
    /// A turn of the loop begins.
    Turn,
    /// What belongs to the picture that follows.
    Frame,
    /// A picture.
    Image,
    /// Depth of the same pixels.
    Depth,
    /// Projection of the camera.
    Calibration,
    /// Where the camera and the links are.
    Transforms,
    /// What the perceiver was asked and said.
    Perception,
    /// What there is on the table, with what can be done with it.
    Objects,
    /// What the planner was told, asked and said.
    Plan,
    /// What the model cost.
    Timing,
    /// A step begins.
    Step,
    /// An admitted motion: a command per control period.
    Motion,
    /// The tool's way in that motion.
    Path,
    /// A reading of all joints, with the command that it answers.
    JointStates,
    /// How a motion ended.
    MotionEnd,
    /// What became of a step.
    Verdict,
    /// What the robot said.
    Speech,
    /// How the task ended, as the robot sees it.
    Report,
    /// Why the run was given up.
    Failure,
    /// Whether the goal was reached, by whoever knows.
    Outcome,
    /// The run as lines of talk.
    Log,
    /// The robot's URDF.
    Description,
    /// Objects, surroundings and ways to draw in space.
    Scene,
    /// A picture of a camera that films.
    StreamImage,
    /// Depth of the same pixels.
    StreamDepth,
    /// Projection of a camera that films.
    StreamCalibration,
}

/// What the channels of cameras that film begin with.
const STREAMS: &str = "/streams/";

impl Topic {
    /// Every topic that has one channel.
    pub const ALL: [Self; 29] = [
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

    /// Every topic of which each camera that films has a channel.
    pub const STREAMS: [Self; 3] = [
        Self::StreamImage,
        Self::StreamDepth,
        Self::StreamCalibration,
    ];

    /// Its name in the file; of a camera that films, without the camera.
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

    /// The name of its channel in the file; `camera` is the one that films.
    pub fn channel(self, camera: Option<&str>) -> String {
        match camera {
            Some(camera) => format!("{STREAMS}{camera}{}", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// The topic of a channel of this name, and which camera films.
    pub fn of_channel(name: &str) -> Option<(Self, Option<Arc<str>>)> {
        let Some(stream) = name.strip_prefix(STREAMS) else {
            let topic = Self::ALL.into_iter().find(|topic| topic.name() == name)?;
            return Some((topic, None));
        };
        let (camera, rest) = stream.split_at(stream.find('/')?);
        let topic = Self::STREAMS
            .into_iter()
            .find(|topic| topic.name() == rest)?;
        (!camera.is_empty()).then(|| (topic, Some(camera.into())))
    }

    /// Whether its messages come out of the loop and say more than others of them imply: what
    /// viewers are given besides, and what cameras film, does not count.
    pub fn is_of_the_loop(self) -> bool {
        !self.is_of_wall_clock()
            && !Self::STREAMS.contains(&self)
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

    /// Whether its messages hold wall times, and so differ between equal runs.
    pub fn is_of_wall_clock(self) -> bool {
        matches!(self, Self::Wall | Self::Timing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_topics_apart() {
        for topic in Topic::ALL {
            assert_eq!(Topic::of_channel(topic.name()), Some((topic, None)));
        }
        for topic in Topic::STREAMS {
            for camera in ["front", "wrist-2", "image"] {
                let read = Topic::of_channel(&topic.channel(Some(camera)));
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
            assert_eq!(Topic::of_channel(name), None, "{name}");
        }
    }
}
