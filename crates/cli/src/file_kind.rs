//! Recognizes the kind of a file by its content: for `enact check`, and for hints if another kind of
//! file is expected.

use std::path::{Path, PathBuf};

use anyhow::{Error, Result};
use enact_types::text;

/// A kind of file that enact reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Robot, scene, camera and model of a run.
    Launch,
    /// A scene: the objects and the camera of a world.
    Scene,
    /// Tasks that are evaluated together.
    Suite,
    /// A `robot.toml`: what a URDF does not say.
    Robot,
    /// A robot's servos.
    Bus,
    /// Faults of an emulated bus.
    Faults,
    /// Settings of a model.
    Model,
    /// Steps to follow instead of asking a model.
    Plan,
    /// Zeros and ends of an arm's joints.
    Calibration,
    /// A camera's lens and place.
    Camera,
    /// A robot's links and joints.
    Urdf,
    /// A run that was kept.
    Recording,
}

/// Top-level keys of TOML files, the most distinctive ones first.
const KEYS: [(&str, FileKind); 22] = [
    ("lens", FileKind::Camera),
    ("place", FileKind::Camera),
    ("about", FileKind::Suite),
    ("baud", FileKind::Bus),
    ("lerobot", FileKind::Bus),
    ("rule", FileKind::Faults),
    ("plan_with_image", FileKind::Model),
    ("prompt", FileKind::Model),
    ("joints", FileKind::Robot),
    ("gripper", FileKind::Robot),
    ("control_rate_hz", FileKind::Robot),
    ("clearance", FileKind::Robot),
    ("tool", FileKind::Robot),
    ("robot", FileKind::Launch),
    ("model", FileKind::Launch),
    ("arm", FileKind::Launch),
    ("pointing", FileKind::Model),
    ("table", FileKind::Scene),
    ("area", FileKind::Scene),
    ("objects", FileKind::Scene),
    ("camera", FileKind::Scene),
    ("tasks", FileKind::Suite),
];

impl FileKind {
    /// Recognizes the kind of a file by its content; `None` if it is not known.
    pub fn detect_from_content(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        if bytes.starts_with(b"\x89MCAP") {
            return Some(Self::Recording);
        }
        let kind = Self::of_text(&text::decode(bytes).ok()?)?;
        // Prose may quote what such a file says.
        let may_be_toml = path.extension().is_none_or(|end| end == "toml");
        (may_be_toml || !KEYS.iter().any(|(_, other)| *other == kind)).then_some(kind)
    }

    fn of_text(text: &str) -> Option<Self> {
        let begin = text.trim_start();
        if begin.starts_with('<') {
            return begin.contains("<robot").then_some(Self::Urdf);
        }
        if begin.starts_with('{') {
            return if begin.contains("\"homing_offset\"") {
                Some(Self::Calibration)
            } else {
                begin.contains("\"steps\"").then_some(Self::Plan)
            };
        }
        let keys = keys(text);
        let known = KEYS.iter().find(|(key, _)| keys.iter().any(|it| it == key));
        known.map(|(_, kind)| *kind)
    }

    /// Returns its name, with an article.
    pub fn name_with_article(self) -> &'static str {
        match self {
            Self::Launch => "a launch file",
            Self::Scene => "a scene",
            Self::Suite => "a suite",
            Self::Robot => "a robot.toml",
            Self::Bus => "a bus.toml",
            Self::Faults => "a file of faults",
            Self::Model => "a model's enact.toml",
            Self::Plan => "a plan",
            Self::Calibration => "a calibration",
            Self::Camera => "a camera's calibration",
            Self::Urdf => "a URDF",
            Self::Recording => "a recording",
        }
    }

    /// Returns the command or option that takes such a file.
    fn use_of(self) -> &'static str {
        match self {
            Self::Launch => "`enact run \"…\" --launch FILE` takes it",
            Self::Scene => "`enact scene FILE` and `--scene FILE` take it",
            Self::Suite => "`enact eval FILE` takes it",
            Self::Robot | Self::Bus | Self::Urdf => {
                "`--robot FOLDER` takes the folder that it is in"
            }
            Self::Faults => "`enact bus emulate --faults FILE` takes it",
            Self::Model => "`--model FOLDER` takes the folder that it is in",
            Self::Plan => "`enact run \"…\" --plan FILE` takes it",
            Self::Calibration => "`enact arm … --calibration FILE` takes it",
            Self::Camera => "`calibration = \"FILE\"` under [camera] of a launch file names it",
            Self::Recording => "`enact runs show FILE` and `enact replay FILE` take it",
        }
    }
}

