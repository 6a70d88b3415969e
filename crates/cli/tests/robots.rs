//! Robots from elsewhere: `enact robot import`, arms without a gripper.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use enact_testkit::repository_root;

/// Runs the program with a home of its own, which has scenes but no robots.
fn enact(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(arguments)
        .env("ENACT_HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("robots")).unwrap();
    for folder in ["scenes", "launch"] {
        fs::create_dir(home.path().join(folder)).unwrap();
        for entry in fs::read_dir(repository_root().join(folder))
            .unwrap()
            .flatten()
        {
            fs::copy(
                entry.path(),
                home.path().join(folder).join(entry.file_name()),
            )
            .unwrap();
        }
    }
    home
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(both).unwrap()
}

/// The UR5e that ships, as a URDF of somebody else's, without its gripper.
fn bare_arm() -> String {
    let urdf = fs::read_to_string(repository_root().join("robots/ur5e/robot.urdf")).unwrap();
    let mut text = urdf.clone();
    for joint in ["gripper", "gripper_mimic"] {
        let start = text.find(&format!("<joint name=\"{joint}\"")).unwrap();
        let end = start + text[start..].find(">").unwrap();
        let fixed = text[start..end].replace("prismatic", "fixed");
        text.replace_range(start..end, &fixed);
        // A fixed joint mimics nothing.
        let inside = start + text[start..].find("</joint>").unwrap();
        if let Some(mimic) = text[start..inside].find("<mimic") {
            let from = start + mimic;
            let to = from + text[from..].find("/>").unwrap() + 2;
            text.replace_range(from..to, "");
        }
    }
    text
}

#[test]
fn a_urdf_becomes_a_robot_that_is_never_written_over_unasked() {
    let home = home();
    let urdf = home.path().join("My Arm.urdf");
    fs::copy(repository_root().join("robots/panda/robot.urdf"), &urdf).unwrap();
    let import = |more: &[&str]| {
        let arguments = [&["robot", "import", "My Arm.urdf"], more].concat();
        enact(home.path(), &arguments)
    };
    let first = import(&[]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first));
    for word in ["panda_joint7", "`panda_finger_joint1`", "ok: ", "my_arm"] {
        assert!(text(&first).contains(word), "{word}: {}", text(&first));
    }
    let toml = home.path().join("robots/my_arm/robot.toml");
    let draft = fs::read_to_string(&toml).unwrap();
    for line in [
        "# chain.base = \"panda_link0\"",
        "# tool = \"hand_tcp\"",
        "# gripper.joint = \"panda_finger_joint1\"",
        "# joints.panda_joint1 = { home = ",
        "# workspace.origin = [",
    ] {
        assert!(draft.contains(line), "{line}\n{draft}");
    }
    fs::write(&toml, "# mine\n").unwrap();
    let again = import(&[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again).contains("--force"), "{}", text(&again));
    assert_eq!(fs::read_to_string(&toml).unwrap(), "# mine\n");
    assert_eq!(
        import(&["--name", "other", "--fix", "panda_joint3=0.1"])
            .status
            .code(),
        Some(0)
    );
    let other = fs::read_to_string(home.path().join("robots/other/robot.toml")).unwrap();
    assert!(
        other.contains("\nchain.fixed.panda_joint3 = 0.1\n"),
        "{other}"
    );
    let forced = import(&["--force"]);
    assert_eq!(forced.status.code(), Some(0), "{}", text(&forced));
    assert_eq!(fs::read_to_string(&toml).unwrap(), draft);
    for (more, word) in [
        (&["--name", "../x"][..], "no name for a folder"),
        (&["--name", "x", "--tip", "nowhere"], "no link `nowhere`"),
        (
            &["--name", "x", "--gripper", "panda_joint2"],
            "taken for the hand",
        ),
    ] {
        let refused = import(more);
        assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
        assert!(text(&refused).contains(word), "{word}: {}", text(&refused));
        assert!(!home.path().join("robots/x").exists());
    }
}

