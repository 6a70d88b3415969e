use super::*;
use crate::skills::Skill;
use crate::{ObjectView, Situation};
use enact_types::{NormalizedPoint, Point3};

use judging::{alike, check};

mod judging;
mod near_misses;

/// The table of a line such as `red cube; yellow ball in blue bowl; green cube (big)`.
pub(crate) fn parse_table(line: &str) -> Vec<ObjectView> {
    let mut objects = Vec::new();
    for part in line
        .split("; ")
        .flat_map(|part| match part.split_once(" in ") {
            Some((inside, host)) => vec![(host, None), (inside, Some(host))],
            None => vec![(part, None)],
        })
    {
        let (text, host): (&str, Option<&str>) = part;
        let (name, size) = match text.split_once(" (") {
            Some((name, "big)")) => (name, 0.034),
            Some((name, _)) => (name, 0.026),
            None => (text, 0.03),
        };
        if objects.iter().any(|seen: &ObjectView| seen.name == name) {
            continue;
        }
        let index = objects.len() as u16;
        let is_hollow = name.ends_with("bowl") || name.ends_with("tray");
        let mut affords = vec![Skill::Point];
        let mut receives = Vec::new();
        if !is_hollow {
            affords.extend([Skill::Pick, Skill::Push]);
        }
        if is_hollow {
            receives.extend([Relation::In, Relation::On]);
        } else if !name.ends_with("ball") {
            receives.push(Relation::On);
        }
        receives.extend(Relation::BESIDE_RELATIONS);
        objects.push(ObjectView {
            name: name.to_owned(),
            point: NormalizedPoint {
                y: 500,
                x: 150 + 120 * index,
            },
            position: Point3::new(
                0.2 + 0.005 * f64::from(index),
                0.24 - 0.12 * f64::from(index),
                0.015,
            ),
            size: if is_hollow { 0.1 } else { size },
            reachable: true,
            rests: host.map(|host| (Relation::In, host.to_owned())),
            affords,
            receives,
        });
    }
    objects
}

fn situation(objects: &[ObjectView], instruction: &str) -> Situation {
    Situation {
        instruction: instruction.to_owned(),
        objects: objects.to_vec(),
        ..Situation::default()
    }
}

/// What is done with an instruction, as short words.
fn told(objects: &[ObjectView], instruction: &str) -> String {
    let situation = situation(objects, instruction);
    if let Some(reply) = situation.speech_act().reply(instruction) {
        return format!("canned “{reply}”");
    }
    let meaning = match crate::replies::Language::detect_language(instruction) {
        crate::replies::Language::English => Meaning::from_translatable_instruction(&situation),
        crate::replies::Language::Chinese => match Meaning::from_chinese_instruction(&situation) {
            Some(meaning) => meaning,
            None => return "ask the model".to_owned(),
        },
    };
    let said = match &meaning.intent {
        Intent::Say(text) => format!("say “{text}”"),
        Intent::Ask(text) => format!("ask “{text}”"),
        Intent::Act(actions) => {
            let words: Vec<String> = actions.iter().map(action_in_words).collect();
            words.join("; ")
        }
    };
    said + &meaning
        .remark
        .map_or_else(String::new, |remark| format!("; remark “{remark}”"))
}

pub(super) fn action_in_words(action: &Action) -> String {
    match action {
        Action::Put {
            object,
            relation,
            target,
        } => format!("{object} {} {target}", relation.name()),
        Action::Pick(object) => format!("hold {object}"),
        Action::Point(object) => format!("point {object}"),
        Action::Push(object, direction) => format!("push {object} {}", direction.name()),
        Action::Rotate(object, degrees) => format!("turn {object} by {degrees}"),
        Action::Home => "home".to_owned(),
    }
}

/// When these sentences were first read, 149 of 174 were right, 22 honest and 3 wrong.
#[test]
fn sentences_that_were_written_before_the_lexicon_are_made_out() {
    check(include_str!("../../tests/meaning/held_out.en.txt"), 6);
}

#[test]
fn sentences_that_the_lexicon_was_mended_after_are_made_out() {
    check(include_str!("../../tests/meaning/mended_after.en.txt"), 15);
}

#[test]
fn each_way_of_speaking_is_made_out() {
    check(include_str!("../../tests/meaning/kinds.en.txt"), 6);
}

