//! `enact camera`: boards to print, and lenses.

mod program;
#[path = "../../camera/tests/server/mod.rs"]
mod server;

use std::fs;
use std::io::Cursor;
use std::thread;
use std::time::Duration;

use image::{ImageFormat, Rgb, RgbImage};
use program::*;
use server::Server;

const BOARD: &str = "charuco:7x5:0.03:0.022:DICT_4X4_50";

#[test]
fn a_board_is_drawn_at_true_scale() {
    let folder = tempfile::tempdir().unwrap();
    let draw = |name: &str| {
        let path = folder.path().join(name);
        let output = run(&[
            "camera",
            "board",
            "--board",
            BOARD,
            "--dpi",
            "127",
            "--out",
            path.to_str().unwrap(),
        ]);
        (path, output)
    };
    // 7 squares of 30 mm by 5, 10 mm of margin, 24 mm for ruler and words.
    let (svg, output) = draw("board.svg");
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(
        fs::read_to_string(svg)
            .unwrap()
            .contains("width=\"230.000mm\" height=\"194.000mm\"")
    );
    let (pdf, _) = draw("board.pdf");
    let pdf = fs::read_to_string(pdf).unwrap();
    assert!(
        pdf.starts_with("%PDF-1.4") && pdf.contains("/MediaBox [0 0 651.9685 549.9213]"),
        "{}",
        &pdf[..400]
    );
    // 5 pixels a millimeter.
    let (png, _) = draw("board.png");
    let picture = image::open(png).unwrap();
    assert_eq!((picture.width(), picture.height()), (1150, 970));
    let (_, output) = draw("board.bmp");
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains(".pdf, .svg or .png"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn one_picture_is_no_calibration_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = folder.path().to_str().unwrap();
    let png = folder.path().join("board.png");
    run(&[
        "camera",
        "board",
        "--board",
        BOARD,
        "--dpi",
        "80",
        "--out",
        png.to_str().unwrap(),
    ]);
    fs::write(folder.path().join("words.txt"), "no picture").unwrap();
    let output = run(&[
        "camera",
        "calibrate",
        "--images",
        pictures,
        "--board",
        BOARD,
        "--json",
    ]);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    let facts = object(&output);
    assert_eq!(
        (&facts["views"], &facts["views_used"]),
        (&2.into(), &1.into())
    );
    assert_eq!(facts["pictures"][0]["corners"], 24);
    assert!(
        facts["pictures"][1]["reason"]
            .as_str()
            .unwrap()
            .contains("cannot be read")
    );
    assert!(facts["fx"].is_null() && facts["std"].is_null());
    let reason = facts["refused"][0].as_str().unwrap();
    assert!(
        reason.contains("found in 1 pictures, at least 3"),
        "{reason}"
    );
}

#[test]
fn words_for_no_board_and_folders_without_pictures_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_str().unwrap();
    let output = run(&[
        "camera",
        "calibrate",
        "--images",
        empty,
        "--board",
        "circles:4x5:0.02",
    ]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("`circles` is no board"),
        "{}",
        stderr(&output)
    );
    let output = run(&["camera", "calibrate", "--images", empty, "--board", BOARD]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("holds no pictures"),
        "{}",
        stderr(&output)
    );
}

/// Streams a chessboard, a little brighter from picture to picture, with the picture's number in the
/// corner.
fn streaming() -> Server {
    Server::start(|connection| {
        connection.begin();
        for number in 0_u32.. {
            let board = RgbImage::from_fn(64, 48, |x, y| {
                let is_white = (x / 8 + y / 8) % 2 == 0;
                Rgb([if is_white {
                    200
                } else {
                    60 + (number % 9) as u8
                }; 3])
            });
            let mut bytes = Cursor::new(Vec::new());
            board.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
            if !connection.part(bytes.get_ref(), "") {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    })
}

#[test]
fn what_a_stream_shows_is_measured_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("view.png");
    let server = streaming();
    let url = format!("{}/stream", server.address);
    let show = ["camera", "show", &url, "--seconds", "0.5"];
    let output = run(&[&show[..], &["--json", "--out", picture.to_str().unwrap()]].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let facts = &objects(&output)[0];
    assert_eq!(
        (facts["width"].as_u64(), facts["height"].as_u64()),
        (Some(64), Some(48))
    );
    assert_eq!(facts["exposure"], "good");
    assert!(facts["sharpness"].as_f64().unwrap() > 100.0, "{facts}");
    assert!(facts["counts"]["pictures"].as_u64().unwrap() > 1, "{facts}");
    assert_eq!(facts["counts"]["damaged"], 0);
    assert_eq!(
        image::open(&picture).unwrap().into_rgb8().dimensions(),
        (64, 48)
    );
    let output = run(&show);
    let said = stdout(&output);
    assert!(
        said.contains("64 x 48 pixels") && said.contains("age unknown"),
        "{said}"
    );
}

#[test]
fn a_camera_of_a_launch_file_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("view.png");
    let launch = folder.path().join("two.toml");
    fs::write(
        &launch,
        "robot = \"so101\"\nscene = \"tabletop\"\nmodel = \"models/tabletop\"\nturns = 3\n[[camera]]\nsource = \"sim\"\n[[camera]]\n\
         name = \"wrist\"\nsource = \"sim\"\nmount = \"gripper_link\"\neye = [0.0, 0.06, 0.0]\n\
         target = [0.0, 0.0, -0.1]\nvertical_fov_deg = 70\nwidth = 160\nheight = 120",
    )
    .unwrap();
    let launch = launch.to_str().unwrap();
    let show = |name: &str, more: &[&str]| {
        let fixed = ["camera", "show", name, "--launch", launch, "--seconds", "0"];
        run(&[&fixed[..], more].concat())
    };
    let output = show("wrist", &["--out", picture.to_str().unwrap(), "--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(objects(&output)[0]["width"], 160);
    assert_eq!(
        image::open(&picture).unwrap().into_rgb8().dimensions(),
        (160, 120)
    );
    let output = show("main", &["--json"]);
    assert_eq!(objects(&output)[0]["width"], 320);
    let output = show("front", &[]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("no camera `front`; it has main, wrist"));
}

#[test]
fn a_camera_that_is_not_there_is_one_clear_error() {
    let cases = [
        ("http://127.0.0.1:1/stream", "efused"),
        ("rtsp://127.0.0.1/1", "ffmpeg"),
        ("/dev/video-of-nobody", "enact camera list"),
    ];
    for (camera, expected) in cases {
        let output = run(&["camera", "show", camera]);
        assert_eq!(status(&output), 2, "{camera}");
        let said = stderr(&output);
        assert!(said.contains(expected), "{said}");
        assert_eq!(stdout(&output), "");
    }
}
