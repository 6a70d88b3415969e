//! `enact camera locate`, `enact camera verify`: a camera whose place and lens are known is found again.

mod program;

use std::fs;
use std::path::{Path, PathBuf};

use enact_robot::{IkTarget, Robot};
use enact_testkit::repository_root;
use enact_types::{Point3, Pose, Vector3};
use nalgebra::{Quaternion, Translation3, UnitQuaternion};
use program::*;
use serde_json::{Value, json};

const SHEET: &str = "tags:5x3:0.036:0.052";

/// An empty table before a camera that distorts.
const SCENE: &str = "\
[table]
center = [0.2, 0.0]
size = [1.2, 1.4]
[camera]
eye = [0.56, 0.12, 0.40]
target = [0.15, 0.0, 0.0]
vertical_fov_deg = 42
width = 640
height = 480
distortion = { brown_conrady = [-0.28, 0.09, 0.0005, -0.0008, 0.0] }
[area]
center = [0.039, 0.0]
radius = [0.16, 0.255]
angle_deg = [-62, 62]
gap = 0.03
";

/// A folder with the scene, pictures of the sheet, and a launch file; and the camera's true pose.
struct Bench {
    folder: tempfile::TempDir,
    truth: Pose,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("scene.toml"), SCENE).unwrap();
        fs::write(
            at("launch.toml"),
            format!(
                "robot = \"so101\"\nscene = {:?}\nmodel = \"models/tabletop\"\nturns = 3\n",
                at("scene.toml")
            ),
        )
        .unwrap();
        fs::create_dir(at("pictures")).unwrap();
        let mut facts = Value::Null;
        for seed in ["1", "2", "3"] {
            let picture = at("pictures").join(format!("{seed}.png"));
            let output = run(&[
                "render",
                at("scene.toml").to_str().unwrap(),
                "--seed",
                seed,
                "--out",
                picture.to_str().unwrap(),
                "--sheet",
                SHEET,
                "--json",
            ]);
            assert_eq!(status(&output), 0, "{}", stderr(&output));
            facts = object(&output);
        }
        let camera = &facts["intrinsics"];
        let number = |key: &str| camera[key].as_f64().unwrap();
        // Pixel centers of frames are at half-integers, those of lenses at integers.
        let lens = format!(
            "[lens]\ndate = \"2026-12-01\"\nmodel = \"brown-conrady\"\nwidth = 640\nheight = 480\nfx = {}\nfy = {}\ncx = {}\ncy = {}\n\
             distortion = {}\nboard = \"none\"\nviews = 12\nrms_px = 0.1\n",
            number("fx"),
            number("fy"),
            number("cx") - 0.5,
            number("cy") - 0.5,
            camera["distortion"]["brown_conrady"]
        );
        fs::write(at("eye.camera.toml"), lens).unwrap();
        let truth = pose(&facts["base_from_camera"]);
        Self { folder, truth }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn camera(&self, command: &str, more: &[&str]) -> std::process::Output {
        let (launch, file) = (self.at("launch.toml"), self.at("eye.camera.toml"));
        let usual = [
            "camera",
            command,
            "eye",
            "--launch",
            launch.to_str().unwrap(),
            "--file",
            file.to_str().unwrap(),
            "--board",
            SHEET,
            "--json",
        ];
        run(&[&usual, more].concat())
    }

    fn locate(&self, more: &[&str]) -> std::process::Output {
        let pictures = self.at("pictures");
        let images = ["--images", pictures.to_str().unwrap()];
        self.camera("locate", &[&images, more].concat())
    }

    /// Checks that what was found is within a millimeter and a fifth of a degree.
    fn is_found(&self, facts: &Value) {
        let error = self.truth.inverse() * pose(&facts["place"]);
        assert!(
            error.translation.vector.norm() < 1e-3,
            "{error} off: {facts}"
        );
        assert!(
            error.rotation.angle().to_degrees() < 0.2,
            "{error} off: {facts}"
        );
    }
}

