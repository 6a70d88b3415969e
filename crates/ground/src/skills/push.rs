//! Slide an object along the table.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use enact_plan::skills::Push;
use enact_plan::{Direction, Relation};
use enact_robot::description::Gripper;
use enact_robot::{HalfSpace, Obstacle, PostureCheck, TABLE_NAME};
use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};

use super::GroundedSkill;
use crate::manipulation::context::HAND_TILTS_RAD;
use crate::manipulation::grasp::{refusal_closest_to_success, require_in_reach};
use crate::manipulation::{MotionBuilder, SkillContext};
use crate::motion::end_effector::{Roll, translated_pose};
use crate::motion::robot_shapes::placed_robot_shapes;
use crate::motion::{Purpose, StepMotion};
use crate::scene::direction::picture_direction_on_table;
use crate::scene::{SceneObject, Solid};
use crate::step_verdict::{DID_NOT_MOVE, StepEvidence, StepVerdict};

/// Distances to push, meters, in order of preference.
const DISTANCES: [f64; 3] = [0.05, 0.04, 0.03];
/// Turns of the hand about the approach to try, relative to fingers that part along the push,
/// radians.
const TURNS: [f64; 4] = [0.0, PI, -FRAC_PI_2, FRAC_PI_2];
/// Further turns to try where none of these will do, in which the hand pushes with an edge.
const ASKEW: [f64; 4] = [
    FRAC_PI_4,
    -FRAC_PI_4,
    FRAC_PI_4 + FRAC_PI_2,
    -FRAC_PI_4 - FRAC_PI_2,
];
/// Distance of the hand behind the object while its own shape is measured, meters.
const MEASURING_DISTANCE: f64 = 0.05;
/// Additional height of a hand that is raised because it was too close to the table, meters.
const HIGHER: f64 = 0.0005;
/// Smallest overlap of the fingers with the object from its top, meters.
const MIN_OVERLAP: f64 = 0.006;
/// Gap between the hand and the object before the push, meters.
const GAP: f64 = 0.008;
/// Height of the fingertips above the table, meters.
const TIP_CLEARANCE: f64 = 0.006;
/// Height of the hand before it comes down and after it retreats, meters.
const ABOVE: f64 = 0.06;
/// Free distance in front of the pushed object, meters.
const FRONT_CLEARANCE: f64 = 0.005;
/// Distance beyond which a thing is out of the way whatever the rounding of numbers, meters.
const SLACK: f64 = 1e-6;
/// Speeds, m/s.
const PUSH_SPEED: f64 = 0.06;
const SPEED: f64 = 0.12;

/// Smallest distance of a successful push, meters.
const PUSHED: f64 = 0.015;

impl GroundedSkill for Push {
    fn is_afforded(_gripper: &Gripper, solid: &Solid) -> bool {
        !solid.is_flat()
    }

    /// Returns why the object cannot be pushed in any direction; `None` if it can be pushed in one,
    /// or if the arm can get behind it nowhere.
    fn infeasibility(
        context: &SkillContext<'_>,
        _relation: Option<Relation>,
        object: &SceneObject,
    ) -> Option<Refusal> {
        let camera = context.scene.camera_pose()?;
        let neighbors = context.obstacles_except(&object.name);
        let around = context.posture_check_among(&neighbors);
        let way = Way::new(context, object);
        let mut refusal = None;
        for direction in Direction::ALL_DIRECTIONS {
            match barrier(
                &way,
                &around,
                &picture_direction_on_table(camera, direction)?,
            ) {
                Some(why) => refusal = refusal_closest_to_success(refusal, why),
                None => return None,
            }
        }
        refusal
    }

    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal> {
        let name = &self.object;
        context.require_empty_gripper()?;
        let object = context.find_object(name)?;
        if object.solid.is_flat() {
            let text = format!("the {name} lies flat on the table");
            return Err(Refusal::NotApplicable(text));
        }
        require_in_reach(context, name, &object.solid.center())?;
        let camera = context.scene.camera_pose().ok_or_else(|| {
            Refusal::NotApplicable("no picture says which way that is".to_owned())
        })?;
        let path = picture_direction_on_table(camera, self.direction).ok_or_else(|| {
            Refusal::NotApplicable("the camera looks straight along that direction".to_owned())
        })?;
        let distance = Way::new(context, object).free_distance(&path)?;
        let mut refusal = None;
        let slide = Slide {
            context,
            object,
            path,
            distance,
        };
        for hold in holds() {
            match slide.through(&hold) {
                Ok(script) => return Ok(script.into_step_motion()),
                Err(why) => refusal = refusal_closest_to_success(refusal, why),
            }
        }
        Err(refusal.unwrap_or_else(|| Refusal::NotApplicable(format!("no way to push the {name}"))))
    }

    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict {
        let after = evidence.after.find(&self.object);
        let after = after.filter(|object| object.is_seen());
        let (Some(before), Some(after)) = (evidence.before.find(&self.object), after) else {
            return StepVerdict::unknown();
        };
        let Some(path) =
            picture_direction_on_table(&evidence.frame.base_from_camera, self.direction)
        else {
            return StepVerdict::unknown();
        };
        let moved = after.solid.center() - before.solid.center();
        let doubt = before.solid.uncertainty.max(after.solid.uncertainty);
        match moved.dot(&path) {
            along if along >= PUSHED => StepVerdict::yes(),
            along if along + doubt >= PUSHED => StepVerdict::unknown_whether("it moved"),
            _ => StepVerdict::no(DID_NOT_MOVE),
        }
    }
}

