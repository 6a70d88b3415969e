//! Links without collision shapes: refused, unless `--allow-unguarded-links` says otherwise.

use anyhow::{Result, bail};
use enact_robot::Robot;

/// Refuses a robot with links that nothing keeps clear of things, or, if it is allowed to move all
/// the same, names them.
///
/// # Errors
/// If there are such links, and nobody said that the robot may move all the same.
pub fn check(robot: &Robot, is_allowed: bool) -> Result<()> {
    let unguarded = robot.unguarded_links();
    if unguarded.is_empty() {
        return Ok(());
    }
    if is_allowed {
        for link in unguarded {
            errln!("enact: nothing keeps this clear: {link}");
        }
        return Ok(());
    }
    let lines: Vec<String> = unguarded.iter().map(|link| format!("\n  {link}")).collect();
    let package = unguarded.iter().find_map(|link| link.package.as_deref());
    let place = package.map_or(String::new(), |name| {
        format!("--package {name}=PATH says where that package is; ")
    });
    bail!(
        "`{}`: nothing would keep these clear of the table, of things and of the arm itself:{}\n\
         hint: {place}--allow-unguarded-links goes on without them",
        robot.name(),
        lines.concat()
    )
}
