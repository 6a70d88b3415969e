//! Collision checks of a motion at its samples and between them.
//!
//! Two bodies at a given distance stay apart until they have moved by that distance. How far a
//! joint can move a part is known in advance, so most distances need to be measured only
//! occasionally, and nothing between samples is left to chance: conservative advancement (Mirtich,
//! "Impulse-based dynamic simulation of rigid body systems", 1996).

use enact_types::{JointVector, Refusal};

use super::body::CollisionBody;
use super::collision_world::{CollisionWorld, HalfSpace, Obstacle};
use super::convex::PlacedConvex;
use super::{Collider, CollisionPair};

/// Amount by which a motion may reduce, on the way, a distance that is already too small, meters.
const TOUCH: f64 = 0.0005;
/// Distances that differ by less are considered equal, meters.
const SAME: f64 = 1e-6;
/// Resolution of distances between samples, meters.
const RESOLUTION: f64 = 0.00025;
/// Distances that exceed the margin by this much need not be exact, meters.
const EXACT_RANGE: f64 = 0.02;

/// Everything to check along one motion.
pub struct PathCheck<'a> {
    collider: &'a Collider,
    parts: Vec<&'a CollisionBody>,
    watches: Vec<WatchedPair<'a>>,
}

/// A part and a body that it must stay away from.
struct WatchedPair<'a> {
    part: usize,
    other: Other<'a>,
    margin: f64,
    reach: &'a [f64],
}

enum Other<'a> {
    Part(usize),
    Obstacle(&'a Obstacle),
    HalfSpace(&'a HalfSpace),
}

/// Two postures, and the distance between two bodies less their margin in each.
struct Span<'a> {
    from: &'a [f64],
    to: &'a [f64],
    before: f64,
    after: f64,
    /// Upper bound on the change of the distance on the way.
    motion: f64,
}

