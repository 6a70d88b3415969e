//! URDFs as they are found: half-written, foreign, of many makers.

use std::fs;

use enact_robot::{LoadError, Robot};
use tempfile::TempDir;

const LIMIT: &str = "<limit lower=\"-2\" upper=\"2\" effort=\"9\" velocity=\"1.5\"/>";

fn link(name: &str) -> String {
    format!(
        "<link name=\"{name}\">\n\
         <inertial><mass value=\"0.3\"/><inertia ixx=\"0.001\" ixy=\"0\" ixz=\"0\" iyy=\"0.001\" iyz=\"0\" izz=\"0.001\"/></inertial>\n\
         <visual><geometry><box size=\"0.02 0.02 0.1\"/></geometry><material name=\"m\"/></visual>\n\
         <collision><origin xyz=\"0 0 0.05\"/><geometry><box size=\"0.02 0.02 0.1\"/></geometry></collision>\n\
         </link>\n"
    )
}

fn joint(name: &str, kind: &str, ends: [&str; 2], place: [&str; 2], inside: &str) -> String {
    let ([parent, child], [xyz, axis]) = (ends, place);
    format!(
        "<joint name=\"{name}\" type=\"{kind}\">\n\
         <parent link=\"{parent}\"/><child link=\"{child}\"/>\n\
         <origin xyz=\"{xyz}\" rpy=\"0 0 0\"/><axis xyz=\"{axis}\"/>\n\
         {inside}\n\
         </joint>\n"
    )
}

/// Returns an arm of `joints` joints called `PREFIXaxis1` and on, from `base` to `PREFIXlN`.
fn chain(prefix: &str, base: &str, joints: usize) -> String {
    let mut text = String::new();
    for index in 1..=joints {
        let (parent, child) = match index {
            1 => (base.to_owned(), format!("{prefix}l1")),
            _ => (
                format!("{prefix}l{}", index - 1),
                format!("{prefix}l{index}"),
            ),
        };
        let axis = ["0 0 1", "0 1 0", "0 1 0"][(index - 1) % 3];
        let name = format!("{prefix}axis{index}");
        text += &link(&child);
        text += &joint(
            &name,
            "revolute",
            [&parent, &child],
            ["0 0 0.1", axis],
            LIMIT,
        );
    }
    text
}

fn robot(parts: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<robot name=\"r\">\n<material name=\"m\"><color rgba=\"1 0 0 1\"/></material>\n{parts}</robot>\n"
    )
}

/// Returns a fixed tool frame on `palm`.
fn tool(palm: &str) -> String {
    let name = format!("{palm}_tool0");
    format!("<link name=\"{name}\"/>\n")
        + &joint(
            &format!("{palm}_fix"),
            "fixed",
            [palm, &name],
            ["0 0 0.1", "1 0 0"],
            "",
        )
}

/// Returns a finger on `palm`.
fn finger(name: &str, kind: &str, palm: &str, place: [&str; 2], inside: &str) -> String {
    let child = format!("{name}_l");
    format!("<link name=\"{child}\"/>\n") + &joint(name, kind, [palm, &child], place, inside)
}

const SLIDE: &str = "<limit lower=\"0\" upper=\"0.03\" effort=\"9\" velocity=\"0.1\"/>";
const TURN: &str = "<limit lower=\"0\" upper=\"0.8\" effort=\"9\" velocity=\"1\"/>";

/// Returns an arm with six joints, a tool frame and a sliding finger.
fn arm() -> String {
    let parts = link("base")
        + &chain("", "base", 6)
        + &tool("l6")
        + &finger("slide", "prismatic", "l6", ["0 0 0.05", "0 1 0"], SLIDE);
    robot(&parts)
}

fn parse(urdf: &str) -> Result<Robot, LoadError> {
    Robot::parse("r", urdf, None)
}

fn parse_with(urdf: &str, toml: &str) -> Result<Robot, LoadError> {
    Robot::parse("r", urdf, Some(toml))
}

