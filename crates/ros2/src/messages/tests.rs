//! The wire format, byte for byte, as `rosidl` defines it: little-endian CDR, numbers aligned to
//! their size, strings with a length and a closing zero, lists with a length.

use ros2_client::dds::rustdds::RepresentationIdentifier;
use ros2_client::dds::rustdds::serialization::{
    deserialize_from_cdr_with_rep_id, to_writer_with_rep_id,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::control::{FollowJointTrajectoryGoal, GripperCommandState};
use super::diagnostic::{DiagnosticStatus, KeyValue};
use super::sensor::{CameraInfo, Image, JointState, RegionOfInterest};
use super::std_msgs::{Header, Text, TriggerRequest, TriggerResponse};
use super::trajectory::{JointTrajectory, JointTrajectoryPoint};
use super::{Duration, Time};

const LITTLE_ENDIAN: RepresentationIdentifier = RepresentationIdentifier::CDR_LE;

fn wire<T: Serialize>(message: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    to_writer_with_rep_id(&mut bytes, message, LITTLE_ENDIAN).unwrap();
    bytes
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> T {
    let (message, count) = deserialize_from_cdr_with_rep_id(bytes, LITTLE_ENDIAN).unwrap();
    assert_eq!(count, bytes.len(), "all of it is read");
    message
}

/// Bytes as CDR has them.
#[derive(Default)]
struct Cdr(Vec<u8>);

impl Cdr {
    fn align(mut self, to: usize) -> Self {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
        self
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn byte(self, value: u8) -> Self {
        self.raw(&[value])
    }

    fn word(self, value: u32) -> Self {
        self.align(4).raw(&value.to_le_bytes())
    }

    fn number(self, value: f64) -> Self {
        self.align(8).raw(&value.to_le_bytes())
    }

    fn numbers(self, values: &[f64]) -> Self {
        let count = self.word(values.len() as u32);
        values.iter().fold(count, |cdr, value| cdr.number(*value))
    }

    fn text(self, text: &str) -> Self {
        let count = self.word(text.len() as u32 + 1);
        count.raw(text.as_bytes()).byte(0)
    }

    fn header(self, frame: &str) -> Self {
        self.word(3).word(4).text(frame)
    }
}

fn header(frame: &str) -> Header {
    Header::new(Time::new(3, 4), frame)
}

#[test]
fn joint_states_are_laid_out_as_ros_has_them() {
    let message = JointState {
        header: header("base"),
        name: vec!["a".to_owned(), "elbow".to_owned()],
        position: vec![0.5, -1.0],
        velocity: vec![],
        effort: vec![2.0],
    };
    let expected = Cdr::default()
        .header("base")
        .word(2)
        .text("a")
        .text("elbow")
        .numbers(&[0.5, -1.0])
        .numbers(&[])
        .numbers(&[2.0]);
    assert_eq!(wire(&message), expected.0);
    assert_eq!(read::<JointState>(&expected.0), message);
}

#[test]
fn pictures_are_laid_out_as_ros_has_them() {
    let message = Image {
        header: header("lens"),
        height: 1,
        width: 2,
        encoding: "rgb8".to_owned(),
        is_bigendian: 0,
        step: 6,
        data: vec![1, 2, 3, 4, 5, 6],
    };
    let expected = Cdr::default()
        .header("lens")
        .word(1)
        .word(2)
        .text("rgb8")
        .byte(0)
        .word(6)
        .word(6)
        .raw(&[1, 2, 3, 4, 5, 6]);
    assert_eq!(wire(&message), expected.0);
    assert_eq!(read::<Image>(&expected.0), message);
}

#[test]
fn camera_infos_are_laid_out_as_ros_has_them() {
    let message = CameraInfo {
        header: header("lens"),
        height: 480,
        width: 640,
        distortion_model: "plumb_bob".to_owned(),
        d: vec![0.1],
        k: std::array::from_fn(|at| at as f64),
        r: std::array::from_fn(|at| 10.0 + at as f64),
        p: std::array::from_fn(|at| 20.0 + at as f64),
        binning_x: 1,
        binning_y: 2,
        roi: RegionOfInterest {
            do_rectify: true,
            width: 5,
            ..RegionOfInterest::default()
        },
    };
    let start = Cdr::default()
        .header("lens")
        .word(480)
        .word(640)
        .text("plumb_bob")
        .numbers(&[0.1]);
    let fixed = (0..9).chain(10..19).chain(20..32);
    let numbers = fixed.fold(start, |cdr, value| cdr.number(f64::from(value)));
    let expected = numbers
        .word(1)
        .word(2)
        .word(0)
        .word(0)
        .word(0)
        .word(5)
        .byte(1);
    assert_eq!(wire(&message), expected.0);
    assert_eq!(read::<CameraInfo>(&expected.0), message);
}

#[test]
fn trajectory_goals_are_laid_out_as_ros_has_them() {
    let point = JointTrajectoryPoint {
        velocities: vec![0.25],
        ..JointTrajectoryPoint::from_positions(vec![1.5], 2.5)
    };
    let mut goal =
        FollowJointTrajectoryGoal::new(JointTrajectory::new(vec!["a".to_owned()], vec![point]));
    goal.goal_time_tolerance = Duration::from_millis(1250);
    let expected = Cdr::default()
        // trajectory: header, joint_names, points
        .word(0)
        .word(0)
        .text("")
        .word(1)
        .text("a")
        .word(1)
        .numbers(&[1.5])
        .numbers(&[0.25])
        .numbers(&[])
        .numbers(&[])
        .word(2)
        .word(500_000_000)
        // multi_dof_trajectory: header, joint_names, points
        .word(0)
        .word(0)
        .text("")
        .word(0)
        .word(0)
        // four lists of tolerances
        .word(0)
        .word(0)
        .word(0)
        .word(0)
        .word(1)
        .word(250_000_000);
    assert_eq!(wire(&goal), expected.0);
    let again: FollowJointTrajectoryGoal = read(&expected.0);
    assert_eq!(again.trajectory.points[0].time_from_start_s(), 2.5);
    assert_eq!(again.goal_time_tolerance.to_nanos(), 1_250_000_000);
}

#[test]
fn small_messages_are_laid_out_as_ros_has_them() {
    assert_eq!(wire(&TriggerRequest::default()), [0]);
    let response = TriggerResponse {
        success: true,
        message: "done".to_owned(),
    };
    let expected = Cdr::default().byte(1).text("done");
    assert_eq!(wire(&response), expected.0);
    let text = Text::from("é".to_owned());
    assert_eq!(wire(&text), Cdr::default().text("é").0);
    let state = GripperCommandState {
        position: 0.5,
        effort: -1.0,
        stalled: true,
        reached_goal: false,
    };
    let expected = Cdr::default().number(0.5).number(-1.0).byte(1).byte(0);
    assert_eq!(wire(&state), expected.0);
    let status = DiagnosticStatus {
        level: 2,
        name: "arm".to_owned(),
        message: "hot".to_owned(),
        hardware_id: "so101".to_owned(),
        values: vec![KeyValue {
            key: "k".to_owned(),
            value: "v".to_owned(),
        }],
    };
    let expected = Cdr::default()
        .byte(2)
        .text("arm")
        .text("hot")
        .text("so101")
        .word(1)
        .text("k")
        .text("v");
    assert_eq!(wire(&status), expected.0);
    assert_eq!(read::<DiagnosticStatus>(&expected.0), status);
}
