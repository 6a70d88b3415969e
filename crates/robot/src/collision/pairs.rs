//! The pairs of robot parts that can meet.

use std::collections::HashSet;

use enact_types::Pose;

use super::body::CollisionBody;
use super::clearance::Clearance;
use super::convex::PlacedConvex;
use crate::description::{Joint, Link};
use crate::halton::halton;

/// Postures sampled to find the links that always touch and those that never do.
const SAMPLES: usize = 500;
/// Parts that stay this far apart in all samples are taken never to meet, meters.
const NEVER: f64 = 0.04;

/// Parts nearer than this count as touching, whatever margin is requested, meters.
const JOINED: f64 = 0.001;

/// Two parts of a robot that must be kept apart.
#[derive(Clone, Debug)]
pub struct CollisionPair {
    /// Index of the first part.
    pub first: usize,
    /// Index of the second part.
    pub second: usize,
    /// Minimum distance, meters.
    pub margin: f64,
    /// Upper bound on the displacement of a point of one part, relative to the other, per unit of
    /// each joint.
    pub reach: Vec<f64>,
}

/// Input of the search for the pairs of a robot.
pub struct PairSearchInput<'a> {
    /// Links of the robot.
    pub links: &'a [Link],
    /// Joints of the robot.
    pub joints: &'a [Joint],
    /// Number of arm joints; they come first.
    pub arm_joints: usize,
    /// A posture that is free of collisions.
    pub home: &'a [f64],
    /// Returns the link poses at given joint positions.
    pub poses: &'a dyn Fn(&[f64]) -> Vec<Pose>,
}

/// Returns the pairs that may come too close. Left out are links with at most one joint between
/// them, which the joint limits keep apart; the fingers of the hand among themselves; links that
/// touch in every posture or at home, such as joined bodies with simplified shapes; and parts that
/// stay far apart in every posture.
pub fn find_collision_pairs(
    question: &PairSearchInput,
    parts: &[CollisionBody],
    clearance: &Clearance,
) -> Vec<CollisionPair> {
    let mut pairs = Vec::new();
    for second in 0..parts.len() {
        for first in 0..second {
            let reach = relative_reach(question, &parts[first], &parts[second]);
            let moving = |from: usize| reach[from..].iter().filter(|reach| **reach > 0.0).count();
            let arm = moving(0) - moving(question.arm_joints);
            if arm > 0 && moving(0) > 1 {
                let margin = clearance.between_links(&parts[first].name, &parts[second].name);
                pairs.push(CollisionPair {
                    first,
                    second,
                    margin,
                    reach,
                });
            }
        }
    }
    let found = observe(question, parts, &pairs);
    let links_of = |pair: &CollisionPair| (parts[pair.first].link, parts[pair.second].link);
    let touching = pairs.iter().zip(&found).filter(|(pair, found)| {
        let touch = pair.margin.clamp(f64::MIN_POSITIVE, JOINED);
        found.largest < touch || found.at_home < touch
    });
    let touching: HashSet<(usize, usize)> = touching.map(|(pair, _)| links_of(pair)).collect();
    let joined = |pair: &CollisionPair| touching.contains(&links_of(pair));
    let kept: Vec<bool> = pairs
        .iter()
        .zip(&found)
        .map(|(pair, found)| found.smallest < NEVER + pair.margin && !joined(pair))
        .collect();
    let mut keep = kept.into_iter();
    pairs.retain(|_| keep.next().unwrap_or(true));
    pairs
}

/// Distances of a pair over the samples, meters.
#[derive(Clone, Copy)]
struct Found {
    smallest: f64,
    largest: f64,
    at_home: f64,
}

impl Found {
    /// Returns whether further samples change nothing: the pair meets, but not always.
    fn is_settled(&self, pair: &CollisionPair) -> bool {
        self.smallest < NEVER + pair.margin && self.largest >= JOINED.max(pair.margin)
    }
}

fn observe(
    question: &PairSearchInput,
    parts: &[CollisionBody],
    pairs: &[CollisionPair],
) -> Vec<Found> {
    let place = |joints: &[f64]| -> Vec<_> {
        let links = (question.poses)(joints);
        parts.iter().map(|part| part.at(&links)).collect()
    };
    let distance = |pair: &CollisionPair, placed: &[PlacedConvex]| {
        let (a, b) = (&parts[pair.first].convex, &parts[pair.second].convex);
        let (at, other) = (&placed[pair.first], &placed[pair.second]);
        let bound = at.distance_lower_bound(a.radius, other, b.radius);
        if bound > NEVER + pair.margin {
            bound
        } else {
            a.distance(at, b, other)
        }
    };
    let home = place(question.home);
    let mut found: Vec<Found> = pairs
        .iter()
        .map(|pair| {
            let at_home = distance(pair, &home);
            Found {
                smallest: at_home,
                largest: at_home,
                at_home,
            }
        })
        .collect();
    for index in 1..=SAMPLES {
        let placed = place(&posture(question, index));
        for (found, pair) in found.iter_mut().zip(pairs) {
            if !found.is_settled(pair) {
                let distance = distance(pair, &placed);
                found.smallest = found.smallest.min(distance);
                found.largest = found.largest.max(distance);
            }
        }
    }
    found
}

/// Returns a posture of a sequence that fills the joint ranges evenly.
fn posture(question: &PairSearchInput, index: usize) -> Vec<f64> {
    let joints = question.joints.iter().enumerate();
    joints
        .map(|(joint, description)| {
            let limits = description.limits;
            limits.min + halton(index, joint) * (limits.max - limits.min)
        })
        .collect()
}

fn relative_reach(
    question: &PairSearchInput,
    first: &CollisionBody,
    second: &CollisionBody,
) -> Vec<f64> {
    let PairSearchInput { links, joints, .. } = *question;
    let shared = common_ancestor(links, first.link, second.link);
    let of = |part: &CollisionBody| part.max_displacement_per_joint(links, joints, shared);
    of(first)
        .iter()
        .zip(of(second))
        .map(|(first, second)| first + second)
        .collect()
}

/// Returns the last common ancestor of two links. Parents come before children.
fn common_ancestor(links: &[Link], first: usize, second: usize) -> usize {
    let parent = |link: usize| links[link].mount.as_ref().map_or(0, |mount| mount.parent);
    let (mut a, mut b) = (first, second);
    while a != b {
        if a > b {
            a = parent(a);
        } else {
            b = parent(b);
        }
    }
    a
}