fn changed(from: &str, to: &str) -> String {
    let text = arm();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// Returns the line of the first occurrence of a text.
fn line_of(text: &str, what: &str) -> usize {
    1 + text[..text.find(what).unwrap()].matches('\n').count()
}

fn loads(urdf: &str) -> Robot {
    parse(urdf).unwrap_or_else(|error| panic!("{error}"))
}

fn warns(robot: &Robot, words: &[&str]) {
    let found = robot
        .warnings()
        .iter()
        .any(|warning| words.iter().all(|word| warning.contains(word)));
    assert!(found, "{words:?}: {:#?}", robot.warnings());
}

/// Asserts that the URDF is refused, at the line of `at`, with all words.
fn refused(urdf: &str, at: &str, words: &[&str]) {
    let error = parse(urdf).unwrap_err();
    let message = error.to_string();
    for word in words {
        assert!(message.contains(word), "`{word}`: {message}");
    }
    assert_eq!(error.line, Some(line_of(urdf, at)), "{message}");
}

fn arm_joints(robot: &Robot) -> Vec<&str> {
    let joints = robot.arm_joints().iter();
    joints.map(|joint| joint.name.as_str()).collect()
}

fn gripper(robot: &Robot) -> Option<&str> {
    let gripper = robot.gripper()?;
    Some(&robot.joints()[gripper.joint].name)
}

fn tool_name(robot: &Robot) -> &str {
    &robot.links()[robot.tool_link_index()].name
}

#[test]
fn no_inertial_stops_a_load_and_a_strange_one_is_named() {
    let mass = "<mass value=\"0.3\"/>";
    let tensor =
        "<inertia ixx=\"0.001\" ixy=\"0\" ixz=\"0\" iyy=\"0.001\" iyz=\"0\" izz=\"0.001\"/>";
    for (from, to) in [
        (mass, "<mass value=\"-0.3\"/>"),
        (mass, "<mass value=\"0\"/>"),
        (mass, "<mass value=\"1e-9\"/>"),
        (mass, "<mass value=\"nan\"/>"),
        (mass, "<mass value=\"\"/>"),
        (mass, "<mass/>"),
        (mass, ""),
        (tensor, ""),
        (tensor, "<inertia/>"),
        (tensor, "<inertia ixx=\"0\" iyy=\"0\" izz=\"0\"/>"),
        (tensor, "<inertia ixx=\"1\" iyy=\"1\" izz=\"0\"/>"),
        (tensor, "<inertia ixx=\"-1\" iyy=\"1\" izz=\"1\"/>"),
        (
            tensor,
            "<inertia ixx=\"1\" ixy=\"-2\" iyy=\"1\" izz=\"1\"/>",
        ),
        (tensor, "<inertia ixx=\"many\" iyy=\"1\" izz=\"1\"/>"),
    ] {
        let urdf = changed(from, to);
        let found = loads(&urdf);
        let line = format!("line {}", line_of(&urdf, "<link name=\"base\""));
        warns(&found, &[&line, "`base`", "simulator"]);
        if let Some(inertial) = &found.links()[0].inertial {
            assert!(inertial.mass > 0.0);
            let moments = inertial.inertia.symmetric_eigenvalues();
            assert!(moments.iter().all(|moment| *moment > 0.0), "{to}");
        }
    }
    let products_left_out = loads(&changed(tensor, "<inertia ixx=\"1\" iyy=\"1\" izz=\"1\"/>"));
    let warned = products_left_out.warnings().iter();
    assert_eq!(warned.filter(|it| it.contains("inertia")).count(), 0);
    let frame = loads(&changed(
        "<link name=\"l6_tool0\"/>",
        "<link name=\"l6_tool0\"><inertial><mass value=\"1e-9\"/><inertia ixx=\"0\" ixy=\"0\" ixz=\"0\" iyy=\"0\" iyz=\"0\" izz=\"0\"/></inertial></link>",
    ));
    warns(&frame, &["`l6_tool0`"]);
}

#[test]
fn what_does_not_matter_does_not_stop_a_load() {
    let material = "<material name=\"m\"/>";
    let color = "rgba=\"1 0 0 1\"";
    let look =
        "<visual><geometry><box size=\"0.02 0.02 0.1\"/></geometry><material name=\"m\"/></visual>";
    let shape = "<box size=\"0.02 0.02 0.1\"/></geometry><material";
    let limit = LIMIT;
    let with = |more: &str| format!("{LIMIT}{more}");
    for (from, to) in [
        (
            material,
            "<material><color rgba=\"0 1 0 1\"/></material>".to_owned(),
        ),
        (material, "<material/>".to_owned()),
        (
            material,
            "<material name=\"w\"><texture/></material>".to_owned(),
        ),
        (
            material,
            "<material name=\"w\"><texture filename=\"\"/></material>".to_owned(),
        ),
        (color, "rgba=\"1 0 0\"".to_owned()),
        (color, "rgba=\"1,0,0,1\"".to_owned()),
        (color, "rgba=\"red\"".to_owned()),
        (color, "".to_owned()),
        (look, "<visual/>".to_owned()),
        (look, "<visual><geometry/></visual>".to_owned()),
        (
            shape,
            "<ellipsoid radii=\"1 1 2\"/></geometry><material".to_owned(),
        ),
        (
            shape,
            "<plane normal=\"0 0 1\"/></geometry><material".to_owned(),
        ),
        (shape, "<sphere/></geometry><material".to_owned()),
        (shape, "<mesh/></geometry><material".to_owned()),
        (
            shape,
            "<mesh filename=\"package://a/b.stl\" scale=\"0.001\"/></geometry><material".to_owned(),
        ),
        (
            shape,
            "<mesh filename=\"package://a/b.stl\" scale=\"1,1,1\"/></geometry><material".to_owned(),
        ),
        (
            shape,
            "<mesh filename=\"package://a/b.stl\" scale=\"big\"/></geometry><material".to_owned(),
        ),
        (limit, with("<dynamics damping=\"\" friction=\"x\"/>")),
        (limit, with("<safety_controller soft_lower_limit=\"-1\"/>")),
        (limit, with("<calibration rising=\"\"/>")),
        (limit, with(LIMIT)),
        (
            "</robot>",
            "<gazebo reference=\"l1\"><x/></gazebo><transmission/></robot>".to_owned(),
        ),
        ("</robot>", "<sensor:camera name=\"c\"/></robot>".to_owned()),
    ] {
        let found = loads(&changed(from, &to));
        assert_eq!(found.arm_joints().len(), 6, "{to}");
        assert!(!found.links()[0].shapes.is_empty(), "{to}");
    }
    let twice = changed(
        LIMIT,
        &format!("{LIMIT}<limit lower=\"-1\" upper=\"1\" effort=\"9\" velocity=\"1\"/>"),
    );
    refused(
        &twice,
        "<limit lower=\"-1\"",
        &["`axis1`", "second `limit`"],
    );
}

#[test]
fn a_collision_shape_matters() {
    let shape = "<box size=\"0.02 0.02 0.1\"/></geometry></collision>";
    let ball = changed(
        shape,
        "<ellipsoid radii=\"0.1 0.2 0.3\"/></geometry></collision>",
    );
    warns(&loads(&ball), &["`base`", "ellipsoid", "box"]);
    for (to, word) in [
        ("<sphere/>", "radius"),
        ("<box size=\"1 1\"/>", "three numbers"),
        (
            "<cylinder radius=\"wide\" length=\"1\"/>",
            "`cylinder radius=\"wide\"`",
        ),
        ("<mesh/>", "file name"),
        ("<mesh filename=\"$(find a)/b.stl\"/>", "xacro"),
        ("<mesh filename=\"b.stl\" scale=\"1 2\"/>", "scale"),
        ("<hull/>", "`hull`"),
    ] {
        let urdf = changed(shape, &format!("{to}</geometry></collision>"));
        refused(&urdf, to, &["link `base`", word]);
    }
    let empty = loads(&changed(&format!("<geometry>{shape}"), "</collision>"));
    warns(&empty, &["`base`", "without a shape"]);
}

#[test]
fn limits_that_are_not_given_come_from_robot_toml_or_are_assumed_and_said() {
    let slow = |from: &str| arm().replace("velocity=\"1.5\"", from);
    for none in [
        "",
        "velocity=\"0\"",
        "velocity=\"-1\"",
        "velocity=\"inf\"",
        "velocity=\"\"",
    ] {
        let found = loads(&slow(none));
        assert_eq!(found.joints()[0].limits.velocity, 0.5, "{none}");
        warns(&found, &["velocity", "`axis1`", "robot.toml", "[joints]"]);
        let found = parse_with(&slow(none), "joints.axis1.velocity = 2").unwrap();
        assert_eq!(found.joints()[0].limits.velocity, 2.0, "{none}");
        assert_eq!(found.joints()[1].limits.velocity, 0.5, "{none}");
    }
    let weak = arm().replace("effort=\"9\"", "effort=\"0\"");
    let found = loads(&weak);
    let efforts: Vec<f64> = found.joints().iter().map(|it| it.limits.effort).collect();
    // The joint that carries the most is assumed to be the strongest.
    assert!(efforts[1] > 3.0 && efforts[5] >= 2.0, "{efforts:?}");
    assert!(
        efforts.windows(2).take(5).all(|pair| pair[0] >= pair[1]),
        "{efforts:?}"
    );
    warns(&found, &["effort", "`axis1`", "robot.toml"]);
    refused(
        &slow("velocity=\"fast\""),
        "<limit",
        &["`axis1`", "velocity=\"fast\""],
    );
    let unlimited = changed(LIMIT, "");
    refused(
        &unlimited,
        "<joint name=\"axis1\"",
        &["no position limits", "robot.toml", "min_deg"],
    );
    let toml = "joints.axis1 = { min_deg = -90, max_deg = 90 }";
    let found = parse_with(&unlimited, toml).unwrap();
    assert!((found.joints()[0].limits.max - 90f64.to_radians()).abs() < 1e-12);
    let swapped = changed("lower=\"-2\" upper=\"2\"", "lower=\"2\" upper=\"-2\"");
    refused(&swapped, "<joint name=\"axis1\"", &["`axis1`", "swapped"]);
    let degrees = changed("lower=\"-2\" upper=\"2\"", "lower=\"-170\" upper=\"170\"");
    warns(&loads(&degrees), &["`axis1`", "degrees"]);
    let turned = changed("rpy=\"0 0 0\"", "rpy=\"0 90 0\"");
    warns(&loads(&turned), &["`axis1`", "rpy", "degrees"]);
    let endless = loads(&changed(
        "lower=\"-2\" upper=\"2\"",
        "lower=\"-1e16\" upper=\"1e16\"",
    ));
    warns(&endless, &["`axis1`", "endless"]);
    assert!(endless.joints()[0].limits.max < 7.0);
}

#[test]
fn what_is_broken_is_named_with_its_line() {
    let parent = "<parent link=\"l1\"/>";
    for (from, to, at, words) in [
        (
            parent,
            "",
            "<joint name=\"axis2\"",
            &["`axis2`", "no `parent`"][..],
        ),
        (parent, "<parent/>", "<parent/>", &["`axis2`", "no `link`"]),
        (
            parent,
            "<parent link=\"l11\"/>",
            "<joint name=\"axis2\"",
            &["did you mean `l1`?"],
        ),
        ("<link name=\"l2\">", "<link>", "<link>", &["no name"]),
        (
            "<joint name=\"axis2\"",
            "<joint",
            "<joint type",
            &["no name"],
        ),
        (
            "\"axis2\" type=\"revolute\"",
            "\"axis2\"",
            "<joint name=\"axis2\"",
            &["no `type`"],
        ),
        (
            "\"axis2\" type=\"revolute\"",
            "\"axis2\" type=\"hinge\"",
            "<joint name=\"axis2\"",
            &["`hinge`", "revolute"],
        ),
        (
            "\"axis2\" type=\"revolute\"",
            "\"axis2\" type=\"Revolute\"",
            "<joint name=\"axis2\"",
            &["did you mean `revolute`?"],
        ),
        (
            "xyz=\"0 0 0.1\"",
            "xyz=\"0 0 0,1\"",
            "<origin xyz=\"0 0 0,1\"",
            &["`axis1`", "decimal point"],
        ),
        (
            "xyz=\"0 0 0.1\"",
            "xyz=\"0 0\"",
            "<origin xyz=\"0 0\"",
            &["three numbers"],
        ),
        (
            "xyz=\"0 0 0.1\"",
            "xyz=\"0 0 ${h}\"",
            "<origin xyz=\"0 0 ${h}\"",
            &["xacro FILE"],
        ),
        (
            "<joint name=\"axis2\"",
            "<joint name=\"${p}axis2\"",
            "<joint name=\"${p}",
            &["xacro FILE"],
        ),
        ("</link>", "</lnk>", "</lnk>", &["`</lnk>`", "`</link>`"]),
        ("name=\"r\"", "name=\"a & b\"", "a & b", &["&amp;"]),
        ("name=\"r\"", "name=\"&x;\"", "&x;", &["&x;"]),
        ("name=\"r\"", "name=\"a<b\"", "a<b", &["not XML"]),
    ] {
        refused(&changed(from, to), at, words);
    }
}

#[test]
fn files_that_are_no_urdf_are_told_by_what_they_are() {
    let whole = arm();
    for (text, word) in [
        ("", "empty"),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
            "git lfs pull",
        ),
        (
            "<!DOCTYPE html>\n<html><head></head><body><p>404<br></body></html>",
            "web page",
        ),
        ("<sdf version='1.9'><model name='m'/></sdf>", "SDF"),
        ("<mujoco><worldbody/></mujoco>", "MJCF"),
        ("#usda 1.0\ndef Xform \"x\" {}", "USD"),
        ("PK\u{3}\u{4}..", "zip"),
        ("<banana/>", "`banana`"),
        (&whole[..whole.len() / 2], "cut off"),
        (&whole[..whole.len() - 10], "cut off"),
        (
            "<robot name='r' xmlns:xacro='http://www.ros.org/wiki/xacro'>\n<xacro:arm/>\n</robot>",
            "xacro FILE > robot.urdf",
        ),
        (
            "<robot name='r'>\n<xacro:include filename='x'/>\n</robot>",
            "xacro FILE > robot.urdf",
        ),
        ("<robot name='r'/>", "no links"),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(
            error.contains(word) && !error.contains('\n'),
            "{word}: {error}"
        );
    }
    // Remains of xacro after expansion do no harm.
    let expanded = changed(
        "<robot name",
        "<robot xmlns:xacro=\"http://www.ros.org/wiki/xacro\" name",
    );
    loads(&expanded);
}

