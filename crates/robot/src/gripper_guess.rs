//! Guesses how a gripper opens and where it grasps, from the kinematics and the shapes.

use enact_types::{JointVector, Point3, Pose, Vector3};
use nalgebra::Unit;

use crate::description::{Gripper, Link, Robot};

/// Assumed distance of the fingertips beyond a guessed grasp point, meters.
const REACH: f64 = 0.01;
/// A tool frame counts as being at the fingertips if they reach no farther beyond it, meters.
const AT_FINGERTIPS: f64 = 0.03;
/// Rows of a guessed table of openings.
const ROWS: usize = 9;
/// The arm is assumed to approach from this far before the tool frame, meters.
const BEFORE: f64 = 0.01;
/// Smallest cosine between an axis of the tool frame and that direction for it to be the approach
/// axis.
const ALONG: f64 = 0.9;
/// Openings that increase by less do not distinguish two postures, meters.
const MIN_OPENING_STEP: f64 = 1e-6;

impl Robot {
    /// Returns the gripper, or, for an arm without one, the bare tool as a gripper that never
    /// opens, with a joint index past the last one.
    pub fn gripper_or_bare_tool(&self) -> Gripper {
        self.gripper.clone().unwrap_or_else(|| {
            let poses = self.link_poses(&self.home);
            let approach_axis = approach(self, &poses);
            // A tool such as a pen works at its tip.
            let tip = ahead(self, &poses, &approach_axis, None).max(0.0);
            Gripper {
                joint: self.joints.len(),
                closed: 0.0,
                open: 0.0,
                openings: vec![(0.0, 0.0)],
                tool_from_grasp: Point3::from(approach_axis.into_inner() * tip),
                opening_axis: across(&approach_axis),
                parallel: true,
                approach_axis,
                fingertip_reach: 0.0,
            }
        })
    }
}

/// Takes the joint range as closed and open, and derives the opening from the motion of the
/// fingers; `None` if the fingers neither open nor close.
pub fn guess(robot: &Robot, joint: usize) -> Option<Gripper> {
    let limits = robot.joints[joint].limits;
    let poses = robot.link_poses(&robot.home);
    let approach_axis = approach(robot, &poses);
    let beyond = ahead(robot, &poses, &approach_axis, Some(joint));
    let (grasp, fingertip_reach) = if (0.0..=AT_FINGERTIPS).contains(&beyond) {
        (0.0, beyond.max(REACH / 2.0))
    } else if beyond > AT_FINGERTIPS {
        (beyond - REACH, REACH)
    } else {
        (0.0, REACH)
    };
    let tool_from_grasp = Point3::from(approach_axis.into_inner() * grasp);
    let hand = Fingers {
        robot,
        joint,
        approach: approach_axis.into_inner(),
        tool_from_grasp,
        roots: fingers(robot, joint),
    };
    let row = |index: usize| {
        let share = index as f64 / (ROWS - 1) as f64;
        limits.min + share * (limits.max - limits.min)
    };
    let mut rows: Vec<(f64, f64)> = Vec::new();
    let (closes, opening_axis) = match hand.roots[..] {
        [] => return None,
        [one] => {
            let rate = hand.rate(one);
            let axis = Unit::try_new(hand.flat(rate), 1e-6)?;
            // A finger that approaches the middle as the joint increases closes the hand.
            let side = hand.flat(hand.side(one));
            let prismatic = robot.joints[joint].prismatic;
            let opening = |position: f64| chord(position - limits.min, prismatic) * rate.norm();
            rows.extend((0..ROWS).map(row).map(|at| (at, opening(at))));
            let closes = side.norm() > BEFORE / 10.0 && side.dot(&axis) < 0.0;
            if closes {
                let widest = rows.last().map_or(0.0, |row| row.1);
                rows.iter_mut().for_each(|row| row.1 = widest - row.1);
            }
            (closes, if closes { -axis } else { axis })
        }
        [one, other, ..] => {
            let apart = |position: f64| {
                let [a, b] = [one, other].map(|root| hand.pad(root, position));
                hand.flat(a - b).norm()
            };
            let closes = apart(limits.max) < apart(limits.min);
            let shut = apart(if closes { limits.max } else { limits.min });
            rows.extend((0..ROWS).map(row).map(|at| (at, apart(at) - shut)));
            let moved = hand.pad(one, limits.max) - hand.pad(one, limits.min);
            let axis = Unit::try_new(hand.flat(moved), 1e-6)?;
            (closes, if closes { -axis } else { axis })
        }
    };
    if closes {
        rows.reverse();
    }
    // From closed to open, as far as the fingers keep opening.
    rows.dedup_by(|later, earlier| later.1 <= earlier.1 + MIN_OPENING_STEP);
    let (shut, wide) = (rows.first()?.0, rows.last()?.0);
    if rows.len() < 2 {
        return None;
    }
    if closes {
        rows.reverse();
    }
    Some(Gripper {
        joint,
        closed: shut,
        open: wide,
        openings: rows,
        tool_from_grasp,
        opening_axis,
        parallel: hand.roots.len() > 1,
        approach_axis,
        fingertip_reach,
    })
}

