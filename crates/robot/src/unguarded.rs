//! Links that have a mass but no shape.

use crate::description::Link;
use crate::mesh::UnguardedLink;

/// A link this light counts as a bare frame, kilograms.
const MERE_FRAME: f64 = 0.1;

/// Returns heavy links that an arm joint moves and that have no shape, nor anything fixed to them
/// that has: what has no shape cannot be kept clear. `known` holds those found already.
pub fn find_shapeless_links(
    links: &[Link],
    arm_joints: usize,
    known: &[UnguardedLink],
) -> Vec<UnguardedLink> {
    // Links fixed to each other are one body.
    let body: Vec<usize> = bodies(links);
    let is_known = |link: &Link| known.iter().any(|one| one.link == link.name);
    let has_shape = |of: usize| {
        let mut parts = links.iter().zip(&body);
        parts.any(|(link, body)| *body == of && (!link.shapes.is_empty() || is_known(link)))
    };
    let mut bare = Vec::new();
    for (index, link) in links.iter().enumerate() {
        let mass = link.inertial.as_ref().map_or(0.0, |inertial| inertial.mass);
        let moves = moved_by_arm(links, index, arm_joints);
        if mass >= MERE_FRAME && moves && !has_shape(body[index]) {
            bare.push(UnguardedLink {
                link: link.name.clone(),
                mesh: None,
                why: format!(
                    "it has a mass of {mass} kg, but neither collision nor visual geometry"
                ),
                package: None,
            });
        }
    }
    bare
}

/// Returns, for each link, the first link that it is fixed to.
fn bodies(links: &[Link]) -> Vec<usize> {
    let mut body: Vec<usize> = Vec::with_capacity(links.len());
    for (index, link) in links.iter().enumerate() {
        body.push(match &link.mount {
            Some(mount) if mount.motion.is_none() => body[mount.parent],
            _ => index,
        });
    }
    body
}

fn moved_by_arm(links: &[Link], mut link: usize, arm_joints: usize) -> bool {
    while let Some(mount) = &links[link].mount {
        let motion = mount.motion.as_ref();
        if motion.is_some_and(|motion| motion.joint < arm_joints) {
            return true;
        }
        link = mount.parent;
    }
    false
}