/// Returns the obstacle to a push along `path`, if there is one; `around` are the object's neighbors.
fn barrier(way: &Way<'_>, around: &PostureCheck<'_>, path: &Vector3) -> Option<Refusal> {
    let distance = match way.free_distance(path) {
        Ok(distance) => distance,
        Err(why) => return Some(why),
    };
    let slide = Slide {
        context: way.context,
        object: way.object,
        path: *path,
        distance,
    };
    let mut refusal = None;
    for hold in holds() {
        match slide.is_free(&hold, around) {
            Ok(()) => return None,
            // A place that the hand cannot reach is no evidence of an obstacle.
            Err(Refusal::Unreachable { .. } | Refusal::NotApplicable(_)) => {}
            Err(why) => refusal = refusal_closest_to_success(refusal, why),
        }
    }
    refusal
}

/// What an object may meet when it slides along the table.
struct Way<'a> {
    context: &'a SkillContext<'a>,
    object: &'a SceneObject,
    /// Bodies that are no objects of the scene.
    bodies: Vec<&'a Obstacle>,
    walls: Vec<&'a HalfSpace>,
    /// Objects that are near enough.
    others: Vec<&'a SceneObject>,
}

impl<'a> Way<'a> {
    fn new(context: &'a SkillContext<'a>, object: &'a SceneObject) -> Self {
        let known = context.scene.objects();
        let is_known = |obstacle: &Obstacle| {
            obstacle.is_perceived() && known.iter().any(|other| other.name == obstacle.name())
        };
        let solid = &object.solid;
        // No point of its path is farther from where it is than the longest push.
        let reach = DISTANCES[0] + solid.footprint.inner_radius() + FRONT_CLEARANCE + SLACK;
        let is_near = |other: &SceneObject| {
            other.solid.signed_distance_to_footprint(solid.x, solid.y) < reach
        };
        let bodies = context.around.obstacles.iter().map(|(body, _)| &**body);
        let walls = context.around.half_spaces.iter();
        let others = known
            .iter()
            .filter(|other| is_near(other))
            .filter(|other| other.name != object.name && other.solid.base < solid.top)
            .filter(|other| context.around.has_perceived_obstacle(&other.name))
            .filter(|other| !rests_together(object, other));
        Self {
            context,
            object,
            bodies: bodies.filter(|body| !is_known(body)).collect(),
            walls: walls.filter(|wall| !wall.is_table()).collect(),
            others: others.collect(),
        }
    }

    /// Returns how far the object can slide before it meets another, meters.
    fn free_distance(&self, path: &Vector3) -> Result<f64, Refusal> {
        let mut refusal = None;
        for distance in DISTANCES {
            match self.blocked(path, distance) {
                None => return Ok(distance),
                Some(why) => refusal = Some(why),
            }
        }
        refusal.map_or(Ok(0.0), Err)
    }