#[test]
fn other_languages_are_read_word_for_word() {
    let objects = parse_table("red cube; green cylinder; blue bowl; purple tray");
    for (sentence, wanted) in [
        (
            "Stell den roten Würfel bitte in die blaue Schüssel",
            "red cube in blue bowl",
        ),
        (
            "Coloca el cilindro verde en la bandeja",
            "green cylinder on purple tray",
        ),
        ("Mets le cube rouge dans le bol", "red cube in blue bowl"),
        (
            "Metti il cubo rosso nella ciotola blu",
            "red cube in blue bowl",
        ),
    ] {
        assert_eq!(alike(&told(&objects, sentence)), wanted, "{sentence}");
    }
    for sentence in [
        "Fass den roten Würfel nicht an!",
        "Leg den roten Würfel auf keinen Fall in die blaue Schüssel",
        "No pongas el cubo rojo en el bol azul",
        "Ne touche pas au cube rouge",
    ] {
        let told = told(&objects, sentence);
        assert!(
            told.starts_with("canned") || told.starts_with("say"),
            "{sentence}: {told}"
        );
    }
}

#[test]
fn a_no_forbids_or_is_harmless() {
    check(include_str!("../../tests/meaning/guard.en.txt"), 2);
}

/// When these sentences were first read, 93 of 120 were right and none wrong.
#[test]
fn a_no_in_a_harmless_place_is_made_out() {
    check(include_str!("../../tests/meaning/harmless.en.txt"), 2);
    check(include_str!("../../tests/meaning/harmless.zh.txt"), 1);
}

/// When these sentences were first read, 6 of 148 moved something.
#[test]
fn what_forbids_asks_or_tells_moves_nothing() {
    check(include_str!("../../tests/meaning/no_action.en.txt"), 0);
    check(include_str!("../../tests/meaning/no_action.zh.txt"), 0);
}

#[test]
fn what_is_beside_the_point_is_passed_over() {
    check(
        include_str!("../../tests/meaning/beside_the_point.en.txt"),
        0,
    );
    check(
        include_str!("../../tests/meaning/beside_the_point.zh.txt"),
        0,
    );
}

/// When these sentences were first read, 70 of 97 were right, 26 honest and 1 wrong.
#[test]
fn learners_telephones_and_dialects_are_made_out() {
    check(include_str!("../../tests/meaning/voices.en.txt"), 7);
}

#[test]
fn chinese_is_made_out_or_left_to_the_model() {
    check(include_str!("../../tests/meaning/chinese.zh.txt"), 2);
}

#[test]
fn what_lies_between_two_others_is_one_thing() {
    let objects = parse_table("red cylinder; green cylinder; purple ball; blue bowl");
    let sentence = "put the cylinder between the red cylinder and the purple ball in the blue bowl";
    assert_eq!(told(&objects, sentence), "green cylinder in blue bowl");
}

#[test]
fn no_row_is_made_of_a_word_that_was_misheard() {
    let objects = parse_table("yellow cube; red cube; blue bowl");
    for instruction in [
        "place the rad queue inside the blue bowl",
        "line up the cubes inside the blue bowl",
    ] {
        let told = told(&objects, instruction);
        assert!(!told.contains("yellow"), "{instruction}: {told}");
    }
}

#[test]
fn what_is_left_out_is_not_said_to_be_missing() {
    let objects = parse_table("yellow cube; red cube; orange bowl");
    for instruction in [
        "put two cubes in the bowl. the other stays put",
        "leave the red cube and the yellow cube alone. put a cube in the bowl",
    ] {
        let told = told(&objects, instruction);
        assert!(!told.contains("do not see"), "{instruction}: {told}");
    }
}

#[test]
fn what_is_not_known_is_said_and_nothing_moves() {
    let objects = parse_table("red cube; green cube; blue bowl");
    for (sentence, words) in [
        ("put the magenta cube in the bowl", "magenta"),
        ("put the banana in the bowl", "banana"),
        ("marinate the red cube in the bowl", "marinate"),
        ("put the cube in the bowl", "the red cube or the green cube"),
        ("throw the red cube across the room", "cannot throw"),
    ] {
        let told = told(&objects, sentence);
        assert!(
            told.starts_with("say") || told.starts_with("ask"),
            "{sentence}: {told}"
        );
        assert!(told.contains(words), "{sentence}: {told}");
    }
}