#[test]
fn encodings_entities_and_odd_xml_are_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("arm.urdf");
    let load = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        Robot::load(&path).unwrap_or_else(|error| panic!("{error}"))
    };
    let named = arm().replace("axis1", "größe");
    let declared = named.replace("version=\"1.0\"", "version=\"1.0\" encoding=\"ISO-8859-1\"");
    let latin: Vec<u8> = declared.chars().map(|c| c as u8).collect();
    assert_eq!(load(&latin).joints()[0].name, "größe");
    let wide: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(named.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(load(&wide).joints()[0].name, "größe");
    let marked = format!("\u{feff}{named}");
    assert_eq!(load(marked.as_bytes()).joints()[0].name, "größe");
    let undeclared: Vec<u8> = changed("<robot", "<!-- grö -->\n<robot")
        .chars()
        .map(|c| c as u8)
        .collect();
    warns(&load(&undeclared), &["line 2", "not UTF-8"]);
    for (from, to) in [
        (
            "<robot name",
            "<!DOCTYPE robot [<!ENTITY v \"1.5\">]>\n<robot name",
        ),
        ("<?xml", "\n\n<!-- first --><?xml"),
        ("<robot name", "<!-- a -- b --->\n<robot name"),
        ("<robot name", "<robot xmlns=\"http://www.ros.org\" name"),
        ("xyz=\"0 0 0.1\"", "xyz = '  0\t+0.\n 1e-1 '"),
        ("\n", "\r\n"),
    ] {
        let mut text = changed(from, to);
        if to.contains("ENTITY") {
            text = text.replace("velocity=\"1.5\"", "velocity=\"&v;\"");
        }
        let found = loads(&text);
        assert_eq!(found.joints()[0].limits.velocity, 1.5, "{to}");
        let other = loads(&arm());
        let apart = found.forward(&[0.1; 6]).translation.vector
            - other.forward(&[0.1; 6]).translation.vector;
        assert!(apart.norm() < 1e-12, "{to}");
    }
    let escaped = loads(&arm().replace("axis1", "pan &amp; tilt &lt;1&gt;"));
    assert_eq!(escaped.joints()[0].name, "pan & tilt <1>");
}