    fn blocked(&self, path: &Vector3, distance: f64) -> Option<Refusal> {
        let solid = &self.object.solid;
        let radius = solid.footprint.inner_radius();
        let room = |distance_to: &dyn Fn(&Point3) -> f64| {
            let ahead = (1..=5).map(|step| f64::from(step) / 5.0 * distance);
            ahead
                .map(|ahead| distance_to(&(solid.center() + path * ahead)) - radius)
                .fold(f64::INFINITY, f64::min)
        };
        let bodies = self.bodies.iter();
        let bodies = bodies.map(|body| (body.name(), room(&|at| body.distance_to_point(at))));
        let walls = self.walls.iter();
        let walls = walls.map(|wall| (wall.name.as_str(), room(&|at| wall.distance_to_point(at))));
        let others = self.others.iter().map(|other| {
            let room = room(&|at| other.solid.signed_distance_to_footprint(at.x, at.y));
            (other.name.as_str(), room)
        });
        let mut all = bodies.chain(walls).chain(others);
        all.find(|(_, room)| *room < FRONT_CLEARANCE)
            .map(|(name, room)| Refusal::Collision {
                first: self.object.name.clone(),
                second: name.to_owned(),
                distance: room,
                margin: FRONT_CLEARANCE,
            })
    }
}

fn rests_together(a: &SceneObject, b: &SceneObject) -> bool {
    let on = |upper: &SceneObject, lower: &SceneObject| {
        upper
            .rests
            .as_ref()
            .is_some_and(|(_, under)| *under == lower.name)
    };
    on(a, b) || on(b, a)
}

/// The pose of the hand during a push.
struct Hold {
    /// Tilt from straight down, radians.
    tilt: f64,
    /// Turn about the approach, relative to fingers that part along the push, radians.
    turn: f64,
    /// True for the arm's posture nearest to the current one; false for its other ones.
    nearest: bool,
}

/// Returns hand poses, the most upright first; then those askew to the push; then those with the
/// arm in other postures.
fn holds() -> impl Iterator<Item = Hold> {
    let each = |turns: &'static [f64], nearest: bool| {
        HAND_TILTS_RAD.into_iter().flat_map(move |tilt| {
            turns.iter().map(move |turn| Hold {
                tilt,
                turn: *turn,
                nearest,
            })
        })
    };
    each(&TURNS, true)
        .chain(each(&ASKEW, true))
        .chain(each(&TURNS, false))
}

/// The path of the closed fingers.
struct Stroke {
    /// Tool pose behind the object.
    start: Pose,
    /// Tool pose at the end of the push.
    end: Pose,
    /// Tool pose from which the hand descends to the start.
    above: Pose,
    /// Posture at `above`.
    over: JointVector,
    /// Posture at `end`.
    ahead: JointVector,
}

/// A push of an object along a path.
struct Slide<'a> {
    context: &'a SkillContext<'a>,
    object: &'a SceneObject,
    path: Vector3,
    distance: f64,
}

