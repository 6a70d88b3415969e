//! Good and bad robot files.

use std::fs;
use std::path::{Path, PathBuf};

use enact_robot::{LoadError, Robot};
use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::TempDir;

fn robots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../robots")
}

/// Returns the SO-101 with one text of one file replaced.
fn altered(file: &str, from: &str, to: &str) -> Result<Robot, LoadError> {
    let folder = TempDir::new().unwrap();
    for name in ["robot.urdf", "robot.toml"] {
        let text = fs::read_to_string(robots().join("so101").join(name)).unwrap();
        let text = if name == file {
            assert!(text.contains(from), "{from} is not in {name}");
            text.replacen(from, to, 1)
        } else {
            text
        };
        fs::write(folder.path().join(name), text).unwrap();
    }
    Robot::load(folder.path())
}

/// Asserts that the change is refused with a line and all of `words` in the message.
fn refused(file: &str, from: &str, to: &str, words: &[&str]) {
    let error = altered(file, from, to).unwrap_err();
    let message = error.to_string();
    for word in words {
        assert!(
            message.contains(word),
            "`{word}` is missing from: {message}"
        );
    }
    assert!(error.file.ends_with(file), "{message}");
    assert!(error.line.is_some(), "no line in: {message}");
}

#[test]
fn a_tool_speed_that_makes_no_sense_is_refused() {
    for (to, word) in [
        ("near = 0", "near"),
        ("near = nan", "near"),
        ("near = 0.25\nnearby = 1", "nearby"),
    ] {
        refused("robot.toml", "near = 0.25", to, &[word]);
    }
    refused("robot.toml", "within = 0.05", "within = -1", &["within"]);
    let robot = altered("robot.toml", "near = 0.25", "near = 0.1").unwrap();
    assert_eq!(robot.tool_speed_limit().near, 0.1);
}

#[test]
fn the_front_of_the_base_is_given_or_that_of_its_shapes() {
    let front = "front = 0.0646";
    let robot = altered("robot.toml", front, "front = 0.061").unwrap();
    assert_eq!(robot.base_front_x(), 0.061);
    let robot = altered("robot.toml", front, "").unwrap();
    assert!(
        (robot.base_front_x() - 0.06).abs() < 1e-9,
        "{}",
        robot.base_front_x()
    );
    for (to, word) in [
        ("front = nan", "front"),
        ("front = 64.6", "front"),
        ("front = 0.06\nback = 0.02", "back"),
    ] {
        refused("robot.toml", front, to, &[word]);
    }
}

#[test]
fn the_line_of_a_fault_is_told() {
    let text = fs::read_to_string(robots().join("so101/robot.toml")).unwrap();
    let line = 1 + text
        .lines()
        .position(|line| line.starts_with("elbow_flex"))
        .unwrap();
    let error = altered("robot.toml", "elbow_flex    = {", "elbow_flx    = {").unwrap_err();
    assert_eq!(error.line, Some(line));
    assert_eq!(error.hint.as_deref(), Some("did you mean `elbow_flex`?"));
    let text = fs::read_to_string(robots().join("so101/robot.urdf")).unwrap();
    let line = 1 + text
        .lines()
        .position(|line| line.contains("joint name=\"elbow_flex\""))
        .unwrap();
    let error = altered("robot.urdf", "lower=\"-1.69\"", "lower=\"1.69\"").unwrap_err();
    assert_eq!(error.line, Some(line), "{error}");
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    for bad in ["nan", "-2.5", "0", "inf"] {
        let to = format!("velocity = {bad}, acceleration = 12");
        refused(
            "robot.toml",
            "velocity = 2.5, acceleration = 12",
            &to,
            &["shoulder_pan", "velocity"],
        );
    }
    refused("robot.toml", "jerk = 120", "jerk = nan", &["jerk"]);
    refused(
        "robot.toml",
        "velocity = 2.5",
        "velocity = 9",
        &["above the URDF's 4.7"],
    );
    refused(
        "robot.toml",
        "home_deg = -95",
        "home_deg = -190",
        &["shoulder_lift", "outside"],
    );
    refused(
        "robot.toml",
        "servo = 1,",
        "servo = 1, min_deg = 20, max_deg = 10,",
        &["not below"],
    );
    refused(
        "robot.toml",
        "home_deg = 40",
        "home_deg = 40, home = 0.1",
        &["twice"],
    );
    for bad in ["nan", "0", "1e-300", "-5"] {
        let to = format!("control_rate_hz = {bad}");
        refused(
            "robot.toml",
            "control_rate_hz = 200",
            &to,
            &["control_rate_hz"],
        );
    }
    for bad in ["nan", "0", "1.5"] {
        let to = format!("contact_effort = {bad}");
        refused(
            "robot.toml",
            "contact_effort = 0.9",
            &to,
            &["contact_effort"],
        );
    }
    refused(
        "robot.toml",
        "servo = 2",
        "servo = 1",
        &["shoulder_lift", "same servo"],
    );
    let pan = "lower=\"-1.91986\" upper=\"1.91986\"";
    for bad in ["NaN", "1e999", "-1.91986", "-3"] {
        let to = format!("lower=\"-1.91986\" upper=\"{bad}\"");
        refused("robot.urdf", pan, &to, &["shoulder_pan", "lower limit"]);
    }
    let limit = "<limit lower=\"-1.91986\" upper=\"1.91986\" effort=\"2.9\" velocity=\"4.7\"/>";
    refused(
        "robot.urdf",
        limit,
        "",
        &["shoulder_pan", "no position limits"],
    );
}