#[test]
fn fingers_are_told_by_where_they_are_and_what_follows_them() {
    let with = |prefix: &str, hand: &str| {
        let last = format!("{prefix}l6");
        robot(&(link("base") + &chain(prefix, "base", 6) + &tool(&last) + hand))
    };
    let mimic =
        |of: &str, times: &str| format!("{TURN}<mimic joint=\"{of}\" multiplier=\"{times}\"/>");
    let slide_after = |of: &str| format!("{SLIDE}<mimic joint=\"{of}\"/>");
    let sides = [["0 0.04 0.02", "1 0 0"], ["0 -0.04 0.02", "-1 0 0"]];
    let [left, right] = sides;
    for (urdf, joint, is_parallel) in [
        // A knuckle without a word of a hand in its name, and its mirror image.
        (
            with(
                "",
                &(finger("drive", "revolute", "l6", left, TURN)
                    + &finger("outer", "revolute", "l6", right, &mimic("drive", "1"))),
            ),
            Some("drive"),
            true,
        ),
        // A propeller called gripper beside fingers that slide.
        (
            with(
                "",
                &(finger(
                    "gripper",
                    "continuous",
                    "l6",
                    ["0 0 0", "1 0 0"],
                    "<limit effort=\"1\" velocity=\"4\"/>",
                ) + &finger("a", "prismatic", "l6", ["0 0 0.03", "0 1 0"], SLIDE)
                    + &finger(
                        "b",
                        "prismatic",
                        "l6",
                        ["0 0 0.03", "0 -1 0"],
                        &slide_after("a"),
                    )),
            ),
            Some("a"),
            true,
        ),
        // Two fingers without a mimic.
        (
            with(
                "",
                &(finger("a", "prismatic", "l6", ["0 0 0", "0 1 0"], SLIDE)
                    + &finger("b", "prismatic", "l6", ["0 0 0", "0 -1 0"], SLIDE)),
            ),
            Some("a"),
            false,
        ),
        (
            with("", &finger("gripper", "revolute", "l6", left, TURN)),
            Some("gripper"),
            false,
        ),
        (
            with("", &finger("Jaw", "revolute", "l6", left, TURN)),
            Some("Jaw"),
            false,
        ),
        (
            with("", &finger("7", "prismatic", "l6", left, SLIDE)),
            Some("7"),
            false,
        ),
        // Everything is called gripper_bot.
        (with("gripper_bot_", ""), None, false),
        (
            with(
                "gripper_bot_",
                &finger(
                    "gripper_bot_finger",
                    "revolute",
                    "gripper_bot_l6",
                    left,
                    TURN,
                ),
            ),
            Some("gripper_bot_finger"),
            false,
        ),
        (with("", ""), None, false),
    ] {
        let found = loads(&urdf);
        assert_eq!(found.arm_joints().len(), 6, "{:?}", arm_joints(&found));
        assert_eq!(gripper(&found), joint);
        assert!(tool_name(&found).ends_with("l6_tool0"));
        assert_eq!(
            found.gripper().is_some_and(|it| it.parallel),
            is_parallel,
            "{joint:?}"
        );
        match joint {
            Some(joint) => warns(
                &found,
                &[joint, "gripper", "`[gripper] joint` in robot.toml"],
            ),
            None => warns(&found, &["gripper", "`[gripper] joint` in robot.toml"]),
        }
    }
    for name in ["wrist_to_gripper", "gripper_roll", "forearm_to_gripper"] {
        let bare = robot(&(link("base") + &chain("", "base", 6) + &tool("l6")));
        let found = loads(&bare.replace("axis6", name));
        assert_eq!(arm_joints(&found)[5], name);
        assert_eq!(gripper(&found), None);
    }
    // Knuckles close as the joint increases: closed is at the high end.
    let knuckles = with(
        "",
        &(finger("drive", "revolute", "l6", left, TURN)
            + &finger("outer", "revolute", "l6", right, &mimic("drive", "1"))),
    );
    let found = loads(&knuckles);
    let hand = found.gripper().unwrap();
    assert!(hand.closed > hand.open, "{hand:?}");
    assert!(hand.fingertip_opening(hand.open) > hand.fingertip_opening(hand.closed) + 0.02);
    let between = hand.joint_for_opening(hand.max_opening() / 2.0);
    assert!((hand.fingertip_opening(between) - hand.max_opening() / 2.0).abs() < 1e-9);
    // A hand of many independent fingers is not closed by one joint.
    let many: String = ["p", "q", "r", "s"]
        .iter()
        .map(|name| {
            let second = format!("{name}2");
            finger(name, "revolute", "l6", left, TURN)
                + &finger(
                    &second,
                    "revolute",
                    &format!("{name}_l"),
                    ["0 0 0.03", "1 0 0"],
                    TURN,
                )
        })
        .collect();
    let found = loads(&with("", &many));
    assert_eq!((found.arm_joints().len(), gripper(&found)), (6, None));
    warns(&found, &["one by one"]);
}