impl<'a> Slide<'a> {
    /// Returns the motion of the push with this hand pose.
    fn through(&self, hold: &Hold) -> Result<MotionBuilder<'a>, Refusal> {
        self.first(hold, |stroke| {
            through(self.context, &self.object.name, stroke)
        })
    }

    /// Checks the first and last postures of the push; refuses it if an obstacle is too close.
    fn is_free(&self, hold: &Hold, around: &PostureCheck<'_>) -> Result<(), Refusal> {
        let context = self.context;
        let closed = context.gripper.closed;
        self.first(hold, |stroke| {
            let mut postures = [&stroke.over, &stroke.ahead].into_iter();
            postures.try_for_each(|posture| context.check_posture(posture, closed, around))
        })
    }

    /// Returns the result of `attempt` for the first stroke that it accepts. Where a part of the
    /// hand would be too close to the table, the hand is raised by the missing distance.
    fn first<T>(
        &self,
        hold: &Hold,
        attempt: impl Fn(&Stroke) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let most = self.object.solid.lower_bound_of_height() - TIP_CLEARANCE - MIN_OVERLAP;
        let mut refusal = None;
        for seed in self.seeds(hold)? {
            let mut raise = 0.0;
            loop {
                let stroke = self.stroke(hold, raise, &seed);
                match stroke.and_then(|stroke| attempt(&stroke)) {
                    Ok(done) => return Ok(done),
                    Err(Refusal::Collision {
                        first,
                        second,
                        distance,
                        margin,
                    }) if (first == TABLE_NAME || second == TABLE_NAME)
                        && raise + margin - distance + HIGHER <= most =>
                    {
                        raise += margin - distance + HIGHER;
                    }
                    Err(why) => {
                        refusal = refusal_closest_to_success(refusal, why);
                        break;
                    }
                }
            }
        }
        Err(refusal.unwrap_or_else(|| {
            Refusal::NotApplicable("there is no other posture of the arm".to_owned())
        }))
    }

    /// Returns postures of the arm near which it performs the stroke.
    fn seeds(&self, hold: &Hold) -> Result<Vec<JointVector>, Refusal> {
        let context = self.context;
        let far = self.pose(
            hold,
            0.0,
            self.object.solid.half_extent(&self.path) + MEASURING_DISTANCE,
        );
        let nearest = context.solve_arm_joints(&far, context.joints, &self.object.name)?;
        Ok(if hold.nearest {
            vec![nearest]
        } else {
            self.context.other_postures(&far, &nearest)
        })
    }

    /// Returns the tool pose with the closed fingers `behind` meters behind the object's center,
    /// and `raise` meters above their lowest height.
    fn pose(&self, hold: &Hold, raise: f64, behind: f64) -> Pose {
        let SkillContext {
            gripper,
            end_effector,
            ..
        } = *self.context;
        let solid = &self.object.solid;
        let height = solid.base + TIP_CLEARANCE + gripper.fingertip_reach + raise;
        let center = Point3::new(solid.x, solid.y, height);
        let roll = Roll::Yaw(self.path.y.atan2(self.path.x) + hold.turn);
        let at = center - self.path * behind;
        end_effector.tool_pose_for_target(&gripper.tool_from_grasp, &at, hold.tilt, roll)
    }

    fn stroke(&self, hold: &Hold, raise: f64, seed: &JointVector) -> Result<Stroke, Refusal> {
        let Self {
            context,
            object,
            path,
            distance,
        } = self;
        let solid = &object.solid;
        let far = self.pose(hold, raise, solid.half_extent(path) + MEASURING_DISTANCE);
        let front = front(context, seed, solid, &far, path);
        let behind = solid.half_extent(path) + front + GAP;
        let start = self.pose(hold, raise, behind);
        let end = self.pose(hold, raise, behind - GAP - distance);
        let above = translated_pose(&start, Vector3::z() * ABOVE);
        let over = context.solve_arm_joints(&above, seed, &object.name)?;
        let ahead = context.solve_arm_joints(&end, &over, &object.name)?;
        Ok(Stroke {
            start,
            end,
            above,
            over,
            ahead,
        })
    }
}

fn through<'a>(
    context: &SkillContext<'a>,
    name: &str,
    stroke: &Stroke,
) -> Result<MotionBuilder<'a>, Refusal> {
    let neighbors = context.obstacles_except(name);
    let mut script = MotionBuilder::new(*context);
    script.add_transit(&stroke.over, context.gripper.closed, context.around)?;
    script.add_straight_line(&stroke.start, SPEED, Purpose::Approach, &neighbors)?;
    script.add_straight_line(&stroke.end, PUSH_SPEED, Purpose::Push, &neighbors)?;
    script.add_straight_line(&stroke.start, SPEED, Purpose::Retreat, &neighbors)?;
    script.add_straight_line(&stroke.above, SPEED, Purpose::Retreat, &neighbors)?;
    script.add_move_home()?;
    Ok(script)
}

/// Returns how far the closed fingers extend ahead of the grasp point, up to the object's height,
/// meters.
fn front(
    context: &SkillContext<'_>,
    posture: &[f64],
    solid: &Solid,
    pose: &Pose,
    path: &Vector3,
) -> f64 {
    let gripper = context.gripper;
    let joints = context.joints_with_gripper_at(posture, context.joints, gripper.closed);
    let grasp_point = pose * gripper.tool_from_grasp;
    let ceiling = solid.upper_bound_of_top() + 0.01;
    placed_robot_shapes(context.robot, None, &joints)
        .iter()
        .filter(|placed| placed.part.can_hit_table() && placed.may_be_below(ceiling))
        .flat_map(|placed| placed.points_on_surface().collect::<Vec<_>>())
        .filter(|point| point.z < ceiling)
        .map(|point| (point - grasp_point).dot(path))
        .fold(0.0, f64::max)
}
