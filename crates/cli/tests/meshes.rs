//! Arms whose shapes are meshes: guarded where the files are there, refused where not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use enact_testkit::{PUT_CUBE_PLAN, repository_root};

/// Runs the program with a cache of its own.
fn enact(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(arguments)
        .current_dir(repository_root())
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env_remove("ROS_PACKAGE_PATH")
        .env_remove("AMENT_PREFIX_PATH")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A box around the origin as ASCII STL.
fn stl([x, y, z]: [f64; 3]) -> String {
    let corner = |bits: usize| {
        let sign = |axis: usize| if bits >> axis & 1 == 1 { 0.5 } else { -0.5 };
        format!("vertex {} {} {}\n", x * sign(0), y * sign(1), z * sign(2))
    };
    let quads = [
        [0, 2, 3, 1],
        [4, 5, 7, 6],
        [0, 1, 5, 4],
        [2, 6, 7, 3],
        [0, 4, 6, 2],
        [1, 3, 7, 5],
    ];
    let mut text = "solid box\n".to_owned();
    for face in quads.iter().flat_map(|[a, b, c, d]| [[a, b, c], [a, c, d]]) {
        let corners: String = face.iter().map(|bits| corner(**bits)).collect();
        text += &format!("facet normal 0 0 0\nouter loop\n{corners}endloop\nendfacet\n");
    }
    text + "endsolid\n"
}

/// The SO-101 in a folder `arm`, each box of it a mesh of the package `boxes` in `elsewhere`.
fn meshed(folder: &Path) -> PathBuf {
    let own = repository_root().join("robots/so101");
    let urdf = fs::read_to_string(own.join("robot.urdf")).unwrap();
    let (arm, meshes) = (folder.join("arm"), folder.join("elsewhere/meshes"));
    fs::create_dir_all(&arm).unwrap();
    fs::create_dir_all(&meshes).unwrap();
    let mut parts = urdf.split("<box size=\"");
    let mut written = parts.next().unwrap().to_owned();
    for (index, part) in parts.enumerate() {
        let (size, rest) = part.split_once("\"/>").unwrap();
        let size: Vec<f64> = size.split(' ').map(|it| it.parse().unwrap()).collect();
        let name = format!("box-{index}.STL");
        fs::write(meshes.join(&name), stl([size[0], size[1], size[2]])).unwrap();
        written += &format!("<mesh filename=\"package://boxes/meshes/{name}\"/>{rest}");
    }
    fs::write(arm.join("robot.urdf"), written).unwrap();
    fs::copy(own.join("robot.toml"), arm.join("robot.toml")).unwrap();
    arm
}

#[test]
fn an_arm_of_meshes_does_what_the_same_arm_of_boxes_does() {
    let folder = tempfile::tempdir().unwrap();
    let arm = meshed(folder.path());
    let plan = folder.path().join("plan.json");
    fs::write(&plan, PUT_CUBE_PLAN).unwrap();
    let package = format!("boxes={}", folder.path().join("elsewhere").display());
    let record = folder.path().join("run.mcap");
    let run = enact(
        folder.path(),
        &[
            "run",
            "put the red cube in the blue bowl",
            "--robot",
            arm.to_str().unwrap(),
            "--package",
            &package,
            "--perception",
            "ground-truth",
            "--plan",
            plan.to_str().unwrap(),
            "--record",
            record.to_str().unwrap(),
        ],
    );
    assert_eq!(status(&run), 0, "{}", text(&run.stderr));
    // What was made of the meshes is kept in the recording, which needs no files.
    fs::remove_dir_all(folder.path().join("elsewhere")).unwrap();
    let record = record.to_str().unwrap();
    for arguments in [&["replay", record, "--verify"][..], &["replay", record]] {
        let again = enact(folder.path(), arguments);
        assert_eq!(status(&again), 0, "{}", text(&again.stderr));
    }
}

#[test]
fn without_its_meshes_an_arm_is_shown_but_not_moved() {
    let folder = tempfile::tempdir().unwrap();
    let arm = meshed(folder.path());
    let urdf = arm.join("robot.urdf");
    let plan = folder.path().join("plan.json");
    fs::write(&plan, PUT_CUBE_PLAN).unwrap();
    let picture = folder.path().join("picture.png");
    let [arm, urdf, plan, picture] =
        [&arm, &urdf, &plan, &picture].map(|path| path.to_str().unwrap());
    let moving: &[&[&str]] = &[
        &["check", arm],
        &["check", urdf],
        &["render", "tabletop", "--robot", urdf, "--out", picture],
        &[
            "run",
            "put the red cube in the blue bowl",
            "--robot",
            arm,
            "--perception",
            "ground-truth",
            "--plan",
            plan,
            "--no-record",
        ],
        &["chat", "--robot", arm, "--no-record"],
        &[
            "arm",
            "jog",
            "shoulder_pan",
            "1",
            "--robot",
            arm,
            "--port",
            "/dev/null",
        ],
    ];
    for arguments in moving {
        let refused = enact(folder.path(), arguments);
        assert_eq!(
            status(&refused),
            2,
            "{arguments:?}: {}",
            text(&refused.stderr)
        );
        let said = text(&refused.stdout) + &text(&refused.stderr);
        for part in [
            "`shoulder_link`",
            "package://boxes/meshes/box-",
            "ROS_PACKAGE_PATH",
            "--package boxes=PATH",
            "--allow-unguarded-links",
        ] {
            assert!(said.contains(part), "{arguments:?}: no {part} in {said}");
        }
    }
    assert!(!Path::new(picture).exists());
    let shown = enact(folder.path(), &["robot", "show", arm]);
    assert_eq!(status(&shown), 0);
    assert!(
        text(&shown.stderr).contains("shoulder_link"),
        "{}",
        text(&shown.stderr)
    );
    let asked = enact(folder.path(), &["robot", "fk", arm]);
    assert_eq!(status(&asked), 0);
    assert!(text(&asked.stderr).contains("shoulder_link"));
}

#[test]
fn whoever_wants_to_goes_on_without_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let arm = meshed(folder.path());
    let arm = arm.to_str().unwrap();
    let checked = enact(folder.path(), &["check", arm, "--allow-unguarded-links"]);
    assert_eq!(status(&checked), 0);
    let said = text(&checked.stderr);
    assert!(
        said.contains("`shoulder_link`") && said.contains("`wrist_link`"),
        "{said}"
    );
    // Nobody is told of anything where the meshes are there.
    let package = format!("boxes={}", folder.path().join("elsewhere").display());
    let checked = enact(folder.path(), &["check", "--package", &package, arm]);
    assert_eq!(status(&checked), 0, "{}", text(&checked.stdout));
    assert_eq!(text(&checked.stderr), "");
    let wrong = enact(folder.path(), &["check", "--package", "boxes", arm]);
    assert_eq!(status(&wrong), 2);
}

#[test]
fn a_picture_shows_an_arm_of_meshes_where_the_arm_of_boxes_is() {
    let folder = tempfile::tempdir().unwrap();
    let arm = meshed(folder.path());
    let package = format!("boxes={}", folder.path().join("elsewhere").display());
    let depth = |robot: &str, name: &str| {
        let (picture, depth) = (folder.path().join("it.png"), folder.path().join(name));
        let rendered = enact(
            folder.path(),
            &[
                "render",
                "tabletop",
                "--robot",
                robot,
                "--package",
                &package,
                "--out",
                picture.to_str().unwrap(),
                "--depth",
                depth.to_str().unwrap(),
            ],
        );
        assert_eq!(status(&rendered), 0, "{}", text(&rendered.stderr));
        fs::read(depth).unwrap()
    };
    let of_boxes = depth("so101", "boxes.png");
    let of_meshes = depth(arm.to_str().unwrap(), "meshes.png");
    let [a, b] =
        [of_boxes, of_meshes].map(|png| image::load_from_memory(&png).unwrap().to_luma16());
    let far = a
        .pixels()
        .zip(b.pixels())
        .filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > 3);
    assert!(far.count() < a.pixels().len() / 200);
}