#[test]
fn an_imported_robot_still_finds_its_meshes() {
    let home = home();
    let package = home.path().join("src/bench_description");
    fs::create_dir_all(package.join("urdf")).unwrap();
    fs::create_dir_all(package.join("meshes")).unwrap();
    let tetrahedron = "solid t\n".to_owned()
        + &[
            "0 0 0 0.1 0 0 0 0.1 0",
            "0 0 0 0 0.1 0 0 0 0.1",
            "0 0 0 0 0 0.1 0.1 0 0",
            "0.1 0 0 0 0 0.1 0 0.1 0",
        ]
        .map(|corners| {
            let numbers: Vec<&str> = corners.split(' ').collect();
            let corner = |at: usize| format!("vertex {}\n", numbers[3 * at..3 * at + 3].join(" "));
            format!(
                "facet normal 0 0 0\nouter loop\n{}{}{}endloop\nendfacet\n",
                corner(0),
                corner(1),
                corner(2)
            )
        })
        .concat()
        + "endsolid t\n";
    for name in ["a.stl", "b.stl"] {
        fs::write(package.join("meshes").join(name), &tetrahedron).unwrap();
    }
    let urdf = fs::read_to_string(repository_root().join("robots/panda/robot.urdf")).unwrap();
    let shape = urdf.find("<collision>").unwrap();
    let meshes = "<collision><geometry><mesh filename=\"package://bench_description/meshes/a.stl\"/></geometry></collision>\
                  <collision><geometry><mesh filename=\"../meshes/b.stl\"/></geometry></collision>";
    let urdf = urdf[..shape].to_owned() + meshes + &urdf[shape..];
    let path = package.join("urdf/bench.urdf");
    fs::write(&path, urdf).unwrap();
    let output = enact(home.path(), &["robot", "import", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let checked = enact(home.path(), &["check", "robots/bench"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));
    let toml = fs::read_to_string(home.path().join("robots/bench/robot.toml")).unwrap();
    assert!(toml.contains("\npackages.bench_description = "), "{toml}");
}

#[test]
fn an_arm_without_a_gripper_points_and_says_why_it_does_not_pick() {
    let home = home();
    let path = home.path().join("bare.urdf");
    fs::write(&path, bare_arm()).unwrap();
    let imported = enact(home.path(), &["robot", "import", "bare.urdf"]);
    assert_eq!(imported.status.code(), Some(0), "{}", text(&imported));
    // At home the arm is out of the camera's way, as the robot that ships.
    let shipped = fs::read_to_string(repository_root().join("robots/ur5e/robot.toml")).unwrap();
    let start = shipped.find("[joints]").unwrap();
    let end = start + shipped[start..].find("[gripper]").unwrap();
    let joints: Vec<&str> = shipped[start..end]
        .lines()
        .filter(|line| !line.starts_with("gripper"))
        .collect();
    let toml = format!("tool = \"tool0\"\n{}\n", joints.join("\n"));
    fs::write(home.path().join("robots/bare/robot.toml"), toml).unwrap();
    let plan = |steps: &str| {
        let path = home.path().join("plan.json");
        fs::write(
            &path,
            format!("{{\"steps\": [{steps}, {{\"skill\": \"done\"}}]}}"),
        )
        .unwrap();
        enact(
            home.path(),
            &[
                "run",
                "point at the red cube",
                "--plan",
                "plan.json",
                "--perception",
                "ground-truth",
                "--robot",
                "bare",
                "--no-record",
                "--seed",
                "3",
            ],
        )
    };
    let pointed = plan("{\"skill\": \"point\", \"object\": \"red cube\"}");
    assert_eq!(pointed.status.code(), Some(0), "{}", text(&pointed));
    let picked = plan("{\"skill\": \"pick\", \"object\": \"red cube\"}");
    assert_eq!(picked.status.code(), Some(1), "{}", text(&picked));
    assert!(
        text(&picked).contains("the arm has no gripper"),
        "{}",
        text(&picked)
    );
}
