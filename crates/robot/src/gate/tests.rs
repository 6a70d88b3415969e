use super::*;
use crate::testing::so101;
use crate::{Obstacle, Shape};
use enact_types::{Pose, Vector3};
use proptest::prelude::*;

const STEPS: f64 = 200.0;

fn gate() -> Gate {
    Gate::new(so101())
}

/// Returns a motion from home by `delta`, at the fastest speed that a quintic permits times
/// `haste`.
fn quintic(delta: &[f64], haste: f64) -> Vec<JointVector> {
    let robot = so101();
    let time = robot
        .joints()
        .iter()
        .zip(delta)
        .fold(0.05, |time: f64, (joint, delta)| {
            let (limits, way) = (joint.limits, delta.abs());
            time.max(1.875 * way / limits.velocity)
                .max((5.78 * way / limits.acceleration).sqrt())
                .max((60.0 * way / limits.jerk).cbrt())
        });
    let steps = (time / haste * STEPS).ceil();
    (0..=steps as usize)
        .map(|step| {
            let u = step as f64 / steps;
            let share = u.powi(3) * (10.0 - u * (15.0 - 6.0 * u));
            robot
                .home()
                .iter()
                .zip(delta)
                .map(|(home, delta)| home + share * delta)
                .collect()
        })
        .collect()
}

fn admit(samples: Vec<JointVector>) -> Result<Trajectory, Refusal> {
    let robot = so101();
    gate().admit(
        samples,
        &StartState {
            measured: robot.home(),
            commanded: Some(robot.home()),
        },
    )
}

/// Checks the limits again from their definition, with rest at both ends.
fn keeps_all(samples: &[JointVector]) -> bool {
    let robot = so101();
    let rate =
        |values: &[f64]| -> Vec<f64> { values.windows(2).map(|w| (w[1] - w[0]) * STEPS).collect() };
    robot.joints().iter().enumerate().all(|(index, joint)| {
        let mut x: Vec<f64> = samples.iter().map(|sample| sample[index]).collect();
        x.splice(0..0, [x[0]; 3]);
        x.extend([x[x.len() - 1]; 3]);
        let (v, limits) = (rate(&x), joint.limits);
        let (a, j) = (rate(&v), rate(&rate(&v)));
        let slack = 1.0 + 1e-9;
        x.iter().all(|x| limits.min <= *x && *x <= limits.max)
            && v.iter().all(|v| v.abs() <= limits.velocity * slack)
            && a.iter().all(|a| a.abs() <= limits.acceleration * slack)
            && j.iter().all(|j| j.abs() <= limits.jerk * slack)
    })
}

/// Checks the limits of the B-spline controlled by the samples, at many points of each period.
fn keeps_all_between(samples: &[JointVector]) -> bool {
    const PARTS: usize = 7;
    let robot = so101();
    robot.joints().iter().enumerate().all(|(index, joint)| {
        let last = samples.len() as isize - 1;
        let x = |at: isize| samples[at.clamp(0, last) as usize][index];
        let (limits, slack) = (joint.limits, 1.0 + 1e-9);
        (-1..last + 2).all(|at| {
            let [a, b, c, d] = [x(at - 1), x(at), x(at + 1), x(at + 2)];
            (0..=PARTS).all(|part| {
                let t = part as f64 / PARTS as f64;
                let u = 1.0 - t;
                let position = (u.powi(3) * a
                    + (3.0 * t.powi(3) - 6.0 * t * t + 4.0) * b
                    + (3.0 * u.powi(3) - 6.0 * u * u + 4.0) * c
                    + t.powi(3) * d)
                    / 6.0;
                let velocity = (u * u * (b - a) + (1.0 + 2.0 * t * u) * (c - b) + t * t * (d - c))
                    / 2.0
                    * STEPS;
                let acceleration = (u * (a - 2.0 * b + c) + t * (b - 2.0 * c + d)) * STEPS * STEPS;
                limits.min - 1e-12 <= position
                    && position <= limits.max + 1e-12
                    && velocity.abs() <= limits.velocity * slack
                    && acceleration.abs() <= limits.acceleration * slack
            })
        })
    })
}

