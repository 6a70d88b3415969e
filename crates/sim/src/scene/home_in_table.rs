//! Refuses a robot that cannot be simulated at a table, as its home posture is in it.

use enact_robot::{Link, Robot};
use thiserror::Error;

/// Depth in the table from which an arm cannot be simulated, meters: contacts push apart what overlaps
/// by less, as the convex pieces of a mesh may.
const MAX_OVERLAP: f64 = 0.02;

/// A robot that cannot stand at a table, because its home posture is in it.
#[derive(Clone, Debug, PartialEq, Error)]
#[error(
    "{robot} does not stand at a table: at home, its `{link}` reaches {:.0} mm below the table's top, \
     which is at height zero of the base frame; give its joints a `home` above it in robot.toml, or \
     place its base higher in the URDF", 1000.0 * depth
)]
pub struct HomeInTableError {
    /// Name of the robot.
    pub robot: String,
    /// The link that reaches deepest.
    pub link: String,
    /// Its depth below the top of the table, meters.
    pub depth: f64,
}

/// Checks that no moving link is in the table at home.
///
/// # Errors
/// [`HomeInTableError`] with the link that reaches deepest.
pub(super) fn check(robot: &Robot) -> Result<(), HomeInTableError> {
    let poses = robot.link_poses(robot.home());
    let links = robot.links().iter().zip(&poses);
    // What is fixed to the base does not collide with the table.
    let is_moving = |link: &Link| {
        let mut chain = std::iter::successors(Some(link), |link| {
            let mount = link.mount.as_ref()?;
            Some(&robot.links()[mount.parent])
        });
        chain.any(|link| {
            link.mount
                .as_ref()
                .is_some_and(|mount| mount.motion.is_some())
        })
    };
    let depths = links
        .filter(|(link, _)| is_moving(link))
        .flat_map(|(link, pose)| {
            let shapes = link.shapes.iter();
            shapes.map(move |part| {
                (
                    link,
                    -part
                        .shape
                        .lowest_point_height(&(pose * part.link_from_shape)),
                )
            })
        });
    let Some((link, depth)) = depths.max_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Ok(());
    };
    if depth <= MAX_OVERLAP {
        return Ok(());
    }
    Err(HomeInTableError {
        robot: robot.name().to_owned(),
        link: link.name.clone(),
        depth,
    })
}
