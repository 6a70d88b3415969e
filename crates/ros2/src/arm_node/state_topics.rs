//! `joint_states`, `tf`, `tf_static` and `robot_description`.

use enact_arm::ArmState;
use enact_robot::Robot;
use ros2_client::Publisher;
use ros2_client::builtin_interfaces::Time;

use super::ArmNodeOptions;
use crate::connection::Connection;
use crate::messages::geometry::{TfMessage, Transform, TransformStamped};
use crate::messages::sensor::JointState;
use crate::messages::std_msgs::{Header, Text};
use crate::{Ros2Error, qos};

/// Publishers of the arm's state.
pub struct StateTopics {
    joint_states: Publisher<JointState>,
    tf: Option<Publisher<TfMessage>>,
    /// Kept for readers that come later.
    _latched: (Option<Publisher<TfMessage>>, Option<Publisher<Text>>),
}

impl StateTopics {
    /// Creates the publishers, and publishes what does not change.
    ///
    /// # Errors
    /// [`Ros2Error`] if one cannot be created.
    pub fn create(
        connection: &mut Connection,
        robot: &Robot,
        options: &ArmNodeOptions,
    ) -> Result<Self, Ros2Error> {
        let transforms = ("tf2_msgs", "TFMessage");
        let joint_states = connection.create_publisher(
            "joint_states",
            ("sensor_msgs", "JointState"),
            &qos::states(),
        )?;
        let (mut tf, mut tf_static) = (None, None);
        if options.transforms {
            tf = Some(connection.create_publisher("tf", transforms, &qos::states())?);
            let still = connection.create_publisher("tf_static", transforms, &qos::latched())?;
            let message = fixed_transforms(robot, Time::now());
            published("tf_static", still.publish(message).is_ok());
            tf_static = Some(still);
        }
        let mut description = None;
        if let Some(urdf) = &options.description {
            let kind = ("std_msgs", "String");
            let publisher =
                connection.create_publisher("robot_description", kind, &qos::latched())?;
            let message = Text::from(urdf.clone());
            published("robot_description", publisher.publish(message).is_ok());
            description = Some(publisher);
        }
        Ok(Self {
            joint_states,
            tf,
            _latched: (tf_static, description),
        })
    }

    /// Publishes a reading.
    pub fn publish(&self, robot: &Robot, stamp: Time, state: &ArmState) {
        // A reader that is behind misses some.
        drop(self.joint_states.publish(joint_state(robot, stamp, state)));
        if let Some(tf) = &self.tf {
            drop(tf.publish(moving_transforms(robot, stamp, &state.position)));
        }
    }
}

fn published(topic: &str, is_published: bool) {
    if !is_published {
        tracing::warn!("{topic} could not be published");
    }
}

/// Returns a reading as `sensor_msgs/JointState`; efforts in N·m or N.
pub fn joint_state(robot: &Robot, stamp: Time, state: &ArmState) -> JointState {
    let joints = robot.joints();
    let effort = joints.iter().zip(state.effort.iter());
    JointState {
        header: Header::new(stamp, ""),
        name: joints.iter().map(|joint| joint.name.clone()).collect(),
        position: state.position.to_vec(),
        velocity: state.velocity.to_vec(),
        effort: effort
            .map(|(joint, share)| share * joint.limits.effort)
            .collect(),
    }
}

/// Returns the transforms of links that move, at these positions of all joints.
pub fn moving_transforms(robot: &Robot, stamp: Time, joints: &[f64]) -> TfMessage {
    transforms(robot, stamp, joints, true)
}

/// Returns the transforms of links that do not move in their parents.
pub fn fixed_transforms(robot: &Robot, stamp: Time) -> TfMessage {
    transforms(robot, stamp, robot.home(), false)
}

fn transforms(robot: &Robot, stamp: Time, joints: &[f64], moving: bool) -> TfMessage {
    let links = robot.links();
    let mounted = links.iter().filter_map(|link| {
        let mount = link.mount.as_ref()?;
        (mount.motion.is_some() == moving).then(|| TransformStamped {
            header: Header::new(stamp, &links[mount.parent].name),
            child_frame_id: link.name.clone(),
            transform: Transform::from(&mount.parent_from_link(joints)),
        })
    });
    TfMessage {
        transforms: mounted.collect(),
    }
}