#[test]
fn a_meaning_is_kept_until_the_task_is_done() {
    let objects = parse_table("red cube; green cube; blue bowl");
    let mut reader = MeaningReader::new(MeaningMode::First);
    let mut now = situation(&objects, "put the leftmost cube in the bowl");
    let whole = "pick red cube, then place red cube in blue bowl, then done";
    assert_eq!(reader.plan(&now).unwrap().to_string(), whole);
    // In the hand the red cube is not seen, and the green one is leftmost.
    now.objects.remove(0);
    now.holding = Some("red cube".to_owned());
    now.history.push(crate::Outcome {
        step: Step::pick_step("red cube"),
        verdict: crate::Verdict::Yes,
        reason: String::new(),
    });
    let rest = "place red cube in blue bowl, then done";
    assert_eq!(reader.plan(&now).unwrap().to_string(), rest);
    assert_eq!(MeaningReader::new(MeaningMode::Off).plan(&now), None);
}

#[test]
fn it_is_what_is_held_or_what_the_last_task_handled() {
    let objects = parse_table("red cube; green cube; blue bowl");
    let after = |handled: Option<&str>, held: Option<&str>, instruction: &str| {
        let mut now = situation(&objects, instruction);
        now.conversation = vec![crate::ConversationTurn {
            instruction: "put the leftmost cube in the bowl".to_owned(),
            replies: Vec::new(),
            handled: handled.map(str::to_owned),
        }];
        now.holding = held.map(str::to_owned);
        Meaning::from_instruction(&now).plan(&now).to_string()
    };
    let pick = "pick it up";
    assert!(after(Some("red cube"), None, pick).starts_with("pick red cube"));
    assert!(after(Some("green cube"), None, pick).starts_with("pick green cube"));
    for nobody_knows in [None, Some("golden goose")] {
        let asked = after(nobody_knows, None, pick);
        assert!(asked.contains("Which one"), "{asked}");
    }
    // What the sentence itself names comes first, and so does what is held.
    let named = after(
        Some("red cube"),
        None,
        "take the green cube and put it in the bowl",
    );
    assert!(named.contains("place green cube"), "{named}");
    for before in [
        "the apple is ripe, so put it in the bowl",
        "in the bowl put it",
    ] {
        let asked = after(Some("red cube"), None, before);
        assert!(!asked.contains("red cube"), "{before}: {asked}");
    }
    let down = after(Some("green cube"), Some("red cube"), "put it in the bowl");
    assert!(down.contains("place red cube in blue bowl"), "{down}");
    let down = after(Some("red cube"), None, "put it down");
    assert!(
        down.contains("Which place do you mean for the red cube"),
        "{down}"
    );
}

#[test]
fn what_cannot_be_done_beside_what_can_is_said_afterwards() {
    let objects = parse_table("red cube; blue bowl");
    let now = situation(
        &objects,
        "put the red cube in the blue bowl and then hit the camera",
    );
    let plan = Meaning::from_instruction(&now).plan(&now).to_string();
    assert!(
        plan.starts_with("pick red cube, then place red cube in blue bowl, then say “I cannot hit"),
        "{plan}"
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        let _ = told(&parse_table("red cube; blue ball in green bowl"), &text);
    }

    #[test]
    fn any_words_are_read(words in proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 0..14)) {
        let _ = told(&parse_table("red cube; yellow cube; blue ball in green bowl; purple tray"), &words.join(" "));
    }
}

/// Words that sentences turn on.
const WORDS: [&str; 56] = [
    "put",
    "take",
    "the",
    "a",
    "red",
    "blue",
    "cube",
    "cubes",
    "ball",
    "bowl",
    "tray",
    "in",
    "on",
    "out",
    "of",
    "next to",
    "between",
    "and",
    "or",
    "but",
    "not",
    "except",
    "everything",
    "all",
    "two",
    "one",
    "other",
    "if",
    "unless",
    "otherwise",
    "then",
    "no wait",
    "it",
    "there",
    "that",
    "is",
    "where",
    "push",
    "left",
    "to",
    "swap",
    "stack",
    "sort",
    "by color",
    "in a row",
    "empty",
    "away",
    "from",
    ",",
    ".",
    "?",
    ":",
    "'s left",
    "banana",
    "what is in",
    "before",
];

/// When these sentences were first read without a wrong one, 66 of 100 were right; of the 34 honest ones
/// 20 never came to be put plainly, for they sounded like news or like what an arm cannot do.
#[test]
fn what_the_rules_do_not_make_out_is_put_plainly() {
    check(include_str!("../../tests/meaning/plain_wording.en.txt"), 34);
}
