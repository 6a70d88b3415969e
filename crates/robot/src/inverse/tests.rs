use std::time::Instant;

use super::*;
use crate::testing::load_shipped_robot;
use proptest::test_runner::{Config, TestRunner};
use proptest::{strategy::Strategy, strategy::ValueTree};

/// Returns the share of random reachable poses that are found again from home, and the mean time in
/// µs.
fn success(name: &str, count: usize, target: impl Fn(&Robot, &Pose) -> IkTarget) -> (f64, f64) {
    let robot = load_shipped_robot(name);
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let joints: Vec<_> = robot
        .arm_joints()
        .iter()
        .map(|joint| joint.limits.min..joint.limits.max)
        .collect();
    let mut found = 0;
    let begin = Instant::now();
    for _ in 0..count {
        let joints = joints.new_tree(&mut runner).unwrap().current();
        let pose = robot.forward(&joints);
        if let Ok(solution) = robot.inverse(&target(&robot, &pose), robot.home()) {
            let target = target(&robot, &pose);
            check(
                &robot,
                &pose,
                &solution,
                matches!(target, IkTarget::Pose(_)),
            );
            found += 1;
        }
    }
    let micros = begin.elapsed().as_secs_f64() * 1e6 / count as f64;
    (found as f64 / count as f64, micros)
}

/// Checks that the solution is inside the limits and reaches the full pose, or the position alone.
fn check(robot: &Robot, pose: &Pose, solution: &IkSolution, whole: bool) {
    for (joint, position) in robot.arm_joints().iter().zip(&solution.joints) {
        assert!(joint.limits.min <= *position && *position <= joint.limits.max);
    }
    let reached = robot.forward(&solution.joints);
    let distance = (reached.translation.vector - pose.translation.vector).norm();
    assert!((distance - solution.position_error).abs() < 1e-9 && distance <= POSITION_TOLERANCE_M);
    let turned = reached.rotation.angle_to(&pose.rotation);
    assert!(!whole || turned <= POSE_ROTATION_TOLERANCE_RAD, "{turned}");
}

fn whole(_: &Robot, pose: &Pose) -> IkTarget {
    IkTarget::Pose(*pose)
}

fn approach(robot: &Robot, pose: &Pose) -> IkTarget {
    IkTarget::Approach {
        position: Point3::from(pose.translation.vector),
        approach: pose.rotation * robot.approach_axis(),
        opening: None,
    }
}

fn grasp(robot: &Robot, pose: &Pose) -> IkTarget {
    IkTarget::Approach {
        position: Point3::from(pose.translation.vector),
        approach: pose.rotation * robot.approach_axis(),
        opening: Some(-(pose.rotation * robot.opening_axis())),
    }
}

fn assert_found(count: usize) {
    for name in ["so101", "panda", "ur5e"] {
        for (what, target) in [
            ("pose", whole as fn(&Robot, &Pose) -> IkTarget),
            ("approach", approach),
            ("grasp", grasp),
        ] {
            let (share, micros) = success(name, count, target);
            let enough = if what == "pose" { 0.999 } else { 0.99 };
            assert!(share >= enough, "{name}, {what}: {share} in {micros:.0} µs");
        }
    }
}

#[test]
fn reachable_targets_are_reached() {
    assert_found(300);
}

#[test]
#[ignore = "a measurement over many poses"]
fn reachable_targets_are_reached_10_000_times() {
    assert_found(10_000);
}

#[test]
fn a_near_seed_gives_a_near_solution() {
    let robot = load_shipped_robot("ur5e");
    let joints = [0.4, -1.2, 1.4, -1.7, -1.5, 0.3];
    let seed: Vec<f64> = joints.iter().map(|position| position + 0.1).collect();
    let solution = robot
        .inverse(&IkTarget::Pose(robot.forward(&joints)), &seed)
        .unwrap();
    for (found, joint) in solution.joints.iter().zip(joints) {
        assert!((found - joint).abs() < 1e-6);
    }
}

