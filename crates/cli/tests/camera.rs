//! `enact camera`: boards to print, and lenses.

mod program;

use std::fs;

use program::*;

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
