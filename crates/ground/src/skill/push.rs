//! Slide along the table.

use std::f64::consts::{FRAC_PI_2, PI};

use enact_plan::Direction;
use enact_robot::Obstacle;
use enact_types::{JointVector, Point3, Pose, Refusal, Vector3};

use super::context::{Context, TILTS};
use super::grasp::{closest, require_in_reach};
use super::pick::shifted;
use super::script::Script;
use crate::motion::body::placed;
use crate::motion::hand::{Roll, solve};
use crate::motion::line::with_gripper;
use crate::motion::{Motion, Purpose};
use crate::scene::{SceneObject, Solid};

/// Distances to push, metres, in order of preference.
const DISTANCES: [f64; 3] = [0.05, 0.04, 0.03];
/// Turns of the hand about the approach to try, from where its fingers part along the push.
const TURNS: [f64; 4] = [0.0, PI, -FRAC_PI_2, FRAC_PI_2];
/// Gap between the hand and the object before the push, metres.
const GAP: f64 = 0.008;
/// Height of the fingertips above the table, metres.
const TIP_CLEARANCE: f64 = 0.006;
/// Height from which the hand comes down and to which it withdraws, metres.
const ABOVE: f64 = 0.06;
/// Free distance to keep in front of the pushed object, metres.
const ROOM: f64 = 0.005;
/// Speeds, m/s.
const PUSH_SPEED: f64 = 0.06;
const SPEED: f64 = 0.12;

/// The direction on the table, base frame, that the picture shows as `direction`.
pub fn on_table(base_from_camera: &Pose, direction: Direction) -> Option<Vector3> {
    let flat = |vector: Vector3| Vector3::new(vector.x, vector.y, 0.0).try_normalize(1e-6);
    let right = flat(base_from_camera.rotation * Vector3::x())?;
    let away = Vector3::z().cross(&right);
    Some(match direction {
        Direction::Left => -right,
        Direction::Right => right,
        Direction::Away => away,
        Direction::Closer => -away,
    })
}

/// The motion that slides the object of this name.
pub fn push(context: &Context<'_>, name: &str, direction: Direction) -> Result<Motion, Refusal> {
    context.require_empty()?;
    let object = context.find(name)?;
    require_in_reach(context, name, &object.solid.centre())?;
    let camera = context
        .scene
        .camera()
        .ok_or_else(|| Refusal::NotApplicable("no picture says which way that is".to_owned()))?;
    let way = on_table(camera, direction).ok_or_else(|| {
        Refusal::NotApplicable("the camera looks straight along that direction".to_owned())
    })?;
    let distance = free_distance(context, object, &way)?;
    let mut refusal = None;
    for stroke in strokes(context, object, &way, distance) {
        match stroke.and_then(|stroke| through(context, name, &stroke)) {
            Ok(script) => {
                return Ok(Motion {
                    segments: script.finish(),
                    tool_from_object: None,
                });
            }
            Err(why) => refusal = closest(refusal, why),
        }
    }
    Err(refusal.unwrap_or_else(|| Refusal::NotApplicable(format!("no way to push the {name}"))))
}

/// Why an object that the arm reaches can be pushed in no direction; `None` if it can in one,
/// or if the arm gets behind it nowhere.
pub fn hindrance(context: &Context<'_>, object: &SceneObject) -> Option<Refusal> {
    let camera = context.scene.camera()?;
    let mut refusal = None;
    for direction in Direction::ALL {
        match barrier(context, object, &on_table(camera, direction)?) {
            Some(why) => refusal = closest(refusal, why),
            None => return None,
        }
    }
    refusal
}

/// What bars the way of a push, if anything does.
fn barrier(context: &Context<'_>, object: &SceneObject, way: &Vector3) -> Option<Refusal> {
    let distance = match free_distance(context, object, way) {
        Ok(distance) => distance,
        Err(why) => return Some(why),
    };
    let neighbours = context.neighbours(&object.name);
    let mut refusal = None;
    for stroke in strokes(context, object, way, distance).flatten() {
        let mut postures = [&stroke.over, &stroke.ahead].into_iter();
        let closed = context.gripper.closed;
        let free = postures.try_for_each(|posture| context.check(posture, closed, &neighbours));
        match free {
            Ok(()) => return None,
            Err(why) => refusal = closest(refusal, why),
        }
    }
    refusal
}

/// How far the object can slide before it meets another.
fn free_distance(
    context: &Context<'_>,
    object: &SceneObject,
    way: &Vector3,
) -> Result<f64, Refusal> {
    let mut refusal = None;
    for distance in DISTANCES {
        match blocked(context, object, way, distance) {
            None => return Ok(distance),
            Some(why) => refusal = Some(why),
        }
    }
    refusal.map_or(Ok(0.0), Err)
}