#[test]
fn a_command_one_ulp_beyond_a_limit_does_not_pass() {
    let robot = so101();
    let gate = gate();
    for (index, joint) in robot.joints().iter().enumerate() {
        let limits = joint.limits;
        for (edge, beyond) in [
            (limits.max, limits.max.next_up()),
            (limits.min, limits.min.next_down()),
        ] {
            let mut at = robot.home().clone();
            at[index] = edge;
            let command = Command::new(at.clone());
            assert_eq!(gate.check_command(&command, &at), Ok(()));
            at[index] = beyond;
            let refusal = gate.check_command(&Command::new(at), command.positions());
            assert!(matches!(
                refusal,
                Err(Refusal::JointLimit {
                    quantity: Quantity::Position,
                    ..
                })
            ));
        }
        // A command within its limits but too far from the previous one.
        let mut far = robot.home().clone();
        far[index] += 1.01 * joint.limits.velocity / STEPS;
        let refusal = gate.check_command(&Command::new(far), robot.home());
        assert!(matches!(
            refusal,
            Err(Refusal::JointLimit {
                quantity: Quantity::Velocity,
                ..
            })
        ));
    }
    let mut broken = robot.home().clone();
    broken[2] = f64::NAN;
    assert!(
        gate.check_command(&Command::new(broken), robot.home())
            .is_err()
    );
}

#[test]
fn a_smooth_motion_passes_and_a_hasty_one_does_not() {
    let delta = [0.5, 0.3, -0.4, -0.2, 1.0, 0.3];
    let trajectory = admit(quintic(&delta, 0.97)).unwrap();
    assert_eq!(
        trajectory.end_positions(),
        trajectory.command_at(usize::MAX).positions()
    );
    assert!(matches!(
        admit(quintic(&delta, 1.2)),
        Err(Refusal::JointLimit { .. })
    ));
}

#[test]
fn one_ulp_beyond_a_position_limit_is_refused() {
    let robot = so101();
    for (index, joint) in robot.joints().iter().enumerate() {
        for (edge, beyond) in [
            (joint.limits.max, joint.limits.max.next_up()),
            (joint.limits.min, joint.limits.min.next_down()),
        ] {
            let mut at = robot.home().clone();
            at[index] = edge;
            let start = StartState {
                measured: &at,
                commanded: None,
            };
            assert!(gate().admit(vec![at.clone()], &start).is_ok());
            let mut out = at.clone();
            out[index] = beyond;
            let refusal = gate().admit(vec![out], &start).unwrap_err();
            assert!(refusal.to_string().contains(&joint.name), "{refusal}");
        }
    }
}

#[test]
fn a_joint_outside_its_limits_only_creeps_back() {
    let robot = so101();
    let max = robot.joints()[0].limits.max;
    let mut measured = robot.home().clone();
    measured[0] = max + 0.05;
    let path = |way: f64, seconds: f64| -> Vec<JointVector> {
        let steps = (seconds * STEPS) as usize;
        (0..=steps)
            .map(|step| {
                let u = step as f64 / steps as f64;
                let mut sample = measured.clone();
                sample[0] += way * u.powi(3) * (10.0 - u * (15.0 - 6.0 * u));
                sample
            })
            .collect()
    };
    let start = StartState {
        measured: &measured,
        commanded: None,
    };
    assert!(
        gate().admit(vec![measured.clone()], &start).is_ok(),
        "it may stay"
    );
    assert!(
        gate().admit(path(-0.1, 2.0), &start).is_ok(),
        "it may creep back"
    );
    assert!(gate().admit(path(-0.1, 0.6), &start).is_err(), "not fast");
    assert!(
        gate().admit(path(0.01, 2.0), &start).is_err(),
        "not farther out"
    );
    let mut jump = measured.clone();
    jump[0] = max;
    assert!(
        gate().admit(vec![jump], &start).is_err(),
        "not by a jump to the limit"
    );
}