#[test]
fn what_is_out_of_reach_is_refused_with_the_distance() {
    let robot = load_shipped_robot("so101");
    let far = IkTarget::Approach {
        position: Point3::new(1.0, 0.0, 0.1),
        approach: -Vector3::z_axis(),
        opening: None,
    };
    match robot.inverse(&far, robot.home()) {
        Err(Refusal::Unreachable { distance, .. }) => {
            assert!((0.5..0.7).contains(&distance), "{distance}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_vertical_hand_reaches_the_table_in_front() {
    let robot = load_shipped_robot("so101");
    for (x, y) in [(0.2, 0.0), (0.18, 0.1), (0.2, -0.12)] {
        let target = IkTarget::Approach {
            position: Point3::new(x, y, 0.02),
            approach: -Vector3::z_axis(),
            opening: Some(Vector3::x_axis()),
        };
        let solution = robot.inverse(&target, robot.home()).unwrap();
        assert!(solution.rotation_error < APPROACH_ROTATION_TOLERANCE_RAD);
    }
}

#[test]
fn nonsense_is_refused() {
    let robot = load_shipped_robot("so101");
    let at = |x: f64| IkTarget::Approach {
        position: Point3::new(x, 0.0, 0.1),
        approach: Vector3::x_axis(),
        opening: Some(Vector3::x_axis()),
    };
    assert!(matches!(
        robot.inverse(&at(0.2), robot.home()),
        Err(Refusal::Malformed(_))
    ));
    let pose = IkTarget::Pose(Pose::translation(f64::NAN, 0.0, 0.0));
    assert!(matches!(
        robot.inverse(&pose, robot.home()),
        Err(Refusal::NotFinite { .. })
    ));
    let pose = IkTarget::Pose(robot.forward(robot.home()));
    assert!(matches!(
        robot.inverse(&pose, &[0.0; 3]),
        Err(Refusal::Malformed(_))
    ));
}

/// An arm of `N` joints with arbitrary zeros and senses.
#[derive(Clone, Debug)]
struct Build<const N: usize> {
    axes: [&'static str; N],
    /// Origin of each joint in the previous one, meters.
    origins: [[f64; 3]; N],
    /// Zero of each joint, radians.
    zeros: [f64; N],
    reversed: [bool; N],
    tool: [f64; 6],
    /// Limits of every joint, radians.
    limits: (f64, f64),
}

impl<const N: usize> Build<N> {
    fn robot(&self) -> Robot {
        let vector = |axis: &str, length: f64| {
            ["x", "y", "z"].map(|name| if name == axis { length } else { 0.0 })
        };
        let (lower, upper) = self.limits;
        let words = |numbers: [f64; 3]| numbers.map(|number| number.to_string()).join(" ");
        let mut text = String::from("<robot name='arm'><link name='l0'/>");
        for (index, axis) in self.axes.into_iter().enumerate() {
            let turn = words(vector(axis, self.zeros[index]));
            let along = words(vector(axis, if self.reversed[index] { -1.0 } else { 1.0 }));
            let origin = words(self.origins[index]);
            let child = index + 1;
            text += &format!(
                "<link name='l{child}'/><joint name='j{child}' type='revolute'>\
                 <parent link='l{index}'/><child link='l{child}'/><origin xyz='{origin}' rpy='{turn}'/>\
                 <axis xyz='{along}'/><limit lower='{lower}' upper='{upper}' velocity='2' effort='50'/></joint>"
            );
        }
        let [x, y, z, roll, pitch, yaw] = self.tool;
        let (at, turn) = (words([x, y, z]), words([roll, pitch, yaw]));
        text += &format!(
            "<link name='tool'/><joint name='flange' type='fixed'><parent link='l{N}'/>\
             <child link='tool'/><origin xyz='{at}' rpy='{turn}'/></joint></robot>"
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("arm.urdf");
        std::fs::write(&file, text).unwrap();
        Robot::load(&file).unwrap_or_else(|error| panic!("{error}"))
    }
}

#[test]
fn four_joints_reach_what_they_can() {
    let arm = Build {
        axes: ["z", "y", "y", "y"],
        origins: [
            [0.0, 0.0, 0.1],
            [0.03, 0.0, 0.0],
            [0.0, 0.0, 0.2],
            [0.2, 0.0, 0.0],
        ],
        zeros: [0.0; 4],
        reversed: [false, false, true, false],
        tool: [0.1, 0.0, 0.0, 0.0, 0.0, 0.0],
        limits: (-2.0, 2.0),
    };
    let robot = arm.robot();
    for index in 0..300 {
        let joints: [f64; 4] = std::array::from_fn(|joint| 4.0 * halton(index + 1, joint) - 2.0);
        let pose = robot.forward(&joints);
        let found = robot.inverse(&IkTarget::Pose(pose), robot.home()).unwrap();
        check(&robot, &pose, &found, true);
    }
    let far = IkTarget::Pose(Pose::translation(0.0, 2.0, 0.1));
    assert!(matches!(
        robot.inverse(&far, robot.home()),
        Err(Refusal::Unreachable { distance, .. }) if (1.4..1.6).contains(&distance)
    ));
}

/// Generates an arm with a spherical wrist.
fn industrial() -> impl Strategy<Value = Build<6>> {
    use proptest::array::uniform6;
    use proptest::bool::ANY;
    let length = || 0.1..0.6;
    let offset = || -0.1..0.1;
    let sizes = (length(), offset(), offset(), length(), offset(), length());
    (
        sizes,
        uniform6(-3.0..3.0),
        uniform6(ANY),
        uniform6(-1.0..1.0),
    )
        .prop_map(|((c1, a1, b, c2, a2, c3), zeros, reversed, tool)| Build {
            axes: ["z", "y", "y", "z", "y", "z"],
            limits: (-3.0, 3.0),
            origins: [
                [0.02, -0.03, c1],
                [a1, b, 0.0],
                [0.0, 0.0, c2],
                [a2, 0.0, 0.0],
                [0.0, 0.0, c3],
                [0.0, 0.0, 0.0],
            ],
            zeros,
            reversed,
            tool,
        })
}

/// Generates an arm with a turret, a planar arm and a rolling wrist.
fn planar() -> impl Strategy<Value = Build<5>> {
    use proptest::array::{uniform3, uniform5, uniform6};
    use proptest::bool::ANY;
    use proptest::sample::select;
    let length = || 0.1..0.6;
    let offset = || uniform3(-0.1..0.1);
    let sizes = (length(), offset(), length(), length(), offset());
    (
        sizes,
        uniform5(-3.0..3.0),
        uniform5(ANY),
        uniform6(-1.0..1.0),
        select(vec![(-3.0, 3.0), (0.0, 5.9), (-1.5, 0.5)]),
    )
        .prop_map(
            |((c1, shoulder, upper, lower, wrist), zeros, reversed, tool, limits)| Build {
                axes: ["z", "y", "y", "y", "z"],
                limits,
                origins: [
                    [0.02, -0.03, c1],
                    shoulder,
                    [0.0, 0.01, upper],
                    [lower, 0.0, 0.0],
                    wrist,
                ],
                zeros,
                reversed,
                tool: std::array::from_fn(|at| tool[at] * if at < 3 { 0.2 } else { 1.0 }),
            },
        )
}

/// Generates a share of a joint's range, sometimes at an end.
fn share() -> impl Strategy<Value = f64> {
    proptest::prop_oneof![8 => 0.0..1.0, 1 => proptest::strategy::Just(0.0), 1 => proptest::strategy::Just(1.0)]
}

proptest::proptest! {
    #![proptest_config(Config::with_cases(60))]

    #[test]
    fn a_planar_arm_finds_whatever_it_reaches(
        arm in planar(),
        shares in proptest::collection::vec(proptest::array::uniform5(share()), 20),
        off in proptest::array::uniform6(-1.0..1.0),
    ) {
        let robot = arm.robot();
        proptest::prop_assert!(robot.plane.is_some());
        let (low, high) = arm.limits;
        for joints in shares.iter().map(|shares| shares.map(|share| low + share * (high - low))) {
            let pose = robot.forward(&joints);
            let found = robot.inverse(&IkTarget::Pose(pose), robot.home()).unwrap();
            check(&robot, &pose, &found, true);
            let nearest = robot.inverse(&IkTarget::Pose(pose), &joints).unwrap();
            proptest::prop_assert!(far(&nearest.joints, &joints) < 1e-4, "{:?} {joints:?}", nearest.joints);

            // Reachable only within the tolerance, or not at all; at the edge, either.
            let at_a_limit = |joint: &f64| (joint - low).min(high - joint) < 0.05;
            if joints.iter().any(at_a_limit) {
                continue;
            }
            let [x, y, z, a, b, c] = off;
            let aside = Pose::new(Vector3::new(x, y, z) * 1e-4, Vector3::new(a, b, c) * 2e-3);
            let target = IkTarget::Pose(pose * aside);
            let searched = robot.search::<5>(&robot.goals(&target).unwrap(), &joints, 0.0, Miss::Measured);
            let on_the_edge = |answer: &IkSolution| {
                answer.rotation_error > 0.8 * POSE_ROTATION_TOLERANCE_RAD
                    || answer.position_error > 0.8 * POSITION_TOLERANCE_M
            };
            if searched.is_ok_and(|answer| !on_the_edge(&answer)) {
                proptest::prop_assert!(robot.inverse(&target, robot.home()).is_ok(), "{joints:?}");
            }
        }
    }

    #[test]
    fn an_arm_with_a_spherical_wrist_knows_every_way(
        arm in industrial(),
        postures in proptest::collection::vec(proptest::array::uniform6(-2.9..2.9), 20),
    ) {
        let robot = arm.robot();
        for joints in postures {
            let pose = robot.forward(&joints);
            let all = robot.inverse_all(&pose, &joints, 0.0);
            let first = all.first().expect("a way that is known");
            proptest::prop_assert!(far(&first.joints, &joints) < 1e-5, "{:?} {joints:?}", first.joints);
            for (index, way) in all.iter().enumerate() {
                check(&robot, &pose, way, true);
                proptest::prop_assert!(way.rotation_error < POSE_ROTATION_TOLERANCE_RAD);
                for other in &all[..index] {
                    proptest::prop_assert!(far(&way.joints, &other.joints) > 1e-6);
                }
            }
            let nearest = robot.inverse(&IkTarget::Pose(pose), &joints).unwrap();
            proptest::prop_assert_eq!(&nearest, first);
        }
    }
}

#[test]
fn closed_forms_are_for_arms_that_have_them() {
    for (name, planar) in [("so101", true), ("panda", false), ("ur5e", false)] {
        let robot = load_shipped_robot(name);
        assert!(robot.wrist.is_none(), "{name}");
        assert_eq!(robot.plane.is_some(), planar, "{name}");
    }
}

#[test]
fn every_arm_knows_several_ways_to_a_pose_and_the_nearest_first() {
    for (name, ways) in [("so101", 1), ("ur5e", 4), ("panda", 4)] {
        let robot = load_shipped_robot(name);
        for index in 0..20 {
            // Within reach, and not at the edge of it.
            let joints: Vec<f64> = robot.home()[..robot.arm_joints().len()]
                .iter()
                .enumerate()
                .map(|(joint, home)| {
                    let limits = robot.arm_joints()[joint].limits;
                    let near = home + 0.6 * (halton(index + 1, joint) - 0.5);
                    near.clamp(limits.min + 0.01, limits.max - 0.01)
                })
                .collect();
            let pose = robot.forward(&joints);
            let all = robot.inverse_all(&pose, &joints, 0.0);
            assert!(all.len() >= ways, "{name}: {} ways", all.len());
            assert!(far(&all[0].joints, &joints) < SAME_IF_REDUNDANT, "{name}");
            for (index, way) in all.iter().enumerate() {
                check(&robot, &pose, way, true);
                for other in &all[..index] {
                    assert!(far(&way.joints, &other.joints) >= SAME_BY_DESCENT);
                    assert!(far(&other.joints, &joints) <= far(&way.joints, &joints));
                }
            }
        }
    }
}

#[test]
fn joints_keep_inside_their_limits_where_that_is_asked() {
    const INSIDE: f64 = 0.01;
    for name in ["so101", "panda", "ur5e"] {
        let robot = load_shipped_robot(name);
        let is_inside = |solution: &IkSolution| {
            let mut each = robot.arm_joints().iter().zip(&solution.joints);
            each.all(|(joint, at)| {
                let limits = joint.limits;
                limits.min + INSIDE <= *at && *at <= limits.max - INSIDE
            })
        };
        let (mut found, mut at_a_limit) = (0, 0);
        for index in 0..200 {
            let each = robot.arm_joints().iter().enumerate();
            let joints: Vec<f64> = each
                .map(|(joint, description)| {
                    let limits = description.limits;
                    let share = 1.04 * halton(index + 1, joint) - 0.02;
                    limits.min + share.clamp(0.0, 1.0) * (limits.max - limits.min)
                })
                .collect();
            let pose = robot.forward(&joints);
            let target = IkTarget::Pose(pose);
            let Ok(solution) = robot.inverse_with_limit_margin(&target, &joints, INSIDE) else {
                at_a_limit += 1;
                continue;
            };
            found += 1;
            check(&robot, &pose, &solution, true);
            assert!(is_inside(&solution), "{name}: {:?}", solution.joints);
            let all = robot.inverse_all(&pose, &joints, INSIDE);
            assert!(all.iter().all(is_inside), "{name}");
        }
        assert!(found > 120, "{name}: {found} found, {at_a_limit} not");
    }
}

/// Targets within and beyond reach, and within and beyond the joints' limits: whether they are
/// reachable, and how, does not depend on whether a miss is measured.
#[test]
fn a_miss_that_is_not_measured_is_the_same_miss() {
    const INSIDE: f64 = 2e-3;
    let (mut reached, mut missed) = (0, 0);
    for (name, count) in [("so101", 3000), ("panda", 20), ("ur5e", 20)] {
        let robot = load_shipped_robot(name);
        for index in 0..count {
            let each = robot.arm_joints().iter().enumerate();
            let joints: Vec<f64> = each
                .map(|(joint, description)| {
                    let limits = description.limits;
                    let share = 1.2 * halton(index + 1, joint) - 0.1;
                    limits.min + share * (limits.max - limits.min)
                })
                .collect();
            let mut pose = robot.forward(&joints);
            if index % 3 == 0 {
                pose.translation.vector *= 0.8 + 0.4 * halton(index + 1, joints.len());
            }
            let target = IkTarget::Pose(pose);
            let measured = robot.inverse_with_limit_margin(&target, robot.home(), INSIDE);
            let unmeasured = robot.inverse_without_miss_distance(&target, robot.home(), INSIDE);
            match (measured, unmeasured) {
                (Ok(one), Ok(other)) => {
                    assert_eq!(one, other, "{name}");
                    reached += 1;
                }
                (Err(Refusal::Unreachable { .. }), Err(Refusal::Unreachable { distance, .. })) => {
                    assert_eq!(distance, f64::INFINITY);
                    missed += 1;
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
    assert!(reached > 300 && missed > 300, "{reached}, {missed}");
}