fn blocked(
    context: &Context<'_>,
    object: &SceneObject,
    way: &Vector3,
    distance: f64,
) -> Option<Refusal> {
    let solid = &object.solid;
    let radius = solid.footprint.inner_radius();
    let room = |distance_to: &dyn Fn(&Point3) -> f64| {
        let ahead = (1..=5).map(|step| f64::from(step) / 5.0 * distance);
        ahead
            .map(|ahead| distance_to(&(solid.centre() + way * ahead)) - radius)
            .fold(f64::INFINITY, f64::min)
    };
    let known = context.scene.objects();
    let is_known = |obstacle: &Obstacle| {
        obstacle.is_perceived() && known.iter().any(|other| other.name == obstacle.name())
    };
    let bodies = context.around.obstacles.iter();
    let bodies = bodies
        .filter(|(obstacle, _)| !is_known(obstacle))
        .map(|(obstacle, _)| (obstacle.name(), room(&|at| obstacle.distance_to(at))));
    let walls = context.around.half_spaces.iter();
    let walls = walls
        .filter(|wall| !wall.is_table())
        .map(|wall| (wall.name.as_str(), room(&|at| wall.distance_to(at))));
    let others = known
        .iter()
        .filter(|other| other.name != object.name && other.solid.base < solid.top)
        .filter(|other| context.around.has(&other.name))
        .filter(|other| !rests_together(object, other))
        .map(|other| {
            let room = room(&|at| other.solid.plan_distance(at.x, at.y));
            (other.name.as_str(), room)
        });
    let mut all = bodies.chain(walls).chain(others);
    all.find(|(_, room)| *room < ROOM)
        .map(|(name, room)| Refusal::Collision {
            first: object.name.clone(),
            second: name.to_owned(),
            distance: room,
            margin: ROOM,
        })
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

/// Where the shut fingers go.
struct Stroke {
    /// Tool pose behind the object.
    start: Pose,
    /// Tool pose at the end of the push.
    end: Pose,
    /// Tool pose from which the hand comes down to the start.
    above: Pose,
    /// Posture there.
    over: JointVector,
    /// Posture at the end.
    ahead: JointVector,
}

/// Ways to push an object along `way`, the most upright hand first.
fn strokes<'a>(
    context: &'a Context<'a>,
    object: &'a SceneObject,
    way: &'a Vector3,
    distance: f64,
) -> impl Iterator<Item = Result<Stroke, Refusal>> + 'a {
    TILTS.into_iter().flat_map(move |tilt| {
        TURNS.into_iter().map(move |turn| {
            let roll = Roll::Yaw(way.y.atan2(way.x) + turn);
            stroke(context, object, way, distance, tilt, roll)
        })
    })
}

fn stroke(
    context: &Context<'_>,
    object: &SceneObject,
    way: &Vector3,
    distance: f64,
    tilt: f64,
    roll: Roll,
) -> Result<Stroke, Refusal> {
    let Context {
        robot,
        gripper,
        hand,
        ..
    } = *context;
    let solid = &object.solid;
    let height = solid.base + TIP_CLEARANCE + gripper.fingertip_reach;
    let centre = Point3::new(solid.x, solid.y, height);
    let pose_at = |behind: f64| {
        hand.pose(
            &gripper.tool_from_grasp,
            &(centre - way * behind),
            tilt,
            roll,
        )
    };
    let far = pose_at(solid.half_extent(way) + 0.05);
    let seed = solve(robot, &far, context.joints, &object.name)?;
    let front = front(context, &seed, solid, &far, way);
    let behind = solid.half_extent(way) + front + GAP;
    let (start, end) = (pose_at(behind), pose_at(behind - GAP - distance));
    let above = shifted(&start, Vector3::z() * ABOVE);
    let over = solve(robot, &above, &seed, &object.name)?;
    let ahead = solve(robot, &end, &over, &object.name)?;
    Ok(Stroke {
        start,
        end,
        above,
        over,
        ahead,
    })
}

fn through<'a>(context: &Context<'a>, name: &str, stroke: &Stroke) -> Result<Script<'a>, Refusal> {
    let neighbours = context.neighbours(name);
    let mut script = Script::new(*context);
    script.transit(&stroke.over, context.gripper.closed, context.around)?;
    script.line(&stroke.start, SPEED, Purpose::Approach, &neighbours)?;
    script.line(&stroke.end, PUSH_SPEED, Purpose::Push, &neighbours)?;
    script.line(&stroke.start, SPEED, Purpose::Retreat, &neighbours)?;
    script.line(&stroke.above, SPEED, Purpose::Retreat, &neighbours)?;
    script.home()?;
    Ok(script)
}

/// How far the shut fingers reach ahead of the grasp point, up to the object's height.
fn front(context: &Context<'_>, posture: &[f64], solid: &Solid, pose: &Pose, way: &Vector3) -> f64 {
    let gripper = context.gripper;
    let mut joints = with_gripper(posture, context.joints);
    joints[gripper.joint] = gripper.closed;
    let grasp_point = pose * gripper.tool_from_grasp;
    placed(context.robot, None, &joints)
        .iter()
        .filter(|placed| placed.part.roams())
        .flat_map(|placed| placed.surface().collect::<Vec<_>>())
        .filter(|point| point.z < solid.top + 0.01)
        .map(|point| (point - grasp_point).dot(way))
        .fold(0.0, f64::max)
}