#[test]
fn unknown_names_are_refused_with_a_hint() {
    refused(
        "robot.toml",
        "jerk = 120",
        "jrk = 120",
        &["jrk", "did you mean `jerk`?"],
    );
    refused(
        "robot.toml",
        "gripper_frame_link",
        "gripper_frame",
        &["did you mean `gripper_frame_link`?"],
    );
    refused(
        "robot.toml",
        "joint = \"gripper\"",
        "joint = \"griper\"",
        &["did you mean `gripper`?"],
    );
    refused(
        "robot.urdf",
        "child link=\"wrist_link\"",
        "child link=\"wrst_link\"",
        &["did you mean `wrist_link`?"],
    );
}

#[test]
fn a_gripper_that_makes_no_sense_is_refused() {
    refused("robot.toml", "[-5, 0.0096]", "[-5, 0.0026]", &["rise"]);
    refused(
        "robot.toml",
        "closed_deg = -10",
        "closed_deg = -40",
        &["outside"],
    );
    refused(
        "robot.toml",
        "closed_deg = -10",
        "closed = -10",
        &["closed_deg"],
    );
    refused(
        "robot.toml",
        "opening_axis = [-1, 0, 0]",
        "opening_axis = [0, 0, 0]",
        &["opening_axis"],
    );
    refused(
        "robot.toml",
        "opening_axis = [-1, 0, 0]",
        "opening_axis = [0, 0, 1]",
        &["right angles"],
    );
}

#[test]
fn a_broken_tree_is_refused() {
    refused(
        "robot.urdf",
        "parent link=\"base_link\"",
        "parent link=\"wrist_link\"",
        &["loop"],
    );
    refused(
        "robot.urdf",
        "child link=\"wrist_link\"",
        "child link=\"lower_arm_link\"",
        &["two joints"],
    );
    refused(
        "robot.urdf",
        "<link name=\"gripper_frame_link\"/>",
        "<link name=\"wrist_link\"/>",
        &["two links"],
    );
    let loose = "<link name=\"gripper_frame_link\"/><link name=\"loose\"/>";
    refused(
        "robot.urdf",
        "<link name=\"gripper_frame_link\"/>",
        loose,
        &["no parent"],
    );
    refused(
        "robot.urdf",
        "<axis xyz=\"0 0 1\"/>",
        "<axis xyz=\"0 0 0\"/>",
        &["axis"],
    );
    let flat = |height: &str| format!("size=\"0.05 {height} 0.059\"/></geometry></collision>");
    refused(
        "robot.urdf",
        &flat("0.05"),
        &flat("0"),
        &["shoulder_link", "shape"],
    );
}

