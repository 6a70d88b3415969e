//! What a journal has channels for.

/// A channel of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Versions, robot, scene, launch, seed and model: what the run rests on.
    Run,
    /// When the run began by the wall clock, and by what command.
    Wall,
    /// What there is to stay clear of, known without looking.
    Surroundings,
    /// Whether somebody agreed to a plan.
    Approval,
    /// A task begins.
    Task,
    /// A person asked for a look or the way home.
    Order,
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
    Said,
    /// How the task ended, as the robot sees it.
    Report,
    /// Why the run was given up.
    Broke,
    /// Whether the goal was reached, by whoever knows.
    Outcome,
    /// The run as lines of talk.
    Log,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 27] = [
        Self::Run,
        Self::Wall,
        Self::Surroundings,
        Self::Approval,
        Self::Task,
        Self::Order,
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
        Self::Said,
        Self::Report,
        Self::Broke,
        Self::Outcome,
        Self::Log,
    ];

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "/run",
            Self::Wall => "/run/wall",
            Self::Surroundings => "/surroundings",
            Self::Approval => "/approval",
            Self::Task => "/task",
            Self::Order => "/order",
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
            Self::Said => "/said",
            Self::Report => "/report",
            Self::Broke => "/broke",
            Self::Outcome => "/outcome",
            Self::Log => "/log",
        }
    }

    /// The topic of this name in a file.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
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
            assert_eq!(Topic::named(topic.name()), Some(topic));
        }
        assert_eq!(Topic::named("/elsewhere"), None);
    }
}
