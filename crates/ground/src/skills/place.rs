//! Put the held object in, on or beside another.

use enact_plan::Relation;
use enact_plan::skills::Place;
use enact_types::{Frame, Point3, Pose, Refusal, Vector3};

use super::GroundedSkill;
use crate::manipulation::grasp::{refusal_closest_to_success, require_in_reach};
use crate::manipulation::put_down::{HAND_RELEASE_CLEARANCE_M, PutDown};
use crate::manipulation::release::{find_reachable_release_poses, release_poses_in_other_postures};
use crate::manipulation::spot::{Spot, spots};
use crate::manipulation::{MotionBuilder, SkillContext};
use crate::motion::StepMotion;
use crate::scene::direction::picture_direction_on_table;
use crate::scene::line_of_sight::{SupportVerdict, judge_support};
use crate::scene::relation::MAX_CONTACT_GAP_M;
use crate::scene::{HeldObject, SceneObject, Solid};
use crate::step_verdict::{FELL, SAME_PLACE_TOLERANCE_M, StepEvidence, StepVerdict};

/// Number of release poses over a spot tried with other postures of the arm; below it, the total
/// number of such postures.
const UPRIGHT: usize = 4;
const OTHERWISE: usize = 16;
/// Heights of the released object above the surface in a container, meters.
const DROPS: [f64; 7] = [0.008, 0.014, 0.02, 0.028, 0.036, 0.046, 0.06];
/// Heights of the released object above a solid object, meters.
const CONTACTS: [f64; 2] = [0.003, 0.006];
/// Widest gap between objects that stand beside each other, meters.
const FARTHEST_BESIDE: f64 = 0.08;
/// Difference within which depth readings show the expected surface, meters.
const SURFACE: f64 = 0.012;

/// The postures tried with the hand at one place.
#[derive(Clone, Copy, PartialEq)]
enum Postures {
    /// The posture nearest to the current one.
    Nearest,
    /// The arm's other postures.
    Others,
}

impl GroundedSkill for Place {
    fn needs_relation() -> bool {
        true
    }

    /// Returns why the held object can nowhere be released in, on or beside `target`, though the
    /// arm reaches that place; `None` if it can, or if no such place is reachable.
    fn infeasibility(
        context: &SkillContext<'_>,
        relation: Option<Relation>,
        target: &SceneObject,
    ) -> Option<Refusal> {
        let (held, relation) = (context.scene.held_object()?, relation?);
        let spots = match spots(context, &held.object.solid, target, relation) {
            Ok(spots) => spots,
            Err(why) => return Some(why),
        };
        let placing = placing(context, held, target);
        let touching = context.around.with_capped_margins(HAND_RELEASE_CLEARANCE_M);
        let empty = context.posture_check_among(&touching);
        // The hand has most room at the greatest height.
        let drop = *drops(target, relation).last()?;
        let mut refusal = None;
        for spot in spots {
            let Ok(paths) = find_reachable_release_poses(context, held, target, spot, drop) else {
                if relation.is_beside() {
                    continue;
                }
                // In or on it, spots lie close together, so all of them are out of reach.
                break;
            };
            let free = placing
                .check_fingers_can_open(&paths, &empty)
                .or_else(|why| {
                    let others = release_poses_in_other_postures(
                        context,
                        &paths[..paths.len().min(UPRIGHT)],
                    );
                    placing
                        .check_fingers_can_open(&others, &empty)
                        .map_err(|_| why)
                });
            match free {
                Ok(()) => return None,
                Err(Some(why)) => refusal = refusal_closest_to_success(refusal, why),
                Err(None) => {}
            }
        }
        refusal
    }

    fn motion(&self, context: &SkillContext<'_>) -> Result<StepMotion, Refusal> {
        let relation = self.relation;
        context.require_gripper()?;
        let held = held(context, &self.object)?;
        let target = context.find_object(&self.target)?;
        require_in_reach(context, &target.name, &target.solid.center())?;
        let placing = placing(context, held, target);
        let spots = spots(context, &held.object.solid, target, relation)?;
        let mut refusal = None;
        for postures in [Postures::Nearest, Postures::Others] {
            match somewhere(&placing, &spots, drops(target, relation), postures) {
                Ok(script) => return Ok(script.into_step_motion()),
                Err(why) => refusal = refusal.or(why),
            }
        }
        Err(refusal.unwrap_or_else(|| {
            let text = format!("there is no room {} the {}", relation.name(), target.name);
            Refusal::NotApplicable(text)
        }))
    }

