//! Objects that moved though the robot did not touch them.

use std::fmt;

use super::memory::{SceneMemory, SceneObject};

/// Smallest displacement of an object that counts as a move, meters; less may be a measurement
/// error.
const MOVED: f64 = 0.025;

/// A displacement of an object that the robot did not cause.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectDisplacement {
    /// Its name.
    pub name: String,
    /// Distance, meters.
    pub apart: f64,
}

impl fmt::Display for ObjectDisplacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let centimeters = 100.0 * self.apart;
        let name = &self.name;
        write!(
            f,
            "the {name} was moved {centimeters:.0} cm by someone else"
        )
    }
}

/// Returns the objects that are seen elsewhere than before, except those that the robot handled and
/// what rests in or on them.
pub fn find_unexplained_displacements(
    before: &SceneMemory,
    after: &SceneMemory,
    handled: &[&str],
) -> Vec<ObjectDisplacement> {
    let is_handled = |object: &SceneObject| {
        let rests_on = |(_, under): &(_, String)| handled.contains(&under.as_str());
        handled.contains(&object.name.as_str()) || object.rests.as_ref().is_some_and(rests_on)
    };
    let seen = after.objects().iter().filter(|object| object.is_seen());
    seen.filter_map(|object| {
        let known = before.find(&object.name)?;
        let apart = (known.solid.center() - object.solid.center()).norm();
        let doubt = known.solid.uncertainty.max(object.solid.uncertainty);
        let by_itself = !is_handled(known) && !is_handled(object) && !known.released;
        (by_itself && apart > MOVED.max(2.0 * doubt)).then(|| ObjectDisplacement {
            name: object.name.clone(),
            apart,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Solid;
    use enact_types::{NormalizedPoint, Pose};

    fn scene(cubes: [(&str, f64); 2]) -> SceneMemory {
        let object = |(name, x): (&str, f64)| SceneObject {
            name: name.to_owned(),
            label: name.to_owned(),
            point: NormalizedPoint { y: 500, x: 500 },
            solid: Solid::guess_disc(x, 0.0, 0.015, 0.003),
            rests: None,
            unseen: 0,
            released: false,
            unsure: false,
        };
        SceneMemory::from_known_objects(cubes.map(object).to_vec(), Pose::identity())
    }

    #[test]
    fn only_what_the_robot_did_not_handle_is_told() {
        let before = scene([("red cube", 0.2), ("blue cube", 0.3)]);
        let after = scene([("red cube", 0.23), ("blue cube", 0.305)]);
        let told = find_unexplained_displacements(&before, &after, &[]);
        let words: Vec<String> = told.iter().map(ObjectDisplacement::to_string).collect();
        assert_eq!(words, ["the red cube was moved 3 cm by someone else"]);
        assert!(find_unexplained_displacements(&before, &after, &["red cube"]).is_empty());
        assert!(find_unexplained_displacements(&before, &before, &[]).is_empty());
    }
}