#[test]
fn what_is_no_robot_at_all_is_refused() {
    assert!(altered("robot.urdf", "</robot>", "").is_err());
    assert!(altered("robot.urdf", "<robot", "<banana").is_err());
    let error = altered(
        "robot.toml",
        "tool = \"gripper_frame_link\"",
        "tool = \"shoulder_link\"",
    )
    .unwrap_err();
    assert!(error.to_string().contains("1 movable joints"), "{error}");
}

#[test]
fn a_robot_is_found_by_name_or_path() {
    assert_eq!(
        Robot::load_by_name("so101", &robots()).unwrap().name(),
        "so101"
    );
    let path = robots().join("so101/robot.urdf");
    let alone = Robot::load_by_name(path.to_str().unwrap(), Path::new("/nowhere")).unwrap();
    assert_eq!(alone.arm_joints().len(), 5);
    let error = Robot::load_by_name("so1O1", &robots())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("did you mean `so101`?") && error.contains("panda, so100, so101, ur5e"),
        "{error}"
    );
}

#[test]
fn a_urdf_alone_is_enough() {
    for (name, arm) in [("so101", 5), ("panda", 7), ("ur5e", 6)] {
        let whole = Robot::load(&robots().join(name)).unwrap();
        let alone = Robot::load(&robots().join(name).join("robot.urdf")).unwrap();
        assert_eq!(alone.arm_joints().len(), arm);
        assert_eq!(alone.joints().len(), arm + 1);
        assert_eq!(
            alone.links()[alone.tool_link_index()].name,
            whole.links()[whole.tool_link_index()].name
        );
        for joint in alone.joints() {
            assert!((joint.limits.acceleration - joint.limits.velocity / 0.25).abs() < 1e-9);
            assert!((joint.limits.jerk - joint.limits.acceleration / 0.1).abs() < 1e-9);
        }
        let (known, guessed) = (whole.gripper().unwrap(), alone.gripper().unwrap());
        assert!(
            known.opening_axis.dot(&guessed.opening_axis) > 0.99,
            "{name}"
        );
        assert_eq!(known.parallel, guessed.parallel);
        let ratio = guessed.max_opening() / known.max_opening();
        assert!(
            (0.8..1.3).contains(&ratio),
            "{name}: {}",
            guessed.max_opening()
        );
        assert!(!alone.warnings().is_empty());
    }
}

#[test]
fn a_mesh_that_is_not_there_is_warned_of() {
    let cylinder = "<cylinder radius=\"0.018\" length=\"0.05\"/></geometry></collision>";
    let mesh = "<mesh filename=\"package://x/y.stl\"/></geometry></collision>";
    let robot = altered("robot.urdf", cylinder, mesh).unwrap();
    assert_eq!(robot.warnings().len(), 1);
    assert!(robot.warnings()[0].contains("shoulder_link"));
    assert_eq!(robot.unguarded_links()[0].link, "shoulder_link");
}

#[test]
fn a_mimic_inside_the_arm_is_refused() {
    let text = fs::read_to_string(robots().join("so101/robot.urdf")).unwrap();
    let limit = "<limit lower=\"-1.69\"";
    let mimic = format!("<mimic joint=\"shoulder_lift\"/>{limit}");
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("coupled.urdf");
    fs::write(&path, text.replace(limit, &mimic)).unwrap();
    let error = Robot::load(&path).unwrap_err().to_string();
    assert!(
        error.contains("elbow_flex") && error.contains("mimics"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_files_never_panic(file in 0..2usize, at in any::<Index>(), with in "[-0-9a-z<>\"=.{}\\[\\] ]{0,6}") {
        let file = ["robot.urdf", "robot.toml"][file];
        let folder = TempDir::new().unwrap();
        for name in ["robot.urdf", "robot.toml"] {
            let mut text = fs::read_to_string(robots().join("so101").join(name)).unwrap();
            if name == file {
                let at = at.index(text.len() - with.len());
                text.replace_range(at..at + with.len(), &with);
            }
            fs::write(folder.path().join(name), text).unwrap();
        }
        let _ = Robot::load(folder.path());
    }
}
