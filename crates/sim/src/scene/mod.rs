//! A scene: the contents of a world, its random choices, and its tasks.
//!
//! | module | idea |
//! |---|---|
//! | `file` | a scene as TOML |
//! | `check` | semantic checks of a file |
//! | `draw` | draws a layout from a seed |
//! | `home_in_table` | refuses a robot whose home posture is in the table |
//! | `task` | instructions and their goals |

mod check;
mod draw;
mod file;
mod home_in_table;
mod task;

use std::path::Path;

use enact_robot::{LoadError, Robot};
use enact_types::{Reason, text};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use self::file::SceneFrame;
pub use self::home_in_table::HomeInTableError;
use crate::goal::Goal;
use crate::layout::Layout;

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
/// let layout = scene.sample_layout(7);
/// assert_eq!(layout, scene.sample_layout(7));
/// for object in &layout.objects {
///     println!("{} at {}", object.name, object.base_from_object.translation);
/// }
///
/// let goal = scene.goal_for_instruction("Put the red cube in the blue bowl.", &layout);
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
                what: Reason::from_text_and_source(format!("cannot be read: {error}"), error),
                hint: None,
            })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a scene file; `path` is for messages only.
    ///
    /// # Errors
    /// Fails as [`load`](Self::load) does.
    pub fn parse(path: &Path, text: &str) -> Result<Self, LoadError> {
        let file = file::parse_scene_file(path, text)?;
        check::check_scene_file(path, text, &file)?;
        Ok(Self { file })
    }

    /// Returns the scene placed for this robot: a file with `frame = "workspace"` is moved to where
    /// the arm works best; any other is unchanged.
    ///
    /// # Errors
    /// If the arm at home is in the table.
    pub fn placed_for_robot(mut self, robot: &Robot) -> Result<Self, HomeInTableError> {
        home_in_table::check(robot)?;
        if self.file.frame == SceneFrame::Workspace {
            self.file.shift(robot.workspace().origin);
            self.file.frame = SceneFrame::Base;
        }
        Ok(self)
    }

    /// Draws everything that the file leaves open. Equal seeds give equal layouts.
    pub fn sample_layout(&self, seed: u64) -> Layout {
        draw::sample_layout(&self.file, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    /// Returns the goal of an instruction if it is one of the scene's tasks about objects that are
    /// present. Case, spacing and a final full stop do not matter.
    pub fn goal_for_instruction(&self, instruction: &str, layout: &Layout) -> Option<Goal> {
        let said = task::normalize_text(instruction);
        self.file
            .tasks
            .iter()
            .find_map(|task| task.goal_for_instruction(&said, layout))
    }

    /// Returns an instruction that the scene knows, about objects that are present; `None` if no
    /// task fits them.
    pub fn example_instruction(&self, layout: &Layout, seed: u64) -> Option<String> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        task::example_instruction(&self.file.tasks, layout, &mut rng)
    }
}
