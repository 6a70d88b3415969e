//! A path around obstacles in joint space.
//!
//! RRT-Connect (Kuffner and LaValle, "RRT-Connect: an efficient approach to single-query path
//! planning", 2000): two trees grow towards each other from start and goal. The search is seeded
//! and bounded, so equal queries have equal answers in bounded time.

use enact_types::JointVector;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Number of random postures before giving up.
const DRAWS: usize = 300;
/// Longest edge of a tree, as the Euclidean norm over the joints, rad or m.
const STRIDE: f64 = 0.35;
/// Number of pairs of points tried for a shortcut.
const SHORTCUTS: usize = 60;

/// The range of the joints and its free part.
pub struct ConfigurationSpace<'a> {
    /// Lowest and highest position of each joint.
    pub limits: Vec<(f64, f64)>,
    /// Returns whether a posture is free.
    pub free: &'a dyn Fn(&JointVector) -> bool,
    /// Returns whether the straight line between two postures is free.
    pub clear: &'a dyn Fn(&JointVector, &JointVector) -> bool,
}

/// Returns the corners of a free path from `start` to `goal`, both included, if one was found.
pub fn connect(
    space: &ConfigurationSpace<'_>,
    start: &JointVector,
    goal: &JointVector,
    seed: u64,
) -> Option<Vec<JointVector>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut trees = [Tree::new(start), Tree::new(goal)];
    for draw in 0..DRAWS {
        let [a, b] = &mut trees;
        let (growing, other) = if draw % 2 == 0 { (a, b) } else { (b, a) };
        let target: JointVector = space
            .limits
            .iter()
            .map(|(low, high)| low + rng.random::<f64>() * (high - low))
            .collect();
        let Some(tip) = growing.extend(space, &target) else {
            continue;
        };
        let meeting = growing.nodes[tip].0.clone();
        if let Some(end) = other.reach(space, &meeting) {
            let (from_growing, from_other) = (growing.to_root(tip), other.to_root(end));
            let (mut path, rest) = if draw % 2 == 0 {
                (from_growing, from_other)
            } else {
                (from_other, from_growing)
            };
            path.reverse();
            path.extend(rest.into_iter().skip(1));
            shorten(space, &mut path, &mut rng);
            return Some(path);
        }
    }
    None
}

/// Postures, each with the index of its predecessor.
struct Tree {
    nodes: Vec<(JointVector, usize)>,
}

impl Tree {
    fn new(root: &JointVector) -> Self {
        Self {
            nodes: vec![(root.clone(), 0)],
        }
    }

    /// Adds one edge towards `target`; returns the index of the new node.
    fn extend(&mut self, space: &ConfigurationSpace<'_>, target: &JointVector) -> Option<usize> {
        let far = |node: &(JointVector, usize)| distance(&node.0, target);
        let nearest = (0..self.nodes.len())
            .min_by(|a, b| far(&self.nodes[*a]).total_cmp(&far(&self.nodes[*b])))?;
        self.grow(space, nearest, target)
    }

    /// Adds edge after edge to `target`; returns the index of the node there.
    fn reach(&mut self, space: &ConfigurationSpace<'_>, target: &JointVector) -> Option<usize> {
        let mut tip = self.extend(space, target)?;
        while distance(&self.nodes[tip].0, target) > 0.0 {
            tip = self.grow(space, tip, target)?;
        }
        Some(tip)
    }

    fn grow(
        &mut self,
        space: &ConfigurationSpace<'_>,
        from: usize,
        target: &JointVector,
    ) -> Option<usize> {
        let origin = &self.nodes[from].0;
        let far = distance(origin, target);
        let next = if far <= STRIDE {
            target.clone()
        } else {
            interpolate_posture(origin, target, STRIDE / far)
        };
        if !(space.free)(&next) || !(space.clear)(origin, &next) {
            return None;
        }
        self.nodes.push((next, from));
        Some(self.nodes.len() - 1)
    }

    fn to_root(&self, tip: usize) -> Vec<JointVector> {
        let (mut path, mut at) = (vec![self.nodes[tip].0.clone()], tip);
        while at != 0 {
            at = self.nodes[at].1;
            path.push(self.nodes[at].0.clone());
        }
        path
    }
}

/// Cuts corners between random points of the path.
fn shorten(space: &ConfigurationSpace<'_>, path: &mut Vec<JointVector>, rng: &mut ChaCha8Rng) {
    for _ in 0..SHORTCUTS {
        if path.len() < 3 {
            return;
        }
        let spans = (path.len() - 1) as f64;
        let [a, b] = [0, 1].map(|_| rng.random::<f64>() * spans);
        let (from, to) = (a.min(b), a.max(b));
        let (first, last) = (from as usize, to as usize);
        if first == last {
            continue;
        }
        let at = |along: f64| {
            let span = (along as usize).min(path.len() - 2);
            interpolate_posture(&path[span], &path[span + 1], along - span as f64)
        };
        let (begin, end) = (at(from), at(to));
        if (space.free)(&begin) && (space.free)(&end) && (space.clear)(&begin, &end) {
            path.splice(first + 1..=last, [begin, end]);
        }
    }
}

/// Returns the posture at a share of the straight line.
pub fn interpolate_posture(from: &JointVector, to: &JointVector, share: f64) -> JointVector {
    let joints = from.iter().zip(to.iter());
    joints
        .map(|(from, to)| from + share * (to - from))
        .collect()
}

/// Returns postures along a straight line, about `step` apart.
pub fn interpolate_with_spacing(
    from: &JointVector,
    to: &JointVector,
    step: f64,
) -> Vec<JointVector> {
    let steps = (distance(from, to) / step).ceil().max(1.0);
    (0..=steps as usize)
        .map(|at| interpolate_posture(from, to, at as f64 / steps))
        .collect()
}

/// Returns the Euclidean distance of two postures.
pub fn distance(a: &JointVector, b: &JointVector) -> f64 {
    let squares = a.iter().zip(b.iter()).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether a wall with a gap at the far side, in two joints, blocks a posture.
    fn blocked(at: &JointVector) -> bool {
        at[0].abs() < 0.2 && at[1] < 0.7
    }

    fn clear(from: &JointVector, to: &JointVector) -> bool {
        (0..=100).all(|step| !blocked(&interpolate_posture(from, to, f64::from(step) / 100.0)))
    }

    #[test]
    fn it_finds_the_gap_and_always_the_same_way() {
        let space = ConfigurationSpace {
            limits: vec![(-1.0, 1.0); 2],
            free: &|at| !blocked(at),
            clear: &clear,
        };
        let (start, goal) = (vec![-0.8, -0.8].into(), vec![0.8, -0.8].into());
        assert!(!clear(&start, &goal));
        let path = connect(&space, &start, &goal, 1).unwrap();
        assert_eq!((&path[0], &path[path.len() - 1]), (&start, &goal));
        assert!(path.windows(2).all(|pair| clear(&pair[0], &pair[1])));
        let length: f64 = path
            .windows(2)
            .map(|pair| distance(&pair[0], &pair[1]))
            .sum();
        assert!(length < 4.5, "{length}");
        assert_eq!(connect(&space, &start, &goal, 1), Some(path));
    }

    #[test]
    fn what_is_walled_in_is_given_up() {
        let space = ConfigurationSpace {
            limits: vec![(-1.0, 1.0); 2],
            free: &|at| at[0].abs() > 0.2,
            clear: &|from, to| from[0].signum() == to[0].signum(),
        };
        let (start, goal) = (vec![-0.8, 0.0].into(), vec![0.8, 0.0].into());
        assert_eq!(connect(&space, &start, &goal, 1), None);
    }
}
