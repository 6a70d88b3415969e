use enact_types::NormalizedPoint;
use proptest::prelude::*;

use super::*;
use crate::detection::Bounds;
use crate::{PromptStyle, grammar, prompt};

const PICTURE: [u32; 2] = [644, 476];

fn convention(convention: Convention) -> PictureConvention {
    PictureConvention {
        convention,
        picture: PICTURE,
    }
}

fn at(y: u16, x: u16) -> NormalizedPoint {
    NormalizedPoint { y, x }
}

fn read(name: &str, text: &str) -> ParsedDetections {
    let parsed = convention(name.parse().unwrap()).parse(text);
    parsed.unwrap_or_else(|rejection| panic!("{name}: {text}: {rejection}"))
}

fn points(name: &str, text: &str) -> Vec<(u16, u16, String)> {
    let listed = read(name, text).detections;
    listed
        .into_iter()
        .map(|one| (one.point.y, one.point.x, one.label))
        .collect()
}

#[test]
fn what_the_shipped_model_is_asked_and_taught_is_as_it_was() {
    let shipped = PictureConvention::default();
    assert_eq!(shipped.convention, Convention::Yx1000);
    assert_eq!(
        shipped.prompt(),
        prompt::perception_prompt(PromptStyle::Full)
    );
    assert_eq!(shipped.schema(), Some(grammar::detections_schema()));
    assert_eq!(
        grammar::detections_schema().to_string(),
        concat!(
            r#"{"type":"array","maxItems":32,"items":{"type":"object","properties":{"point":"#,
            r#"{"type":"array","items":{"type":"integer","minimum":0,"maximum":1000},"#,
            r#""minItems":2,"maxItems":2},"label":{"type":"string","minLength":1,"maxLength":60}},"#,
            r#""required":["point","label"],"additionalProperties":false},"#,
            r#""x-guidance":{"whitespace_flexible":false}}"#
        )
    );
    let list = [
        Detection::at_point(at(700, 10), "blue bowl"),
        Detection::at_point(at(250, 500), "red cube"),
    ];
    assert_eq!(
        shipped.write_detections(&list),
        r#"[{"point":[250,500],"label":"red cube"},{"point":[700,10],"label":"blue bowl"}]"#
    );
}