fn two_arms() -> String {
    let arm = |side: &str| {
        let last = format!("{side}l6");
        chain(side, "torso", 6)
            + &tool(&last)
            + &finger(
                &format!("{side}finger"),
                "prismatic",
                &last,
                ["0 0 0", "0 1 0"],
                SLIDE,
            )
    };
    let lift = joint(
        "lift",
        "prismatic",
        ["base", "torso"],
        ["0 0 1", "0 0 1"],
        "<limit lower=\"0\" upper=\"0.4\" effort=\"90\" velocity=\"0.1\"/>",
    );
    robot(&(link("base") + &link("torso") + &lift + &arm("left_") + &arm("right_")))
}

#[test]
fn of_two_arms_one_must_be_chosen() {
    let error = parse(&two_arms()).unwrap_err().to_string();
    for word in ["`left_l6`", "`right_l6`", "7 joints", "[chain]", "--tip"] {
        assert!(error.contains(word), "{word}: {error}");
    }
    let found = parse_with(&two_arms(), "chain.tip = \"right_l6\"").unwrap();
    assert_eq!(arm_joints(&found)[..2], ["lift", "right_axis1"]);
    assert_eq!(gripper(&found), Some("right_finger"));
    assert_eq!(tool_name(&found), "right_l6_tool0");
    warns(&found, &["left_axis1", "not driven"]);
    let other = "chain.tip = \"right_l6\"\n[gripper]\njoint = \"left_finger\"";
    let error = parse_with(&two_arms(), other).unwrap_err().to_string();
    assert!(error.contains("not beyond `right_l6`"), "{error}");
    let tool = "tool = \"left_l6_tool0\"";
    assert_eq!(
        gripper(&parse_with(&two_arms(), tool).unwrap()),
        Some("left_finger")
    );
    let only = "tool = \"left_l6_tool0\"\n[gripper]\njoint = \"left_finger\"";
    let found = parse_with(&two_arms(), only).unwrap();
    assert_eq!(gripper(&found), Some("left_finger"));
    warns(&found, &["opening_axis", "guessed"]);
}

