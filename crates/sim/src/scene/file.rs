//! The TOML format of a scene.

use std::path::Path;

use enact_robot::LoadError;
use enact_types::{Distortion, Reason, TomlError, hint, toml_text};
use serde::Deserialize;

use super::task::SceneTask;
use crate::object::{Color, ObjectShape};

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneFile {
    /// Frame of its coordinates.
    #[serde(default)]
    pub frame: SceneFrame,
    pub table: SceneTable,
    pub camera: SceneCamera,
    pub area: PlacementArea,
    #[serde(default)]
    pub objects: Vec<ObjectEntry>,
    pub random: Option<RandomObjectsEntry>,
    /// Boxes that are always present and never move.
    #[serde(default)]
    pub fixtures: Vec<BoxEntry>,
    /// Boxes that the robot must not enter although they are empty.
    #[serde(default)]
    pub keep_out: Vec<BoxEntry>,
    /// Bounds of the robot's motion.
    pub workspace: Option<WorkspaceEntry>,
    #[serde(default)]
    pub tasks: Vec<SceneTask>,
}

/// Reference frame of a scene's coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SceneFrame {
    /// The base of any arm.
    #[default]
    Base,
    /// The workspace of the arm: see [`enact_robot::Workspace`].
    Workspace,
}

impl SceneFile {
    /// Translates everything in the plane of the table, meters.
    pub fn shift(&mut self, [x, y]: [f64; 2]) {
        let flat = |at: &mut [f64; 2]| *at = [at[0] + x, at[1] + y];
        let upright = |at: &mut [f64; 3]| *at = [at[0] + x, at[1] + y, at[2]];
        flat(&mut self.table.center);
        upright(&mut self.camera.eye);
        upright(&mut self.camera.target);
        flat(&mut self.area.center);
        let places = self
            .objects
            .iter_mut()
            .filter_map(|entry| entry.at.as_mut());
        places.for_each(flat);
        let boxes = self.fixtures.iter_mut().chain(&mut self.keep_out);
        boxes.for_each(|entry| upright(&mut entry.center));
        if let Some(WorkspaceEntry { min, max }) = &mut self.workspace {
            upright(min);
            upright(max);
        }
    }
}

/// A box in the base frame, in meters and degrees about the vertical.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxEntry {
    pub name: String,
    #[serde(alias = "centre")]
    pub center: [f64; 3],
    pub size: [f64; 3],
    #[serde(default)]
    pub yaw_deg: f64,
}

/// Two corners in the base frame, meters.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceEntry {
    pub min: [f64; 3],
    pub max: [f64; 3],
}

/// The table's rectangle at height zero, meters.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneTable {
    #[serde(alias = "centre")]
    pub center: [f64; 2],
    pub size: [f64; 2],
}

/// Position and target of the camera, meters and degrees.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SceneCamera {
    pub eye: [f64; 3],
    pub target: [f64; 3],
    pub vertical_fov_deg: f64,
    pub width: u32,
    pub height: u32,
    #[serde(default = "has_depth")]
    pub depth: bool,
    #[serde(default)]
    pub distortion: Distortion,
}

fn has_depth() -> bool {
    true
}

/// Area where drawn objects are placed: part of a ring, in meters and degrees from the x axis.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacementArea {
    #[serde(alias = "centre", default)]
    pub center: [f64; 2],
    pub radius: [f64; 2],
    pub angle_deg: [f64; 2],
    /// Smallest distance between the outlines of two objects, meters.
    pub gap: f64,
}

/// An object that is always present; fields left out are drawn at random.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectEntry {
    pub name: Option<String>,
    #[serde(default)]
    pub shape: Choice<ObjectShape>,
    #[serde(alias = "colour", default)]
    pub color: Choice<Color>,
    pub size: Option<[f64; 3]>,
    pub at: Option<[f64; 2]>,
    pub yaw_deg: Option<f64>,
}

/// Objects that are present at random.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomObjectsEntry {
    pub count: [usize; 2],
    #[serde(default)]
    pub shapes: Choice<ObjectShape>,
    #[serde(alias = "colours", default)]
    pub colors: Choice<Color>,
}

/// One value, several to choose from, or, left out, any.
#[derive(Clone, Debug, Default)]
pub enum Choice<T> {
    #[default]
    Any,
    OneOf(Vec<T>),
}

impl<T: Copy> Choice<T> {
    /// Returns the candidates, where `all` is the full set.
    pub fn possible_values(&self, all: &[T]) -> Vec<T> {
        match self {
            Self::Any => all.to_vec(),
            Self::OneOf(values) => values.clone(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for OneOrMore<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a word or a list of words")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Vec<T>, E> {
                T::deserialize(serde::de::IntoDeserializer::into_deserializer(word))
                    .map(|value| vec![value])
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, list: A) -> Result<Vec<T>, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(list))
            }
        }
        deserializer
            .deserialize_any(OneOrMore(std::marker::PhantomData))
            .map(Self::OneOf)
    }
}

/// Reads the text of a scene file.
///
/// # Errors
/// The first syntax error, unknown key or wrong type, with its line.
pub fn parse_scene_file(path: &Path, text: &str) -> Result<SceneFile, LoadError> {
    toml_text::parse(text).map_err(|error: TomlError| LoadError {
        file: path.to_owned(),
        line: Some(error.line),
        hint: hint::did_you_mean_from_message(&error.message),
        what: Reason::from_text_and_source(&error.message, error.clone()),
    })
}
