//! Carry, release, withdraw.

use std::sync::Arc;

use enact_plan::Relation;
use enact_robot::{Surroundings, TABLE};
use enact_types::{Point3, Refusal, Vector3};

use super::context::Context;
use super::grasp::{closest, require_in_reach};
use super::pick::shifted;
use super::release::{Release, otherwise, releases};
use super::script::Script;
use super::spot::{Spot, spots};
use crate::motion::hand::solve;
use crate::motion::solids::obstacle;
use crate::motion::{Motion, Purpose};
use crate::scene::{Held, SceneObject};

/// With other postures of the arm, so many ways over a spot are tried, and in all so many postures.
const UPRIGHT: usize = 4;
const OTHERWISE: usize = 16;
/// Heights of the released object above the surface in a container, metres.
const DROPS: [f64; 7] = [0.008, 0.014, 0.02, 0.028, 0.036, 0.046, 0.06];
/// The same on a solid thing.
const CONTACTS: [f64; 2] = [0.003, 0.006];
/// How far the held object passes above the rim, metres.
const RIM_CLEARANCE: f64 = 0.015;
/// Least height from which to come down, metres.
const LEAST_DESCENT: f64 = 0.03;
/// Additional tilts to come from and to withdraw to, radians.
const MORE_TILT: [f64; 3] = [0.0, 0.2, 0.4];
/// How much wider than the object the fingers open, metres.
const SPARE: [f64; 2] = [0.02, 0.01];
/// How far the hand withdraws, metres, in order of preference.
const RETREATS: [f64; 3] = [0.07, 0.05, 0.03];
/// Speeds, m/s.
const LOWER_SPEED: f64 = 0.1;
const RETREAT_SPEED: f64 = 0.12;
/// Time to open the fingers, seconds.
const OPENING: f64 = 0.5;
/// Distance of the hand to the target while it releases, metres.
const TARGET_MARGIN: f64 = 0.001;

/// Which of the postures with the hand at one place are tried.
#[derive(Clone, Copy, PartialEq)]
enum Postures {
    /// The one nearest to where the arm is.
    Nearest,
    /// The arm's other ones.
    Others,
}

/// What is put down where.
struct Placing<'a> {
    context: Context<'a>,
    held: &'a Held,
    target: &'a SceneObject,
    /// What to stay clear of on the way there, with what is held.
    carrying: Surroundings,
}

/// The motion that puts the held object of this name in, on or beside `target`.
pub fn place(
    context: &Context<'_>,
    name: &str,
    relation: Relation,
    target: &str,
) -> Result<Motion, Refusal> {
    context.require_gripper()?;
    let held = held(context, name)?;
    let target = context.find(target)?;
    require_in_reach(context, &target.name, &target.solid.centre())?;
    let placing = Placing {
        context: *context,
        held,
        target,
        carrying: context.carrying(),
    };
    let spots = spots(context, &held.object.solid, target, relation)?;
    let mut refusal = None;
    for postures in [Postures::Nearest, Postures::Others] {
        match placing.somewhere(&spots, drops(target, relation), postures) {
            Ok(script) => {
                return Ok(Motion {
                    segments: script.finish(),
                    tool_from_object: None,
                });
            }
            Err(why) => refusal = refusal.or(why),
        }
    }
    Err(refusal.unwrap_or_else(|| {
        let text = format!("there is no room {} the {}", relation.name(), target.name);
        Refusal::NotApplicable(text)
    }))
}

/// Why nothing held can be let go in, on or beside `target`, though the arm reaches that; `None`
/// if it can, or if the arm reaches no such place.
pub fn hindrance(
    context: &Context<'_>,
    held: &Held,
    relation: Relation,
    target: &SceneObject,
) -> Option<Refusal> {
    let spots = match spots(context, &held.object.solid, target, relation) {
        Ok(spots) => spots,
        Err(why) => return Some(why),
    };
    let placing = Placing {
        context: *context,
        held,
        target,
        carrying: context.carrying(),
    };
    let empty = context.around.within(TARGET_MARGIN);
    // From the highest the hand is freest.
    let drop = *drops(target, relation).last()?;
    let mut refusal = None;
    for spot in spots {
        let Ok(ways) = releases(context, held, target, spot, drop) else {
            if relation.is_beside() {
                continue;
            }
            // In or on it, spots lie close together: all are out of reach then.
            break;
        };
        let free = placing.opens(&ways, &empty).or_else(|why| {
            let others = otherwise(context, &ways[..ways.len().min(UPRIGHT)]);
            placing.opens(&others, &empty).map_err(|_| why)
        });
        match free {
            Ok(()) => return None,
            Err(Some(why)) => refusal = closest(refusal, why),
            Err(None) => {}
        }
    }
    refusal
}

/// From how high above its place something may be let go, metres.
fn drops(target: &SceneObject, relation: Relation) -> &'static [f64] {
    match target.solid.hollow {
        Some(_) if !relation.is_beside() => &DROPS,
        _ => &CONTACTS,
    }
}

fn held<'a>(context: &Context<'a>, name: &str) -> Result<&'a Held, Refusal> {
    let held = context.scene.held();
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