#[test]
fn a_lift_can_be_left_out_or_held() {
    let found = parse_with(&two_arms(), "[chain]\nbase = \"torso\"\ntip = \"left_l6\"").unwrap();
    assert_eq!(arm_joints(&found)[0], "left_axis1");
    assert_eq!(found.links()[0].name, "torso");
    // The rest of the robot is still there, and stands still.
    assert!(found.links().iter().any(|link| link.name == "right_l6"));
    let base = found.frame_pose("base", &[0.0; 6]).unwrap();
    assert!((base.translation.vector.z + 1.0).abs() < 1e-12, "{base}");
    let held = "[chain]\ntip = \"left_l6\"\nfixed = { lift = 0.3, left_axis1 = 0.5 }";
    let held = parse_with(&two_arms(), held).unwrap();
    assert_eq!(
        arm_joints(&held),
        [
            "left_axis2",
            "left_axis3",
            "left_axis4",
            "left_axis5",
            "left_axis6"
        ]
    );
    let free = parse_with(&two_arms(), "chain.tip = \"left_l6\"").unwrap();
    let joints = [0.2, -0.3, 0.4, 0.1, -0.2];
    let all = [&[0.3, 0.5][..], &joints].concat();
    let apart = held.forward(&joints).inverse() * free.forward(&all);
    assert!(apart.translation.vector.norm() < 1e-12 && apart.rotation.angle() < 1e-9);
    let degrees = "[chain]\ntip = \"left_l6\"\nfixed_deg = { left_axis1 = 28.64788975654116 }";
    let degrees = parse_with(&two_arms(), degrees).unwrap();
    assert_eq!(arm_joints(&degrees)[1], "left_axis2");
    for (toml, word) in [
        ("chain.fixed.lift = 3", "outside"),
        ("chain.fixed.lft = 0.1", "did you mean `lift`?"),
        ("chain.fixed_deg.lift = 3", "slides"),
        ("chain.base = \"tors\"", "did you mean `torso`?"),
        ("chain.tip = \"left_16\"", "did you mean `left_l6`?"),
        (
            "chain.tip = \"left_l6\"\ntool = \"right_l6_tool0\"",
            "other joints",
        ),
        ("chain.tipp = 1", "did you mean `tip`?"),
    ] {
        let error = parse_with(&two_arms(), toml).unwrap_err();
        assert!(error.to_string().contains(word), "{word}: {error}");
        assert!(
            error.line.is_some() && error.file.ends_with("robot.toml"),
            "{error}"
        );
    }
    let long = robot(&(link("base") + &chain("", "base", 9)));
    let error = parse(&long).unwrap_err().to_string();
    for word in [
        "9 movable joints",
        "`base = \"l2\"`",
        "fixed = { axis1 = 0.1 }",
        "--fix",
    ] {
        assert!(error.contains(word), "{word}: {error}");
    }
    let cut = parse_with(&long, "chain.base = \"l2\"").unwrap();
    assert_eq!(cut.arm_joints().len(), 7);
    let short = robot(&(link("base") + &chain("", "base", 3)));
    let error = parse(&short).unwrap_err().to_string();
    assert!(
        error.contains("no arm") && error.contains("has 3"),
        "{error}"
    );
}