    fn verify(&self, evidence: &StepEvidence<'_>) -> StepVerdict {
        let Self {
            object,
            relation,
            target,
        } = self;
        if relation.is_beside() {
            verify_beside(object, *relation, target, evidence)
        } else {
            verify_supported(object, relation.name(), target, evidence)
        }
    }
}

fn placing<'a>(
    context: &SkillContext<'a>,
    held: &'a HeldObject,
    target: &'a SceneObject,
) -> PutDown<'a> {
    PutDown {
        context: *context,
        held,
        target,
        carrying: context.collision_world_with_held_object(),
        yaw: None,
    }
}

/// Returns the heights above its place from which an object may be released, meters.
fn drops(target: &SceneObject, relation: Relation) -> &'static [f64] {
    match target.solid.hollow {
        Some(_) if !relation.is_beside() => &DROPS,
        _ => &CONTACTS,
    }
}

fn held<'a>(context: &SkillContext<'a>, name: &str) -> Result<&'a HeldObject, Refusal> {
    let held = context.scene.held_object();
    held.filter(|held| held.object.name == name).ok_or_else(|| {
        Refusal::NotApplicable(match held {
            Some(other) => format!(
                "the gripper holds the {}, not the {name}",
                other.object.name
            ),
            None => format!("the gripper does not hold the {name}"),
        })
    })
}

/// Returns a motion to the first spot and drop that can be planned completely.
///
/// # Errors
/// The refusal that was closest to success, if anything was tried.
fn somewhere<'a>(
    placing: &PutDown<'a>,
    spots: &[Spot],
    drops: &[f64],
    postures: Postures,
) -> Result<MotionBuilder<'a>, Option<Refusal>> {
    let mut refusal = None;
    for spot in spots {
        for drop in drops {
            let paths = match find_reachable_release_poses(
                &placing.context,
                placing.held,
                placing.target,
                *spot,
                *drop,
            ) {
                Ok(paths) => paths,
                Err(why) => {
                    refusal = refusal_closest_to_success(refusal, why);
                    break;
                }
            };
            let paths = match postures {
                Postures::Nearest => paths,
                Postures::Others => {
                    let mut others = release_poses_in_other_postures(
                        &placing.context,
                        &paths[..paths.len().min(UPRIGHT)],
                    );
                    others.truncate(OTHERWISE);
                    others
                }
            };
            match placing.plan_first_feasible_release(&paths) {
                Ok(script) => return Ok(script),
                Err(why) => refusal = refusal_closest_to_success(refusal, why),
            }
        }
    }
    Err(refusal)
}

/// Judges an object that was put down in or on another.
fn verify_supported(
    name: &str,
    relation: &str,
    target: &str,
    evidence: &StepEvidence<'_>,
) -> StepVerdict {
    let missed = || StepVerdict::no(format!("it is not {relation} the {target}"));
    let untold = || StepVerdict::unknown_whether(&format!("it is {relation} the {target}"));
    if evidence.after.held_object_name() == Some(name) {
        return missed();
    }
    let Some(object) = evidence.after.find(name) else {
        return StepVerdict::unknown();
    };
    let support = evidence.after.find(target);
    if object.is_seen() {
        let under = object.rests.as_ref().map(|(_, under)| under.as_str());
        return match (under, support) {
            (Some(under), _) if under != target => missed(),
            _ if object.unsure => untold(),
            (Some(_), _) => StepVerdict::yes(),
            (None, None) => untold(),
            (None, Some(support)) => match standing_after(object, support, evidence) {
                SupportVerdict::Upon => StepVerdict::yes(),
                SupportVerdict::Unclear => untold(),
                SupportVerdict::Apart if is_beside(object, support) => StepVerdict::no(FELL),
                SupportVerdict::Apart => missed(),
            },
        };
    }
    let Some(support) = support else {
        return StepVerdict::unknown();
    };
    if shows_something_in(evidence.frame, support, object) {
        StepVerdict::yes()
    } else {
        StepVerdict::unknown()
    }
}