#[test]
fn motion_begins_where_the_arm_is() {
    let robot = so101();
    let home = robot.home();
    let shifted = |joint: usize, by: f64| {
        let mut vector = home.clone();
        vector[joint] += by;
        vector
    };
    let try_from = |measured: &JointVector, commanded: Option<&JointVector>| {
        gate().admit(
            vec![home.clone()],
            &StartState {
                measured,
                commanded,
            },
        )
    };
    assert!(try_from(&shifted(0, 0.004), None).is_ok());
    assert!(matches!(
        try_from(&shifted(0, 0.02), None),
        Err(Refusal::StartsElsewhere { .. })
    ));
    assert!(try_from(&shifted(0, 0.1), Some(home)).is_ok());
    assert!(matches!(
        try_from(&shifted(0, 0.2), Some(home)),
        Err(Refusal::FollowingError { .. })
    ));
    assert!(
        try_from(&shifted(5, 0.8), Some(home)).is_ok(),
        "the gripper holds by force"
    );
    assert!(matches!(
        try_from(home, Some(&shifted(0, 1e-6))),
        Err(Refusal::Malformed(_))
    ));
    assert!(matches!(
        try_from(&shifted(2, f64::NAN), None),
        Err(Refusal::NotFinite { .. })
    ));
    let command = gate().admit(
        vec![home.clone()],
        &StartState {
            measured: home,
            commanded: None,
        },
    );
    let command = command.unwrap().command_at(0);
    assert!(gate().check_following(&command, &shifted(1, 0.14)).is_ok());
    assert!(gate().check_following(&command, &shifted(1, 0.16)).is_err());
    assert!(
        gate()
            .check_following(&command, &shifted(1, f64::NAN))
            .is_err()
    );
}

#[test]
fn malformed_motion_is_refused() {
    assert!(matches!(admit(vec![]), Err(Refusal::Malformed(_))));
    assert!(matches!(
        admit(vec![vec![0.0; 5].into()]),
        Err(Refusal::Malformed(_))
    ));
    assert!(matches!(
        admit(vec![vec![0.0; 7].into()]),
        Err(Refusal::Malformed(_))
    ));
}

fn hostile() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::MAX),
        Just(-0.0),
        any::<f64>(),
        -3.0..3.0,
        -1e-4..1e-4,
        -1e-7..1e-7,
    ]
}

fn deltas() -> impl Strategy<Value = Vec<f64>> {
    (
        -1.5..1.5,
        -0.08..1.5,
        -1.5..0.9,
        -1.5..0.08,
        -1.5..1.5,
        -0.3..1.5,
    )
        .prop_map(|(a, b, c, d, e, f)| vec![a, b, c, d, e, f])
}

proptest! {
    #[test]
    fn what_is_admitted_keeps_every_limit(
        delta in deltas(),
        haste in 0.3..3.0,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..6, hostile(), any::<bool>()), 0..3),
    ) {
        let mut samples = quintic(&delta, haste);
        for (at, joint, value, add) in &changes {
            let at = at.index(samples.len());
            let old = samples[at][*joint];
            samples[at][*joint] = if *add { old + value } else { *value };
        }
        match admit(samples.clone()) {
            Ok(trajectory) => {
                prop_assert!(keeps_all(&samples));
                prop_assert!(keeps_all_between(trajectory.positions()));
            }
            Err(Refusal::Collision { .. }) => {}
            Err(_) => prop_assert!(!changes.is_empty() || haste > 0.95 || !keeps_all(&samples)),
        }
    }

    #[test]
    fn random_numbers_are_never_admitted(
        values in proptest::collection::vec(proptest::collection::vec(hostile(), 6), 1..20),
    ) {
        let samples: Vec<JointVector> = values.into_iter().map(JointVector::from).collect();
        let resting = samples.iter().all(|sample| sample == so101().home());
        prop_assert!(resting || admit(samples.clone()).is_err() || keeps_all(&samples));
    }

    #[test]
    fn a_stop_keeps_the_limits_and_comes_to_rest(delta in deltas(), at in any::<prop::sample::Index>()) {
        let robot = so101();
        let admitted = admit(quintic(&delta, 0.95));
        prop_assume!(!matches!(admitted, Err(Refusal::Collision { .. })));
        let trajectory = admitted.unwrap();
        let sent = at.index(trajectory.len());
        let stop = gate().stopping_trajectory(&trajectory, sent);
        let mut whole = trajectory.positions()[..=sent].to_vec();
        whole.extend_from_slice(stop.positions());
        prop_assert!(stop.duration() <= trajectory.duration());
        for (index, joint) in robot.joints().iter().enumerate() {
            let mut x: Vec<f64> = whole.iter().map(|sample| sample[index]).collect();
            x.push(x[x.len() - 1]);
            prop_assert!(x.iter().all(|x| joint.limits.min <= *x && *x <= joint.limits.max));
            let v: Vec<f64> = x.windows(2).map(|w| (w[1] - w[0]) * STEPS).collect();
            prop_assert!(v.iter().all(|v| v.abs() <= joint.limits.velocity * 1.000_001));
            for a in v.windows(2).map(|w| (w[1] - w[0]) * STEPS) {
                prop_assert!(a.abs() <= joint.limits.acceleration * 1.000_001);
            }
        }
    }
}