#[test]
fn legs_are_no_arms() {
    let legs: String = ["fl_", "fr_", "hl_", "hr_"]
        .iter()
        .map(|leg| chain(leg, "base", 3))
        .collect();
    let error = parse(&robot(&(link("base") + &legs)))
        .unwrap_err()
        .to_string();
    assert!(error.contains("has no arm"), "{error}");
    let with_arm = robot(&(link("base") + &legs + &chain("arm_", "base", 5)));
    assert_eq!(arm_joints(&loads(&with_arm))[0], "arm_axis1");
}

#[test]
fn what_stands_on_wheels_or_floats_stands_still() {
    for kind in ["floating", "planar"] {
        let root = joint("root", kind, ["world", "base"], ["0 0 0", "1 0 0"], "");
        let found = loads(&changed(
            "<link name=\"base\">",
            &format!("<link name=\"world\"/>{root}<link name=\"base\">"),
        ));
        assert_eq!(found.arm_joints().len(), 6);
        warns(&found, &["`root`", "not driven"]);
    }
}

#[test]
fn a_draft_says_what_was_guessed_and_means_the_same() {
    use enact_robot::draft_config::{ImportChoices, draft_robot_toml};
    let knuckles = robot(
        &(link("base")
            + &chain("", "base", 6).replace("axis2", "axis two")
            + &tool("l6")
            + &finger("drive", "revolute", "l6", ["0 0.04 0.02", "1 0 0"], TURN)
            + &finger(
                "outer",
                "revolute",
                "l6",
                ["0 -0.04 0.02", "-1 0 0"],
                &format!("{TURN}<mimic joint=\"drive\"/>"),
            )),
    );
    let chosen = ImportChoices {
        tip: Some("left_l6".to_owned()),
        fixed: [("lift".to_owned(), 0.2)].into(),
        ..ImportChoices::default()
    };
    for (urdf, chosen) in [
        (arm(), ImportChoices::default()),
        (knuckles, ImportChoices::default()),
        (
            robot(&(link("base") + &chain("", "base", 5))),
            ImportChoices::default(),
        ),
        (two_arms(), chosen),
    ] {
        let first = parse_with(&urdf, &chosen.to_toml()).unwrap();
        let text = draft_robot_toml(&first, &chosen, "x.urdf");
        // As it is, it changes nothing; with every guess made a setting, neither.
        let same = |toml: &str| {
            let other = parse_with(&urdf, toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
            assert_eq!(arm_joints(&other), arm_joints(&first));
            assert_eq!(tool_name(&other), tool_name(&first));
            assert_eq!(other.links()[0].name, first.links()[0].name);
            for (a, b) in first.joints().iter().zip(other.joints()) {
                assert_eq!(a.limits, b.limits);
            }
            assert_eq!(gripper(&other), gripper(&first));
            if let (Some(a), Some(b)) = (first.gripper(), other.gripper()) {
                assert!((a.closed - b.closed).abs() < 1e-9 && (a.open - b.open).abs() < 1e-9);
                assert!((a.max_opening() - b.max_opening()).abs() < 1e-9);
                assert!(a.approach_axis.dot(&b.approach_axis) > 0.999_999);
            }
        };
        same(&text);
        let is_key = |line: &str| line.contains(" = ") && !line.starts_with("# -");
        let all: Vec<&str> = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if is_key(line) => rest,
                _ => line,
            })
            .collect();
        assert!(all.iter().any(|line| line.starts_with("joints.")), "{text}");
        same(&all.join("\n"));
        // And each line by itself.
        for line in text.lines().filter(|line| is_key(line)) {
            let Some(rest) = line.strip_prefix("# ") else {
                continue;
            };
            if !rest.starts_with("gripper.closed") && !rest.starts_with("gripper.open") {
                let with_joint =
                    match rest.starts_with("gripper.") && !rest.starts_with("gripper.joint") {
                        true => format!("gripper.joint = \"{}\"\n", gripper(&first).unwrap()),
                        false => String::new(),
                    };
                same(&format!("{}{with_joint}{rest}\n", chosen.to_toml()));
            }
        }
    }
}