impl<'a> Placing<'a> {
    /// The first spot and drop with a way that can be planned through; else the refusal that was
    /// closest to being none, if any was tried.
    fn somewhere(
        &self,
        spots: &[Spot],
        drops: &[f64],
        postures: Postures,
    ) -> Result<Script<'a>, Option<Refusal>> {
        let mut refusal = None;
        for spot in spots {
            for drop in drops {
                let ways = match releases(&self.context, self.held, self.target, *spot, *drop) {
                    Ok(ways) => ways,
                    Err(why) => {
                        refusal = closest(refusal, why);
                        break;
                    }
                };
                let ways = match postures {
                    Postures::Nearest => ways,
                    Postures::Others => {
                        let mut others = otherwise(&self.context, &ways[..ways.len().min(UPRIGHT)]);
                        others.truncate(OTHERWISE);
                        others
                    }
                };
                match self.first(&ways) {
                    Ok(script) => return Ok(script),
                    Err(why) => refusal = closest(refusal, why),
                }
            }
        }
        Err(refusal)
    }

    /// The first way that can be planned through.
    fn first(&self, ways: &[Release]) -> Result<Script<'a>, Refusal> {
        let mut refusal = None;
        for way in ways {
            for spare in SPARE {
                for more in MORE_TILT {
                    match self.through(way, spare, more) {
                        Ok(script) => return Ok(script),
                        Err(why) => refusal = closest(refusal, why),
                    }
                }
            }
        }
        Err(refusal.unwrap_or_else(|| {
            Refusal::NotApplicable(format!("no way to the {}", self.target.name))
        }))
    }

    /// Comes from above with the hand tilted by `more`, opens by `spare`, withdraws.
    fn through(&self, way: &Release, spare: f64, more: f64) -> Result<Script<'a>, Refusal> {
        let Context {
            robot,
            gripper,
            hand,
            ..
        } = self.context;
        let empty = self.context.around.within(TARGET_MARGIN);
        let open = self.opened(way, spare, &empty)?;
        let middle = self.held.tool_from_object.translation.vector.into();
        let over = way.middle(self.held) + Vector3::z() * self.descent(way);
        let above = hand.pose(&middle, &over, way.tilt + more, way.roll);
        let posture = solve(robot, &above, &way.posture, &self.target.name)?;
        let mut script = Script::new(self.context);
        script.transit(&posture, gripper.closed, &self.carrying)?;
        let touching = self.carrying.within(TARGET_MARGIN).touching(&[TABLE]);
        let lowered = &way.base_from_tool;
        script.line(lowered, LOWER_SPEED, Purpose::Lower, &touching)?;
        script.gripper(open, OPENING, Purpose::Open, &empty)?;
        self.retreat(&mut script, way, &empty)?;
        script.home_around(&self.afterwards(way))?;
        Ok(script)
    }

    /// What to stay clear of once the object has been let go.
    fn afterwards(&self, way: &Release) -> Surroundings {
        let put_down = obstacle(&self.held.object.name, &way.put_down(self.held));
        let mut around = self.context.around.clone();
        // The fingers may still be around it.
        around.obstacles.push((Arc::new(put_down), TARGET_MARGIN));
        around
    }

    /// Whether the fingers open in one of these ways; else why not, if there is one.
    fn opens(&self, ways: &[Release], around: &Surroundings) -> Result<(), Option<Refusal>> {
        let mut refusal = None;
        for way in ways {
            for spare in SPARE {
                match self.opened(way, spare, around) {
                    Ok(_) => return Ok(()),
                    Err(why) => refusal = closest(refusal, why),
                }
            }
        }
        Err(refusal)
    }

    /// The gripper's joint with the fingers `spare` wider than the object; refuses fingers that
    /// would be too close to something there.
    fn opened(&self, way: &Release, spare: f64, around: &Surroundings) -> Result<f64, Refusal> {
        let gripper = self.context.gripper;
        let width = self.grasped_width() + spare;
        let open = gripper.joint_for(width.min(gripper.widest()));
        let checked = self.context.check(&way.posture, open, around);
        checked.map(|()| open)
    }

    /// From how far up the held object comes down.
    fn descent(&self, way: &Release) -> f64 {
        let rim = self.target.solid.top + RIM_CLEARANCE;
        (rim - way.underside(self.held)).max(LEAST_DESCENT)
    }

    /// Width of the held object between the fingers, metres.
    fn grasped_width(&self) -> f64 {
        let opening = self.context.gripper.opening_axis.into_inner();
        let along = self.held.tool_from_object.rotation.inverse() * opening;
        let flat = along.x.hypot(along.y).max(f64::MIN_POSITIVE);
        let footprint = &self.held.object.solid.footprint;
        2.0 * footprint.half_extent(along.x / flat, along.y / flat)
    }

    /// Withdraws straight up, or back along the approach, or tilting on the way.
    fn retreat(
        &self,
        script: &mut Script<'_>,
        way: &Release,
        around: &Surroundings,
    ) -> Result<(), Refusal> {
        let Context { hand, gripper, .. } = self.context;
        let from = &way.base_from_tool;
        let grasp = gripper.tool_from_grasp;
        let tilted = |far: f64, more: f64| {
            let up: Point3 = from * grasp + Vector3::z() * far;
            hand.pose(&grasp, &up, way.tilt + more, way.roll)
        };
        let mut refusal = None;
        for far in RETREATS {
            let straight = [Vector3::z(), -hand.approach(from)].map(|by| shifted(from, by * far));
            let ways = straight
                .into_iter()
                .chain(MORE_TILT[1..].iter().map(|more| tilted(far, *more)));
            for away in ways {
                match script.line(&away, RETREAT_SPEED, Purpose::Retreat, around) {
                    Ok(()) => return Ok(()),
                    Err(why) => refusal = closest(refusal, why),
                }
            }
        }
        refusal.map_or(Ok(()), Err)
    }
}