/// Returns the axis of the tool frame along which the arm approaches; `z`, the convention of ROS
/// for `tool0`, if there is none.
fn approach(robot: &Robot, poses: &[Pose]) -> Unit<Vector3> {
    let tool = poses[robot.tool_link];
    let mut at = robot.tool_link;
    while let Some(mount) = &robot.links[at].mount {
        at = mount.parent;
        let way = tool.translation.vector - poses[at].translation.vector;
        if way.norm() < BEFORE {
            continue;
        }
        let way = tool.rotation.inverse() * way.normalize();
        let axes = [Vector3::x_axis(), Vector3::y_axis(), Vector3::z_axis()];
        let both = axes.into_iter().flat_map(|axis| [axis, -axis]);
        let nearest = both.max_by(|a, b| a.dot(&way).total_cmp(&b.dot(&way)));
        return nearest
            .filter(|axis| axis.dot(&way) > ALONG)
            .unwrap_or(Vector3::z_axis());
    }
    Vector3::z_axis()
}

/// Returns a direction perpendicular to another.
fn across(axis: &Unit<Vector3>) -> Unit<Vector3> {
    let other = if axis.x.abs() < 0.5 {
        Vector3::x()
    } else {
        Vector3::y()
    };
    Unit::new_normalize(other - axis.into_inner() * axis.dot(&other))
}

/// Returns how far the shapes that the gripper joint moves, or those fixed to the tool if there is
/// no gripper, reach beyond the tool frame along the approach axis, meters; negative infinity
/// without shapes.
fn ahead(robot: &Robot, poses: &[Pose], approach: &Unit<Vector3>, joint: Option<usize>) -> f64 {
    let tool = poses[robot.tool_link];
    let towards = tool.rotation * approach.into_inner();
    let mut farthest = f64::NEG_INFINITY;
    for (index, link) in robot.links.iter().enumerate() {
        let belongs = match joint {
            Some(joint) => moved_by(&robot.links, index) == Some(joint),
            None => body(&robot.links, index) == body(&robot.links, robot.tool_link),
        };
        for part in link.shapes.iter().filter(|_| belongs) {
            let base_from_shape = poses[index] * part.link_from_shape;
            let along = base_from_shape.rotation.inverse() * towards;
            let middle = base_from_shape.translation.vector - tool.translation.vector;
            farthest = farthest.max(middle.dot(&towards) + part.shape.extent_along(&along));
        }
    }
    farthest
}

/// Returns the joint that moves a link relative to its parent, if it is not fixed to it.
fn moved_by(links: &[Link], mut link: usize) -> Option<usize> {
    while let Some(mount) = &links[link].mount {
        if let Some(motion) = &mount.motion {
            return Some(motion.joint);
        }
        link = mount.parent;
    }
    None
}

/// Returns the first of the links that are rigidly joined to a link.
fn body(links: &[Link], mut link: usize) -> usize {
    while let Some(mount) = links[link].mount.as_ref().filter(|it| it.motion.is_none()) {
        link = mount.parent;
    }
    link
}

/// Returns the links that a joint moves relative to something that it does not move.
fn fingers(robot: &Robot, joint: usize) -> Vec<usize> {
    let is_moved = |link: usize| {
        let mount = robot.links[link].mount.as_ref();
        let motion = mount.and_then(|mount| mount.motion.as_ref());
        motion.is_some_and(|motion| motion.joint == joint)
    };
    (0..robot.links.len())
        .filter(|link| is_moved(*link))
        .filter(|link| {
            let mount = robot.links[*link].mount.as_ref();
            mount.is_some_and(|mount| moved_by(&robot.links, mount.parent) != Some(joint))
        })
        .collect()
}

