//! The pictures of the photograph scorer's test, which are rendered, not taken.

use std::fs;
use std::path::PathBuf;

use enact_eval::photos::{self, PhotoReport};
use enact_plan::Detection;
use enact_sim::Simulator;
use enact_sim::geometry::FIRST_OBJECT_SEGMENT_ID;
use enact_sim::render::{Appearance, objects_in_view};
use enact_testkit::{load_shipped_robot, load_shipped_scene, repository_root};
use enact_types::NormalizedPoint;
use image::codecs::jpeg::JpegEncoder;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Seeds of the pictures, with their set-ups.
const PICTURES: [(u64, &str); 4] = [
    (31, "plain"),
    (32, "plain"),
    (33, "other light"),
    (34, "other light"),
];
const QUALITY: u8 = 90;

fn folder() -> PathBuf {
    repository_root().join("crates/cli/tests/photos")
}

#[test]
fn whoever_sees_what_is_labeled_finds_everything() {
    let pictures = photos::load(&folder().join("labels.json")).unwrap();
    let seen = pictures.iter().map(|picture| {
        let detections = picture.objects.iter().map(|thing| {
            let [top, left, bottom, right] = thing.bounds;
            let middle = NormalizedPoint {
                y: ((top + bottom) / 2.0) as u16,
                x: ((left + right) / 2.0) as u16,
            };
            Detection::at_point(middle, format!("{} {}", thing.color, thing.shape))
        });
        (picture, detections.collect::<Vec<_>>())
    });
    let seen: Vec<_> = seen.collect();
    let report = PhotoReport::new(seen.iter().map(|(picture, all)| (*picture, all.as_slice())));
    let all = &report.all;
    for share in [
        &all.found,
        &all.colour,
        &all.colour_and_shape,
        &all.on_a_thing,
    ] {
        assert_eq!((share.successes, share.of), (all.things, all.things));
    }
    assert_eq!((all.pictures, report.by_setup.len()), (4, 2));
}

/// `cargo test -p enact-eval --test photos -- --ignored` renders the pictures and labels them by what
/// the simulator knows.
#[test]
#[ignore = "it writes files of the repository"]
fn render() {
    fs::create_dir_all(folder()).unwrap();
    let robot = load_shipped_robot("so101");
    let mut labels: Vec<Value> = Vec::new();
    for (seed, setup) in PICTURES {
        let layout = load_shipped_scene("mixed")
            .placed_for_robot(&robot)
            .unwrap()
            .sample_layout(seed);
        let simulator = Simulator::new(&robot, &layout, false);
        let look = match setup {
            "plain" => Appearance::default(),
            _ => Appearance::random(&mut ChaCha8Rng::seed_from_u64(seed)),
        };
        let picture = simulator.camera(look, seed).capture_ground_truth();
        let (width, height) = picture.rgb.dimensions();
        let thousandths = |pixel: u32, size: u32| (1000 * pixel + size / 2) / size;
        let objects = objects_in_view(&picture.segmentation)
            .into_iter()
            .map(|seen| {
                let item = &layout.objects[usize::from(seen.id - FIRST_OBJECT_SEGMENT_ID)];
                let [left, top, right, bottom] = seen.bounds;
                json!({
                    "color": item.color.to_string(),
                    "shape": item.shape.to_string(),
                    "box": [
                        thousandths(top, height), thousandths(left, width),
                        thousandths(bottom, height), thousandths(right, width),
                    ],
                })
            });
        let file = format!("{seed}.jpg");
        labels.push(json!({"file": &file, "setup": setup, "objects": objects.collect::<Vec<_>>()}));
        let written = fs::File::create(folder().join(file)).unwrap();
        let encoder = JpegEncoder::new_with_quality(written, QUALITY);
        picture.rgb.write_with_encoder(encoder).unwrap();
    }
    let lines: Vec<String> = labels.iter().map(Value::to_string).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    fs::write(folder().join("labels.json"), text).unwrap();
}