fn pose(value: &Value) -> Pose {
    let list = |key: &str| -> Vec<f64> {
        let values = value[key].as_array().unwrap().iter();
        values.map(|v| v.as_f64().unwrap()).collect()
    };
    let (at, q) = (list("position"), list("quaternion_xyzw"));
    Pose::from_parts(
        Translation3::new(at[0], at[1], at[2]),
        UnitQuaternion::from_quaternion(Quaternion::new(q[3], q[0], q[1], q[2])),
    )
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_sheet_against_the_base_tells_where_the_camera_stands() {
    let bench = Bench::new();
    let output = bench.locate(&["--by", "sheet"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    bench.is_found(&object(&output));
    let file = text(&bench.at("eye.camera.toml"));
    assert!(
        file.contains("[place]") && file.contains("frame = \"base_link\""),
        "{file}"
    );
    // A launch file that names it is checked with it.
    let launch = format!(
        "{}[camera]\nsource = \"folder\"\npath = \"pictures\"\ncalibration = \"eye.camera.toml\"\n",
        text(&bench.at("launch.toml"))
    );
    let path = bench.at("real.toml");
    fs::write(&path, launch).unwrap();
    let check = || run(&["check", path.to_str().unwrap()]);
    let output = check();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(!stderr(&output).contains("warning"), "{}", stderr(&output));
    // Another lens is said.
    let other = file.replace("cx = ", "cx = 1");
    fs::write(bench.at("eye.camera.toml"), other).unwrap();
    let output = check();
    assert!(
        stderr(&output).contains("its lens was measured again"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn touched_marks_tell_where_the_camera_stands() {
    let bench = Bench::new();
    let robot = Robot::load_by_name("so101", &repository_root().join("robots")).unwrap();
    let gripper = robot.gripper().unwrap();
    let names: Vec<&str> = robot.joints().iter().map(|j| j.name.as_str()).collect();
    // From the front of the base, marks lie in two rows of four, 52 mm apart.
    let mut lines = String::new();
    for (index, (row, column)) in (0..2).flat_map(|r| (0..4).map(move |c| (r, c))).enumerate() {
        let mark = Point3::new(
            robot.base_front_x() + 0.052 * f64::from(row + 1),
            0.052 * (f64::from(column) - 1.5),
            0.0,
        );
        // The hand leans outward, and touches each mark twice, in two postures; what is farther away
        // than it reaches so is left out.
        let postures = [0.3, 0.6, 0.9, 0.0].iter().filter_map(|lean: &f64| {
            let heading = mark.y.atan2(mark.x);
            let approach = Vector3::new(
                lean.sin() * heading.cos(),
                lean.sin() * heading.sin(),
                -lean.cos(),
            );
            touching(&robot, &mark, approach, gripper)
        });
        for joints in postures.take(2) {
            let joints: serde_json::Map<String, Value> = names
                .iter()
                .enumerate()
                .map(|(i, name)| {
                    let at = joints.get(i).copied().unwrap_or(gripper.closed);
                    ((*name).to_owned(), json!(at.to_degrees()))
                })
                .collect();
            lines += &format!("{}\n", json!({"mark": index + 1, "joints_deg": joints}));
        }
    }
    assert!(lines.lines().count() >= 6, "{lines}");
    let poses = bench.at("poses.jsonl");
    fs::write(&poses, &lines).unwrap();
    let exact = ["--joint-error-deg", "0.01", "--joint-offset-deg", "0.05"];
    let touch = ["--by", "touch", "--poses", poses.to_str().unwrap()];
    let output = bench.locate(&[&touch[..], &exact].concat());
    assert_eq!(status(&output), 0, "{output:?}");
    bench.is_found(&object(&output));
    // A wrong number is no mark, and another mark contradicts.
    fs::write(&poses, lines.replace("\"mark\":1,", "\"mark\":9,")).unwrap();
    let output = bench.locate(&[&touch[..], &exact].concat());
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("there is no mark 9"),
        "{}",
        stderr(&output)
    );
    fs::write(&poses, lines.replace("\"mark\":2,", "\"mark\":3,")).unwrap();
    let output = bench.locate(&[&touch[..], &exact].concat());
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert!(object(&output)["refused"].is_string());
}

/// Returns joints whose fingertip is at a place of the table.
fn touching(
    robot: &Robot,
    mark: &Point3,
    approach: Vector3,
    gripper: &enact_robot::Gripper,
) -> Option<Vec<f64>> {
    let tip = gripper.tool_from_grasp.coords
        + gripper.approach_axis.into_inner() * gripper.fingertip_reach;
    let mut joints = robot.home().to_vec();
    // The tool's frame turns with the joints: its origin is corrected until the tip is there.
    let mut position = mark - approach * tip.norm();
    for _ in 0..40 {
        let target = IkTarget::Approach {
            position,
            approach: nalgebra::Unit::new_normalize(approach),
            opening: None,
        };
        joints = robot.inverse(&target, &joints).ok()?.joints;
        let at = robot.forward(&joints) * Point3::from(tip);
        position += mark - at;
    }
    let at = robot.forward(&joints) * Point3::from(tip);
    ((at - mark).norm() < 3e-4).then_some(joints)
}

#[test]
fn a_camera_that_was_moved_is_noticed() {
    let bench = Bench::new();
    let output = bench.locate(&["--by", "sheet"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let verify = || bench.camera("verify", &["--sheet", SHEET]);
    let output = verify();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let facts = object(&output);
    assert!(facts["worst_mm"].as_f64().unwrap() < 1.0, "{facts}");
    // The file is as before, the camera 2 cm to the side.
    let moved = SCENE
        .replace("eye = [0.56, 0.12", "eye = [0.56, 0.14")
        .replace("target = [0.15, 0.0", "target = [0.15, 0.02");
    fs::write(bench.at("scene.toml"), moved).unwrap();
    let output = verify();
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert_eq!(object(&output)["good"], false);
}

#[test]
fn what_is_missing_is_said() {
    let bench = Bench::new();
    let file = bench.at("eye.camera.toml");
    let output = bench.camera("verify", &["--sheet", SHEET]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("not known where the camera stands"),
        "{}",
        stderr(&output)
    );
    fs::write(&file, text(&file).replace("width = 640", "width = 1280")).unwrap();
    let output = bench.locate(&["--by", "sheet"]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("1280 x 480"),
        "{}",
        stderr(&output)
    );
    fs::remove_file(&file).unwrap();
    let output = bench.locate(&["--by", "sheet"]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("`enact camera calibrate eye` measures it"),
        "{}",
        stderr(&output)
    );
}
