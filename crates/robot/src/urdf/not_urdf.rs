//! Identifies files that are not a URDF.

/// A file that is not a URDF, with a remedy.
#[derive(Debug, PartialEq, Eq)]
pub struct NotUrdf {
    /// Description of the file.
    pub what: String,
    /// Suggested remedy.
    pub hint: Option<String>,
}

/// Advice for a file that xacro should have expanded.
pub const EXPAND_XACRO_HINT: &str = "expand it first: xacro FILE > robot.urdf";

const CONVERT: &str =
    "enact reads URDF: take the URDF from the robot's description package, or convert this file";
const NO_TEXT: &str = "give the `.urdf` file that is inside it, or beside it";

/// Beginnings of files that are not XML, what they are, and what to do with them.
const BEGINNINGS: [(&str, &str, &str); 9] = [
    (
        "version https://git-lfs",
        "is a git-lfs pointer, not the file itself",
        "fetch it with: git lfs pull",
    ),
    (
        "PK\u{3}\u{4}",
        "is a zip archive",
        "unpack it, and give the `.urdf` file in it",
    ),
    (
        "\u{1f}\u{8b}",
        "is a gzip archive",
        "unpack it, and give the `.urdf` file in it",
    ),
    ("#usda", "is a USD file", CONVERT),
    ("PXR-USDC", "is a USD file", CONVERT),
    (
        "ISO-10303-21",
        "is a STEP file, a drawing without joints",
        CONVERT,
    ),
    ("glTF", "is a glTF file, a drawing without joints", NO_TEXT),
    ("solid ", "is an STL mesh", NO_TEXT),
    ("{", "is JSON, not XML", NO_TEXT),
];

/// Root elements of other formats, lower case.
const ROOTS: [(&str, &str, &str); 10] = [
    ("sdf", "is an SDF file (Gazebo)", CONVERT),
    ("gazebo", "is an SDF file (Gazebo)", CONVERT),
    ("world", "is an SDF file (Gazebo)", CONVERT),
    ("mujoco", "is an MJCF file (MuJoCo)", CONVERT),
    ("mujocoinclude", "is part of an MJCF file (MuJoCo)", CONVERT),
    ("collada", "is a COLLADA mesh", NO_TEXT),
    (
        "launch",
        "is a ROS launch file",
        "give the `.urdf` file that it names",
    ),
    (
        "package",
        "is a ROS package's manifest",
        "give a `.urdf` file of that package",
    ),
    (
        "html",
        "is a web page",
        "download the raw file instead of the page that shows it",
    ),
    ("svg", "is a drawing", NO_TEXT),
];

/// Returns what a text is if it is not a URDF; `None` if it may be one. Comments are already
/// blanked.
pub fn identify_non_urdf(text: &str) -> Option<NotUrdf> {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\0']);
    let is = |what: &str, hint: &str| {
        Some(NotUrdf {
            what: what.to_owned(),
            hint: Some(hint.to_owned()),
        })
    };
    if text.is_empty() {
        return is("is empty", "was it downloaded, or written, to the end?");
    }
    let known = BEGINNINGS
        .iter()
        .find(|(start, ..)| text.starts_with(start));
    if let Some((_, what, hint)) = known {
        return is(what, hint);
    }
    let start: String = text.chars().take(20).collect();
    if start.to_lowercase().starts_with("<!doctype html") {
        return identify_non_urdf("<html>");
    }
    if !text.starts_with('<') {
        let start = start.lines().next().unwrap_or_default().escape_debug();
        return is(&format!("is not XML: it begins with `{start}`"), NO_TEXT);
    }
    let root = root(text)?;
    let local = root.rsplit(':').next().unwrap_or(root);
    if local == "robot" {
        return None;
    }
    let lower = local.to_lowercase();
    match ROOTS.iter().find(|(name, ..)| *name == lower) {
        Some((_, what, hint)) => is(what, hint),
        None => {
            let what = format!("is not a URDF: its root element is `{root}`, not `robot`");
            Some(NotUrdf { what, hint: None })
        }
    }
}

/// Returns the name of the first element.
fn root(text: &str) -> Option<&str> {
    let start = root_name_offset(text)?;
    let name = &text[start..];
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    Some(&name[..end.unwrap_or(name.len())])
}

/// Returns the position of the name of the first element.
pub fn root_name_offset(text: &str) -> Option<usize> {
    let openings = text.match_indices('<').map(|(index, _)| index + 1);
    openings
        .filter(|start| {
            let first = text[*start..].chars().next();
            first.is_some_and(|c| c.is_alphabetic() || c == '_')
        })
        .map(Some)
        .next()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_told_by_name() {
        for (text, word) in [
            ("", "empty"),
            ("  \n", "empty"),
            ("version https://git-lfs.github.com/spec/v1\noid", "git-lfs"),
            ("PK\u{3}\u{4}\u{14}", "zip"),
            ("#usda 1.0\n", "USD"),
            ("{\"a\": 1}", "JSON"),
            ("<!DOCTYPE html>\n<html><p>404", "web page"),
            ("<!doctype HTML PUBLIC \"x\">", "web page"),
            ("<HTML><body>", "web page"),
            ("<sdf version='1.9'>", "SDF"),
            ("<mujoco>", "MJCF"),
            ("<COLLADA xmlns='x'>", "COLLADA"),
            ("<robots>", "robots"),
            ("shoulder: 1", "is not XML: it begins with `shoulder: 1`"),
        ] {
            let found = identify_non_urdf(text).unwrap_or_else(|| panic!("{text}"));
            assert!(found.what.contains(word), "{text}: {}", found.what);
        }
        for text in [
            "<robot name='x'/>",
            "<!DOCTYPE robot [<!ENTITY a '1'>]>\n<robot>",
        ] {
            assert_eq!(identify_non_urdf(text), None, "{text}");
        }
    }
}