#[test]
fn backing_off_goes_back_along_the_path_within_the_limits() {
    let robot = so101();
    let trajectory = admit(quintic(&[1.8, 0.0, 0.0, 0.0, 0.0, 0.0], 0.95)).unwrap();
    let samples = trajectory.positions();
    for sent in [
        0,
        3,
        samples.len() / 3,
        samples.len() / 2,
        samples.len() - 1,
    ] {
        let [stop, away] = gate().retreat_along_path(&trajectory, sent);
        let mut whole = vec![stop.end_positions().clone()];
        whole.extend_from_slice(away.positions());
        for (index, joint) in robot.joints().iter().enumerate() {
            let x: Vec<f64> = whole.iter().map(|sample| sample[index]).collect();
            let v: Vec<f64> = x.windows(2).map(|w| (w[1] - w[0]) * STEPS).collect();
            assert!(v.iter().all(|v| v.abs() <= joint.limits.velocity));
            for a in v.windows(2).map(|w| (w[1] - w[0]) * STEPS) {
                assert!(a.abs() <= joint.limits.acceleration * 1.000_001);
            }
        }
        let (met, end) = (stop.end_positions()[0], away.end_positions()[0]);
        assert!(
            robot.home()[0] - 1e-9 <= end && end <= met + 1e-9,
            "{sent}: {met} {end}"
        );
        if sent == samples.len() / 2 {
            assert!(met - end > 0.2, "{met} {end}");
        }
    }
}

#[test]
fn a_stop_in_full_swing_is_much_shorter_than_the_path() {
    let trajectory = admit(quintic(&[1.8, 0.0, 0.0, 0.0, 0.0, 0.0], 0.95)).unwrap();
    let half = trajectory.len() / 2;
    let stop = gate().stopping_trajectory(&trajectory, half);
    assert!(
        stop.len() < (trajectory.len() - half) * 3 / 4,
        "{} of {half}",
        stop.len()
    );
}

#[test]
fn the_tool_is_slow_near_a_place_to_keep_out_of_and_nowhere_else() {
    let robot = so101();
    // Outstretched, so that the tool is fast when the arm swings.
    let posture = |pan: f64, mut joints: JointVector| {
        for (joint, by) in [pan, 0.9, -0.5, -0.8].into_iter().enumerate() {
            joints[joint] += by;
        }
        joints
    };
    let from = posture(-0.4, robot.home().clone());
    let swing = |haste: f64| -> Vec<JointVector> {
        let delta = [0.8, 0.0, 0.0, 0.0, 0.0, 0.0];
        let samples = quintic(&delta, haste).into_iter();
        samples.map(|joints| posture(-0.4, joints)).collect()
    };
    let tool = robot.working_point(&posture(0.0, robot.home().clone()));
    let outwards = Vector3::new(tool.x, tool.y, 0.0).normalize();
    let beside = |way: Vector3, distance: f64| {
        let half = [0.002; 3];
        let place = Pose::from_parts((tool.coords + way * distance).into(), Default::default());
        let body = Obstacle::new("person", [(Shape::Box { half }, place)]);
        CollisionWorld {
            obstacles: vec![(std::sync::Arc::new(body.mark_keep_out()), 0.001)],
            ..CollisionWorld::default()
        }
    };
    let start = StartState {
        measured: &from,
        commanded: None,
    };
    let admit = |haste: f64, around: &CollisionWorld| {
        gate().admit_among_obstacles(swing(haste), &start, around)
    };
    let (way, near) = [outwards, -Vector3::z(), Vector3::z()]
        .into_iter()
        .map(|way| (way, beside(way, 0.045)))
        .find(|(_, near)| admit(0.1, near).is_ok())
        .unwrap();
    let refusal = admit(0.97, &near).unwrap_err();
    assert!(
        matches!(&refusal, Refusal::ToolSpeed { near, speed, limit }
            if near == "person" && speed > limit && *limit == robot.tool_speed_limit().near),
        "{refusal}"
    );
    assert!(admit(0.97, &beside(way, 0.12)).is_ok());
    let body = Obstacle::new("post", near.obstacles[0].0.shapes());
    let post = CollisionWorld {
        obstacles: vec![(std::sync::Arc::new(body), 0.001)],
        ..CollisionWorld::default()
    };
    assert!(admit(0.97, &post).is_ok());
}