/// Returns where an object is that is seen, but not known to rest in or on `support`.
fn standing_after(
    object: &SceneObject,
    support: &SceneObject,
    evidence: &StepEvidence<'_>,
) -> SupportVerdict {
    let (seen, under) = (&object.solid, &support.solid);
    if evidence.frame.depth.is_none() {
        let eye = Point3::from(evidence.frame.base_from_camera.translation.vector);
        return match seen.base > 0.0 {
            true => SupportVerdict::Unclear,
            false => judge_support(seen, under, &eye),
        };
    }
    let doubt = seen.uncertainty.max(under.uncertainty);
    let apart = under.signed_distance_to_footprint(seen.x, seen.y);
    // On the table it is at most as high as it is long, whichever way it fell.
    let longest = evidence
        .object_before_step(&object.name)
        .map_or(f64::INFINITY, |known| known.solid.largest_extent());
    let is_up = seen.top > longest + MAX_CONTACT_GAP_M + doubt;
    // What it stands on is half hidden and measured worse than itself.
    if is_up && apart < seen.outer_radius() {
        SupportVerdict::Upon
    } else if is_up || apart < doubt {
        SupportVerdict::Unclear
    } else {
        SupportVerdict::Apart
    }
}

/// Judges an object that was put down beside another.
fn verify_beside(
    name: &str,
    relation: Relation,
    target: &str,
    evidence: &StepEvidence<'_>,
) -> StepVerdict {
    let where_to = format!("it is {} the {target}", relation.name());
    let missed = || StepVerdict::no(format!("it is not {} the {target}", relation.name()));
    if evidence.after.held_object_name() == Some(name) {
        return missed();
    }
    let (Some(object), Some(target)) = (
        evidence.after.find(name).filter(|object| object.is_seen()),
        evidence.after.find(target),
    ) else {
        return StepVerdict::unknown();
    };
    let camera = &evidence.frame.base_from_camera;
    let (seen, other) = (&object.solid, &target.solid);
    let doubt = seen.uncertainty.max(other.uncertainty);
    let stands = |doubt: f64| stands_beside(seen, relation, other, camera, doubt);
    if object.rests.is_some() {
        missed()
    } else if stands(0.0) {
        StepVerdict::yes()
    } else if stands(doubt) {
        StepVerdict::unknown_whether(&where_to)
    } else {
        missed()
    }
}

/// Returns whether `object` stands on the named side of `target`, farther that way than sideways, if
/// it is as much nearer to there as `doubt` allows, meters.
fn stands_beside(
    object: &Solid,
    relation: Relation,
    target: &Solid,
    camera: &Pose,
    doubt: f64,
) -> bool {
    let offset = object.center() - target.center();
    let offset = Vector3::new(offset.x, offset.y, 0.0);
    let farthest = object.outer_radius() + FARTHEST_BESIDE + doubt;
    let near = target.signed_distance_to_footprint(object.x, object.y) < farthest;
    let on_side = relation.side().is_none_or(|side| {
        picture_direction_on_table(camera, side).is_some_and(|path| {
            let along = offset.dot(&path);
            let across = (offset - path * along).norm();
            along + doubt > 0.0 && along + doubt > across - doubt
        })
    });
    near && on_side
}

/// Returns whether the object lies on the table next to its target.
fn is_beside(object: &SceneObject, target: &SceneObject) -> bool {
    let apart = target
        .solid
        .signed_distance_to_footprint(object.solid.x, object.solid.y);
    apart < 2.0 * object.solid.outer_radius() + SAME_PLACE_TOLERANCE_M
}

/// Returns whether the depth over the target has risen to the expected top of the object.
fn shows_something_in(frame: &Frame, target: &SceneObject, object: &SceneObject) -> bool {
    let solid = &target.solid;
    let surface = solid.support_surface_height();
    let peak = object.solid.peak();
    let top = Point3::new(peak.x, peak.y, surface + object.solid.height());
    let expected = frame.base_from_camera.inverse_transform_point(&top).z;
    let measured = frame
        .project(&top)
        .and_then(|(x, y)| frame.depth.as_ref()?.depth_at(x, y));
    measured.is_some_and(|depth| (depth - expected).abs() < SURFACE)
}
