use std::path::Path;

use super::corpus::{SeededRng, Table};
use super::wording::{fill_placeholders, mention_in_form};
use super::*;
use crate::meaning::tests::{action_in_words, parse_table};

fn corpus() -> Corpus {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wordings");
    Corpus::load(&folder).unwrap()
}

fn classifier() -> &'static Classifier {
    CLASSIFIER.as_ref().expect("the weights can be read")
}

#[test]
fn the_weights_are_those_of_the_sentences() {
    let header = Classifier::file_header(&corpus().text);
    assert!(
        WEIGHTS.starts_with(header.as_bytes()),
        "train them: cargo run -p enact-plan --example wordings train"
    );
}

#[test]
fn what_is_written_is_read() {
    let header = Classifier::file_header(&corpus().text);
    assert_eq!(classifier().to_file_bytes(&header), WEIGHTS);
    assert!(Classifier::from_file_bytes(&WEIGHTS[..WEIGHTS.len() - 1]).is_none());
    assert!(Classifier::from_file_bytes(b"").is_none());
}

#[test]
fn training_gives_the_same_weights_again() {
    let mut few = corpus();
    few.sentences.truncate(150);
    assert_eq!(train(&few), train(&few));
}

/// The rules read every plain wording, whatever it speaks of.
#[test]
fn plain_wordings_are_read() {
    for kind in &corpus().kinds {
        for variant in &kind.variants {
            for plain in &variant.plain {
                let mut read = 0;
                for seed in 0..20 {
                    let table = Table::random_table(variant, &mut SeededRng(seed));
                    let fill = |role: &str, form: &str| {
                        mention_in_form(&table.mention_of_role(role)?, form)
                    };
                    let Some(sentence) = fill_placeholders(plain, fill) else {
                        continue;
                    };
                    let meaning =
                        Meaning::by_rules(&table.situation_with_instruction(sentence.clone()));
                    let is_act =
                        matches!(&meaning.intent, Intent::Act(actions) if !actions.is_empty());
                    assert!(
                        is_act && meaning.remark.is_none(),
                        "{sentence}: {meaning:?}"
                    );
                    read += 1;
                }
                assert!(read > 0, "{plain}");
            }
        }
    }
}

#[test]
fn plain_wordings_mean_what_they_say() {
    let two = "red cube; yellow ball; blue bowl; green bowl; purple tray";
    let out = "red cube in blue bowl; yellow ball; green bowl";
    let swapped = "red cube in blue bowl; green cylinder in orange bowl";
    for (objects, sentence, wanted) in [
        (
            two,
            "put the red cube in the blue bowl",
            "red cube in blue bowl",
        ),
        (
            two,
            "put the red cube on the purple tray",
            "red cube on purple tray",
        ),
        (two, "point at the yellow ball", "point yellow ball"),
        (
            two,
            "leave the yellow ball and put the red cube in the blue bowl",
            "red cube in blue bowl",
        ),
        (
            two,
            "put everything except the yellow ball in the blue bowl",
            "red cube in blue bowl",
        ),
        (
            two,
            "put the red cube in the blue bowl and put the yellow ball on the purple tray",
            "red cube in blue bowl; yellow ball on purple tray",
        ),
        (
            two,
            "put the red cube in the blue bowl, no, put the yellow ball in the blue bowl",
            "yellow ball in blue bowl",
        ),
        (
            two,
            "put the red cube in the blue bowl, no, put the red cube in the green bowl",
            "red cube in green bowl",
        ),
        (
            two,
            "put the red cube to the left of the yellow ball",
            "red cube left of yellow ball",
        ),
        (
            two,
            "put the red cube in front of the yellow ball",
            "red cube in front of yellow ball",
        ),
        (
            two,
            "put the red cube next to the blue bowl",
            "red cube next to blue bowl",
        ),
        (
            out,
            "move the red cube from the blue bowl to the green bowl",
            "red cube in green bowl",
        ),
        (out, "empty the blue bowl", "red cube next to blue bowl"),
        (
            out,
            "take the red cube out of the blue bowl",
            "red cube next to blue bowl",
        ),
        (
            out,
            "move everything from the blue bowl to the green bowl",
            "red cube in green bowl",
        ),
        (
            two,
            "if there is a yellow ball, put it in the blue bowl, otherwise put the red cube in the blue bowl",
            "yellow ball in blue bowl",
        ),
        (
            two,
            "if there is a cylinder, put it in the blue bowl, otherwise put the red cube in the blue bowl",
            "red cube in blue bowl",
        ),
        (
            swapped,
            "swap what is in the blue bowl and what is in the orange bowl",
            "red cube next to blue bowl; green cylinder in blue bowl; red cube in orange bowl",
        ),
        (
            swapped,
            "put the red cube in the orange bowl and put the green cylinder in the blue bowl",
            "red cube in orange bowl; green cylinder in blue bowl",
        ),
    ] {
        let situation = Situation {
            instruction: sentence.to_owned(),
            objects: parse_table(objects),
            ..Situation::default()
        };
        let Intent::Act(actions) = Meaning::by_rules(&situation).intent else {
            panic!("{sentence}");
        };
        let told: Vec<String> = actions.iter().map(action_in_words).collect();
        assert_eq!(told.join("; "), wanted, "{sentence}");
    }
}

/// What forbids, asks or tells is hardly ever put plainly even where nothing stands before the
/// classifier; that it moves nothing is for the rules before it, and tested with them.
#[test]
fn hardly_anything_that_forbids_is_put_plainly() {
    let files = [
        include_str!("../../../tests/meaning/no_action.en.txt"),
        include_str!("../../../tests/meaning/guard.en.txt"),
        include_str!("../../../tests/meaning/harmless.en.txt"),
        include_str!("../../../tests/meaning/plain_wording.en.txt"),
    ];
    let mut objects = Vec::new();
    let mut taken = Vec::new();
    let mut count = 0;
    for line in files.iter().flat_map(|file| file.lines()) {
        if let Some(on) = line.strip_prefix("table: ") {
            objects = parse_table(on);
        } else if let Some((sentence, "still")) = line.split_once(" => ") {
            count += 1;
            let situation = Situation {
                instruction: sentence.to_owned(),
                objects: objects.clone(),
                ..Situation::default()
            };
            let wording = reading(classifier(), &situation).map(|reading| reading.wording);
            if let Some(wording) = wording.filter(|wording| wording.is_sure) {
                taken.push(format!("{sentence}: {}", wording.text));
            }
        }
    }
    assert!(count > 200, "{count}");
    assert!(taken.len() * 50 <= count, "{}", taken.join("\n"));
}

#[test]
fn what_it_was_taken_for_is_said_first_and_once() {
    let mut situation = Situation {
        instruction: "red cube".to_owned(),
        objects: parse_table("red cube; blue bowl"),
        ..Situation::default()
    };
    let action = crate::intent::Action::Pick("red cube".to_owned());
    let meaning = Meaning {
        intent: Intent::Act(vec![action]),
        remark: None,
        taken_for: Some("pick up the red cube".to_owned()),
    };
    let plan = meaning.plan(&situation);
    let told = crate::Step::say_step("I take that as “pick up the red cube”.");
    assert_eq!(plan.steps.first(), Some(&told));
    assert_eq!(plan.steps.len(), 3);
    situation.holding = Some("red cube".to_owned());
    assert!(!meaning.plan(&situation).steps.contains(&told));
}