#[test]
fn an_arm_without_a_gripper_has_a_tool_to_point_with() {
    let bare = loads(&robot(
        &(link("base") + &chain("", "base", 6) + &tool("l6")),
    ));
    let pointer = bare.gripper_or_bare_tool();
    assert_eq!(
        (pointer.max_opening(), pointer.joint),
        (0.0, bare.joints().len())
    );
    assert!(pointer.approach_axis.z > 0.99, "{pointer:?}");
    let sideways = robot(&(link("base") + &chain("", "base", 6) + &tool("l6"))).replace(
        "<origin xyz=\"0 0 0.1\" rpy=\"0 0 0\"/><axis xyz=\"1 0 0\"/>",
        "<origin xyz=\"0 0 0.1\" rpy=\"0 -1.5707963 0\"/><axis xyz=\"1 0 0\"/>",
    );
    // `ee_link` of some makers looks along x.
    assert!(loads(&sideways).gripper_or_bare_tool().approach_axis.x > 0.99);
}

#[test]
fn fingers_close_gently_unless_they_are_told_otherwise() {
    let force = |robot: &Robot| robot.joints().last().unwrap().limits.effort;
    let strong = changed(
        "effort=\"9\" velocity=\"0.1\"",
        "effort=\"100\" velocity=\"0.1\"",
    );
    assert_eq!(force(&loads(&arm())), 9.0);
    assert_eq!(force(&loads(&strong)), 15.0);
    let told = "[joints]\nslide = { effort = 40 }\n";
    assert_eq!(force(&parse_with(&strong, told).unwrap()), 40.0);
}