/// Reads a file by `load`; where it cannot be read because it is of another kind than `wanted`,
/// the error says so.
///
/// # Errors
/// The error of `load`, or that the file is of another kind.
pub fn load_expecting_kind<T, E: Into<Error>>(
    path: PathBuf,
    wanted: FileKind,
    load: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<T> {
    crate::renamed::warn_of_keys(&path);
    load(&path).map_err(|error| match FileKind::detect_from_content(&path) {
        Some(kind) if kind != wanted => anyhow::anyhow!(
            "{} is {}, not {}\nhint: {}",
            path.display(),
            kind.name_with_article(),
            wanted.name_with_article(),
            kind.use_of()
        ),
        _ => error.into(),
    })
}

/// Returns the top-level keys of a TOML file, as far as a broken one can be read.
fn keys(text: &str) -> Vec<String> {
    if let Ok(table) = text.parse::<toml::Table>() {
        return table.keys().cloned().collect();
    }
    let mut inside = false;
    let mut keys = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            inside = true;
            keys.push(table.trim_matches(['[', ']', ' ']).to_owned());
        } else if let (Some((key, _)), false) = (line.split_once('='), inside) {
            keys.push(key.trim().to_owned());
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(path: &str) -> Option<FileKind> {
        FileKind::detect_from_content(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(path),
        )
    }

    #[test]
    fn what_ships_is_known_for_what_it_is() {
        for (folder, kind) in [
            ("launch", FileKind::Launch),
            ("scenes", FileKind::Scene),
            ("suites", FileKind::Suite),
        ] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../..")
                .join(folder);
            for entry in std::fs::read_dir(path).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|end| end == "toml") {
                    assert_eq!(
                        FileKind::detect_from_content(&path),
                        Some(kind),
                        "{}",
                        path.display()
                    );
                }
            }
        }
        for robot in ["so101", "so100", "panda", "ur5e"] {
            let folder = format!("robots/{robot}");
            assert_eq!(
                shipped(&format!("{folder}/robot.toml")),
                Some(FileKind::Robot)
            );
            assert_eq!(
                shipped(&format!("{folder}/robot.urdf")),
                Some(FileKind::Urdf)
            );
        }
        assert_eq!(shipped("robots/so101/bus.toml"), Some(FileKind::Bus));
        assert_eq!(shipped("models/tabletop/enact.toml"), Some(FileKind::Model));
        assert_eq!(shipped("README.md"), None);
    }

    #[test]
    fn a_broken_file_is_known_by_its_keys() {
        assert_eq!(
            FileKind::of_text("about = \"\nscene = 1"),
            Some(FileKind::Suite)
        );
        assert_eq!(FileKind::of_text("robot = so101"), Some(FileKind::Launch));
        assert_eq!(
            FileKind::of_text("[table]\nsize = ["),
            Some(FileKind::Scene)
        );
        assert_eq!(
            FileKind::of_text("[table]\nrobot = ["),
            Some(FileKind::Scene)
        );
        assert_eq!(FileKind::of_text("{\"steps\": ["), Some(FileKind::Plan));
        assert_eq!(
            FileKind::of_text("{\"a\": {\"homing_offset\": 1"),
            Some(FileKind::Calibration)
        );
        assert_eq!(
            FileKind::of_text("[[rule]]\nfault = \"silent\""),
            Some(FileKind::Faults)
        );
        assert_eq!(FileKind::of_text(""), None);
    }
}