/// Returns the distance of a point from where it was `travel` ago, per unit of speed: a chord for a
/// revolute joint.
fn chord(travel: f64, prismatic: bool) -> f64 {
    let angle = travel.min(std::f64::consts::PI);
    if prismatic {
        travel
    } else {
        2.0 * (angle / 2.0).sin()
    }
}

/// The fingers driven by one joint.
struct Fingers<'a> {
    robot: &'a Robot,
    joint: usize,
    approach: Vector3,
    tool_from_grasp: Point3,
    /// First link of each finger.
    roots: Vec<usize>,
}

impl Fingers<'_> {
    /// Returns the direction without its component along the approach axis.
    fn flat(&self, direction: Vector3) -> Vector3 {
        direction - self.approach * self.approach.dot(&direction)
    }

    fn poses(&self, position: f64) -> Vec<Pose> {
        let mut joints: JointVector = self.robot.home.clone();
        joints[self.joint] = position;
        self.robot.link_poses(&joints)
    }

    /// Returns the velocity of a finger at the grasp point in the tool frame, per unit of the
    /// joint.
    fn rate(&self, root: usize) -> Vector3 {
        let poses = self.robot.link_poses(&self.robot.home);
        let tool = poses[self.robot.tool_link];
        let mount = self.robot.links[root].mount.as_ref();
        let Some((mount, motion)) = mount.and_then(|it| Some((it, it.motion.as_ref()?))) else {
            return Vector3::zeros();
        };
        let hinge = poses[mount.parent] * mount.parent_from_joint;
        let axis = hinge.rotation * motion.axis.into_inner() * motion.multiplier;
        let grasp = tool * self.tool_from_grasp;
        let lever = grasp.coords - hinge.translation.vector;
        let rate = if motion.prismatic {
            axis
        } else {
            axis.cross(&lever)
        };
        tool.rotation.inverse() * rate
    }

    /// Returns the offset of a finger's body from the grasp point at home, in the tool frame.
    fn side(&self, root: usize) -> Vector3 {
        let poses = self.robot.link_poses(&self.robot.home);
        self.middle(root, &poses) - self.tool_from_grasp.coords
    }

    /// Returns the point of a finger that is beside the grasp point at the joint's lowest position,
    /// in the tool frame with the joint at `position`.
    fn pad(&self, root: usize, position: f64) -> Vector3 {
        let lowest = self.poses(self.robot.joints[self.joint].limits.min);
        let moved = self.poses(position);
        let tool = lowest[self.robot.tool_link];
        let beside = self.flat(self.middle(root, &lowest));
        let along = self.approach * self.approach.dot(&self.tool_from_grasp.coords);
        let last = self.last(root);
        let in_link = lowest[last].inverse() * tool * Point3::from(beside + along);
        let tool = moved[self.robot.tool_link];
        (tool.inverse() * moved[last] * in_link).coords
    }

    /// Returns the last link of a finger, the one with the most joints before it.
    fn last(&self, root: usize) -> usize {
        let depth = |mut link: usize| {
            let mut depth = 0;
            while let Some(mount) = self.robot.links[link].mount.as_ref() {
                depth += usize::from(mount.motion.is_some());
                link = mount.parent;
            }
            depth
        };
        let own = (root..self.robot.links.len()).filter(|link| self.is_in(*link, root));
        own.max_by_key(|link| (depth(*link), usize::MAX - link))
            .unwrap_or(root)
    }

    /// Returns the center of a finger's shapes, or the origin of its last link, in the tool frame.
    fn middle(&self, root: usize, poses: &[Pose]) -> Vector3 {
        let tool = poses[self.robot.tool_link];
        let mut sum = Vector3::zeros();
        let mut count = 0.0;
        for link in (root..self.robot.links.len()).filter(|link| self.is_in(*link, root)) {
            for part in &self.robot.links[link].shapes {
                let place = tool.inverse() * poses[link] * part.link_from_shape;
                sum += place.translation.vector;
                count += 1.0;
            }
        }
        if count > 0.0 {
            return sum / count;
        }
        let last = tool.inverse() * poses[self.last(root)];
        last.translation.vector
    }

    fn is_in(&self, mut link: usize, root: usize) -> bool {
        loop {
            if link == root {
                return true;
            }
            match &self.robot.links[link].mount {
                Some(mount) => link = mount.parent,
                None => return false,
            }
        }
    }
}