#[test]
fn each_family_is_read_as_it_writes() {
    // One thing a quarter across and three quarters down.
    for (name, text) in [
        ("yx-1000", r#"[{"point": [750, 250], "label": "red cube"}]"#),
        (
            "yx-1000",
            "```json\n[{\"box_2d\": [700, 200, 800, 300], \"label\": \"red cube\"}]\n```",
        ),
        (
            "xy-1000",
            r#"[{"point_2d": [250, 750], "label": "red cube"}]"#,
        ),
        (
            "xy-1000",
            r#"{"bbox_2d": [200, 700, 300, 800], "label": "red cube"}"#,
        ),
        (
            "xy-1000-box",
            "<ref>red cube</ref><box>[[200, 700, 300, 800]]</box>",
        ),
        (
            "xy-1000",
            "<|object_ref_start|>red cube<|object_ref_end|><|box_start|>(200,700),(300,800)<|box_end|>",
        ),
        (
            "xy-pixels",
            r#"Here: [{"point_2d": ["161", 357.0], "label": "red cube"}]"#,
        ),
        (
            "xy-pixels-box",
            r#"{"answer":[{"bbox_2d":[151,347,171,367],"label":"red cube"}]}"#,
        ),
        (
            "xy-percent",
            r#"<point x="25.0" y="75.0" alt="red cube">red cube</point>"#,
        ),
        (
            "xy-percent",
            r#" <points x1="25" y1="75" alt="red cube">things</points>"#,
        ),
        (
            "molmo2",
            r#"<points coords="1 1 250 750">red cube</points>"#,
        ),
        (
            "xy-unit",
            r#"[{"x": 0.25, "y": 0.75, "label": "red cube"}]"#,
        ),
        (
            "xy-unit",
            r#"{"objects":[{"x_min":0.2,"y_min":0.7,"x_max":0.3,"y_max":0.8,"label":"red cube"}]}"#,
        ),
        ("xy-unit", "[(0.25, 0.75, 'red cube')]"),
        (
            "loc-yx-1024",
            "<loc0717><loc0205><loc0819><loc0307> red cube",
        ),
        (
            "loc-xy-1000",
            "red cube<loc_200><loc_700><loc_300><loc_800>",
        ),
        (
            "xy-1000",
            "<think>[{\"point_2d\":[1,1]}]</think>{\"point_2d\":[250,750],\"label\":\"red cube\"}",
        ),
    ] {
        let expected = (750, 250, "red cube".to_owned());
        assert_eq!(points(name, text), [expected], "{name}: {text}");
    }
}

#[test]
fn several_things_are_told_apart() {
    let both = |y: [u16; 2], x: [u16; 2], labels: [&str; 2]| {
        [0, 1].map(|one| (y[one], x[one], labels[one].to_owned()))
    };
    let expected = both([800, 300], [990, 250], ["cubes", "cubes"]);
    let molmo2 = r#"<points coords="1 1 990 800 2 250 300">cubes</points>"#;
    assert_eq!(points("molmo2", molmo2), expected);
    let percent = r#"<points x1="99.0" y1="80" x2="25" y2="30.0" alt="cubes">cubes</points>"#;
    assert_eq!(points("xy-percent", percent), expected);
    let loc = "<loc0000><loc0000><loc1023><loc1023> a ; <loc0512><loc0256> b";
    assert_eq!(
        points("loc-yx-1024", loc),
        both([500, 500], [500, 250], ["a", "b"])
    );
    let lines = "{\"point\":[1,2],\"label\":\"a\"}\n{\"point\":[3,4],\"label\":\"b\"}";
    assert_eq!(points("yx-1000", lines), both([1, 3], [2, 4], ["a", "b"]));
    let nameless = "[(0.001, 0.002), (0.003, 0.004)]";
    let expected = both([2, 4], [1, 3], ["object 1", "object 2"]);
    assert_eq!(points("xy-unit", nameless), expected);
}

#[test]
fn a_bad_entry_is_dropped_and_said_and_the_others_are_taken() {
    let text = r#"[{"point":[1.4,2.6],"label":"a"},{"point":[1200,0],"label":"b"},{"point":[1],"label":"c"},
        {"label":"d"},{"point":[1,2],"label":" "},7,{"point":["x",2],"label":"e"},{"point":[5,6],"label":"f","sure":true}]"#;
    let parsed = read("yx-1000", text);
    let kept: Vec<(u16, u16)> = parsed
        .detections
        .iter()
        .map(|one| (one.point.y, one.point.x))
        .collect();
    assert_eq!(kept, [(1, 3), (5, 6)]);
    assert_eq!(parsed.dropped.len(), 6, "{:?}", parsed.dropped);
    assert!(
        parsed.dropped[0].contains("`b` is at [1200.0, 0.0], outside"),
        "{:?}",
        parsed.dropped
    );
    let many = vec![r#"{"point":[1,2],"label":"a"}"#; 40].join(",");
    let parsed = read("yx-1000", &format!("[{many}]"));
    assert_eq!(
        (parsed.detections.len(), parsed.dropped.len()),
        (Detection::MAX_COUNT, 8)
    );
}

#[test]
fn what_has_no_valid_entry_is_rejected_and_an_empty_list_is_not() {
    for text in [
        "the red cube is on the left",
        "",
        r#"[{"point":[1200,0],"label":"a"}]"#,
        r#"[{"point":[1,2],"label":"a"},{"po"#,
        "{}",
        "7",
    ] {
        for one in Convention::ALL {
            assert!(
                convention(one).parse(text).is_err() || text.contains("1200"),
                "{one}: {text}"
            );
        }
    }
    assert!(
        convention(Convention::Yx1000)
            .parse(r#"[{"point":[1200,0],"label":"a"}]"#)
            .is_err()
    );
    for text in ["[]", "```json\n[]\n```", r#"{"answer":[]}"#] {
        assert_eq!(read("xy-1000", text), ParsedDetections::default());
    }
}

#[test]
fn a_box_bounds_what_its_middle_points_at() {
    let parsed = read("xy-1000", r#"[{"bbox_2d":[300,800,200,-1],"label":"a"}]"#);
    let bounds = Bounds {
        low: at(0, 200),
        high: at(800, 300),
    };
    assert_eq!(parsed.detections[0].bounds, Some(bounds));
    assert_eq!(parsed.detections[0].point, at(400, 250));
}

#[test]
fn settings_are_words() {
    for one in Convention::ALL {
        assert_eq!(one.name().parse(), Ok(one));
        assert_eq!(serde_json::to_value(one).unwrap(), one.name());
    }
    for name in [
        "xy-pixels-qwen",
        "xy-pixels-claude-box",
        "xy-pixels",
        "yx-1000",
    ] {
        let pointing: Pointing = name.parse().unwrap();
        assert_eq!(pointing.to_string(), name);
    }
    let qwen: Pointing = "xy-pixels-qwen-box".parse().unwrap();
    assert_eq!(qwen.for_picture_size([640, 480]).picture, PICTURE);
    let error = "yx".parse::<Pointing>().unwrap_err().to_string();
    assert!(
        error.contains("`yx`") && error.contains("xy-1000"),
        "{error}"
    );
    assert!("xy-percent-box".parse::<Pointing>().is_err());
    let kept: PictureConvention =
        serde_json::from_str(r#"{"convention":"xy-pixels","picture":[644,476]}"#).unwrap();
    assert_eq!(kept, convention(Convention::XyPixels));
}

#[test]
fn an_answer_has_other_readings() {
    let given = convention(Convention::Yx1000);
    let found = read_in_all_conventions(
        &given,
        r#"[{"point":[161,357],"label":"a"},{"point":[900,3],"label":"b"}]"#,
    );
    let names: Vec<String> = found.iter().map(|one| one.pointing.to_string()).collect();
    assert_eq!(
        names,
        ["yx-1000", "xy-1000", "xy-pixels", "xy-percent", "xy-unit"]
    );
    assert_eq!(found[0].points[0], (Some(at(161, 357)), "a".to_owned()));
    assert_eq!(found[1].points[0].0, Some(at(357, 161)));
    assert_eq!(found[2].points[0].0, Some(at(750, 250)));
    assert_eq!(found[2].points[1].0, None);
    assert!(found[4].points.iter().all(|(point, _)| point.is_none()));
    // Tags say which number goes down.
    let tags = r#"<point x="25" y="75" alt="a">a</point>"#;
    let found = read_in_all_conventions(&convention(Convention::XyPercent), tags);
    assert!(
        found
            .iter()
            .all(|one| one.pointing.convention != Convention::Xy1000
                || one.points[0].0 == Some(at(75, 25)))
    );
    assert!(read_in_all_conventions(&given, "no").is_empty());
    assert!(read_in_all_conventions(&given, r#"[{"mark":1,"label":"a"}]"#).is_empty());
}

fn any_list() -> impl Strategy<Value = Vec<Detection>> {
    let one = (
        0_u16..=900,
        0_u16..=900,
        1_u16..=50,
        // No article, which is left out.
        "[b-s][a-z]{0,8}( [a-z]{1,9})?",
    );
    prop::collection::vec(one, 1..8).prop_map(|list| {
        list.into_iter()
            .map(|(y, x, half, label)| Detection {
                point: at(y + half, x + half),
                label,
                bounds: Some(Bounds {
                    low: at(y, x),
                    high: at(y + 2 * half, x + 2 * half),
                }),
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(list in any_list()) {
        for one in Convention::ALL {
            let text = convention(one).write_detections(&list);
            let parsed = convention(one).parse(&text);
            let parsed = parsed.unwrap_or_else(|rejection| panic!("{one}: {text}: {rejection}"));
            prop_assert_eq!(&parsed.dropped, &Vec::<String>::new());
            let sorted = sorted(&list);
            prop_assert_eq!(parsed.detections.len(), sorted.len());
            for (back, was) in parsed.detections.iter().zip(&sorted) {
                prop_assert_eq!(&back.label, &was.label);
                // The coarsest is the pixel of a picture 476 high.
                prop_assert!(back.point.y.abs_diff(was.point.y) <= 2, "{one}: {text}");
                prop_assert!(back.point.x.abs_diff(was.point.x) <= 2, "{one}: {text}");
            }
        }
    }

    #[test]
    fn no_text_breaks_a_reader(text in ".{0,200}", json in r#"[\[\]{}0-9,."a-z:<>()= _|-]{0,200}"#) {
        for one in Convention::ALL {
            for text in [&text, &json] {
                if let Ok(parsed) = convention(one).parse(text) {
                    prop_assert!(parsed.detections.len() <= Detection::MAX_COUNT);
                }
                read_in_all_conventions(&convention(one), text);
            }
        }
    }
}
