//! A scene: the contents of a world, its random choices, and its tasks.
//!
//! | module | idea |
//! |---|---|
//! | `file` | a scene as TOML |
//! | `check` | semantic checks of a file |
//! | `draw` | draws a layout from a seed |
//! | `task` | instructions and their goals |

mod check;
mod draw;
mod file;
mod task;

use std::path::Path;

use enact_robot::{Link, LoadError, Robot};
use enact_types::{Reason, text};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use thiserror::Error;

use self::file::SceneFrame;
use crate::goal::Goal;
use crate::layout::Layout;

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
pub struct HomeInTable {
    /// Name of the robot.
    pub robot: String,
    /// The link that reaches deepest.
    pub link: String,
    /// Its depth below the top of the table, meters.
    pub depth: f64,
}

/// Checks that no moving link is in the table at home.
fn check_home(robot: &Robot) -> Result<(), HomeInTable> {
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
            shapes.map(move |part| (link, -part.shape.lowest(&(pose * part.link_from_shape))))
        });
    let Some((link, depth)) = depths.max_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Ok(());
    };
    if depth <= MAX_OVERLAP {
        return Ok(());
    }
    Err(HomeInTable {
        robot: robot.name().to_owned(),
        link: link.name.clone(),
        depth,
    })
}

/// Contents of a world. Drawing it with a seed makes a [`Layout`].
///
/// # Examples
/// ```
/// use std::path::Path;
///
/// use enact_sim::{Goal, Scene};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenes/tabletop.toml");
/// let scene = Scene::load(Path::new(path))?;
/// let layout = scene.draw(7);
/// assert_eq!(layout, scene.draw(7));
/// for object in &layout.objects {
///     println!("{} at {}", object.name, object.base_from_object.translation);
/// }
///
/// let goal = scene.goal_for("Put the red cube in the blue bowl.", &layout);
/// let inside = Goal::Inside("red cube".to_owned(), "blue bowl".to_owned());
/// assert_eq!(goal, Some(inside));
/// # Ok::<(), enact_robot::LoadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scene {
    file: file::SceneFile,
}

impl Scene {
    /// Reads a scene file.
    ///
    /// # Errors
    /// The first problem in the file, with its line and a hint.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let text = std::fs::read(path)
            .and_then(text::decode)
            .map_err(|error| LoadError {
                file: path.to_owned(),
                line: None,
                what: Reason::new(format!("cannot be read: {error}"), error),
                hint: None,
            })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a scene file; `path` is for messages only.
    ///
    /// # Errors
    /// Fails as [`load`](Self::load) does.
    pub fn parse(path: &Path, text: &str) -> Result<Self, LoadError> {
        let file = file::read(path, text)?;
        check::check(path, text, &file)?;
        Ok(Self { file })
    }

    /// Returns the scene placed for this robot: a file with `frame = "workspace"` is moved to where
    /// the arm works best; any other is unchanged.
    ///
    /// # Errors
    /// If the arm at home is in the table.
    pub fn before(mut self, robot: &Robot) -> Result<Self, HomeInTable> {
        check_home(robot)?;
        if self.file.frame == SceneFrame::Workspace {
            self.file.shift(robot.workspace().origin);
            self.file.frame = SceneFrame::Base;
        }
        Ok(self)
    }

    /// Draws everything that the file leaves open. Equal seeds give equal layouts.
    pub fn draw(&self, seed: u64) -> Layout {
        draw::draw(&self.file, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    /// Returns the goal of an instruction if it is one of the scene's tasks about objects that are
    /// present. Case, spacing and a final full stop do not matter.
    pub fn goal_for(&self, instruction: &str, layout: &Layout) -> Option<Goal> {
        let said = task::plain(instruction);
        self.file
            .tasks
            .iter()
            .find_map(|task| task.goal_for(&said, layout))
    }

    /// Returns an instruction that the scene knows, about objects that are present; `None` if no
    /// task fits them.
    pub fn example_task(&self, layout: &Layout, seed: u64) -> Option<String> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        task::example(&self.file.tasks, layout, &mut rng)
    }
}
