//! Words for what is nearly one of the skills: it is done as it was said, said to be otherwise, or
//! asked about.

use super::{Meaning, parse_table, situation, told};

#[test]
fn to_touch_is_not_to_point() {
    let objects = parse_table("red cube; green cube; blue bowl");
    for sentence in [
        "touch the red cube",
        "please tap the red cube",
        "tap on the red cube",
        "poke the red cube",
        "press the red cube",
        "press down on the red cube",
        "put your finger on the red cube",
    ] {
        let told = told(&objects, sentence);
        assert!(told.starts_with("say “I cannot "), "{sentence}: {told}");
        let offer = "the red cube. I can pick things up, put, push and point at them.";
        assert!(told.contains(offer), "{sentence}: {told}");
    }
    for (sentence, wanted) in [
        (
            "move the red cube a touch to the right",
            "push red cube right",
        ),
        (
            "put the red cube in the bowl without touching the green cube",
            "red cube in blue bowl",
        ),
        ("press the red cube into the bowl", "red cube in blue bowl"),
        ("point at the red cube", "point red cube"),
    ] {
        assert_eq!(told(&objects, sentence), wanted, "{sentence}");
    }
    for sentence in [
        "if the red cube touches the green cube, put it in the bowl",
        "put the cube that touches the green cube in the bowl",
    ] {
        let told = told(&objects, sentence);
        assert!(
            told.starts_with("say") || told.starts_with("ask"),
            "{sentence}: {told}"
        );
    }
}

#[test]
fn a_push_without_a_direction_is_asked_about() {
    let objects = parse_table("red cube; green cube; blue bowl");
    for sentence in ["push the red cube", "nudge the red cube"] {
        let wanted = "ask “Which place do you mean for the red cube?”";
        assert_eq!(told(&objects, sentence), wanted, "{sentence}");
    }
}

#[test]
fn the_middle_of_one_thing_is_on_it_or_in_it() {
    let objects = parse_table("red cube; green cube; blue disc; blue bowl; purple tray");
    for (sentence, wanted) in [
        ("center the red cube on the disc", "red cube on blue disc"),
        (
            "take the red cube and center it on the disc",
            "red cube on blue disc",
        ),
        (
            "put the red cube in the middle of the disc",
            "red cube on blue disc",
        ),
        (
            "put the red cube in the center of the disc",
            "red cube on blue disc",
        ),
        (
            "set the red cube on the center of the green cube",
            "red cube on green cube",
        ),
        (
            "lay the red cube in the center of the tray",
            "red cube on purple tray",
        ),
        (
            "put the red cube in the exact middle of the bowl",
            "red cube in blue bowl",
        ),
    ] {
        assert_eq!(told(&objects, sentence), wanted, "{sentence}");
    }
    let between = told(
        &objects,
        "put the red cube in the middle of the bowl and the tray",
    );
    assert!(
        !between.contains(" in ") && !between.contains(" on "),
        "{between}"
    );
}

#[test]
fn on_a_bowl_is_not_silently_in_it() {
    let objects = parse_table("red cube; green cube; blue bowl; purple tray");
    for sentence in [
        "stack the red cube on the blue bowl",
        "put the red cube on top of the bowl",
        "put the red cube over the bowl",
        "put the red cube above the bowl",
    ] {
        let told = told(&objects, sentence);
        let wanted = "ask “I can put the red cube in the blue bowl or beside it, not on top of it. \
                      Which do you mean?”";
        assert_eq!(told, wanted, "{sentence}");
    }
    let remark = "I can put things in the blue bowl, not on top of it: the red cube goes in it.";
    assert_eq!(
        told(&objects, "put the red cube on the bowl"),
        format!("red cube in blue bowl; remark “{remark}”")
    );
    for (sentence, wanted) in [
        (
            "put the red cube on top of the tray",
            "red cube on purple tray",
        ),
        (
            "stack the red cube on the green cube",
            "red cube on green cube",
        ),
        (
            "put the red cube over the green cube",
            "red cube on green cube",
        ),
        ("stack the red cube in the bowl", "red cube in blue bowl"),
        ("put the red cube in the bowl", "red cube in blue bowl"),
    ] {
        assert_eq!(told(&objects, sentence), wanted, "{sentence}");
    }
}

#[test]
fn what_is_held_is_put_down_where_there_is_room() {
    let plan = |line: &str, instruction: &str| {
        let mut objects = match line {
            "" => Vec::new(),
            line => parse_table(line),
        };
        // The last one stands apart from the others.
        if let Some(last) = objects.last_mut() {
            last.position.y -= 0.1;
        }
        let mut now = situation(&objects, instruction);
        now.holding = Some("red cube".to_owned());
        Meaning::from_instruction(&now).plan(&now).to_string()
    };
    let line = "green cube; blue bowl; purple tray";
    for instruction in [
        "put it down",
        "put the red cube down, please",
        "set it down gently",
        "put down the red cube",
        "release the red cube",
        "put it on the table",
    ] {
        let plan = plan(line, instruction);
        let wanted = "place red cube next to purple tray, then done";
        assert_eq!(plan, wanted, "{instruction}");
    }
    let then = plan(line, "put it down and pick up the green cube");
    let wanted = "place red cube next to purple tray, then pick green cube, then done";
    assert_eq!(then, wanted);
    let there = plan(line, "put it down in the bowl");
    assert_eq!(there, "place red cube in blue bowl, then done");
    for instruction in ["put it", "put the green cube down"] {
        let asked = plan(line, instruction);
        assert!(asked.starts_with("ask"), "{instruction}: {asked}");
    }
    let asked = plan("", "put it down");
    assert!(asked.starts_with("ask"), "{asked}");
}

#[test]
fn them_all_are_those_that_were_spoken_of() {
    let objects = parse_table("red cube; green cube; yellow ball; blue bowl");
    let cubes = "red cube in blue bowl; green cube in blue bowl";
    for (sentence, wanted) in [
        (
            "take the red cube, then the green cube, and put them all in the bowl",
            cubes,
        ),
        (
            "My son left his cubes lying around; put them all in the bowl.",
            cubes,
        ),
        ("See the cubes? Put all of them in the bowl.", cubes),
        (
            "put them all in the bowl",
            "red cube in blue bowl; green cube in blue bowl; yellow ball in blue bowl",
        ),
    ] {
        assert_eq!(told(&objects, sentence), wanted, "{sentence}");
    }
}