impl<'a> PathCheck<'a> {
    /// Collects the pairs to check for a robot in this environment.
    pub fn new(collider: &'a Collider, around: &'a CollisionWorld) -> Self {
        let parts: Vec<&CollisionBody> = collider
            .parts
            .iter()
            .chain(around.held.as_deref())
            .collect();
        let mut watches: Vec<WatchedPair> =
            collider.pairs.iter().map(WatchedPair::of_pair).collect();
        for (index, part) in parts.iter().enumerate() {
            let held = index == collider.parts.len();
            if part.reach.iter().all(|reach| *reach == 0.0) {
                continue;
            }
            let mut watch = |other: Other<'a>, name: &str, margin: f64| {
                watches.push(WatchedPair {
                    part: index,
                    other,
                    margin: collider.clearance.between(&part.name, name, margin),
                    reach: &part.reach,
                });
            };
            for (obstacle, margin) in &around.obstacles {
                if !(held && around.held_object_may_touch(obstacle)) {
                    watch(Other::Obstacle(obstacle), obstacle.name(), *margin);
                }
            }
            for half_space in &around.half_spaces {
                if part.can_hit_table()
                    && !(held && around.held_object_may_touch_half_space(half_space))
                {
                    let other = Other::HalfSpace(half_space);
                    watch(other, &half_space.name, half_space.margin);
                }
            }
            if held {
                let arm = (0..index).filter(|other| !collider.is_hand(parts[*other].link));
                for other in arm {
                    let margin = collider.clearance.links;
                    watch(Other::Part(other), &parts[other].name, margin);
                }
            }
        }
        Self {
            collider,
            parts,
            watches,
        }
    }

    /// Adds the obstacles of another environment to the pairs to check, for the robot's own parts.
    pub fn add_obstacles(&mut self, around: &'a CollisionWorld) {
        let own = self.collider.parts.iter().enumerate();
        for (index, part) in own.filter(|(_, part)| part.reach.iter().any(|reach| *reach != 0.0)) {
            for (obstacle, usual) in &around.obstacles {
                let clearance = &self.collider.clearance;
                self.watches.push(WatchedPair {
                    part: index,
                    other: Other::Obstacle(obstacle),
                    margin: clearance.between(&part.name, obstacle.name(), *usual),
                    reach: &part.reach,
                });
            }
        }
    }

    /// See [`Collider::check_posture`].
    ///
    /// # Errors
    /// [`Refusal::Collision`] for the first pair that is too close.
    pub fn check_posture(&self, joints: &[f64]) -> Result<(), Refusal> {
        let placed = self.place(joints);
        self.watches
            .iter()
            .try_for_each(|watch| self.measure(watch, watch.margin, &placed).map(drop))
    }

    /// See [`Collider::check_path`].
    ///
    /// # Errors
    /// [`Refusal::Collision`] for the first pair that comes too close.
    pub fn check_path(&self, samples: &[JointVector]) -> Result<(), Refusal> {
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
            return Ok(());
        };
        let (first_placed, last_placed) = (self.place(first), self.place(last));
        let nearest = self.collider.clearance.beside;
        let mut left = Vec::with_capacity(self.watches.len());
        for watch in &self.watches {
            let begin = self.distance(watch, watch.margin, &first_placed);
            let end = self.distance(watch, watch.margin, &last_placed);
            let mut margin = watch.margin;
            if watch.may_be_approached() {
                margin = margin.min((end - TOUCH).max(nearest));
            }
            // A distance that is already too small must not be smaller at the end, or many motions
            // would add up.
            let mut least = margin;
            if begin < margin {
                // An object that was just grasped is not perceived to the micrometer.
                let same = if watch.part == self.collider.parts.len() {
                    TOUCH
                } else {
                    SAME
                };
                (margin, least) = (begin - TOUCH, begin - same);
            }
            if end < least || end.is_nan() {
                self.measure(watch, least, &last_placed)?;
            }
            left.push((margin, begin - margin));
        }
        let mut moved = vec![0.0; first.len()];
        for pair in samples.windows(2) {
            let [from, to] = [&pair[0][..], &pair[1][..]];
            for (joint, moved) in moved.iter_mut().enumerate() {
                *moved = (to[joint] - from[joint]).abs();
            }
            self.step(from, to, &moved, &mut left)?;
        }
        Ok(())
    }

    /// Checks the step from one sample to the next; `left` holds, for each watched pair, its margin
    /// and a lower bound on the distance above that margin.
    fn step(
        &self,
        from: &[f64],
        to: &[f64],
        moved: &[f64],
        left: &mut [(f64, f64)],
    ) -> Result<(), Refusal> {
        let mut placed = None;
        for (watch, (margin, left)) in self.watches.iter().zip(left) {
            let reach = watch.reach.iter().zip(moved);
            let motion: f64 = reach.map(|(reach, moved)| reach * moved).sum();
            let before = *left;
            *left = before - motion;
            if *left > 0.0 || motion == 0.0 {
                continue;
            }
            let placed = placed.get_or_insert_with(|| self.place(to));
            *left = self.measure(watch, *margin, placed)?;
            let span = Span {
                from,
                to,
                before,
                after: *left,
                motion,
            };
            self.between(watch, *margin, &span)?;
        }
        Ok(())
    }

    /// Bisects a step until no collision is possible in between.
    fn between(&self, watch: &WatchedPair, margin: f64, span: &Span) -> Result<(), Refusal> {
        if (span.before + span.after - span.motion) / 2.0 >= -RESOLUTION {
            return Ok(());
        }
        let middle: Vec<f64> = span
            .from
            .iter()
            .zip(span.to)
            .map(|(from, to)| (from + to) / 2.0)
            .collect();
        let at = self.measure(watch, margin, &self.place(&middle))?;
        let motion = span.motion / 2.0;
        let first = Span {
            to: &middle,
            after: at,
            motion,
            ..*span
        };
        self.between(watch, margin, &first)?;
        let second = Span {
            from: &middle,
            before: at,
            motion,
            ..*span
        };
        self.between(watch, margin, &second)
    }

    fn place(&self, joints: &[f64]) -> Vec<PlacedConvex> {
        let links = self.collider.link_poses(joints);
        self.parts.iter().map(|part| part.at(&links)).collect()
    }

    /// Returns a lower bound on how far the distance exceeds the margin, or the refusal.
    fn measure(
        &self,
        watch: &WatchedPair,
        margin: f64,
        placed: &[PlacedConvex],
    ) -> Result<f64, Refusal> {
        let distance = self.distance(watch, margin, placed);
        if distance >= margin {
            return Ok(distance - margin);
        }
        Err(Refusal::Collision {
            first: self.parts[watch.part].name.clone(),
            second: match watch.other {
                Other::Part(other) => self.parts[other].name.clone(),
                Other::Obstacle(obstacle) => obstacle.name().to_owned(),
                Other::HalfSpace(half_space) => half_space.name.clone(),
            },
            distance,
            margin,
        })
    }

    /// Returns the distance: exact up to a little above the margin, a lower bound beyond.
    fn distance(&self, watch: &WatchedPair, margin: f64, placed: &[PlacedConvex]) -> f64 {
        let (part, at) = (self.parts[watch.part], &placed[watch.part]);
        match watch.other {
            Other::Part(index) => {
                let (other, other_at) = (&self.parts[index].convex, &placed[index]);
                let bound = at.distance_lower_bound(part.convex.radius, other_at, other.radius);
                if bound > margin + EXACT_RANGE {
                    bound
                } else {
                    part.convex.distance(at, other, other_at)
                }
            }
            Other::Obstacle(obstacle) => {
                obstacle.distance_to_convex(&part.convex, at, margin + EXACT_RANGE)
            }
            Other::HalfSpace(half_space) => half_space.distance_to_shape(&part.shape, &at.pose),
        }
    }
}

impl<'a> WatchedPair<'a> {
    fn of_pair(pair: &'a CollisionPair) -> Self {
        Self {
            part: pair.first,
            other: Other::Part(pair.second),
            margin: pair.margin,
            reach: &pair.reach,
        }
    }

    /// Returns whether a motion may end closer than usual, because something may stand beside the
    /// object that is being manipulated.
    fn may_be_approached(&self) -> bool {
        match self.other {
            Other::Obstacle(obstacle) => !obstacle.is_keep_out_place(),
            Other::Part(_) | Other::HalfSpace(_) => false,
        }
    }
}
